# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the citizen's screens."""

from django.urls import path

from bierger.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue", views.catalogue, name="catalogue"),
    path("procedures/<slug:owner>/<slug:name>", views.sheet, name="sheet"),
    path("procedures/<slug:owner>/<slug:name>/start", views.start, name="start"),
    path("situations", views.situation_list, name="situations"),
    path("situations/<slug:name>", views.situation_page, name="situation"),
    path("situations/<slug:name>/plan", views.situation_plan, name="situation-plan"),
    path("situations/<slug:name>/prepare", views.prepare, name="situation-prepare"),
    path("drafts", views.draft_list, name="drafts"),
    path("drafts/<uuid:draft>/check", views.check, name="check"),
    path("drafts/<uuid:draft>/submit", views.submit, name="submit"),
    path("drafts/<uuid:draft>/discard", views.discard, name="discard"),
    path("drafts/<uuid:draft>/<slug:step>", views.step, name="step"),
    path("bundles/<uuid:bundle>", views.bundle, name="bundle"),
    path("bundles/<uuid:bundle>/check", views.bundle_check, name="bundle-check"),
    path("bundles/<uuid:bundle>/submit", views.bundle_submit, name="bundle-submit"),
    path("bundles/<uuid:bundle>/take-out", views.bundle_take_out, name="bundle-take-out"),
    path("bundles/<uuid:bundle>/discard", views.bundle_discard, name="bundle-discard"),
    path("filings/<uuid:filing>", views.receipt, name="receipt"),
    path("filings/<uuid:filing>/receipt.pdf", views.receipt_pdf, name="receipt-pdf"),
    path("requests", views.request_list, name="requests"),
    path("requests/<uuid:case>", views.request_page, name="request"),
    path("requests/<uuid:case>/answer", views.answer, name="answer"),
    path("requests/<uuid:case>/deletions/<uuid:deletion>.json", views.deletion, name="deletion"),
    path("requests/<uuid:case>/tasks/<uuid:task>", views.task, name="task"),
    path("mailbox", views.message_list, name="mailbox"),
    path("mandates", views.mandates, name="mandates"),
    path("mandates/<uuid:mandate>/end", views.mandate_end, name="mandate-end"),
    path("acts/<uuid:act>.pdf", views.act_pdf, name="act-pdf"),
    path("acts/<uuid:act>.tlog-proof", views.act_proof, name="act-proof"),
    path("l", views.link_help, name="link-help"),
    path("l/<str:token>", views.link, name="link"),
    path("verify", views.verify, name="verify"),
    path("verify/app/<slug:language>", views.verify_app, name="verify-app"),
    path("verify/app/<slug:language>.json", views.verify_words, name="verify-words"),
    path("verify/app/<slug:language>.webmanifest", views.verify_manifest, name="verify-manifest"),
    path("verify/worker.js", views.verify_worker, name="verify-worker"),
    path("verify/reader.js", views.verify_reader, name="verify-reader"),
    path("readings", views.readings, name="readings"),
    path("readings.json", views.readings_file, name="readings-file"),
    path("readings/<int:number>/ask", views.readings_ask, name="readings-ask"),
    path("readings/verify_readings.py", views.readings_verifier, name="readings-verifier"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("colours/<slug:code>.css", views.colours, name="colours"),
]
