"""Account time: the only module that reads a clock.

Every time is in seconds since the Unix epoch. Prior art for a clock as an argument: trio's ``MockClock``.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

VIRTUAL_START = 1_767_225_600.0  # 2026-01-01T00:00:00Z, the same in every run, so that a replay is the same story


class Clock(ABC):
    """What an account knows of time. Time never runs backwards."""

    automatic: ClassVar[bool] = False
    """Whether an answer that asks the client to wait moves this clock by itself."""

    def __init__(self) -> None:
        self._watchers: list[Callable[[], object]] = []

    @abstractmethod
    def now(self) -> float:
        """Return the moment, in seconds since the Unix epoch."""

    @abstractmethod
    def delay(self, until: float) -> float | None:
        """Return the real seconds until that moment; None if only a move can bring it."""

    @abstractmethod
    def hint(self, seconds: float) -> float | None:
        """Return the real seconds to tell a client that should wait so long; None if its own habit is right."""

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back whenever there is news, from the thread that brings it; returns what ends the watch."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    def wake(self) -> None:
        """Tell the watchers that the clock was moved, or that a job was settled by hand."""
        # A copy, as a watch may end in another thread meanwhile.
        for watcher in tuple(self._watchers):
            watcher()

    def reach(self, moment: float) -> None:  # noqa: B027 - most clocks stay where they are
        """Move on to at least that moment if this clock moves by itself."""


class WallClock(Clock):
    """Real time, ``speed`` times as fast: now = start + speed x elapsed."""

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            message = f"speed must be above 0, not {speed:g}"
            raise ValueError(message)
        super().__init__()
        self.speed = speed
        # The wall is asked once: it can be set back, and time never runs backwards here.
        self._start = time.time()
        self._origin = time.monotonic()

    def now(self) -> float:
        return self._start + self.speed * (time.monotonic() - self._origin)

    def delay(self, until: float) -> float:
        return max(0.0, (until - self.now()) / self.speed)

    def hint(self, seconds: float) -> float | None:
        return None if self.speed == 1 else seconds / self.speed


class ManualClock(Clock):
    """Stands still until it is advanced."""

    def __init__(self, start: float = VIRTUAL_START) -> None:
        super().__init__()
        self._now = start

    def now(self) -> float:
        return self._now

    def delay(self, until: float) -> float | None:
        return 0.0 if until <= self._now else None

    def hint(self, seconds: float) -> float | None:  # noqa: ARG002 - virtual time needs no real waiting
        return 0.0

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        if seconds < 0:
            message = f"time never runs backwards: advance by 0 or more seconds, not {seconds:g}"
            raise ValueError(message)
        self._move(self._now + seconds)

    def _move(self, moment: float) -> None:
        self._now = moment
        self.wake()


class AutoClock(ManualClock):
    """Moves when an answer asked the client to wait, so that nobody waits."""

    automatic = True

    def reach(self, moment: float) -> None:
        if moment > self._now:
            self._move(moment)
