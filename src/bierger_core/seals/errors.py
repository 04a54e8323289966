# SPDX-License-Identifier: EUPL-1.2
"""Errors of seals and of their verification.

SealsError                        every refusal of this package
├── CborError                     cbor-type, cbor-format, cbor-not-canonical, cbor-limit
├── Base45Error                   base45-sign, base45-length, base45-value
├── SealError                     seal-prefix, seal-limit, seal-format, seal-algorithm, seal-claims, seal-facts
│   ├── UnknownTypeError          document-type-unknown: the registry has no such document type
│   └── SealSignatureError        signature-wrong
├── KeyListError                  key-list-format, key-list-limit, key-list-rewritten, key-entry, key-rotation
│   ├── UnknownKeyError           key-unknown: no such key for this purpose
│   ├── KeyOfOtherOwnerError      key-of-other-owner: a key that may not speak for this issuer
│   ├── KeyNotYetValidError       key-not-yet-valid  ┐
│   ├── KeyExpiredError           key-expired        ├ judged at the instant of issue
│   └── KeyRevokedError           key-revoked        ┘
├── StatusListError               status-list-format, status-list-limit, status-list-expired, status-list-other
├── ForeignCodeError              foreign-prefix, foreign-limit, doc2d-format, doc2d-signature, hcert-format, hcert-algorithm,
│   │                             hcert-claims: codes of others, see `foreign`
│   └── TrustError                trust-format, trust-limit
└── VerificationError             the reason of a failed step: act-not-pdf, issued-in-future, facts-not-logged,
    │                             facts-proof-missing, log-unknown, file-proof-missing, file-salt-missing, opening-mismatch,
    │                             log-other-origin, receipt-format, receipt-proof-missing, act-revoked
    └── RevocationUnavailableError  revocation-unavailable: raised by a lookup that got no answer
"""

from bierger_core.values import CoreError


class SealsError(CoreError):
    """Something about a seal is not as it claims."""

    default_code = "seals-error"


class CborError(SealsError):
    """Bytes are not the one deterministic CBOR of a value, or a value has none."""

    default_code = "cbor-format"


class Base45Error(SealsError):
    """A text is not Base 45 (RFC 9285)."""

    default_code = "base45-value"


class SealError(SealsError):
    """A seal is malformed, or its facts are not those of its document type."""

    default_code = "seal-format"


class UnknownTypeError(SealError):
    """A compact seal names a document type that the registry at hand does not have: a newer registry may."""

    default_code = "document-type-unknown"


class SealSignatureError(SealError):
    """The signature was not made by the key the seal names, over these facts."""

    default_code = "signature-wrong"


class KeyListError(SealsError):
    """A key list or one of its entries is malformed."""

    default_code = "key-list-format"


class UnknownKeyError(KeyListError):
    """No key of this identifier serves this purpose."""

    default_code = "key-unknown"


class KeyOfOtherOwnerError(KeyListError):
    """The key belongs to somebody else than the issuer named in the seal."""

    default_code = "key-of-other-owner"


class KeyNotYetValidError(KeyListError):
    """At the instant of issue the key was not valid yet."""

    default_code = "key-not-yet-valid"


class KeyExpiredError(KeyListError):
    """At the instant of issue the key was not valid any more."""

    default_code = "key-expired"


class KeyRevokedError(KeyListError):
    """At the instant of issue the key was revoked."""

    default_code = "key-revoked"


class StatusListError(SealsError):
    """A status list is malformed, out of date, or not the one asked for."""

    default_code = "status-list-format"


class ForeignCodeError(SealsError):
    """The code of somebody else's system is malformed, or of a kind that is not read here."""

    default_code = "foreign-prefix"


class TrustError(ForeignCodeError):
    """A file is not the certificates or public keys (PEM) that somebody trusts."""

    default_code = "trust-format"


class VerificationError(SealsError):
    """Why a step of a verification failed."""

    default_code = "verification-failed"


class RevocationUnavailableError(VerificationError):
    """Raised by a revocation lookup that could not get an answer: the step counts as not checked."""

    default_code = "revocation-unavailable"
