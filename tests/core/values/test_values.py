# SPDX-License-Identifier: EUPL-1.2
"""Money, instants, texts, canonical JSON, commitments, signers."""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.values import (
    COMMITMENT_BYTES,
    LANGUAGES,
    CanonicalError,
    CommitmentError,
    InstantError,
    Kind,
    LocalSigner,
    Money,
    MoneyError,
    SigningError,
    Text,
    TextError,
    canonical_json,
    check_signature,
    commitment,
    day_end,
    day_start,
    format_instant,
    from_epoch,
    last_day,
    local,
    local_date,
    parse_instant,
    to_epoch,
    zone,
)


@given(st.integers(-(10**16), 10**16))
def test_money_writes_every_cent(cents):
    text = Money(cents).text()
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)[.][0-9]{2}", text)
    assert Decimal(text) * 100 == cents


def test_money_is_counted_exactly():
    assert (Money(10) + Money(20)).text() == "0.30"
    assert Money(1000) - Money(1) == Money(999)
    assert Money(250) * 3 == Money(750)
    assert -Money(5) < Money(0)


def test_two_currencies_do_not_mix():
    with pytest.raises(MoneyError) as refused:
        Money(1) + Money(1, "CHF")
    assert refused.value.code == "money-mixed"
    with pytest.raises(MoneyError):
        Money(1, "JPY")


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_an_instant_reads_what_it_writes(instant):
    try:
        text = format_instant(instant)
    except OverflowError:
        return  # the first and last day of the calendar have no UTC form
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "2026-11-22T03:00:00",
        "2026-11-22T03:00:00+00:00",
        "2026-02-30T00:00:00Z",
        "2026-11-22 03:00:00Z",
        "",
    ],
)
def test_an_instant_in_another_form_is_refused(text):
    with pytest.raises(InstantError):
        parse_instant(text)


def test_a_datetime_without_zone_is_no_instant():
    with pytest.raises(InstantError) as refused:
        format_instant(datetime(2026, 1, 1))  # noqa: DTZ001 - what is tested
    assert refused.value.code == "instant-naive"


def test_the_civil_day_of_luxembourg():
    instant = parse_instant("2026-06-30T22:30:00Z")
    assert local_date(instant) == date(2026, 7, 1)
    assert local(instant).isoformat() == "2026-07-01T00:30:00+02:00"
    assert day_end(date(2026, 3, 29)) - day_start(date(2026, 3, 29)) == timedelta(hours=23)
    assert last_day(day_end(date(2026, 3, 29))) == date(2026, 3, 29)
    assert last_day(day_end(date(2026, 11, 27)) + timedelta(seconds=1)) == date(2026, 11, 28)
    assert day_end(date(2026, 10, 25)) - day_start(date(2026, 10, 25)) == timedelta(hours=25)


@pytest.mark.parametrize("name", ["../../etc/passwd", "Europe/../Luxembourg", "Moon/Base", "", "Europe"])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(InstantError) as refused:
        zone(name)
    assert refused.value.code == "zone-unknown"


@given(st.integers(-(2**33), 2**36))
def test_epoch_seconds_come_back(seconds):
    assert to_epoch(from_epoch(seconds)) == seconds


def test_a_text_falls_back_as_declared():
    text = Text.load({"de": {"standard": "Ihr Antrag", "easy": "Ihr Brief"}, "fr": "Votre demande"})
    assert text.in_("de") == "Ihr Antrag"
    assert text.in_("de", "easy") == "Ihr Brief"
    assert text.in_("fr", "easy") == "Votre demande"
    assert text.in_("lb") == "Ihr Antrag"
    assert text.in_("en") == "Votre demande"
    assert text.missing(LANGUAGES) == ("en", "lb")
    assert text.missing(["de", "fr"], "easy") == ("fr",)
    assert Text.load(text.plain()) == text
    assert hash(Text.of(fr="Oui")) == hash(Text.of(fr="Oui"))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"es": "Sí"}, "text-language"),
        ({"fr": {"poetic": "Oui"}}, "text-register"),
        ({"fr": " "}, "text-empty"),
        ({}, "text-missing"),
    ],
)
def test_a_text_is_refused_by_code(source, code):
    with pytest.raises(TextError) as refused:
        Text.load(source)
    assert refused.value.code == code


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text()
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text().filter(lambda k: not k.startswith("$")), inner, max_size=4)
    ),
    max_leaves=12,
)


