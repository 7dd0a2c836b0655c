"""Patched sleep: the code under test sleeps, and instead of waiting an account's clock moves on."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, partial, wraps
from inspect import currentframe
from math import inf
from threading import Lock, current_thread
from types import FrameType
from typing import Any, Literal, Protocol, TypeVar

from mockvideo.testing.sleeping.deadlines import ahead
from mockvideo.testing.sleeping.loops import ASYNCIO, TRIO, Loop
from mockvideo.testing.sleeping.sleepers import Member, Sleepers
from mockvideo.testing.sleeping.substitution import Substitution
from mockvideo.testing.sleeping.threads import REAL, caller, new_threads_join

Also = Callable[[float], object]
T = TypeVar("T")

_time_sleep = time.sleep
_asyncio_sleep = asyncio.sleep


class Clock(Protocol):
    """The clock of an account."""

    @property
    def mode(self) -> Literal["wall", "manual", "auto"]: ...

    def switch(self, mode: Literal["wall", "manual", "auto"], *, slept: bool = False) -> object: ...

    def advance(self, seconds: float) -> object: ...


@contextmanager
def patch_sleep(clock: Clock, also: Also | None = None) -> Iterator[None]:
    """Let ``time.sleep``, ``asyncio.sleep``, ``anyio.sleep`` and ``trio.sleep`` move the clock instead of waiting.

    They do also where a module holds them by ``from time import sleep``. The clock is ``manual`` until the block ends.

    A sleep that begins at t ends at t plus its seconds. Time moves to the next end of a sleep as soon as nobody runs
    who takes part: every thread and task that has slept in the block, every thread that was started in it or starts
    one. Who does neither for a moment is not waited for, so a thread that joins others holds nobody up. Waits with a
    limit, such as ``Event.wait`` and ``asyncio.timeout``, are real. A provider that answers only when the clip is there
    is waited for without a sleep: leave its clock ``auto``.

    ``time.monotonic`` and ``time.time`` go on with it, where the code under test asks, so that its deadlines come true;
    libraries that measure time-outs of connections go on asking the real ones.

    Nested blocks move all their clocks. ``also`` is told the seconds by which time has moved, for libraries that turn
    ``datetime`` and ``time.time`` of this process, which are left to them then:

    - time-machine: ``with time_machine.travel(0) as traveller, patch_sleep(clock, also=traveller.shift)``.
    - freezegun: ``with freeze_time(real_asyncio=True) as frozen, patch_sleep(clock, also=frozen.tick)``. It stops
      ``time.monotonic`` for all threads: without ``real_asyncio=True`` (or ``tick=True``) every timer of asyncio stands
      still, also in a server of this process, which then may hang.
    """
    with ExitStack() as ending:
        if not _stage().moves(clock):
            mode = clock.mode
            clock.switch("manual", slept=True)
            ending.callback(clock.switch, mode)
        ending.enter_context(_stage().patched(clock, also))
        yield


class _Stage:
    """The blocks that are open now. There is one stage in a process, as there is one ``time.sleep``."""

    def __init__(self) -> None:
        self.sleepers: Sleepers | None = None
        self._lock = Lock()
        self._patches: list[tuple[Clock, Also | None]] = []
        self._moved = 0.0
        self._ending = ExitStack()
        self._substitution = Substitution(REAL)
        self._substitution.add(_time_sleep, _sleep_of_thread)
        self._substitution.add(_asyncio_sleep, _sleep_of_task)
        self._substitution.add(time.monotonic, ahead(time.monotonic, lambda: self._moved))
        self._substitution.add(time.time, ahead(time.time, self._unless_others_move))

    def moves(self, clock: Clock) -> bool:
        return any(moved is clock for moved, _ in self._patches)

    @contextmanager
    def patched(self, clock: Clock, also: Also | None) -> Iterator[None]:
        patch = clock, also
        with self._lock:
            self._patches.append(patch)
            if self.sleepers is None:
                self._begin()
        try:
            yield
        finally:
            with self._lock:
                self._patches.remove(patch)
                if not self._patches:
                    self.sleepers = None
                    self._ending.close()

    def _begin(self) -> None:
        if "trio" in sys.modules:
            original = sys.modules["trio"].sleep
            self._substitution.add(original, _sleep_of_trio(original))
        self._moved = 0.0
        self.sleepers = Sleepers(self._move)
        self._ending.callback(self.sleepers.close)
        self._substitution.put()
        self._ending.callback(self._substitution.put_back)
        self._ending.enter_context(new_threads_join(self.sleepers))

    def _move(self, seconds: float) -> None:
        patches = tuple(self._patches)
        for clock in _distinct([clock for clock, _ in patches]):
            clock.advance(seconds)
        self._moved += seconds
        for also in _distinct([also for _, also in patches if also is not None]):
            also(seconds)

    def _unless_others_move(self) -> float:
        """How far time has moved, as far as nobody else turns the clocks of this process."""
        return 0.0 if any(also is not None for _, also in self._patches) else self._moved


@cache
def _stage() -> _Stage:
    return _Stage()


def _distinct(values: Sequence[T]) -> list[T]:
    return [value for number, value in enumerate(values) if value not in values[:number]]


def _sleep_of_thread(seconds: float, /) -> None:
    sleepers = _sleepers(seconds, currentframe())
    if sleepers is None:
        _time_sleep(seconds)
        return
    thread = current_thread()
    sleepers.join(thread, Member(thread, thread.is_alive))
    gate = Lock()
    gate.acquire()
    with sleepers.asleep(thread, seconds, gate.release):
        gate.acquire()


@wraps(_asyncio_sleep)
async def _sleep_of_task(delay: float, result: Any = None) -> Any:
    sleepers = _sleepers(delay, currentframe())
    if sleepers is None:
        return await _asyncio_sleep(delay, result)
    await _sleep_in(ASYNCIO, sleepers, delay)
    return result


@cache
def _sleep_of_trio(original: Callable[[float], Awaitable[None]]) -> Callable[[float], Awaitable[None]]:
    @wraps(original)
    async def sleep(seconds: float) -> None:
        sleepers = _sleepers(seconds, currentframe())
        await (original(seconds) if sleepers is None else _sleep_in(TRIO, sleepers, seconds))

    return sleep


async def _sleep_in(loop: Loop, sleepers: Sleepers, seconds: float) -> None:
    thread, me = current_thread(), loop.task()
    sleepers.join(me, Member(thread, partial(loop.alive, me)))
    if sleepers.none_runs_but(me):
        # Tasks that are new have a chance to sleep first.
        for task in loop.tasks():
            if sleepers.join(task, Member(thread, partial(loop.alive, task))):
                loop.at_end(task, sleepers.leave)
    bed, rouse = loop.bed()
    with sleepers.asleep(me, seconds, rouse):
        await bed


def _sleepers(seconds: float, frame: FrameType | None) -> Sleepers | None:
    """With whom somebody sleeps who calls from there; None if the sleep is real, or none at all."""
    sleepers = _stage().sleepers
    virtual = sleepers is not None and 0 < seconds < inf and not sleepers.moved_by_this_thread
    return sleepers if virtual and caller(frame) not in REAL else None
