"""A wait ends when its moment comes, when there is news, or when the client leaves."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from mockvideo.core.clock import AutoClock, Clock, ManualClock, WallClock
from mockvideo.server.waiting import Watch
from tests.server.driving import PATIENCE, Peer

SOON = 0.02


def wait(clock: Clock, moment: float | None, *, then: Callable[[], Any] = int, peer: Peer | None = None) -> bool:
    """Wait for the moment; ``then`` is called in another thread as soon as the wait has begun."""
    peer = peer or Peer()

    async def waiting() -> bool:
        with Watch(SimpleNamespace(clock=clock)) as watch:
            waited = asyncio.ensure_future(watch.until(moment, peer.receive))
            await peer.waited_for.wait()
            await asyncio.to_thread(then)
            return await asyncio.wait_for(waited, PATIENCE)

    return asyncio.run(waiting())


# The moment


@pytest.mark.parametrize("speed", [1, 1_000])
def test_on_a_wall_clock_the_moment_comes_by_itself(speed) -> None:
    clock = WallClock(speed)
    moment = clock.now() + SOON * speed
    started = time.monotonic()
    assert wait(clock, moment)
    assert SOON * 0.9 <= time.monotonic() - started < 5 * SOON + 0.1


@pytest.mark.parametrize("clock", [WallClock(), ManualClock(), AutoClock()], ids=lambda clock: type(clock).__name__)
def test_a_moment_that_has_come_needs_no_waiting(clock) -> None:
    assert wait(clock, clock.now())
    assert wait(clock, clock.now() - 1)


# The news


@pytest.mark.parametrize("clock", [ManualClock(), AutoClock()], ids=lambda clock: type(clock).__name__)
def test_a_clock_that_stands_still_is_advanced_by_another_thread(clock) -> None:
    moment = clock.now() + 5
    assert wait(clock, moment, then=lambda: clock.advance(5))
    assert clock.now() == moment


@pytest.mark.parametrize("clock", [WallClock(), ManualClock()], ids=lambda clock: type(clock).__name__)
def test_a_moment_that_nobody_knows_may_come_with_any_news(clock) -> None:
    assert wait(clock, None, then=clock.wake)


def test_news_that_came_before_the_wait_are_not_missed() -> None:
    clock = ManualClock()

    async def waiting() -> bool:
        with Watch(SimpleNamespace(clock=clock)) as watch:
            await asyncio.to_thread(clock.wake)
            return await asyncio.wait_for(watch.until(None, Peer().receive), PATIENCE)

    assert asyncio.run(waiting())


def test_old_news_wake_nobody_twice() -> None:
    clock = ManualClock()

    async def waiting() -> None:
        with Watch(SimpleNamespace(clock=clock)) as watch:
            clock.wake()
            assert await watch.until(None, Peer().receive)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(watch.until(None, Peer().receive), SOON)

    asyncio.run(waiting())


def test_news_from_many_threads_wake_everyone() -> None:
    clock = ManualClock()

    async def one() -> bool:
        with Watch(SimpleNamespace(clock=clock)) as watch:
            return await watch.until(clock.now() + 100, Peer().receive)

    async def waiting() -> list[bool]:
        everyone = asyncio.gather(*(one() for _ in range(20)))
        await asyncio.sleep(0)
        threads = [threading.Thread(target=clock.advance, args=(10,)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        return await asyncio.wait_for(everyone, PATIENCE)

    assert asyncio.run(waiting()) == [True] * 20


# The client


@pytest.mark.parametrize("moment", [None, 2e9])
def test_a_client_that_leaves_ends_the_wait(moment) -> None:
    peer = Peer()

    async def waiting() -> bool:
        with Watch(SimpleNamespace(clock=ManualClock())) as watch:
            waited = asyncio.ensure_future(watch.until(moment, peer.receive))
            await peer.waited_for.wait()
            peer.left.set()
            return await asyncio.wait_for(waited, PATIENCE)

    assert not asyncio.run(waiting())


def test_what_a_client_sends_late_does_not_end_the_wait() -> None:
    clock = ManualClock()
    assert wait(clock, clock.now() + 5, peer=Peer(b"late", b"later"), then=lambda: clock.advance(5))


def test_nobody_watches_when_the_wait_is_over() -> None:
    clock = ManualClock()
    wait(clock, clock.now())
    clock.advance(1)  # would call into a loop that is closed
