"""What the figures should be: the project's budgets, and the stretch beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from tests.benchmarks.figures import BYTES, CPU, MEMORY, P50, P99, TIME, Figure, Quantity


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound on the value of a figure, or on its ratio to what it is compared with."""

    limit: float
    of: Literal["value", "ratio"] = "value"
    least: bool = False

    def met(self, figure: Figure) -> bool | None:
        """Whether the figure keeps it; None if there is nothing to judge."""
        found = figure.ours if self.of == "value" else figure.ratio
        if found is None:
            return None
        return found >= self.limit if self.least else found <= self.limit

    @property
    def text(self) -> str:
        """The bound in the unit of the figure; with an x, in times what the figure is compared with."""
        return f"{'≥' if self.least else '≤'} {self.limit:g}{'' if self.least or self.of == 'value' else ' x'}"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one kind of figure must keep, and what would be better still. ``what`` is a glob."""

    what: str
    quantity: str
    must: Bound
    stretch: Bound | None = None


def _budget(what: str, quantity: Quantity, must: Bound, stretch: Bound | None = None) -> Budget:
    return Budget(what, quantity.name, must, stretch)


def _share(limit: float) -> Bound:
    return Bound(limit, "ratio", least=True)


def _times(limit: float) -> Bound:
    return Bound(limit, "ratio")


BUDGETS = (
    _budget("poll, * connection*", CPU, _share(0.65), _share(0.80)),
    _budget("poll, 64 connections", P99, _times(2.0), _times(1.5)),
    _budget("submit, * connection*", CPU, _share(0.50), _share(0.65)),
    _budget("download *", CPU, _times(1.3)),
    _budget("start*", TIME, Bound(300), _times(2.0)),
    _budget("idle", MEMORY, Bound(60)),
    # None: pages of memory come and go, but the least thing that can be kept takes more than this.
    _budget("growth*", BYTES, Bound(10)),
    _budget("a waiting job", BYTES, Bound(1500), Bound(1000)),
    # "Equal": what two measurements of the same thing differ by, here.
    _budget("poll of one of *", P50, _times(1.1)),
    _budget("clip*", TIME, Bound(5), Bound(1)),
    # With what pytest itself takes: the empty test.
    _budget("in process*", TIME, Bound(1.5), Bound(0.75)),
    _budget("over a socket*", TIME, Bound(3)),
    _budget("ten minutes *", TIME, Bound(50)),
    _budget("five minutes, *", TIME, Bound(60)),
    _budget("plugin *", TIME, Bound(5)),
)


def budget_of(figure: Figure) -> Budget | None:
    return next((each for each in BUDGETS if each.quantity == figure.quantity.name and _fits(each, figure)), None)


def _fits(budget: Budget, figure: Figure) -> bool:
    return fnmatchcase(figure.what, budget.what)
