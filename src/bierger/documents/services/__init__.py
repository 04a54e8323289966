# SPDX-License-Identifier: EUPL-1.2
"""The verbs of documents. Keyword-only; each writes inside the caller's `acting_as`, except rendering, which writes nothing,
and verification, which opens its own around its reads.
"""

from bierger.documents.plugins.uploads import inspect_upload
from bierger.documents.services.acts import decide_act, mark_delivered
from bierger.documents.services.blobs import (
    copy_blob,
    erase_blob,
    hold_blob,
    release_blob,
    store_blob,
    sweep_orphans,
)
from bierger.documents.services.bulk import Campaign, Letter, issue_letters
from bierger.documents.services.document_types import publish_types, register_type, type_of
from bierger.documents.services.erasure import forget_acts, forget_files, forget_submission, plan_erasure
from bierger.documents.services.rendering import render_pdf, render_receipt
from bierger.documents.services.revocations import mark_told, publish_revocations, replace_act, revoke_act
from bierger.documents.services.signing import WARNED_DAYS, anchors, answer_stamp_request, certificate_days, warn_of_certificates
from bierger.documents.services.standing import move_on
from bierger.documents.services.statuses import publish_status_lists
from bierger.documents.services.steps import finish_logged, render_act
from bierger.documents.services.submissions import register_submission
from bierger.documents.services.verification import LARGEST_TO_VERIFY, verify_upload
from bierger.documents.services.waiting import drop_waiting, keep_waiting, lock_waiting, send_waiting, sweep_waiting

__all__ = [
    "LARGEST_TO_VERIFY",
    "WARNED_DAYS",
    "Campaign",
    "Letter",
    "anchors",
    "answer_stamp_request",
    "certificate_days",
    "copy_blob",
    "decide_act",
    "drop_waiting",
    "erase_blob",
    "finish_logged",
    "forget_acts",
    "forget_files",
    "forget_submission",
    "hold_blob",
    "inspect_upload",
    "issue_letters",
    "keep_waiting",
    "lock_waiting",
    "mark_delivered",
    "mark_told",
    "move_on",
    "plan_erasure",
    "publish_revocations",
    "publish_status_lists",
    "publish_types",
    "register_submission",
    "register_type",
    "release_blob",
    "render_act",
    "render_pdf",
    "render_receipt",
    "replace_act",
    "revoke_act",
    "send_waiting",
    "store_blob",
    "sweep_orphans",
    "sweep_waiting",
    "type_of",
    "verify_upload",
    "warn_of_certificates",
]
