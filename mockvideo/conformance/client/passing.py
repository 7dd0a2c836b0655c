"""Virtual time: the client sleeps and the account's clock moves on, and so does every clock that the client reads.

Nothing here imports more than the standard library, so that it also runs inside of other people's programs.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import currentframe
from math import inf
from typing import Literal

from mockvideo.testing.sleeping.sleep import patch_sleep
from mockvideo.testing.sleeping.substitution import Substitution
from mockvideo.testing.sleeping.threads import REAL, caller

# After so many sleeps each moves time so many times as far, or a client without a deadline would take minutes.
STEADY_SLEEPS = 60
STRETCH = 20.0
# Their own deadlines are about real things: sockets, threads, tests.
SPARED = REAL | sys.stdlib_module_names | {"_pytest", "coverage", "hypothesis", "pluggy", "pytest", "xdist"}
CLOCKS: tuple[tuple[Callable[[], float], int], ...] = (
    (time.time, 1),
    (time.monotonic, 1),
    (time.perf_counter, 1),
    (time.time_ns, 1_000_000_000),
    (time.monotonic_ns, 1_000_000_000),
    (time.perf_counter_ns, 1_000_000_000),
)


class OvertimeError(BaseException):
    """So much virtual time has passed that the client will never end; nothing should catch this on its way."""


class Passing:
    """The clocks that the client's code reads, ahead of the real ones by so many ``seconds``."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._substitution = Substitution(REAL)
        for original, unit in CLOCKS:
            self._substitution.add(original, self._ahead(original, unit))
        # Who patches sleep takes for real the clocks that it finds at first, and these must not be ours.
        with patch_sleep(Pace(bool, self, inf)):
            pass

    @contextmanager
    def put(self) -> Iterator[None]:
        """Let these clocks be read until the block ends; they begin at the real time."""
        self.seconds = 0.0
        self._substitution.put()
        try:
            yield
        finally:
            self._substitution.put_back()

    def move(self, seconds: float) -> None:
        self.seconds += seconds

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return an event loop of asyncio by these clocks, so that its time-outs come true in step."""
        return _Loop(self)

    def _ahead(self, original: Callable[[], float], unit: int) -> Callable[[], float]:
        def now() -> float:
            real = original()
            if caller(currentframe()) in SPARED:
                return real
            return real + type(real)(self.seconds * unit)

        return now


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, passing: Passing) -> None:
        self._passing = passing
        super().__init__()

    def time(self) -> float:
        return super().time() + self._passing.seconds


class Pace:
    """The account's clock as sleeps move it: by ``advance``, and on with ``passing``, up to ``limit`` virtual seconds.

    The account keeps a clock of real time, which goes on between sleeps, so that a client that never sleeps ends, too.
    ``watch`` is asked before each move and may raise.
    """

    mode: Literal["wall"] = "wall"

    def __init__(
        self,
        advance: Callable[[float], object],
        passing: Passing,
        limit: float,
        watch: Callable[[], object] = bool,
    ) -> None:
        self._advance = advance
        self._passing = passing
        self._limit = limit
        self._watch = watch
        self.sleeps = 0
        self.slept = 0.0
        self.steady: float | None = None

    def switch(self, *_: object, **__: object) -> None:
        """It stays as it is: a clock of real time that is moved on tells clients to wait as the provider would."""

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, or more when there were many sleeps; raises OvertimeError when it is too much."""
        self._watch()
        self.sleeps += 1
        if self.sleeps > STEADY_SLEEPS:
            self.steady = self.slept if self.steady is None else self.steady
            seconds *= STRETCH
        if self.slept + seconds > self._limit:
            self.slept = self._limit
            raise OvertimeError
        self._advance(seconds)
        self._passing.move(seconds)
        self.slept += seconds


@contextmanager
def virtual_time(pace: Pace, passing: Passing) -> Iterator[None]:
    """Let sleeps move time by this pace until the block ends."""
    with passing.put(), patch_sleep(pace):
        yield
