# SPDX-License-Identifier: EUPL-1.2
"""Which question next: the fewest questions, or the cheapest, until every decision is settled.

order = QuestionOrder([compile_partial(model, "permit"), compile_partial(model, "fee")], costs={"plan": 5})
order.next({})                                 -> Next(names=("work",), goals=(0, 1), expected=2.4, optimal=True)
order.next({"work": "fence", "height": 1})     -> None: everything is settled

functions   what is still open, as reduced diagrams             moves     what the author allows: pages, orders
exact       the least expected cost, by dynamic programming     pairs     how much a question settles, and the bound
rollout     what an order costs from here on                    choosing  the next move, by whichever of these there is time for
"""

from .questions import Next, OrderRefused, Page, QuestionOrder

__all__ = ["Next", "OrderRefused", "Page", "QuestionOrder"]
