"""Account time: the only module that reads a clock.

Every time is in seconds since the Unix epoch. Prior art for a clock as an argument: trio's ``MockClock``.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Literal

ClockMode = Literal["wall", "manual", "auto"]
VIRTUAL_START = 1_767_225_600.0  # 2026-01-01T00:00:00Z, the same in every run, so that a replay is the same story
LATEST = 221_845_392_000.0  # 9000-01-01T00:00:00Z, where time ends: documents cannot tell years of five digits


class Clock(ABC):
    """What an account knows of time. Time never runs backwards."""

    automatic: ClassVar[bool] = False
    """Whether an answer that asks the client to wait moves this clock by itself."""

    mode: ClassVar[ClockMode]

    def __init__(self) -> None:
        self.watchers: list[Callable[[], object]] = []

    @abstractmethod
    def now(self) -> float:
        """Return the moment, in seconds since the Unix epoch."""

    @abstractmethod
    def delay(self, until: float) -> float | None:
        """Return the real seconds until that moment; None if only a move can bring it."""

    @abstractmethod
    def hint(self, seconds: float) -> float | None:
        """Return the real seconds to tell a client that should wait so long; None if its own habit is right."""

    @abstractmethod
    def ahead(self) -> float:
        """Return by how many seconds the own clocks of clients are ahead of the real time, which slept to get here."""

    @abstractmethod
    def move(self, moment: float) -> None:
        """Go on from that moment; from an earlier one than it is, time stays where it is."""

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        if seconds < 0:
            message = f"time never runs backwards: advance by 0 or more seconds, not {seconds:g}"
            raise ValueError(message)
        self.move(self.now() + seconds)

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back whenever there is news, from the thread that brings it; returns what ends the watch."""
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

    def wake(self) -> None:
        """Tell the watchers that the clock was moved, or that a job was settled by hand."""
        # A copy, as a watch may end in another thread meanwhile.
        for watcher in tuple(self.watchers):
            watcher()

    def reach(self, moment: float) -> None:  # noqa: B027 - most clocks stay where they are
        """Move on to at least that moment if this clock moves by itself."""


class WallClock(Clock):
    """Real time, ``speed`` times as fast: now = start + speed x elapsed; from now on if no ``start`` is given."""

    mode = "wall"

    def __init__(self, speed: float = 1.0, start: float | None = None) -> None:
        if not speed > 0:
            message = f"speed must be above 0, not {speed:g}"
            raise ValueError(message)
        super().__init__()
        self.speed = speed
        # The wall is asked once: it can be set back, and time never runs backwards here.
        # One value, as another thread may read it while it changes.
        self._base = (time.time() if start is None else start, time.monotonic())

    def now(self) -> float:
        start, origin = self._base
        return start + self.speed * (time.monotonic() - origin)

    def move(self, moment: float) -> None:
        start, before = self._base
        origin = time.monotonic()
        self._base = (max(start + self.speed * (origin - before), min(moment, LATEST)), origin)
        self.wake()

    def delay(self, until: float) -> float:
        return max(0.0, (until - self.now()) / self.speed)

    def hint(self, seconds: float) -> float | None:
        return None if self.speed == 1 else seconds / self.speed

    def ahead(self) -> float:
        return self.now() - time.time() if self.speed == 1 else 0.0


class ManualClock(Clock):
    """Stands still until it is advanced; ``slept``: by the sleeps of clients, which have to be told how long."""

    mode: ClassVar[ClockMode] = "manual"

    def __init__(self, start: float = VIRTUAL_START, *, slept: bool = False) -> None:
        super().__init__()
        self.slept = slept
        self._start = self._now = start

    def now(self) -> float:
        return self._now

    def delay(self, until: float) -> float | None:
        return 0.0 if until <= self._now else None

    def hint(self, seconds: float) -> float | None:  # noqa: ARG002 - virtual time needs no real waiting
        return None if self.slept else 0.0

    def ahead(self) -> float:
        return self._now - self._start if self.slept else 0.0

    def move(self, moment: float) -> None:
        self._now = max(self._now, min(moment, LATEST))
        self.wake()


class AutoClock(ManualClock):
    """Moves when an answer asked the client to wait, so that nobody waits."""

    automatic = True
    mode = "auto"

    def reach(self, moment: float) -> None:
        if moment > self._now:
            self.move(moment)


def switched(clock: Clock, mode: ClockMode, speed: float = 1.0, *, slept: bool = False) -> Clock:
    """Return a clock of that mode which goes on from this one's moment, and tells its watchers.

    A wall clock has a speed, and only a manual one can be ``slept``.
    """
    moment = clock.now()
    virtual = AutoClock(moment) if mode == "auto" else ManualClock(moment, slept=slept)
    fresh: Clock = WallClock(speed, moment) if mode == "wall" else virtual
    fresh.watchers = clock.watchers
    return fresh
