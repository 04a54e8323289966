# SPDX-License-Identifier: EUPL-1.2
"""Errors of file signatures and time stamps.

SignaturesError              every refusal of this package
├── DerError                 der-format: bytes are not DER (X.690), or not the value that was looked for
├── SignatureError           signature-format, signature-algorithm, signature-certificate, signature-wrong, signature-digest,
│                            signature-space: what was to be written does not fit into the hole
└── StampError               stamp-format, stamp-refused, stamp-other-digest, stamp-other-nonce, stamp-wrong, stamp-certificate
"""

from bierger_core.values import CoreError


class SignaturesError(CoreError):
    """Something about a signature or a time stamp is not as it claims."""

    default_code = "signature-format"


class DerError(SignaturesError):
    """Bytes that are not the one DER encoding of what they should be."""

    default_code = "der-format"


class SignatureError(SignaturesError):
    """A signature that is malformed, of a kind that is not judged here, or wrong."""

    default_code = "signature-format"


class StampError(SignaturesError):
    """A time stamp that was refused, is for something else, or is wrong."""

    default_code = "stamp-format"
