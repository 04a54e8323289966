# SPDX-License-Identifier: EUPL-1.2
"""A cookie that is no key of a session is no session, and no failure."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize("value", [r'"\000aaaaaaaaaaa"', r'"a\"b"', "%00", "a b", "../x", "a" * 8_000])
def test_a_strange_session_cookie_is_nobody(transactional, value: str):
    answer = Client().get("/requests", headers={"cookie": f"bierger_session={value}"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
