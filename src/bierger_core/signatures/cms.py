# SPDX-License-Identifier: EUPL-1.2
"""CMS SignedData with ES256 (RFC 5652, RFC 5753 and 5754), and the signed attributes that CAdES baseline asks for.

1. `signed_attributes`: the content's type and digest, the certificate's digest (ESSCertIDv2, RFC 5035), and the algorithms
   (RFC 6211), so that none of the four can be exchanged under the same signature.
2. The key signs them, wherever it lies: only these few hundred bytes go there, never the file.
3. `signed_data`: everything together, with the certificates, and a time stamp over the signature where there is one.

Source: ETSI EN 319 122-1 section 5, EN 319 142-1 section 6 (PAdES leaves the signing time to the PDF: no attribute here).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from bierger_core.signatures import der
from bierger_core.signatures.errors import DerError, SignatureError
from bierger_core.values import Signer

DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2, STAMP_TOKEN = "1.2.840.113549.1.9.16.2.47", "1.2.840.113549.1.9.16.2.14"
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
HASHES: dict[str, HashAlgorithm] = {
    "2.16.840.1.101.3.4.2.1": SHA256(), "2.16.840.1.101.3.4.2.2": SHA384(), "2.16.840.1.101.3.4.2.3": SHA512(),
}  # fmt: skip
_SIGNED_WITH = {
    ECDSA_SHA256: SHA256(), "1.2.840.10045.4.3.3": SHA384(), "1.2.840.10045.4.3.4": SHA512(),
    "1.2.840.113549.1.1.11": SHA256(), "1.2.840.113549.1.1.12": SHA384(), "1.2.840.113549.1.1.13": SHA512(),
}  # fmt: skip
_RSA = "1.2.840.113549.1.1.1"  # the digest is the one that SignerInfo names
SHA256_ID = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))  # no parameters: RFC 5754 section 2
_ES256_ID = der.sequence(der.oid(ECDSA_SHA256))
Chain = tuple[x509.Certificate, ...]
"""The signer's certificate first, then those above it; a root may be left out."""
Sign = Callable[[bytes], bytes]


def raw_signer(signer: Signer) -> Sign:
    """A signer's ES256 signature as CMS writes it: DER of r and s instead of the two side by side."""

    def sign(message: bytes) -> bytes:
        raw = signer.sign(message)
        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    if signer.alg != "ES256":
        raise SignatureError("Files are signed with ES256.", code="signature-algorithm", alg=signer.alg)
    return sign


def signed_attributes(digest: bytes, certificate: x509.Certificate, *, content_type: str = DATA) -> bytes:
    """What is signed: a DER SET. digest: SHA-256 of the content, 32 bytes."""
    named = der.sequence(der.sequence(der.sequence(der.octets(hashlib.sha256(_der(certificate)).digest()))))
    algorithms = der.sequence(SHA256_ID, der.context(1, der.only(_ES256_ID, der.SEQUENCE)))
    return der.set_of((
        _attribute(CONTENT_TYPE, der.oid(content_type)),
        _attribute(MESSAGE_DIGEST, der.octets(digest)),
        _attribute(SIGNING_CERTIFICATE_V2, named),
        _attribute(ALGORITHM_PROTECTION, algorithms),
    ))  # fmt: skip


def signed_data(
    attributes: bytes,
    signature: bytes,
    chain: Chain,
    *,
    token: bytes | None = None,
    content: tuple[str, bytes] | None = None,
    with_certificates: bool = True,
) -> bytes:
    """A ContentInfo.

    signature  DER of r and s, over `attributes`
    token      a time stamp of `signature` (RFC 3161), put in as it came
    content    (type, bytes) carried inside; None: the content is elsewhere, in the PDF around
    """
    certificate = chain[0]
    who = der.sequence(certificate.issuer.public_bytes(), der.integer(certificate.serial_number))
    inside = der.only(attributes, der.SET)
    stamped = b"" if token is None else der.context(1, _attribute(STAMP_TOKEN, token))
    signer = der.sequence(
        der.integer(1), who, SHA256_ID, der.context(0, inside), _ES256_ID, der.octets(signature), stamped,
    )  # fmt: skip
    kind = DATA if content is None else content[0]
    held = b"" if content is None else der.context(0, der.octets(content[1]))
    certificates = der.context(0, b"".join(sorted(_der(one) for one in chain))) if with_certificates else b""
    version = der.integer(1 if kind == DATA else 3)
    data = der.sequence(version, der.set_of([SHA256_ID]), der.sequence(der.oid(kind), held), certificates, der.set_of([signer]))
    return der.sequence(der.oid(SIGNED_DATA), der.context(0, data))


@dataclass(frozen=True)
class Signed:
    """What `read_signed` found, its signature verified with the certificate inside.

    digest     of the content, as signed; hash: the algorithm it was made with
    content    what is carried inside, None when it is elsewhere
    signature  the bytes that a time stamp is about; token: that stamp, None when there is none
    """

    certificate: x509.Certificate
    others: Chain
    content_type: str
    content: bytes | None
    hash: HashAlgorithm
    digest: bytes
    signature: bytes
    token: bytes | None


