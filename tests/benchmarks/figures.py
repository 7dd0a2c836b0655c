"""What a benchmark reports: figures, each compared with the one measured beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured, and how it is compared.

    A ``share`` says how much of the other's efficiency is left (1 is all of it), of a rate or of a cost; ``times`` says
    how many times the other's cost it is; ``none``, that there is nothing to compare.
    """

    name: str
    unit: str
    form: Literal["share of rate", "share of cost", "times", "none"] = "times"

    def ratio(self, ours: float, other: float) -> float | None:
        if self.form == "none":
            return None
        above, below = (other, ours) if self.form == "share of cost" else (ours, other)
        return above / below if below else None


RATE = Quantity("rate", "1/s", "share of rate")
BUSY = Quantity("busy", "%", "none")
P50 = Quantity("p50", "µs")
P99 = Quantity("p99", "µs")
CPU = Quantity("CPU", "µs", "share of cost")
CPU_TIMES = Quantity("CPU", "µs")
TIME = Quantity("time", "ms")
CPU_TIME = Quantity("CPU", "ms")
MEMORY = Quantity("memory", "MB")
BYTES = Quantity("memory", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the report: medians of rounds.

    ``spread`` is the least and the greatest ratio of a round; ``rounds`` keeps all values, ours with the other's.
    """

    what: str
    quantity: Quantity
    ours: float
    other: float | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    rounds: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together. ``other`` names what they are compared with; ``failures`` could not be measured."""

    title: str
    other: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


def alone(what: str, quantity: Quantity, values: Sequence[float]) -> Figure:
    """The median of values that have nothing to be compared with."""
    return Figure(what=what, quantity=quantity, ours=median(values), rounds=tuple((value,) for value in values))


def compared(what: str, quantity: Quantity, pairs: Sequence[tuple[float, float]]) -> Figure:
    """Medians of both sides, and the median of the rounds' ratios, since what disturbs a round disturbs both."""
    ratios = [ratio for ours, other in pairs if (ratio := quantity.ratio(ours, other)) is not None]
    return Figure(
        what=what,
        quantity=quantity,
        ours=median(ours for ours, _ in pairs),
        other=median(other for _, other in pairs),
        ratio=median(ratios) if ratios else None,
        spread=(min(ratios), max(ratios)) if ratios else None,
        rounds=tuple(pairs),
    )
