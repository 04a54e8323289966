# SPDX-License-Identifier: EUPL-1.2
"""The reads of documents. What the principal may not see is not there."""

from bierger.documents.selectors.acts import (
    act,
    act_by_number,
    act_file,
    act_origin,
    act_pdf,
    act_proof,
    act_source,
    acts_of_case,
    my_acts,
    replaced_acts,
    revocations,
    undelivered,
)
from bierger.documents.selectors.blobs import read_attachment, read_blob
from bierger.documents.selectors.document_types import type_registry, types_json
from bierger.documents.selectors.erasure import act_terms, acts_over, case_of_act
from bierger.documents.selectors.misused_keys import numbers_refused, numbers_waiting
from bierger.documents.selectors.sealed_words import SealedWords, sealed_words
from bierger.documents.selectors.statuses import status_list
from bierger.documents.selectors.submissions import submission_code
from bierger.documents.selectors.verification import verify_brought, verify_issued, verify_text
from bierger.documents.selectors.waiting import waiting_files

__all__ = [
    "SealedWords",
    "act",
    "act_by_number",
    "act_file",
    "act_origin",
    "act_pdf",
    "act_proof",
    "act_source",
    "act_terms",
    "acts_of_case",
    "acts_over",
    "case_of_act",
    "my_acts",
    "numbers_refused",
    "numbers_waiting",
    "read_attachment",
    "read_blob",
    "replaced_acts",
    "revocations",
    "sealed_words",
    "status_list",
    "submission_code",
    "type_registry",
    "types_json",
    "undelivered",
    "verify_brought",
    "verify_issued",
    "verify_text",
    "waiting_files",
]
