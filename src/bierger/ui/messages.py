# SPDX-License-Identifier: EUPL-1.2
"""Error codes in words: the one place where a code becomes a sentence somebody reads.

`answer_message` speaks for the answers of a form (codes of bierger_core.interview), `refusal` for everything a service
refuses. A sentence says what is wrong and how to mend it; it never blames.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bierger.ui import formats
from bierger.ui.uploads import most_at_once


class Failure(Protocol):
    """What an AnswerError of the core looks like."""

    @property
    def code(self) -> str: ...
    @property
    def params(self) -> Mapping[str, str]: ...


class Texts(Protocol):
    """What a package offers: its texts by key and language."""

    def text(self, key: str, language: str) -> str: ...
    def has_text(self, key: str) -> bool: ...


ANSWER_MESSAGES: dict[str, str] = {
    "required": gettext_noop("Answer this question"),
    "not-a-date": gettext_noop("Enter a date with day, month and year, for example 27 3 1985"),
    "date-impossible": gettext_noop("This day does not exist. Check day, month and year"),
    "date-in-future": gettext_noop("The date must be in the past"),
    "date-in-past": gettext_noop("The date must be in the future"),
    "date-too-early": gettext_noop("The date must not be before %(min)s"),
    "date-too-late": gettext_noop("The date must not be after %(max)s"),
    "not-a-number": gettext_noop("Enter a number, for example 12 or 12.5"),
    "too-many-decimals": gettext_noop("Use at most %(max)s digits after the decimal point"),
    "out-of-range": gettext_noop("This number is outside what is possible here"),
    "too-small": gettext_noop("The number must be %(min)s or more"),
    "too-large": gettext_noop("The number must be %(max)s or less"),
    "too-long": gettext_noop("Use at most %(max)s characters"),
    "question-changed": gettext_noop(
        "The administration asks something else now. Read the question again, then send your answer"
    ),
    "too-short": gettext_noop("Use at least %(min)s characters"),
    "not-a-choice": gettext_noop("Choose one of the answers shown"),
    "not-a-boolean": gettext_noop("Choose yes or no"),
    "bad-email": gettext_noop("Enter an email address like name@example.lu"),
    "bad-phone": gettext_noop("Enter a telephone number like 621 123 456 or +352 621 123 456"),
    "bad-matricule": gettext_noop("Enter the 13 digits of the national identification number. One of them seems wrong"),
    "bad-organisation-number": gettext_noop("Enter the 11 digits of the organisation's number. One of them seems wrong"),
    "bad-iban": gettext_noop("Enter an IBAN like LU28 0019 4006 4475 0000. One of its characters seems wrong"),
    "bad-postal-code": gettext_noop("Enter a postal code of four digits, for example L-7520"),
    "bad-commune": gettext_noop("Choose a commune from the list"),
    "bad-parcel": gettext_noop("Enter the cadastral section and the parcel number, for example A and 123/4567"),
    "bad-place": gettext_noop("Describe the place, or check the coordinates"),
    "bad-characters": gettext_noop("Remove characters that cannot be printed"),
    "too-many-values": gettext_noop("Choose fewer answers"),
    "bad-media-type": gettext_noop("This kind of file is not accepted. Accepted: %(accept)s"),
    "file-too-large": gettext_noop("The file is too large. The limit is %(max)s"),
    "file-empty": gettext_noop("The file is empty"),
    "too-many-files": gettext_noop("You can attach at most %(max)s files here"),
    "require": gettext_noop("This answer does not fit the others"),
}

REFUSALS: dict[str, str] = {
    "register-unavailable": gettext_noop("The register does not answer at the moment. Please try again in a few minutes"),
    "register-refused": gettext_noop("The register refused the question. The administration has to check its settings"),
    "rate-limited": gettext_noop("Too many attempts. Please wait a little and try again"),
    "too-many-requests": gettext_noop("Too many attempts. Please wait a little and try again"),
    "draft-expired": gettext_noop("This draft has expired and was deleted"),
    "draft-changed": gettext_noop("This draft was changed in another window. Check your answers again"),
    "already-submitted": gettext_noop("This was already submitted. Nothing was sent twice"),
    "declaration-missing": gettext_noop("Confirm that your answers are true to go on"),
    "incomplete": gettext_noop("Some questions still need an answer"),
    "level-too-low": gettext_noop("This procedure needs a stronger sign-in"),
    "sign-in-required": gettext_noop("Sign in to start this procedure"),
    "not-active": gettext_noop("This procedure is not offered at the moment"),
    "bad-media-type": gettext_noop("This kind of file is not accepted"),
    "file-too-large": gettext_noop("The file is too large"),
    "upload-empty": gettext_noop("The file is empty"),
    "upload-too-large": gettext_noop("The file is too large"),
    "upload-type": gettext_noop("This kind of file is not accepted. Use a PDF document or a JPEG or PNG picture"),
    "upload-type-differs": gettext_noop("The content of the file does not match its name. Save it again as PDF, JPEG or PNG"),
    "upload-broken": gettext_noop("The file is damaged and cannot be opened. Save it again and try once more"),
    "upload-encrypted": gettext_noop("The document is protected by a password. Remove the password and try again"),
    "upload-bomb": gettext_noop("The file unpacks to something far too large and was refused"),
    "upload-name": gettext_noop(
        "The name of the file has a folder or signs in it that cannot be used. "
        "Save it under a short name such as plan.pdf and attach it again; if that does not help, use a newer browser"
    ),
    "upload-waiting-full": gettext_noop(
        "More files wait to be sent than we can keep for you. Send or remove some of them first, then attach this one"
    ),
    "upload-braked": gettext_noop(
        "Many files were attached in a short time, so we paused. What you wrote is kept. "
        "Wait a few minutes and attach the file again"
    ),
    "upload-pixels": gettext_noop("The picture has too many pixels. Make it smaller and try again"),
    "file-missing": gettext_noop("Choose a file first"),
    "text-missing": gettext_noop("Write your answer first"),
    "no-rules": gettext_noop("Choose a file of rules"),
    "rules-too-large": gettext_noop("This file is too large to be tried here. The command “bierger rules” reads larger ones"),
    "rules-take-too-long": gettext_noop("Trying this took too long and was stopped. Give fewer rules, or more of the inputs"),
    "nothing-to-verify": gettext_noop("Choose a file or enter a code"),
    "draft-unknown": gettext_noop("This draft has expired and was deleted"),
    "procedure-unknown": gettext_noop("This procedure is not offered at the moment"),
    "sign-in-needed": gettext_noop("Sign in to start this procedure"),
    "administration-refused": gettext_noop("This administration does not offer the procedure"),
    "mandate-unknown": gettext_noop(
        "Nobody with this number and this family name has signed in here. Check both, or ask them to sign in once"
    ),
    "mandate-oneself": gettext_noop("This is your own number. A mandate is given to somebody else"),
    "verify-no-code": gettext_noop("We could not read a seal in this file. Try a sharper photo, or type the code"),
    "not-readable": gettext_noop("We could not read a seal in this file. Try a sharper photo, or type the code"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error page: what happened, what it means, what to do."""

    title: str
    text: str
    advice: str


