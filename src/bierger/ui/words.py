# SPDX-License-Identifier: EUPL-1.2
"""Codes that both the citizen's and the officer's screens say in words: themes, events, purposes, facts, checks.

Every function gives back something readable for a code it does not know: a new code must never break a page.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

THEMES: Mapping[str, str] = {
    "housing": gettext_noop("Housing"),
    "building": gettext_noop("Building"),
    "identity": gettext_noop("Identity and certificates"),
    "family": gettext_noop("Family"),
    "environment": gettext_noop("Nature and environment"),
    "roads": gettext_noop("Roads and public space"),
    "taxes": gettext_noop("Taxes and fees"),
    "business": gettext_noop("Business"),
    "work": gettext_noop("Work"),
    "health": gettext_noop("Health"),
    "animals": gettext_noop("Animals"),
    "culture": gettext_noop("Culture and leisure"),
    "education": gettext_noop("School and education"),
    "elections": gettext_noop("Elections"),
    "waste": gettext_noop("Waste and recycling"),
}

# Type of an event of a case -> the line of the timeline.
EVENTS: Mapping[str, str] = {
    "case-opened": gettext_noop("Request received"),
    "task-taken": gettext_noop("Taken in hand"),
    "task-given-back": gettext_noop("Given back"),
    "note-added": gettext_noop("Internal note"),
    "question-asked": gettext_noop("The administration has a question"),
    "question-answered": gettext_noop("Question answered"),
    "question-withdrawn": gettext_noop("The administration withdrew its question"),
    "task-completed": gettext_noop("Step completed"),
    "decided-by-rule": gettext_noop("Rule applied"),
    "state-changed": gettext_noop("State of the request"),
    "timer-fired": gettext_noop("Deadline reached"),
    "register-asked": gettext_noop("Register consulted"),
    "act-decided": gettext_noop("Decision taken, the document is being prepared"),
    "act-delivered": gettext_noop("Document delivered"),
    "act-revoked": gettext_noop("Document revoked"),
    "notified": gettext_noop("Information sent"),
    "case-ended": gettext_noop("Request closed"),
    "payload-erased": gettext_noop("Content erased"),
    "case-held": gettext_noop("Kept longer"),
    "case-released": gettext_noop("No longer kept longer than foreseen"),
    "case-erased": gettext_noop("Contents erased"),
    "acts-erased": gettext_noop("Documents erased"),
}

ACTORS: Mapping[str, str] = {
    "person": gettext_noop("You"),
    "link": gettext_noop("You"),
    "anonymous": gettext_noop("You"),
    "officer": gettext_noop("The administration"),
    "worker": gettext_noop("Automatic step"),
    "system": gettext_noop("Automatic step"),
}

LEVELS: Mapping[str, str] = {
    "none": gettext_noop("no sign-in needed"),
    "low": gettext_noop("simple sign-in"),
    "substantial": gettext_noop("strong sign-in (two factors)"),
    "high": gettext_noop("highest sign-in (card or certificate)"),
}

# How a filing was signed: a declaration is worth as much as the sign-in behind it.
DECLARED: Mapping[str, str] = {
    "none": gettext_noop("Declared as true, without sign-in"),
    "low": gettext_noop("Declared as true, with a simple sign-in"),
    "substantial": gettext_noop("Declared as true, with a strong sign-in"),
    "high": gettext_noop("Declared as true, with the highest sign-in"),
}

AUDIENCES: Mapping[str, str] = {
    "citizen": gettext_noop("Residents"),
    "firm": gettext_noop("Firms and associations"),
    "anybody": gettext_noop("Everybody"),
}

PURPOSES: Mapping[str, str] = {
    "case-handling": gettext_noop("Handling of your request"),
    "worklist": gettext_noop("List of requests to be handled"),
    "register-check": gettext_noop("Check in a register"),
    "delivery": gettext_noop("Delivery of a document"),
    "search": gettext_noop("Search"),
    "act-revocation": gettext_noop("Revocation or correction of a document"),
    "audit": gettext_noop("Audit"),
    "representation": gettext_noop("Acting in your name, by a mandate"),
    "oversight": gettext_noop("Check of who reads data"),
}

FACTS: Mapping[str, str] = {
    "name": gettext_noop("name"),
    "space": gettext_noop("your requests and documents"),
    "address": gettext_noop("address"),
    "answers": gettext_noop("your answers"),
    "files": gettext_noop("list of your attachments"),
    "matricule": gettext_noop("national identification number"),
    "birth_date": gettext_noop("date of birth"),
    "email": gettext_noop("email address"),
    "act": gettext_noop("document issued to you"),
    "acts": gettext_noop("documents issued to you"),
    "holder": gettext_noop("identity"),
    "population": gettext_noop("entry in the population register"),
    "register-population-residence": gettext_noop("entry in the population register"),
    "birth-date": gettext_noop("date of birth"),
    "attachment": gettext_noop("one of your attachments"),
    "together": gettext_noop("what you asked for together with this"),
    "reading": gettext_noop("an entry about who looked at your data"),
    "attachments": gettext_noop("your attachments"),  # as older readings say
}

# What is said to somebody about themselves, in the words for somebody else: an officer reads of a reading about another person.
OF_OTHERS: Mapping[str, str] = {
    "Handling of your request": gettext_noop("Handling of a request"),
    "Acting in your name, by a mandate": gettext_noop("Acting in the person’s name, by a mandate"),
    "your requests and documents": gettext_noop("the person’s requests and documents"),
    "your answers": gettext_noop("answers in the request"),
    "list of your attachments": gettext_noop("list of the attachments"),
    "document issued to you": gettext_noop("issued document"),
    "documents issued to you": gettext_noop("issued documents"),
    "one of your attachments": gettext_noop("one of the attachments"),
    "what you asked for together with this": gettext_noop("what was asked for together with this"),
    "an entry about who looked at your data": gettext_noop("an entry about who looked at the person’s data"),
    "your attachments": gettext_noop("attachments"),
}

# Step of a verification -> (what it asks, sentence when it holds, when it fails, when it was not checked).
CHECKS: Mapping[str, tuple[str, str, str, str]] = {
    "readable": (
        gettext_noop("Can the document be read?"),
        gettext_noop("A code was found and read."),
        gettext_noop("No code could be found or read."),
        gettext_noop("Not checked."),
    ),
    "seal-format": (
        gettext_noop("Is the seal well formed?"),
        gettext_noop("The seal has the form it must have."),
        gettext_noop("The seal is damaged or was not made by this system."),
        gettext_noop("Not checked, because an earlier step failed."),
    ),
    "key-known": (
        gettext_noop("Who sealed it?"),
        gettext_noop("The key belongs to the administration named."),
        gettext_noop("The key is not known, or belongs to somebody else."),
        gettext_noop("Not checked, because an earlier step failed."),
    ),
    "signature": (
        gettext_noop("Is the signature right?"),
        gettext_noop("The signature fits: the facts are exactly those that were sealed."),
        gettext_noop("The signature does not fit: the facts were changed."),
        gettext_noop("Not checked, because an earlier step failed."),
    ),
    "key-valid": (
        gettext_noop("Was the key valid on that day?"),
        gettext_noop("The key was valid when the document was issued."),
        gettext_noop("The key was not valid when the document was issued."),
        gettext_noop("Not checked, because an earlier step failed."),
    ),
    "facts-in-log": (
        gettext_noop("Are the facts in the public log?"),
        gettext_noop("The facts were entered in a log that cannot be rewritten unnoticed by those who keep its checkpoints."),
        gettext_noop("The facts are not in the public log."),
        gettext_noop("The log was not asked."),
    ),
    "file-in-log": (
        gettext_noop("Is this the exact file that was issued?"),
        gettext_noop("Every byte of the file is as it was issued."),
        gettext_noop("The public log does not have this file: it was changed since it was issued, or issued elsewhere."),
        gettext_noop("Only the code was checked, not the whole document."),
    ),
    "revocation": (
        gettext_noop("Is it still in force?"),
        gettext_noop("It was not revoked."),
        gettext_noop("It was revoked by the administration."),
        gettext_noop("Not checked, because an earlier step failed."),
    ),
    "submission-in-log": (
        gettext_noop("Is the receipt in the public log?"),
        gettext_noop("The submission was entered in a log that cannot be rewritten unnoticed by those who keep its checkpoints."),
        gettext_noop(
            "This number and this code do not belong to a submission in the log. It may take a few seconds after submitting."
        ),
        gettext_noop("Not checked, because an earlier step failed."),
    ),
    # Of a PDF that is signed: beside the verdict, which needs no certificate.
    "pdf-signature": (
        gettext_noop("What does the signature of the PDF say?"),
        gettext_noop("Not a byte was changed since."),
        gettext_noop("The signature of the PDF cannot be read."),
        gettext_noop("Not checked here: this page knows no certificates. Our server and any PDF reader check it."),
    ),
}

# Why there is no verdict, and what to do; "" for everything else that could not be read.
UNREAD: Mapping[str, str] = {
    "": gettext_noop("This file could not be read. As long as nothing was checked, the document proves nothing."),
    "verify-no-code": gettext_noop(
        "No code could be found in this picture. Take it closer, sharp and evenly lit, or type the code. "
        "As long as nothing was checked, the document proves nothing."
    ),
    "verify-not-a-code": gettext_noop(
        "This is neither the code of a document nor the number and fingerprint of a receipt. Was all of it typed?"
    ),
    "verify-no-seal": gettext_noop(
        "This PDF carries no seal of ours. If it should have one, it is not the file that was issued."
    ),
    "verify-foreign-code": gettext_noop("The code in this picture is not one of ours. The document proves nothing by it."),
    "upload-too-large": gettext_noop("The file is too large: 25 MB are read at most. Nothing was checked."),
    "upload-type": gettext_noop(
        "A file of this kind is not opened here. Give the PDF, a photo as PNG or JPEG, or the text of the code."
    ),
}

REVOCATIONS: Mapping[str, str] = {
    "error": gettext_noop("issued in error"),
    "fraud": gettext_noop("obtained by false statements"),
    "replaced": gettext_noop("replaced by a newer document"),
    "withdrawn": gettext_noop("withdrawn by the administration"),
}

ACT_STATES: Mapping[str, str] = {
    "decided": gettext_noop("Being sealed"),
    "logged": gettext_noop("Being written"),
    "rendered": gettext_noop("Being sealed"),
    "delivered": gettext_noop("Ready"),
}


def word(words: Mapping[str, str], code: str) -> str:
    """A code in words; a code nobody knows is shown as it is, with spaces."""
    known = words.get(code)
    return _(known) if known else code.replace("-", " ").replace("_", " ")


def of_others(words: Mapping[str, str], code: str) -> str:
    """A code in words, for somebody whom it is not about."""
    known = words.get(code, "")
    return _(OF_OTHERS[known]) if known in OF_OTHERS else word(words, code)


def theme(code: str) -> str:
    return word(THEMES, code)


# Why the signature of a PDF is not right: codes of bierger_core.signatures. What is not here has the words of its step.
SIGNATURES: Mapping[str, str] = {
    "signature-digest": gettext_noop("The file was changed after it was signed, or only a part of it is signed."),
    "signature-wrong": gettext_noop("The signature was not made with the key that it names."),
    "signature-algorithm": gettext_noop("The signature is of a kind that is not checked here; a PDF reader may know it."),
    "stamp-wrong": gettext_noop("The time stamp of the signature is false."),
    "stamp-other-digest": gettext_noop("The time stamp belongs to another signature."),
    "stamp-certificate": gettext_noop("The time stamp was not made by somebody who may make time stamps."),
}

# Why a step was not done, where every step says it in the same words.
NOT_CHECKED: Mapping[str, str] = {
    "earlier-step-failed": gettext_noop("Not checked, because an earlier step failed."),
    "short-lived": gettext_noop("Nothing to check: it ends by itself within a day and cannot be revoked before."),
}


# A step that failed for a reason that its own sentence does not say: another installation's document is not a damaged one, and a
# code that was cut off is there.
_INCOMPLETE = gettext_noop("The code is not complete, or a sign of it is wrong. Was all of it copied?")
FAILED: Mapping[str, str] = {
    **dict.fromkeys(("base45-length", "base45-sign", "base45-value"), _INCOMPLETE),
    "document-type-unknown": gettext_noop("This kind of document is not in the list of document types."),
    "log-unknown": gettext_noop("It names a log that is not trusted here."),
}


def check(name: str, outcome: str, code: str = "") -> tuple[str, str]:
    """Question and answer for a step of a verification."""
    question, ok, failed, unchecked = CHECKS.get(name, (name, outcome, outcome, outcome))
    answers = {"ok": ok, "failed": FAILED.get(code, failed)}
    return _(question), _(answers.get(outcome, NOT_CHECKED.get(code, unchecked)))
