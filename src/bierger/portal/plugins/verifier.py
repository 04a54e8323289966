# SPDX-License-Identifier: EUPL-1.2
"""What the verification page in the browser is given: its words in one language, and where to find the lists.

The page works without a network, so all its words travel with it. Nothing here depends on who asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from babel.dates import get_date_format, get_month_names
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bierger.administrations.selectors import administrations
from bierger.administrations.types import in_language
from bierger.documents.selectors import sealed_words
from bierger.infra import clock
from bierger.ui import words
from bierger.ui.formats import locale

LOG = "/log/"
WORKER = "/verify/worker.js"

KINDS: Mapping[str, tuple[str, str]] = {
    "yes": (gettext_noop("Authentic"), gettext_noop("This is exactly the document that was issued; not a byte was changed.")),
    "facts": (
        gettext_noop("The facts are genuine"),
        gettext_noop("The document in front of you was not checked. Compare it with the facts below."),
    ),
    "outdated": (
        gettext_noop("Genuine, but no longer valid"),
        gettext_noop("It was issued like this, but could be relied on only until %(day)s."),
    ),
    "revoked": (gettext_noop("Revoked"), ""),
    "no": (gettext_noop("Not authentic"), ""),
    "unread": (gettext_noop("Nothing could be checked"), ""),
    "stale": (gettext_noop("It cannot be checked here yet"), ""),
    "elsewhere": (gettext_noop("It cannot be checked here"), ""),
    "receipt": (
        gettext_noop("This receipt is genuine"),
        gettext_noop("A request with this number and this content was submitted."),
    ),
    "receipt-paper": (
        gettext_noop("The facts are genuine"),
        gettext_noop("A request with this number and this content was submitted."),
    ),
    "receipt-unasked": (
        gettext_noop("A receipt was read"),
        gettext_noop("Whether it is genuine only the public log knows. That needs a network, and your consent."),
    ),
}
"""What an answer amounts to: title and sentence; without a sentence, a step or a reason says it."""

WHY: Mapping[str, str] = {
    "key-unknown": gettext_noop("The key that sealed it is not in the list of keys."),
    "key-of-other-owner": gettext_noop("The key that sealed it belongs to another administration than the one named."),
    "signature-wrong": gettext_noop("The signature does not fit: the facts were changed, or somebody else sealed them."),
    "key-not-yet-valid": gettext_noop("On the day of issue, the key was not valid yet."),
    "key-expired": gettext_noop("On the day of issue, the key was not valid any more."),
    "key-revoked": gettext_noop(
        "The key was revoked. Nothing shows that the document was sealed before; if you are online, ask the log."
    ),
    "issued-in-future": gettext_noop("It is dated in the future. Is the clock of this device right?"),
    "facts-not-logged": gettext_noop("The public log was asked and does not know these facts."),
    "quorum-missing": gettext_noop("Too few witnesses have confirmed the state of the log."),
    "file-proof-missing": gettext_noop(
        "The public log was asked and does not know this file: it was changed since it was issued, or issued elsewhere."
    ),
    "facts-proof-not-given": gettext_noop("The log was not asked: a code on paper carries no proof. The signature was checked."),
    "facts-only": gettext_noop("A code says nothing about the paper around it: compare it yourself."),
    "revocation-unavailable": gettext_noop("Not checked: no list of revocations is kept on this device."),
    "lookup-not-given": gettext_noop("Not checked: no list of revocations is kept on this device."),
    **words.FAILED,
    **words.NOT_CHECKED,
    "key-list-rewritten": gettext_noop("The new list of keys contradicts the one that is kept; the kept one stays."),
    "note-unverified": gettext_noop("It is not signed by the log whose key is kept on this device."),
    "note-signature-wrong": gettext_noop("A signature of the log is wrong."),
    "checkpoint-smaller": gettext_noop("The log shows an older state than before: it hides or has lost entries."),
    "fork": gettext_noop("The log shows two histories that do not fit together. Tell the administration and others."),
    "consistency-unproven": gettext_noop("The log did not prove that it only grew since this device last saw it."),
    "log-end-unproven": gettext_noop(
        "Another log took the place of the one that this device knows, and did not prove how that one ended. What is kept stays."
    ),
    "log-end-behind": gettext_noop(
        "The log that this device knows ended with fewer entries than were seen here, and another took its place: "
        "entries are missing."
    ),
    "policy-changed": gettext_noop("The rules whom to trust were changed; those that are kept stay."),
    "revocations-older": gettext_noop("An older list than the one that is kept was offered."),
    "status-list-expired": gettext_noop("The list that was offered is out of date."),
}
"""Codes of bierger_core that deserve more words than their step has."""

UNREAD: Mapping[str, str] = {
    **words.UNREAD,
    "proof-alone": gettext_noop("This proof belongs to none of the files. Choose it together with its PDF."),
    "nothing-kept": gettext_noop(
        "This device has no list of keys yet. Open this page once with a network; from then on it works without. "
        "As long as nothing was checked, the document proves nothing."
    ),
    "log-unreachable": gettext_noop("The log did not answer. Try again later, or check without it."),
}

REASONS: Mapping[str, str] = {
    **words.REVOCATIONS,
    "status-invalid": gettext_noop("It was issued, but the administration has taken it back."),
    "status-suspended": gettext_noop("It was issued, but the administration has suspended it."),
}

TEXTS: Mapping[str, str] = {
    "number": gettext_noop("Number"),
    "document": gettext_noop("Document"),
    "issuer": gettext_noop("Issued by"),
    "issued": gettext_noop("Issued on"),
    "until": gettext_noop("Valid until"),
    "expired": gettext_noop("It was issued like this, but expired on %(day)s (time in Luxembourg)."),
    "short-lived": gettext_noop("Valid until %(day)s (time in Luxembourg). It is short-lived: it cannot be revoked before then."),
    "compare": gettext_noop("Compare these facts with the paper"),
    "compare-hint": gettext_noop(
        "Every line must say the same. A fact that ends with … is longer on the paper. "
        "What is not listed here is not vouched for."
    ),
    "sealed": gettext_noop("What was sealed"),
    "claims": gettext_noop("What the code claims, and nothing vouches for"),
    "checked": gettext_noop("What was checked"),
    "not-checked": gettext_noop("What was not checked, and why"),
    "file-unchecked": gettext_noop("The file itself was not compared: its proof is in the log, which was not asked."),
    "as-of": gettext_noop("As of %(day)s."),
    "revocations-as-of": gettext_noop("Revocations as of %(day)s."),
    "offline-result": gettext_noop("Checked without a network: what happened after that is not known here."),
    "revoked": gettext_noop("It was issued, but revoked on %(day)s: %(reason)s."),
    "stale": gettext_noop(
        "%(reason)s The lists on this device may be too old. Connect it to the network and try again; "
        "until then the document proves nothing."
    ),
    "stale-online": gettext_noop(
        "%(reason)s But the newest lists did not arrive here, or were not taken over; the foot of this page says which. "
        "Try again later; until then the document proves nothing."
    ),
    "elsewhere": gettext_noop(
        "It names the log %(log)s, which this page does not know: another installation issued it, or somebody invented it. "
        "Verify it at the address printed on it, if you know whose address that is. Here it proves nothing."
    ),
    "file": gettext_noop("File: %(name)s"),
    "file-code": gettext_noop("File: %(name)s, code %(number)s of %(count)s"),
    "answers": gettext_noop("%(count)s answers, one for each document"),
    "same": gettext_noop("This document was answered. Take it away; the next one is then read."),
    "another": gettext_noop("Verify another one"),
    "next": gettext_noop("Next document"),
    "ask-facts": gettext_noop("Ask the public log too"),
    "ask-file": gettext_noop("Check the exact file too"),
    "ask-receipt": gettext_noop("Ask the public log"),
    "ask-hint": gettext_noop(
        "This sends the log a fingerprint. Nobody can read the facts from it, "
        "but the log then sees which document is being checked."
    ),
    "keep": gettext_noop("Clears itself in %(seconds)s s: keep it"),
    "keep-label": gettext_noop("Keep this answer on the screen"),
    "read-aloud": gettext_noop("Read aloud"),
    "stop-reading": gettext_noop("Stop reading"),
    "checking": gettext_noop("Checking…"),
    "looking-closer": gettext_noop("No code at first sight: looking closer…"),
    "foreign": gettext_noop("This code is not one of ours. Look for the square code of the administration."),
    "camera-starting": gettext_noop("The camera is starting. Allow it if you are asked."),
    "camera-on": gettext_noop("The camera is on. Hold the square code in the frame."),
    "camera-refused": gettext_noop("The camera was not allowed. Allow it in the settings of the browser, or choose a photo."),
    "camera-none": gettext_noop("No camera was found. Choose a photo or a file instead."),
    "camera-busy": gettext_noop("The camera is used by another program. Close it, or choose a photo."),
    "camera-failed": gettext_noop("The camera could not be started. Choose a photo or a file instead."),
    "kept-summary": gettext_noop("Key list as of %(day)s, revocations as of %(revocations)s"),
    "kept-nothing": gettext_noop("Nothing is kept on this device yet: open this page once with a network"),
    "kept-keys": gettext_noop("Key list fetched"),
    "kept-policy": gettext_noop("Rules whom to trust"),
    "kept-no-policy": gettext_noop("the log's own key; no witnesses are asked for"),
    "kept-fetched": gettext_noop("fetched on %(day)s"),
    "kept-of": gettext_noop("%(count)s, fetched on %(day)s"),
    "kept-status": gettext_noop("%(name)s: as of %(day)s"),
    "kept-revocations": gettext_noop("Revocations as of"),
    "kept-statuses": gettext_noop("Status lists"),
    "kept-types": gettext_noop("Document types"),
    "kept-log": gettext_noop("The log"),
    "kept-grown": gettext_noop("%(size)s entries; it only grew since this device first saw it"),
    "kept-ended": gettext_noop("The log before"),
    "kept-ended-after": gettext_noop("%(name)s ended with %(size)s entries; the log after it says so in its first entry"),
    "fork-title": gettext_noop("The log has two histories"),
    "fork-text": gettext_noop(
        "This log signed two states that cannot both be true: entries were changed or taken out. Do not rely on it. "
        "Keep the two texts below, and show them to the administration and to others: anybody can check them."
    ),
    "fork-seen": gettext_noop("What this device saw before"),
    "fork-shown": gettext_noop("What the log showed afterwards"),
    "kept-problem": gettext_noop("Not taken over"),
    "kept-missing": gettext_noop("Did not arrive"),
    "kept-print": gettext_noop("Fingerprint of the log %(name)s"),
    "kept-none": gettext_noop("no list"),
    "online": gettext_noop("Network: yes. The lists are renewed by themselves."),
    "offline": gettext_noop("Network: no. The lists stay as they are."),
}


def given(language: str) -> dict[str, object]:
    """Everything that the page's script reads, in the active language."""
    sealed, here = sealed_words(), locale(language)
    return {
        "language": language,
        "title": _("Verify a document"),
        "log": LOG,
        "statusBase": f"{settings.BIERGER_BASE_URL}{LOG}status/",
        "worker": WORKER,
        "months": list(get_month_names("wide", locale=here).values()),
        "dateForm": get_date_format("long", locale=here).pattern,
        "steps": {name: [_(text) for text in texts] for name, texts in words.CHECKS.items()},
        "why": _all(WHY),
        "unread": _all(UNREAD),
        "kinds": {kind: [_(text) if text else "" for text in texts] for kind, texts in KINDS.items()},
        "reasons": _all(REASONS),
        "texts": _all(TEXTS),
        "types": {code: in_language(names, language) for code, names in sealed.document_types.items()},
        "facts": [(code, in_language(labels, language)) for code, labels in sealed.facts],
        "issuers": {one.code: in_language(one.names, language) for one in administrations(on=clock.today())},
    }


def _all(texts: Mapping[str, str]) -> dict[str, str]:
    return {code: _(text) for code, text in texts.items()}
