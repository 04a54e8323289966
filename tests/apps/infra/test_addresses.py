# SPDX-License-Identifier: EUPL-1.2
"""One key for one address, however it is written; nonsense opens no new budget."""

from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings
from hypothesis import assume, given
from hypothesis import strategies as st

from bierger.infra.addresses import UNREADABLE, address_key, client_address


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:207", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_one_key_for_all_spellings(written, key):
    assert address_key(written) == key


@pytest.mark.parametrize(
    "nonsense",
    ["", "unknown", "_hidden", "192.0.2", "192.0.2.256", "192.0.2.7:port", "192.0.2.7:1:2", "[192.0.2.7]:443", "[2001:db8::1",
     "[2001:db8::1]443", "192.0.2.7, 192.0.2.8", "2001:db8::1/64", "\N{ARABIC-INDIC DIGIT ONE}.2.3.4"],
)  # fmt: skip
def test_what_is_no_address_has_one_common_key(nonsense):
    assert address_key(nonsense) == UNREADABLE


@given(st.text(max_size=60))
def test_any_text_gives_a_key(text):
    assert address_key(text)


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_the_lower_half_of_an_ipv6_address_changes_nothing(address, lower):
    neighbour = type(address)(int(address) >> 64 << 64 | lower)
    assume(address.ipv4_mapped is None and neighbour.ipv4_mapped is None)
    assert address_key(str(neighbour)) == address_key(str(address))


def test_the_connections_address_and_the_hop_of_a_trusted_proxy():
    request = RequestFactory().get("/", REMOTE_ADDR="::ffff:192.0.2.7", HTTP_X_FORWARDED_FOR="nonsense, [2001:db8::5]:9")
    with override_settings(BIERGER_TRUSTED_PROXIES=0):
        assert client_address(request) == "192.0.2.7"
    with override_settings(BIERGER_TRUSTED_PROXIES=1):
        assert client_address(request) == "2001:db8::/64"
    with override_settings(BIERGER_TRUSTED_PROXIES=2):
        assert client_address(request) == UNREADABLE
