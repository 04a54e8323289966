# SPDX-License-Identifier: EUPL-1.2
"""2D-Doc and HCERT: published examples, codes that another library signed, and nothing but their own errors on hostile input."""

import base64
import json
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cbor2
import cwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from bierger_core.seals import CborError, ForeignCodeError, base45
from bierger_core.seals.foreign import doc2d, examine, hcert, is_foreign, load_trusted, read_foreign
from bierger_core.seals.foreign.doc2d_fields import FIXED, MOST
from bierger_core.seals.foreign.loose_cbor import decode

GOLDEN = json.loads((Path(__file__).parent / "golden" / "foreign.json").read_text())
EPOCH = date(2000, 1, 1)
SIGNED = date(2026, 11, 20)
CURVES = {"P-256": (ec.SECP256R1(), 32, SHA256()), "P-384": (ec.SECP384R1(), 48, SHA384()), "P-521": (ec.SECP521R1(), 66, SHA512())}
RSA_KEY = rsa.generate_private_key(65537, 2048)


def certificate(key, *, subject="0001", issuer="LU00", country="LU", since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2027, 12, 31, tzinfo=UTC)):
    def name(common):
        return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, common)])

    made = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(since).not_valid_after(until)
    return made.sign(key, SHA256(), ecdsa_deterministic=True if isinstance(key, ec.EllipticCurvePrivateKey) else None)


def pem(one):
    return one.public_bytes(Encoding.PEM)


def public_pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def code_of(key, fields="62BERTHIER\x1d69120719730CNB2A\x1e68F", *, version=4, curve="P-256", annex="", signed=SIGNED):
    """A 2D-Doc, written and signed by hand."""
    _, half, algorithm = CURVES[curve]
    place = {1: "", 2: "", 3: "01", 4: "01LU"}[version]
    text = f"DC0{version}LU000001{(SIGNED - EPOCH).days:04X}{(signed - EPOCH).days:04X}13{place}{fields}"
    r, s = decode_dss_signature(key.sign(text.encode("latin-1"), ec.ECDSA(algorithm)))
    raw = r.to_bytes(half, "big") + s.to_bytes(half, "big")
    if version == 1:
        return text + raw.decode("latin-1")
    return f"{text}\x1f{base64.b32encode(raw).decode().rstrip('=')}{annex}"


KEY = ec.derive_private_key(11, ec.SECP256R1())
OTHER = ec.derive_private_key(12, ec.SECP256R1())
TRUSTED = load_trusted(pem(certificate(KEY)))


def facts(code):
    return [(field.code, field.value) for field in code.fields]


@pytest.mark.parametrize("golden", GOLDEN["2d-doc"], ids=lambda one: one["example"])
def test_the_examples_of_the_specification_are_read_and_their_signature_holds(golden):
    """The test certificate ended in 2015: examples of later days are good, and refused for that alone."""
    code = read_foreign(golden["code"])
    assert facts(code) == [tuple(field) for field in golden["fields"]]
    assert (code.version, code.issuer, code.signer, code.document_type) == (golden["version"], "FR00", "0001", golden["type"])
    assert [str(code.issued_on), str(code.signed_on)] == golden["days"]
    said = examine(code, load_trusted(GOLDEN["certificate"].encode()))
    assert (said.signature, said.code) == (("good", "") if code.signed_on < date(2015, 11, 1) else ("wrong", "key-expired"))
    assert said.by.startswith("CN=0001,")
    assert examine(code, TRUSTED) == examine(code, ()) == type(said)("not-examined", "key-unknown")


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_every_version_is_read(version):
    code = read_foreign(code_of(KEY, version=version))
    assert facts(code) == [("62", "BERTHIER"), ("69", "12071973"), ("0C", "NB2A"), ("68", "F")]
    assert [field.is_cut for field in code.fields] == [False, False, True, False]
    assert (code.kind, code.version, code.issued_on, code.signed_on) == ("2d-doc", version, SIGNED, SIGNED)
    assert examine(code, TRUSTED).signature == "good"


@pytest.mark.parametrize("curve", CURVES)
def test_every_curve_is_examined_with_its_hash(curve):
    key = ec.derive_private_key(13, CURVES[curve][0])
    code = read_foreign(code_of(key, curve=curve))
    assert examine(code, load_trusted(pem(certificate(key)))).signature == "good"
    assert examine(code, TRUSTED) == type(examine(code, TRUSTED))("wrong", "signature-wrong")


