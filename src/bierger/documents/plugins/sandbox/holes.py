# SPDX-License-Identifier: EUPL-1.2
"""The place of a signature, made in the worker by pyHanko: a field, its dictionary and an empty hole, added behind the PDF.

What Typst wrote stays byte for byte; the update comes after it. No key and no certificate is here, and nothing is signed: the
process that holds the key fills the hole (`documents.plugins.signing`).

The field is not drawn, and lies outside the page: the act says on paper what it is, and PDF/UA-1 asks for no tag of what nobody
can see (ISO 14289-1 section 7.18.1), PDF/A-3 for no appearance of what has no size (ISO 19005-3 section 6.3.3).
It certifies (DocMDP, no changes permitted): nobody adds anything to an act.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

FIELD = "Seal"
MOST_ROOM = 50_000


class _Untouched(IncrementalPdfFileWriter):
    """Adds the signature and nothing else: the metadata, with its claim of PDF/A and PDF/UA, stays Typst's."""

    def _update_meta(self) -> None:
        """Not as the library has it, which would write metadata of its own."""


def with_hole(pdf: bytes, wanted: Mapping[str, object]) -> bytes:
    """The PDF with an empty place for a signature.

    wanted: room (bytes of the signature), at (seconds since 1970), label (what a screen reader says of the field)
    """
    room = int(str(wanted["room"]))
    if not 0 < room <= MOST_ROOM:
        raise ValueError("no signature is that long")
    # An update begins on a line of its own (ISO 19005-3 section 6.1.9); Typst's file ends without an end of line.
    writer = _Untouched(io.BytesIO(pdf + b"\n"))
    field = SigFieldSpec(
        FIELD,
        on_page=0,
        readable_field_name=str(wanted["label"]),
        invis_sig_settings=InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True),
    )
    steps = PdfCMSEmbedder(field).write_cms(FIELD, writer)
    next(steps)
    signature = SignatureObject(
        timestamp=datetime.fromtimestamp(int(str(wanted["at"])), UTC), subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * room
    )
    steps.send(SigObjSetup(signature, SigMDPSetup("sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)))
    _, output = steps.send(SigIOSetup("sha256"))
    made: bytes = output.getvalue()
    return made
