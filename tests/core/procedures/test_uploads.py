# SPDX-License-Identifier: EUPL-1.2
"""What a question of files promises against what a request may carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.procedures import files_at_once, prove_uploads
from tests.core.procedures.test_running import package

DEFAULT = 25 * 2**20


@given(st.integers(-(2**20), 2**33))
def test_what_fits_at_once_fits(body: int):
    most = files_at_once(body)
    assert most % 1_000_000 == 0
    assert most == 0 or most + 200_000 <= body
    assert most + 1_000_000 + 200_000 > body


def test_several_files_that_come_one_after_the_other_are_no_fault():
    permit = package("building-permit")
    plans = permit.form.question("plans")
    assert plans.max_files * plans.max_bytes > DEFAULT
    assert prove_uploads(permit, body=DEFAULT) == ()


@pytest.mark.parametrize(("megabytes", "found"), [(20, ["plans", "piece"]), (21, [])])
def test_a_file_that_is_alone_too_large_is(megabytes: int, found: list[str]):
    findings = prove_uploads(package("building-permit"), body=megabytes * 1_000_000)
    assert [one.message.split("`")[1] for one in findings] == found
    for one in findings:
        assert (one.code, one.level) == ("file-beyond-request", "warning")
        assert one.path.endswith("form.yaml")
        assert one.line > 0
        assert "20 MB" in one.message