def test_no_sign_of_a_2d_doc_can_be_changed():
    text = code_of(KEY)
    for position, sign in enumerate(text):
        for other in {"A" if sign != "A" else "B", chr(ord(sign) ^ 1)}:
            try:
                code = read_foreign(text[:position] + other + text[position + 1 :])
            except ForeignCodeError:
                continue
            assert examine(code, TRUSTED).signature != "good", position


def test_what_stands_behind_the_signature_is_named_as_unsigned():
    code = read_foreign(code_of(KEY, annex="\x1d01SOMETHING"))
    assert code.unsigned == "\x1d01SOMETHING"
    assert "SOMETHING" not in str(code.fields)
    assert examine(code, TRUSTED).signature == "good"


def test_whose_key_it_is_counts_and_when():
    code = read_foreign(code_of(KEY))
    for names in ({"subject": "0002"}, {"issuer": "FR00"}):
        assert examine(code, load_trusted(pem(certificate(KEY, **names)))).code == "key-unknown"
    assert examine(code, load_trusted(pem(certificate(OTHER)))).code == "signature-wrong"
    ended, later = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    assert examine(code, load_trusted(pem(certificate(KEY, until=ended)))).code == "key-expired"
    assert examine(code, load_trusted(pem(certificate(KEY, since=later)))).code == "key-not-yet-valid"


def test_a_key_alone_names_nobody_and_accuses_nobody():
    code = read_foreign(code_of(KEY))
    said = examine(code, load_trusted(public_pem(KEY)))
    assert said.signature == "good"
    assert said.by.startswith("key ")
    assert examine(code, load_trusted(public_pem(OTHER))).code == "key-unknown"
    assert examine(code, load_trusted(public_pem(OTHER) + b"\n" + pem(certificate(KEY)))).by.startswith("CN=0001")


FIELDS = st.lists(
    st.sampled_from(sorted(FIXED) + sorted(MOST) + ["01", "0C", "18"]).flatmap(
        lambda code: st.tuples(
            st.just(code),
            st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /", min_size=FIXED.get(code, 0), max_size=FIXED.get(code, MOST.get(code, 20))),
            st.booleans(),
        )
    ),
    max_size=12,
)


@given(FIELDS)
def test_fields_are_read_as_they_were_written(fields):
    """A field that has its whole length needs no separator, and may have one."""
    text = ""
    for code, value, is_cut in fields:
        needs = len(value) != FIXED.get(code, MOST.get(code))
        text += code + value + ("\x1e" if is_cut else "\x1d" if needs or len(value) % 2 else "")
    read = doc2d.read(f"DC04LU000001FFFFFFFF1301LU{text}\x1f{'A' * 103}")
    assert [(field.code, field.value, field.is_cut) for field in read.fields] == fields


@given(st.text(alphabet="DC0123FRAZ\x1d\x1e\x1f éÿ\u202e€", max_size=80))
def test_a_text_that_begins_as_a_2d_doc_is_read_or_refused(text):
    for start in ("", "DC04FR000001FFFF18EA", "DC02FR000001FFFF18EAA5"):
        try:
            read = doc2d.read(start + text)
        except ForeignCodeError:
            continue
        assert not any(sign in "\x1d\x1e\x1f\u202e" for field in read.fields for sign in field.value)


def health(key, *, alg="ES256", kid=None, claims=None, protected=None, unprotected=None):
    """An HCERT as the library `cwt` signs one."""
    certified = {"ver": "1.3.0", "nam": {"fn": "Schmit", "gn": "Anne-Marie"}, "v": [{"dn": 2, "ok": True, "ci": "URN:UVCI:01LU"}]}
    claims = claims or {1: "LU", 4: 1_900_000_000, 6: 1_795_000_000, -260: {1: certified}}
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kid = load_trusted(pem(certificate(key)))[0].kid if kid is None else kid
    number = {"ES256": -7, "PS256": -37, "ES384": -35}[alg]
    message = cwt.COSE.new().encode(
        cbor2.dumps(claims),
        cwt.COSEKey.from_pem(private, alg=alg, kid=kid),
        protected={1: number, 4: kid} if protected is None else protected,
        unprotected=unprotected or {},
    )
    return packed(message)


def packed(message):
    return "HC1:" + base45.encode(zlib.compress(message))


def unpacked(text):
    return zlib.decompress(base45.decode(text.removeprefix("HC1:")))


