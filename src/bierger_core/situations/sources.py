# SPDX-License-Identifier: EUPL-1.2
"""What somebody need not say because they hold the act that says it: the proof of `source:` in a situation's form."""

from collections.abc import Iterator

from bierger_core.interview import act_of
from bierger_core.procedures import did_you_mean
from bierger_core.values.findings import Finding

from .types import Situation


def prove_sources(situation: Situation) -> Iterator[Finding]:
    """A source is an act, without an end of its own, of a procedure of the list: nothing else fills a question here."""
    path = f"{situation.prefix}form.yaml"
    for step in situation.form.steps:
        for question in step.questions:
            found = act_of(question.source) if question.source else None
            key, document = found or ("", "")
            package = situation.packages.get(key)
            if question.source and package is None:
                message = f"Nothing fills the source `{question.source}` in a situation: `{question.name}` is always asked."
                mend = "Write `act.<owner>.<procedure>.<document>` with a procedure of the list, or remove it."
                yield Finding("unknown-source", path, question.line, message, mend)
            elif package is not None and document not in package.documents:
                message = f"`{key}` has no document `{document}`."
                yield Finding("unknown-source", path, question.line, message, did_you_mean(document, package.documents))
            elif package is not None and package.documents[document].valid is not None:
                message = f"The document `{document}` of {key} ends: whether it is still good is not known from holding it."
                yield Finding("unknown-source", path, question.line, message, "Remove `source:`.")
