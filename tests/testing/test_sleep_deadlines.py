"""Deadlines of the code under test come true with patched sleep, alone and beside libraries that turn clocks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mockvideo.testing.sleeping.sleep import patch_sleep
from tests.testing.clocks import Still, in_threads

time_machine = pytest.importorskip("time_machine")
freezegun = pytest.importorskip("freezegun")

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def poll_until(deadline: float, clock: str) -> int:
    """Poll every five seconds; returns how often."""
    tell: Callable[[], float] = getattr(time, clock)
    polls, end = 0, tell() + deadline
    while tell() < end:
        polls += 1
        time.sleep(5)
    return polls


@pytest.mark.parametrize("told_by", ["time", "monotonic"])
def test_a_deadline_comes_true(told_by: str) -> None:
    clock = Still()
    with patch_sleep(clock):
        polls = poll_until(600, told_by)

    assert (polls, clock.now) == (120, 600)


@pytest.mark.parametrize("told_by", ["time", "monotonic"])
def test_whoever_measures_connections_is_told_real_time(told_by: str) -> None:
    library: dict[str, Any] = {"__name__": "urllib3.connection", "time": time}
    exec(f"def now():\n    return time.{told_by}()", library)
    with patch_sleep(Still()):
        before = library["now"]()
        time.sleep(600)

        assert library["now"]() - before < 60


@pytest.mark.parametrize("told_by", ["time", "monotonic"])
def test_a_deadline_comes_true_with_time_machine(told_by: str) -> None:
    clock = Still()
    with time_machine.travel(NEW_YEAR, tick=False) as traveller, patch_sleep(clock, also=traveller.shift):
        polls = poll_until(600, told_by)

    assert (polls, clock.now) == (120, 600)


@pytest.mark.parametrize("told_by", ["time", "monotonic"])
def test_a_deadline_comes_true_with_freezegun(told_by: str) -> None:
    clock = Still()
    with freezegun.freeze_time(NEW_YEAR) as frozen, patch_sleep(clock, also=frozen.tick):
        polls = poll_until(600, told_by)

    assert (polls, clock.now) == (120, 600)


def test_a_deadline_of_asyncio_comes_true_with_freezegun() -> None:
    clock = Still()

    async def poll_for_ever() -> None:
        async with asyncio.timeout(598):
            while True:  # noqa: ASYNC110 - a provider is polled
                await asyncio.sleep(5)

    with (
        freezegun.freeze_time(NEW_YEAR) as frozen,
        patch_sleep(clock, also=frozen.tick),
        pytest.raises(TimeoutError),
    ):
        asyncio.run(poll_for_ever())

    assert clock.now == 600


def test_time_that_stands_still_hinders_neither_threads_nor_tasks() -> None:
    clock, done = Still(), threading.Event()

    async def tasks() -> None:
        await asyncio.gather(asyncio.sleep(5), asyncio.sleep(10))

    def joining() -> None:
        time.sleep(1)
        in_threads(done.set, lambda: time.sleep(10))

    with freezegun.freeze_time(NEW_YEAR) as frozen, patch_sleep(clock, also=frozen.tick):
        asyncio.run(tasks())
        joining()

    assert (done.is_set(), clock.now) == (True, 21)
