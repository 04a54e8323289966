# SPDX-License-Identifier: EUPL-1.2
"""Signatures of files and their time stamps, as the rest of the world reads them: CMS (RFC 5652), CAdES, RFC 3161."""

from bierger_core.signatures.authority import SERIAL_BYTES, Authority, answer_stamp
from bierger_core.signatures.cms import Chain, raw_signer, read_signed, signed_attributes, signed_data
from bierger_core.signatures.errors import DerError, SignatureError, SignaturesError, StampError
from bierger_core.signatures.files import FileSignature, Hole, check_file_signature, embed, find_hole
from bierger_core.signatures.stamps import Stamp, open_answer, open_stamp, stamp_request

__all__ = [
    "SERIAL_BYTES",
    "Authority",
    "Chain",
    "DerError",
    "FileSignature",
    "Hole",
    "SignatureError",
    "SignaturesError",
    "Stamp",
    "StampError",
    "answer_stamp",
    "check_file_signature",
    "embed",
    "find_hole",
    "open_answer",
    "open_stamp",
    "raw_signer",
    "read_signed",
    "signed_attributes",
    "signed_data",
    "stamp_request",
]
