# SPDX-License-Identifier: EUPL-1.2
"""What a question costs whoever answers it, where the author does not say: a tick is 1.

What is known already costs nothing, and needs no figure for it: it is among the answers before the first question and is never
asked. A question with a `source` that is asked all the same is one that no register answered, and costs what its type costs.
"""

from collections.abc import Mapping

from .types import Form, Question, Type

TICK, TYPED, DOCUMENT = 1.0, 2.0, 5.0
"""To choose among what is offered, to know and type something, to find a document and send it."""
_CHOSEN = frozenset({Type.BOOLEAN, Type.CHOICE, Type.CHOICES, Type.COMMUNE})


def cost_of(question: Question) -> float:
    """Give what the type of a question costs."""
    if question.type is Type.FILE:
        return DOCUMENT
    return TICK if question.type in _CHOSEN else TYPED


def costs_of(form: Form, said: Mapping[str, float]) -> dict[str, float]:
    """Give the cost of each question of a form; what the author said goes before its type."""
    return {name: said.get(name, cost_of(form.question(name))) for name in form.names}
