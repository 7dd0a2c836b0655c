"""What the lifecycle needs to know of a dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mockvideo.core.jobs import State
from mockvideo.core.money import Tariff
from mockvideo.core.rng import Chance
from mockvideo.core.timing import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a provider's documents say of time and limits; they hold only where a scenario asks for them."""

    timing: Timing | None = None
    slots: int | None = None
    requests_per_minute: int | None = None
    requests_per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The dialect's name, how it makes ids, and its figures, in seconds.

    ``interval`` is how long its documents advise to wait between polls; ``replay_window`` and ``upload_life`` are how
    long an idempotency key and an uploaded file are remembered. ``plans`` are the figures of single plans, by name.
    """

    dialect: str
    mint: Callable[[Chance], str]
    interval: float
    tariff: Tariff
    # A day and an hour: what the only provider that documents both promises at least.
    replay_window: float = 86_400.0
    upload_life: float = 3_600.0
    figures: Figures = Figures()
    plans: Mapping[str, Figures] = field(default_factory=dict)

    def figures_on(self, plan: str) -> Figures:
        """Return the figures of an account with this plan."""
        return self.plans.get(plan, self.figures)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a dialect may tell an account about itself; ``requests`` counts its exchanges so far.

    ``limits`` are those in force; where there is none, a document tells the provider's own.
    """

    key: str
    tag: str
    plan: str
    balance: Decimal
    spent: Decimal
    requests: int
    now: float
    began: float
    limits: Figures = Figures()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which jobs a list asks for, the last submitted first, after the job ``after``; None: no such condition."""

    limit: int
    after: str | None = None
    state: State | None = None
    model: str | None = None
    job: str | None = None
