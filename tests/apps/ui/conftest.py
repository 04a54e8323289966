# SPDX-License-Identifier: EUPL-1.2
"""The texts these tests read are compiled first, when somebody changed them since."""

import pytest

from tools import messages


@pytest.fixture(scope="session", autouse=True)
def compiled_texts():
    paths = [messages.po_path(language) for language in messages.LANGUAGES]
    if any(not po.with_suffix(".mo").exists() or po.with_suffix(".mo").stat().st_mtime < po.stat().st_mtime for po in paths):
        messages.compile_all()
