"""Money as values: exact amounts, and when a provider takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

RICH = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Tariff:
    """How a dialect bills. ``held``: reserved at submit and taken on success; otherwise taken at submit.

    Either way a job that fails costs nothing in the end.
    """

    currency: str
    held: bool = False
    opening: Decimal = RICH


def amount(facts: Mapping[str, object], name: str, otherwise: Decimal) -> Decimal:
    """Return an amount that a refusal knows; a planned one may know none, and what it says must read well, too."""
    known = facts.get(name)
    return known if isinstance(known, Decimal) else otherwise
