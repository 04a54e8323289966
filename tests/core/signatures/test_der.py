# SPDX-License-Identifier: EUPL-1.2
"""DER: written as X.690 has it, and nothing else is read."""

from __future__ import annotations

import datetime as dt

import pytest
from asn1crypto import core as other
from hypothesis import given, settings
from hypothesis import strategies as st

from bierger_core.signatures import DerError, der


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**200), st.binary(max_size=700), st.lists(st.integers(0, 2**70), min_size=1, max_size=6), st.integers(0, 2)
)
def test_values_are_those_of_another_library(number: int, data: bytes, arcs: list[int], first: int):
    dotted = ".".join(str(arc) for arc in (first, arcs[0] % 40, *arcs[1:]))
    assert der.integer(number) == other.Integer(number).dump()
    assert der.octets(data) == other.OctetString(data).dump()
    assert der.read_integer(der.only(der.integer(number), der.INTEGER)) == number
    assert der.read_oid(der.only(der.oid(dotted), der.OID)) == dotted
    if max(arcs) < 2**31:
        assert der.oid(dotted) == other.ObjectIdentifier(dotted).dump()
    assert der.parts(der.only(der.sequence(der.octets(data), der.integer(number)), der.SEQUENCE)) == [
        (der.OCTET_STRING, data, der.octets(data)), (der.INTEGER, der.only(der.integer(number), der.INTEGER), der.integer(number)),
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_whatever_is_read_is_read_or_refused(data: bytes):
    try:
        tag, content, whole, rest = der.read(data)
    except DerError:
        return
    assert whole + rest == data
    assert der.tagged(tag, content) == whole  # one encoding for each value


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x30", b"\x1f\x01\x00",  # nothing, half of something, a tag of several bytes
        b"\x30\x80\x00\x00", b"\x04\x81\x7f" + bytes(127), b"\x04\x82\x00\x80" + bytes(128), b"\x04\x85\x01\x00\x00\x00\x00",  # lengths
        b"\x04\x05abc",
    ],
)  # fmt: skip
def test_what_is_no_der_is_refused(data: bytes):
    with pytest.raises(DerError):
        der.read(data)


def test_refusals_of_values():
    for content in (b"", b"\x80", b"\x00\x01"):
        with pytest.raises(DerError):
            der.read_integer(content)
    for content in (b"", b"\x80\x01", b"\x55\x81"):
        with pytest.raises(DerError):
            der.read_oid(content)
    for content in (b"20261122120000", b"20261322120000Z", b"20261122120000.50Z", b"20261122120000.Z", b"x"):
        with pytest.raises(DerError):
            der.read_time(content)
    with pytest.raises(DerError):
        der.only(der.integer(1) + b"\x00\x00", der.INTEGER)
    at = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    assert der.read_time(der.only(der.generalized_time(at), der.TIME)) == at
    assert der.read_time(b"20261122120000.25Z").microsecond == 250_000
