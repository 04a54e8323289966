# SPDX-License-Identifier: EUPL-1.2
"""What every test database begins with: the small country and the published packages (run once, as owner)."""

from __future__ import annotations


def main() -> None:
    import django

    django.setup()
    import importlib.util

    for module, function in (("tests.people", "small_country"), ("tests.packages", "publish_all")):
        if importlib.util.find_spec(module):
            getattr(importlib.import_module(module), function)()


if __name__ == "__main__":
    main()
