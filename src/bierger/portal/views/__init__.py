# SPDX-License-Identifier: EUPL-1.2
"""Views: each reads, calls one service, and draws one page."""

from bierger.portal.views.bundles import bundle, bundle_check, bundle_discard, bundle_submit, bundle_take_out
from bierger.portal.views.catalogue import catalogue, home, sheet
from bierger.portal.views.drafts import check, discard, step, submit
from bierger.portal.views.filings import receipt, receipt_pdf
from bierger.portal.views.links import link, link_help
from bierger.portal.views.lists import draft_list, message_list, request_list
from bierger.portal.views.mailbox import act_pdf, act_proof
from bierger.portal.views.mandates import mandate_end, mandates
from bierger.portal.views.pages import accessibility, colours
from bierger.portal.views.prepare import prepare
from bierger.portal.views.readings import readings, readings_ask, readings_file, readings_verifier
from bierger.portal.views.requests import answer, deletion, request_page, task
from bierger.portal.views.situations import situation_list, situation_page, situation_plan
from bierger.portal.views.start import start
from bierger.portal.views.verify import verify
from bierger.portal.views.verify_app import verify_app, verify_manifest, verify_reader, verify_words, verify_worker

__all__ = [
    "accessibility",
    "act_pdf",
    "act_proof",
    "answer",
    "bundle",
    "bundle_check",
    "bundle_discard",
    "bundle_submit",
    "bundle_take_out",
    "catalogue",
    "check",
    "colours",
    "deletion",
    "discard",
    "draft_list",
    "home",
    "link",
    "link_help",
    "mandate_end",
    "mandates",
    "message_list",
    "prepare",
    "readings",
    "readings_ask",
    "readings_file",
    "readings_verifier",
    "receipt",
    "receipt_pdf",
    "request_list",
    "request_page",
    "sheet",
    "situation_list",
    "situation_page",
    "situation_plan",
    "start",
    "step",
    "submit",
    "task",
    "verify",
    "verify_app",
    "verify_manifest",
    "verify_reader",
    "verify_words",
    "verify_worker",
]  # fmt: skip