@pytest.mark.parametrize(("key", "alg"), [(KEY, "ES256"), (RSA_KEY, "PS256")])
def test_an_hcert_of_another_library_is_read_and_examined(key, alg):
    code = read_foreign(health(key, alg=alg))
    assert (code.kind, code.issuer, code.algorithm) == ("hcert", "LU", alg)
    assert (code.signed_on, code.valid_until) == (datetime.fromtimestamp(1_795_000_000, UTC), datetime.fromtimestamp(1_900_000_000, UTC))
    assert facts(code) == [
        ("1.ver", "1.3.0"), ("1.nam.fn", "Schmit"), ("1.nam.gn", "Anne-Marie"), ("1.v.1.dn", "2"), ("1.v.1.ok", "true"), ("1.v.1.ci", "URN:UVCI:01LU"),
    ]  # fmt: skip
    own = load_trusted(pem(certificate(key)))
    assert examine(code, own).signature == "good"
    assert examine(code, load_trusted(pem(certificate(OTHER)))).code == "key-unknown"
    message = unpacked(health(key, alg=alg))
    for position in range(0, len(message), 7):
        changed = message[:position] + bytes([message[position] ^ 1]) + message[position + 1 :]
        try:
            said = examine(read_foreign(packed(changed)), own)
        except ForeignCodeError:
            continue
        assert said.signature != "good", position


@pytest.mark.parametrize("golden", GOLDEN["hcert"], ids=lambda one: one["example"])
def test_the_test_codes_of_countries_are_read_and_their_signature_holds(golden):
    code = read_foreign(golden["code"])
    assert (code.issuer, dict(facts(code))["1.nam.fn"]) == (golden["issuer"], golden["fn"])
    said = examine(code, load_trusted(golden["certificate"].encode()))
    assert (said.signature, said.code) == ("good", "")


def test_the_kid_may_stand_unprotected_or_be_missing():
    own = load_trusted(pem(certificate(KEY)))
    assert examine(read_foreign(health(KEY, protected={1: -7}, unprotected={4: own[0].kid})), own).signature == "good"
    bare = read_foreign(health(KEY, protected={1: -7}))
    assert examine(bare, own).signature == "good"
    assert examine(bare, load_trusted(pem(certificate(OTHER)))).code == "key-unknown"


def test_a_country_signs_for_itself_alone():
    own = load_trusted(pem(certificate(KEY)))
    claims = {1: "FR", 6: 1_795_000_000, -260: {1: {}}}
    said = examine(read_foreign(health(KEY, claims=claims)), own)
    assert (said.signature, said.code) == ("wrong", "key-of-other-owner")
    assert examine(read_foreign(health(KEY, claims={**claims, 1: "CNAM"})), own).signature == "good"
    assert examine(read_foreign(health(KEY, claims={-260: {1: {}}})), own).signature == "good"


def test_a_certificate_stands_for_the_time_of_signing():
    ended = load_trusted(pem(certificate(KEY, until=datetime(2026, 3, 1, tzinfo=UTC))))
    code = read_foreign(health(KEY, kid=ended[0].kid))
    assert examine(code, ended).code == "key-expired"
    assert code.signed_on > datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BRG1:ABC", "foreign-prefix"),
        ("DC05FR000001FFFFFFFF0001FR", "doc2d-format"),
        ("DC04FR000001FFFFFFFF00??FR\x1f" + "A" * 103, "doc2d-format"),
        ("DC04FR000001FFFFFFFF0001FR01ABC", "doc2d-signature"),
        ("DC04FR000001FFFFFFFF0001FR01ABC\x1f", "doc2d-signature"),
        ("DC04FR000001FFFFFFFF0001FR01ABC\x1fAB7", "doc2d-signature"),
        ("DC04FR000001FFFFFFFF0001FR01ABC\x1f" + "A" * 102 + "B", "doc2d-signature"),
        ("DC04FR000001FFFFFFFF0001FR?1ABC\x1f" + "A" * 103, "doc2d-format"),
        ("DC04FR000001FFFFFFFF0001FR01€\x1f" + "A" * 103, "doc2d-format"),
        ("DC04" + "A" * 5000, "foreign-limit"),
        ("HC1:" + "A" * 5000, "foreign-limit"),
        ("HC1:", "hcert-format"),
        ("HC1:abc", "hcert-format"),
        ("HC1:NCFOXN%TS", "hcert-format"),
        (packed(b"\x00" * 70_000), "foreign-limit"),
        (packed(b"\x81" * 60_000), "hcert-format"),
        (packed(b"\x9f" * 60_000), "hcert-format"),
        (packed(b"\xd2" * 60_000), "hcert-format"),
        (packed(b"\x9b" + b"\xff" * 8), "hcert-format"),
        (packed(b"\x5b" + b"\xff" * 8), "hcert-format"),
        (packed(cbor2.dumps([b"", {}, b"", b"", b""])), "hcert-format"),
        (packed(cbor2.dumps([b"", {}, b"", b""])), "hcert-algorithm"),
        (packed(cbor2.dumps([cbor2.dumps({1: -35}), {}, b"\xa0", b""])), "hcert-algorithm"),
        (packed(cbor2.dumps([cbor2.dumps({1: [-7]}), {}, b"\xa0", b""])), "hcert-algorithm"),
        (packed(cbor2.dumps([cbor2.dumps({1: -7}), {}, b"\xa0", b""])), "hcert-claims"),
        (packed(cbor2.dumps([cbor2.dumps({1: -7}), {}, b"\x80", b""])), "hcert-format"),
        (packed(cbor2.dumps([cbor2.dumps({1: -7}), {}, cbor2.dumps({4: 10**12, -260: {}}), b""])), "hcert-claims"),
        (packed(cbor2.dumps([cbor2.dumps({1: -7}), {}, cbor2.dumps({4: float("nan"), -260: {}}), b""])), "hcert-claims"),
        (packed(cbor2.dumps([cbor2.dumps({1: -7, 4: "kid"}), {}, cbor2.dumps({-260: {}}), b""])), "hcert-claims"),
    ],
)
def test_hostile_codes_are_refused_by_code(text, code):
    with pytest.raises(ForeignCodeError) as refused:
        read_foreign(text)
    assert refused.value.code == code


