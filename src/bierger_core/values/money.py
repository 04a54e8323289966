# SPDX-License-Identifier: EUPL-1.2
"""Money as whole cents: never a float, never silently rounded."""

from dataclasses import dataclass
from functools import total_ordering

from bierger_core.values.errors import MoneyError

CURRENCIES = frozenset({"CHF", "EUR", "GBP", "USD"})
"""Currencies with exactly two decimals (ISO 4217). One with another number of decimals would make `cents` lie."""


@total_ordering
@dataclass(frozen=True)
class Money:
    """An exact amount: `cents` (may be negative) in one `currency` (ISO 4217 letters)."""

    cents: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise MoneyError("This currency is not supported.", code="money-currency", currency=self.currency)

    def text(self) -> str:
        """`12.50`: exact, always two decimals, no currency."""
        whole, rest = divmod(abs(self.cents), 100)
        return f"{'-' if self.cents < 0 else ''}{whole}.{rest:02d}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.cents * times, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.cents < self._same(other)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            currencies = (self.currency, other.currency)
            raise MoneyError("Two currencies cannot be added or compared.", code="money-mixed", currencies=currencies)
        return other.cents