def untagged(plain):
    """What was written with a tag, as it was."""
    tags = {"$decimal": Decimal, "$date": date.fromisoformat}
    return next((tags[key](text) for key, text in plain.items() if key in tags), plain)


@given(JSON_VALUES)
def test_canonical_json_comes_back_and_is_unique(value):
    data = canonical_json(value)
    read = json.loads(data, object_hook=untagged)
    assert read == value
    assert canonical_json(read) == data


def test_canonical_json_sorts_by_utf16_and_escapes_shortly():
    # The example of RFC 8785 section 3.2.3, without its number.
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical_json(value)).values()) == [2, 4, 6, 7, 1, 5, 3]
    assert canonical_json('\u20ac$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


def test_tagged_values_have_one_text():
    assert canonical_json([Decimal("12.50"), Decimal("-0"), Decimal("1E+3")]) == (
        b'[{"$decimal":"12.5"},{"$decimal":"0"},{"$decimal":"1000"}]'
    )
    assert canonical_json(parse_instant("2026-01-31T08:00:00Z")) == b'{"$instant":"2026-01-31T08:00:00Z"}'


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "canonical-float"),
        ({"a": float("nan")}, "canonical-float"),
        (2**53, "canonical-integer"),
        ({"$decimal": "1"}, "canonical-key"),
        ({1: 2}, "canonical-key"),
        (b"x", "canonical-type"),
        ("\ud800", "canonical-surrogate"),
        (Decimal("NaN"), "canonical-decimal"),
        (Decimal("1E+99999"), "canonical-decimal"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value, code):
    with pytest.raises(CanonicalError) as refused:
        canonical_json(value)
    assert refused.value.code == code


@given(st.sampled_from(Kind), st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_a_commitment_is_kind_and_salted_hash(kind, salt, content):
    made = commitment(kind, salt, content)
    assert len(made) == COMMITMENT_BYTES
    assert made == bytes([kind]) + hashlib.sha256(b"bierger/commit/v1" + bytes([kind]) + salt + content).digest()


@pytest.mark.parametrize(
    ("kind", "salt", "code"),
    [(0, bytes(32), "commitment-kind"), (99, bytes(32), "commitment-kind"), (1, bytes(31), "commitment-salt")],
)
def test_a_commitment_is_refused_by_code(kind, salt, code):
    with pytest.raises(CommitmentError) as refused:
        commitment(kind, salt, b"")
    assert refused.value.code == code


SIGNERS = [
    LocalSigner.of(ec.derive_private_key(7, ec.SECP256R1())),
    LocalSigner.of(Ed25519PrivateKey.from_private_bytes(bytes(32))),
]


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda s: s.alg)
def test_a_signer_signs_the_same_way_twice_and_only_its_message(signer):
    signature = signer.sign(b"message")
    assert signature == signer.sign(b"message")
    assert check_signature(signer.alg, signer.public_key, b"message", signature)
    assert not check_signature(signer.alg, signer.public_key, b"massage", signature)
    assert not check_signature(signer.alg, signer.public_key, b"message", signature[:-1])
    assert not check_signature(signer.alg, signer.public_key, b"message", bytes(64))
    assert "private" not in repr(signer)


def test_a_broken_key_is_named():
    with pytest.raises(SigningError) as refused:
        check_signature("ES256", b"\x04" + bytes(64), b"", bytes(64))
    assert refused.value.code == "signing-key"
    with pytest.raises(SigningError) as refused:
        check_signature("none", b"", b"", bytes(64))
    assert refused.value.code == "signing-algorithm"
    with pytest.raises(SigningError):
        LocalSigner(b"kid", ec.derive_private_key(7, ec.SECP384R1()))