TOO_LARGE = 413
REFUSED_REQUESTS: dict[int, Refusal] = {
    400: Refusal(
        gettext_noop("We could not read this request"),
        gettext_noop("Your browser sent something incomplete or unexpected."),
        gettext_noop("Go back, reload the page and try again."),
    ),
    403: Refusal(
        gettext_noop("This is not allowed"),
        gettext_noop("You may not do this in the way you are signed in now, or the page was open for too long."),
        gettext_noop("Go back, reload the page and try again. Your draft is kept."),
    ),
    404: Refusal(
        gettext_noop("Page not found"),
        gettext_noop("There is nothing at this address, or it is not meant for you."),
        gettext_noop("Check the address. If it concerns one of your requests, sign in first, or use your private link."),
    ),
    TOO_LARGE: Refusal(
        gettext_noop("This is too large"),
        gettext_noop("What you sent is larger than what we accept."),
        gettext_noop(
            "Files can have %(size)s together at once. Choose smaller ones, or send them one after the other."
            " What you saved is kept."
        ),
    ),
    429: Refusal(
        gettext_noop("Too many attempts"),
        gettext_noop("There were many attempts from your side in a short time, so we paused for safety."),
        gettext_noop("Wait ten minutes and try again. Nothing is lost."),
    ),
    500: Refusal(
        gettext_noop("Something broke on our side"),
        gettext_noop("This is not your fault. Nothing you had already saved is lost."),
        gettext_noop("Try again in a few minutes. If it happens again, tell your administration what you were doing and when."),
    ),
    503: Refusal(
        gettext_noop("We cannot be reached for a moment"),
        gettext_noop("A part of our service does not answer. What you sent last was not registered."),
        gettext_noop("Wait a minute, go back and send it again. What you had saved before is kept."),
    ),
}


def refusal_of(status: int) -> Refusal:
    """The words of an error page in the reader's language; those of 500 for a status that has none."""
    says = REFUSED_REQUESTS.get(status, REFUSED_REQUESTS[500])
    advice = _(says.advice)
    if status == TOO_LARGE:
        advice %= {"size": formats.size(most_at_once())}
    return Refusal(_(says.title), _(says.text), advice)


def answer_message(failure: Failure, texts: Texts | None = None, language: str = "fr") -> str:
    """The sentence for an answer that was refused; `require` speaks with the words of the package."""
    own = f"require.{failure.params.get('code', '')}"
    if failure.code == "require" and texts is not None and texts.has_text(own):
        return texts.text(own, language)
    template = ANSWER_MESSAGES.get(failure.code) or REFUSALS.get(failure.code)
    if template is None:
        return _("This answer cannot be used")
    params = {name: _param(failure.code, name, value) for name, value in failure.params.items()}
    return _(template) % params


def refusal(code: str) -> str:
    """The sentence for something a service refused."""
    template = REFUSALS.get(code) or ANSWER_MESSAGES.get(code)
    if template is None or "%(" in template:
        return _("This is not possible at the moment")
    return _(template)


def _param(code: str, name: str, value: str) -> str:
    show = _SHOWN.get((code, name))
    return show(value) if show else value


def _date(value: str) -> str:
    try:
        return formats.day(dt.date.fromisoformat(value))
    except ValueError:
        return value


_SHOWN: dict[tuple[str, str], Callable[[str], str]] = {
    ("date-too-early", "min"): _date,
    ("date-too-late", "max"): _date,
    ("file-too-large", "max"): lambda value: formats.size(int(value)),
    ("too-small", "min"): formats.number,
    ("too-large", "max"): formats.number,
    ("bad-media-type", "accept"): lambda value: media_types(value.replace(",", " ").split()),
}

_MEDIA = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "image/heic": "HEIC"}


def media_types(accept: list[str] | tuple[str, ...]) -> str:
    """Media types as people name them: "PDF, JPEG, PNG"."""
    return ", ".join(_MEDIA.get(item, item.rpartition("/")[2].upper()) for item in accept)