def read_signed(data: bytes, *, certificates: Chain = ()) -> Signed:
    """Read a ContentInfo of one signer and verify its signature; zeros may follow it, as they do in a PDF's hole.

    certificates: more of them, where none are inside.
    Who the signer is, whether the certificate is trusted, and whether the digest is that of the content, the caller judges.
    Raises SignatureError.
    """
    try:
        return _read_signed(data, certificates)
    except (DerError, ValueError, IndexError, KeyError, UnsupportedAlgorithm) as error:
        raise SignatureError("The signature cannot be read.", code="signature-format") from error


def _read_signed(data: bytes, more: Chain) -> Signed:
    _, outer, _, padding = der.read(data, der.SEQUENCE)
    if padding.strip(b"\0"):
        raise SignatureError("Something follows the signature.")
    kind, wrapped = der.parts(outer)
    if der.read_oid(kind[1]) != SIGNED_DATA:
        raise SignatureError("This is no SignedData.")
    _, _, (_, encapsulated, _), *rest = der.parts(der.only(wrapped[1], der.SEQUENCE))
    held = {tag: content for tag, content, _ in rest}
    content_type, *inside = der.parts(encapsulated)
    content = der.only(inside[0][1], der.OCTET_STRING) if inside else None
    known = [x509.load_der_x509_certificate(whole) for tag, _, whole in der.parts(held.get(0xA0, b"")) if tag == der.SEQUENCE]
    _, who, digest_id, attributes, algorithm, signature, *unsigned = der.parts(der.only(held[der.SET], der.SEQUENCE))
    certificate = _certificate_of(who[2], [*known, *more])
    found = _attributes(attributes[1])
    if der.read_oid(der.only(found[CONTENT_TYPE], der.OID)) != der.read_oid(content_type[1]):
        raise SignatureError("The signature is about content of another type.", code="signature-digest")
    hashed = _algorithm(HASHES, digest_id[1])
    _check(certificate, _signed_hash(algorithm[1], hashed), signature[1], der.tagged(der.SET, attributes[1]))
    _check_named(certificate, found.get(SIGNING_CERTIFICATE_V2))
    return Signed(
        certificate, tuple(one for one in known if one != certificate), der.read_oid(content_type[1]), content, hashed,
        der.only(found[MESSAGE_DIGEST], der.OCTET_STRING), signature[1],
        _attributes(unsigned[0][1]).get(STAMP_TOKEN) if unsigned else None,
    )  # fmt: skip


def _certificate_of(who: bytes, known: list[x509.Certificate]) -> x509.Certificate:
    for one in known:
        if der.sequence(one.issuer.public_bytes(), der.integer(one.serial_number)) == who:
            return one
    raise SignatureError("The signer's certificate is not there.", code="signature-certificate")


def _attributes(content: bytes) -> dict[str, bytes]:
    """By type: the first value of each, whole."""
    found: dict[str, bytes] = {}
    for _, attribute, _ in der.parts(content):
        kind, values = der.parts(attribute)
        found.setdefault(der.read_oid(kind[1]), der.read(values[1])[2])
    return found


def _algorithm(known: dict[str, HashAlgorithm], content: bytes) -> HashAlgorithm:
    name = der.read_oid(der.read(content, der.OID)[1])
    if name not in known:
        raise SignatureError("This algorithm is not judged here.", code="signature-algorithm", algorithm=name)
    return known[name]


def _signed_hash(content: bytes, hashed: HashAlgorithm) -> HashAlgorithm:
    return hashed if der.read_oid(der.read(content, der.OID)[1]) == _RSA else _algorithm(_SIGNED_WITH, content)


def _check(certificate: x509.Certificate, hashed: HashAlgorithm, signature: bytes, message: bytes) -> None:
    key = certificate.public_key()
    try:
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, message, ECDSA(hashed))
        elif isinstance(key, RSAPublicKey):  # time-stamping authorities often sign with RSA
            key.verify(signature, message, PKCS1v15(), hashed)
        else:
            raise SignatureError("A key of this kind is not judged here.", code="signature-algorithm")
    except InvalidSignature:
        raise SignatureError("The signature is not of this key over this.", code="signature-wrong") from None


def _check_named(certificate: x509.Certificate, named: bytes | None) -> None:
    """Where the attribute names a certificate by its SHA-256, it is this one."""
    if named is None:
        return
    listed = der.read(der.only(named, der.SEQUENCE), der.SEQUENCE)[1]
    pieces = der.parts(der.read(listed, der.SEQUENCE)[1])
    if pieces[0][0] == der.OCTET_STRING and pieces[0][1] != hashlib.sha256(_der(certificate)).digest():
        raise SignatureError("The signature names another certificate.", code="signature-certificate")


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.set_of([value]))


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
