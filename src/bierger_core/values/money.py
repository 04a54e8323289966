# SPDX-License-Identifier: EUPL-1.2
"""Money as whole cents: never a float, never silently rounded."""

import re
from dataclasses import dataclass
from functools import total_ordering

from bierger_core.values.errors import MoneyError

CURRENCIES = frozenset({"CHF", "EUR", "GBP", "USD"})
"""Currencies with exactly two decimals (ISO 4217). One with another number of decimals would make `cents` lie."""

_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]{0,14})(?:\.([0-9]{2}))?")


@total_ordering
@dataclass(frozen=True)
class Money:
    """An exact amount: `cents` (may be negative) in one `currency` (ISO 4217 letters)."""

    cents: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise MoneyError("This currency is not supported.", code="money-currency", currency=self.currency)

    @classmethod
    def from_text(cls, text: str, currency: str = "EUR") -> "Money":
        """Read `12`, `12.50` or `-0.05`: a point, two decimals or none. Anything else raises `MoneyError`."""
        match = _AMOUNT.fullmatch(text)
        if match is None:
            raise MoneyError("An amount is written like 12.50.", code="money-format", text=text[:40])
        sign, whole, decimals = match.groups()
        cents = int(whole) * 100 + int(decimals or "0")
        return cls(-cents if sign else cents, currency)

    def text(self) -> str:
        """`12.50`: exact, always two decimals, no currency; `from_text` reads it back."""
        whole, rest = divmod(abs(self.cents), 100)
        return f"{'-' if self.cents < 0 else ''}{whole}.{rest:02d}"

    def portion(self, numerator: int, denominator: int) -> "Money":
        """The given fraction of the amount, halves rounded away from zero (a fee of 17 %: `portion(17, 100)`)."""
        if denominator <= 0:
            raise MoneyError("A portion needs a positive denominator.", code="money-format")
        product = self.cents * numerator
        cents = (2 * abs(product) + denominator) // (2 * denominator)
        return Money(cents if product >= 0 else -cents, self.currency)

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
