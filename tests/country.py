# SPDX-License-Identifier: EUPL-1.2
"""What every test database begins with: the demonstration's country and the published packages (run once, as owner)."""

from __future__ import annotations


def main() -> None:
    import django

    django.setup()
    from tests.packages import publish_all
    from tests.people import small_country

    small_country()
    publish_all()


if __name__ == "__main__":
    main()
