# SPDX-License-Identifier: EUPL-1.2
"""Base 45 and deterministic CBOR: published vectors, round trips, and nothing but their own errors on hostile input."""

import cbor2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bierger_core.seals import Base45Error, CborError, base45, cbor


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"", "")],
)
def test_the_examples_of_rfc_9285(data, text):
    assert base45.encode(data) == text
    assert base45.decode(text) == data


@given(st.binary(max_size=300))
def test_base45_reads_what_it_writes(data):
    assert base45.decode(base45.encode(data)) == data


@given(st.text(alphabet=base45.ALPHABET + "abé", max_size=30))
def test_base45_has_one_text_for_each_content(text):
    try:
        data = base45.decode(text)
    except Base45Error:
        data = None
    assert data is None or base45.encode(data) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A", "base45-length"),
        ("ABCD", "base45-length"),
        ("GGW", "base45-value"),
        (":::", "base45-value"),
        ("::", "base45-value"),
        ("bb8", "base45-sign"),
        ("BB8\n00", "base45-sign"),
    ],
)
def test_wrong_base45_is_refused_by_code(text, code):
    with pytest.raises(Base45Error) as refused:
        base45.decode(text)
    assert refused.value.code == code


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(-(2**64), 2**64 - 1) | st.text(max_size=8), inner, max_size=5)
        | st.builds(cbor.Tag, st.integers(1000, 2000), inner)
    ),
    max_leaves=10,
)


def depth_of(value):
    match value:
        case cbor.Tag(_, inner):
            return 1 + depth_of(inner)
        case list():
            return 1 + max(map(depth_of, value), default=-1)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=-1)
    return 0


@given(VALUES)
def test_cbor_reads_what_it_writes(value):
    assume(depth_of(value) <= cbor.DEEPEST)
    data = cbor.encode(value)
    assert cbor.decode(data) == value


@given(VALUES)
def test_another_reader_reads_the_same(value):
    def plain(item):
        match item:
            case cbor.Tag(number, inner):
                return cbor2.CBORTag(number, plain(inner))
            case list():
                return [plain(one) for one in item]
            case dict():
                return {key: plain(one) for key, one in item.items()}
        return item

    assume(depth_of(value) <= cbor.DEEPEST)
    data = cbor.encode(value)
    assert cbor2.loads(data) == plain(value)


def test_keys_are_in_the_order_of_their_bytes():
    # RFC 8949 section 4.2.1: 10, 100, -1, "z", "aa", in that order.
    assert cbor.encode({"aa": 4, -1: 2, 100: 1, "z": 3, 10: 0}) == bytes.fromhex(
        "a5 0a00 186401 2002 617a03 62616104".replace(" ", "")
    )
    # Where the older rule, shorter keys first, would put "z" before the larger number.
    assert cbor.encode({"z": 1, -65537: 2}) == bytes.fromhex("a23a0001000002617a01")


@given(st.binary(max_size=60))
def test_what_is_read_is_deterministic(data):
    try:
        value = cbor.decode(data)
    except CborError:
        value = None
    assert value is None or cbor.encode(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "cbor-format"),
        ("1817", "cbor-not-canonical"),
        ("190001", "cbor-not-canonical"),
        ("1a0000ffff", "cbor-not-canonical"),
        ("1b00000000ffffffff", "cbor-not-canonical"),
        ("9fff", "cbor-not-canonical"),
        ("5f4101ff", "cbor-not-canonical"),
        ("a201000100", "cbor-not-canonical"),
        ("a202000100", "cbor-not-canonical"),
        ("a1f500", "cbor-format"),
        ("a1410000", "cbor-format"),
        ("fb3ff0000000000000", "cbor-format"),
        ("f7", "cbor-format"),
        ("f818", "cbor-format"),
        ("61ff", "cbor-format"),
        ("0000", "cbor-format"),
        ("9bffffffffffffffff", "cbor-format"),
        ("bbffffffffffffffff", "cbor-format"),
        ("5bffffffffffffffff", "cbor-format"),
        ("81" * 200 + "00", "cbor-limit"),
        ("00" * 70_000, "cbor-limit"),
        ("1c", "cbor-not-canonical"),
    ],
)
def test_wrong_cbor_is_refused_by_code(data, code):
    with pytest.raises(CborError) as refused:
        cbor.decode(bytes.fromhex(data))
    assert refused.value.code == code


@pytest.mark.parametrize("value", [1.5, {1.5: 1}, {True: 1}, {b"x": 1}, 2**64, object(), "\ud800"])
def test_what_has_no_place_in_a_seal_is_refused(value):
    with pytest.raises(CborError) as refused:
        cbor.encode(value)
    assert refused.value.code == "cbor-type"
