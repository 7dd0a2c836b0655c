"""How a server and its accounts behave, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mockvideo.core.clock import AutoClock, Clock, ClockMode, ManualClock, WallClock
from mockvideo.core.events import Secret
from mockvideo.core.scenario import Allowance, Scenario
from mockvideo.core.timing import Timing


@dataclass(frozen=True, slots=True)
class Caps:
    """What bounds the memory; every one is named in the refusal that it causes."""

    accounts: int = 10_000
    finished_jobs: int = 10_000
    unfinished_jobs: int = 100_000
    journal_entries: int = 1_000
    journal_body: int = 64 << 10
    journal_bodies: int = 256 << 10
    journal_total: int = 64 << 20
    uploads_total: int = 256 << 20
    idempotency_keys: int = 10_000
    deliveries: int = 10_000
    pending_deliveries: int = 100_000
    delivery_bodies: int = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every new account of a server begins with. ``keys`` is a closed list of credentials; None admits any.

    ``scenario`` is in force for all of them, one of the ``library`` by its name (None: those
    that a server ships); ``strict`` refuses statuses that a dialect does
    not document.
    """

    seed: int = 0
    clock: ClockMode = "wall"
    speed: float = 1.0
    timing: Timing = field(default_factory=Timing)
    allowance: Allowance = field(default_factory=Allowance)
    scenario: str | Scenario | None = None
    library: Mapping[str, Scenario] | None = None
    strict: bool = False
    keys: frozenset[str] | None = None
    webhook_secret: Secret = "raw"  # noqa: S105 - how one is written
    caps: Caps = field(default_factory=Caps)

    def new_clock(self) -> Clock:
        """Return a clock of the chosen mode, at its start."""
        if self.clock == "wall":
            return WallClock(self.speed)
        return AutoClock() if self.clock == "auto" else ManualClock()