def test_a_bomb_is_not_unpacked():
    """4296 signs of Base 45 could become three megabytes; never more than the bound is held."""
    text = packed(b"\x00" * 2_500_000)
    assert len(text) < hcert.LONGEST
    with pytest.raises(ForeignCodeError, match="unpacks"):
        read_foreign(text)
    with pytest.raises(ForeignCodeError, match="follows"):
        read_foreign("HC1:" + base45.encode(zlib.compress(b"\x80") + b"more"))
    with pytest.raises(ForeignCodeError, match="cut"):
        read_foreign("HC1:" + base45.encode(zlib.compress(b"\x80")[:-2]))


@given(st.binary(max_size=120))
def test_any_bytes_are_an_hcert_or_refused(data):
    for message in (data, cbor2.dumps([cbor2.dumps({1: -7}), {}, data, b"\x00" * 64])):
        try:
            code = read_foreign(packed(message))
        except ForeignCodeError:
            continue
        assert examine(code, TRUSTED).signature != "good"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.floats(allow_nan=False) | st.binary(max_size=9) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 99) | st.text(max_size=5), inner, max_size=4),
        max_leaves=8,
    )
)
def test_cbor_of_another_library_is_read_as_it_was_meant(value):
    assert decode(cbor2.dumps(value)) == value


def test_cbor_in_its_longer_forms():
    assert decode(bytes.fromhex("bf61619f0102ffff")) == {"a": [1, 2]}
    assert decode(bytes.fromhex("a2626161016162 1b0000000000000002".replace(" ", ""))) == {"aa": 1, "b": 2}
    for twice_or_pieces in ("a2010101 02", "7f6161ff", "a1 f501", "f8ff", "ff", "a1", "1c"):
        with pytest.raises(CborError, match=r"twice|length|Keys|simple|ends") as refused:
            decode(bytes.fromhex(twice_or_pieces.replace(" ", "")))
        assert refused.value.code == "cbor-format"


def test_what_turns_the_direction_of_a_screen_is_not_shown():
    code = read_foreign(health(KEY, claims={1: "L\u202eU", -260: {1: {"a\x1b[2J": "b\u202ec"}}}))
    assert (code.issuer, facts(code)) == ("L\ufffdU", [("1.a\ufffd[2J", "b\ufffdc")])


@pytest.mark.parametrize("data", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----", b"-----BEGIN PUBLIC KEY-----"])
def test_a_file_that_names_nobody_is_refused(data):
    with pytest.raises(ForeignCodeError) as refused:
        load_trusted(data)
    assert refused.value.code == "trust-format"
    with pytest.raises(ForeignCodeError) as refused:
        load_trusted(data + b" " * 1_000_001)
    assert refused.value.code == "trust-limit"


def test_ours_are_not_foreign():
    assert [is_foreign(text) for text in ("DC04FR", "HC1:X", "BRG1:X", "BRG2:X", "DCXX", "2026-000001")] == [True, True, False, False, False, False]
