# SPDX-License-Identifier: EUPL-1.2
"""Codes that both the citizen's and the officer's screens say in words: themes, events, purposes, facts, checks.

Every function gives back something readable for a code it does not know: a new code must never break a page.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N

THEMES: Mapping[str, str] = {
    "housing": N("Housing"),
    "building": N("Building"),
    "identity": N("Identity and certificates"),
    "family": N("Family"),
    "environment": N("Nature and environment"),
    "roads": N("Roads and public space"),
    "taxes": N("Taxes and fees"),
    "business": N("Business"),
    "work": N("Work"),
    "health": N("Health"),
    "animals": N("Animals"),
    "culture": N("Culture and leisure"),
    "education": N("School and education"),
    "elections": N("Elections"),
    "waste": N("Waste and recycling"),
}

# Type of an event of a case -> the line of the timeline.
EVENTS: Mapping[str, str] = {
    "case-opened": N("Request received"),
    "task-taken": N("Taken in hand"),
    "task-given-back": N("Given back"),
    "note-added": N("Internal note"),
    "question-asked": N("The administration has a question"),
    "question-answered": N("Question answered"),
    "task-completed": N("Step completed"),
    "decided-by-rule": N("Rule applied"),
    "state-changed": N("State of the request"),
    "timer-fired": N("Deadline reached"),
    "register-asked": N("Register consulted"),
    "act-decided": N("Decision taken, the document is being prepared"),
    "act-delivered": N("Document delivered"),
    "notified": N("Information sent"),
    "case-ended": N("Request closed"),
    "payload-erased": N("Content erased"),
}

ACTORS: Mapping[str, str] = {
    "person": N("You"),
    "link": N("You"),
    "anonymous": N("You"),
    "officer": N("The administration"),
    "worker": N("Automatic step"),
    "system": N("Automatic step"),
}

LEVELS: Mapping[str, str] = {
    "none": N("no sign-in needed"),
    "low": N("simple sign-in"),
    "substantial": N("strong sign-in (two factors)"),
    "high": N("highest sign-in (card or certificate)"),
}

AUDIENCES: Mapping[str, str] = {
    "citizen": N("Residents"),
    "firm": N("Firms and associations"),
    "anybody": N("Everybody"),
}

PURPOSES: Mapping[str, str] = {
    "case-handling": N("Handling of your request"),
    "worklist": N("List of requests to be handled"),
    "register-check": N("Check in a register"),
    "delivery": N("Delivery of a document"),
    "search": N("Search"),
    "audit": N("Audit"),
}

FACTS: Mapping[str, str] = {
    "name": N("name"),
    "address": N("address"),
    "answers": N("your answers"),
    "files": N("your attachments"),
    "matricule": N("national identification number"),
    "birth_date": N("date of birth"),
    "email": N("email address"),
    "act": N("document issued to you"),
    "acts": N("documents issued to you"),
    "holder": N("identity"),
    "population": N("entry in the population register"),
}

# Step of a verification -> (what it asks, sentence when it holds, when it fails, when it was not checked).
CHECKS: Mapping[str, tuple[str, str, str, str]] = {
    "readable": (
        N("Can the document be read?"),
        N("A code was found and read."),
        N("No code could be found or read."),
        N("Not checked."),
    ),
    "seal-format": (
        N("Is the seal well formed?"),
        N("The seal has the form it must have."),
        N("The seal is damaged or was not made by this system."),
        N("Not checked, because an earlier step failed."),
    ),
    "key-known": (
        N("Who sealed it?"),
        N("The key belongs to the administration named."),
        N("The key is not known, or belongs to somebody else."),
        N("Not checked, because an earlier step failed."),
    ),
    "signature": (
        N("Is the signature right?"),
        N("The signature fits: the facts are exactly those that were sealed."),
        N("The signature does not fit: the facts were changed."),
        N("Not checked, because an earlier step failed."),
    ),
    "key-valid": (
        N("Was the key valid on that day?"),
        N("The key was valid when the document was issued."),
        N("The key was not valid when the document was issued."),
        N("Not checked, because an earlier step failed."),
    ),
    "facts-in-log": (
        N("Are the facts in the public log?"),
        N("The facts were entered in a log that nobody can rewrite."),
        N("The facts are not in the public log."),
        N("The log was not asked."),
    ),
    "file-in-log": (
        N("Is this the exact file that was issued?"),
        N("Every byte of the file is as it was issued."),
        N("This file differs from the one that was issued."),
        N("Only the code was checked, not the whole document."),
    ),
    "revocation": (
        N("Is it still in force?"),
        N("It was not revoked."),
        N("It was revoked by the administration."),
        N("Not checked, because an earlier step failed."),
    ),
    "submission-in-log": (
        N("Is the receipt in the public log?"),
        N("The submission was entered in a log that nobody can rewrite."),
        N("This number and this code do not belong to a submission in the log. It may take a few seconds after submitting."),
        N("Not checked, because an earlier step failed."),
    ),
}

REVOCATIONS: Mapping[str, str] = {
    "error": N("issued in error"),
    "fraud": N("obtained by false statements"),
    "replaced": N("replaced by a newer document"),
    "withdrawn": N("withdrawn by the administration"),
}

ACT_STATES: Mapping[str, str] = {
    "decided": N("Being sealed"),
    "logged": N("Being written"),
    "rendered": N("Being sealed"),
    "delivered": N("Ready"),
}


def word(words: Mapping[str, str], code: str) -> str:
    """A code in words; a code nobody knows is shown as it is, with spaces."""
    known = words.get(code)
    return _(known) if known else code.replace("-", " ").replace("_", " ")


def theme(code: str) -> str:
    return word(THEMES, code)


def check(name: str, outcome: str) -> tuple[str, str]:
    """Question and answer for a step of a verification."""
    question, ok, failed, unchecked = CHECKS.get(name, (name, outcome, outcome, outcome))
    answers = {"ok": ok, "failed": failed}
    return _(question), _(answers.get(outcome, unchecked))
