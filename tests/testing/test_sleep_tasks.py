"""Sleep of tasks, in loops of asyncio and trio, beside that of threads."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import pytest
import trio

from mockvideo.testing.sleeping.loops import ASYNCIO
from mockvideo.testing.sleeping.sleep import patch_sleep
from mockvideo.testing.sleeping.sleepers import Member, Sleepers
from tests.testing.clocks import Still, in_threads

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


async def together(*functions: Callable[[], Awaitable[object]]) -> None:
    async with anyio.create_task_group() as group:
        for function in functions:
            group.start_soon(function)


@BACKENDS
def test_a_sleep_of_anyio_moves_the_clock(backend: str) -> None:
    with patch_sleep(clock := Still()):
        anyio.run(anyio.sleep, 600, backend=backend)

    assert clock.now == 600


def test_the_sleeps_of_asyncio_and_trio_move_the_clock() -> None:
    with patch_sleep(clock := Still()):
        result = asyncio.run(asyncio.sleep(5, "rested"))
        trio.run(trio.sleep, 10)

    assert (result, clock.now) == ("rested", 15)


@BACKENDS
def test_every_sleep_is_real_outside_of_a_block(backend: str) -> None:
    with patch_sleep(clock := Still()):
        held = {"asyncio": asyncio.sleep, "trio": trio.sleep}[backend]
    anyio.run(held, 0.001, backend=backend)

    assert clock.now == 0


@BACKENDS
def test_twenty_tasks_that_sleep_see_the_time_of_one(backend: str) -> None:
    clock, seen = Still(), []

    async def sleeper() -> None:
        for _ in range(3):
            await anyio.sleep(5)
            seen.append(clock.now)

    with patch_sleep(clock):
        anyio.run(partial(together, *[sleeper] * 20), backend=backend)

    assert seen == [5] * 20 + [10] * 20 + [15] * 20


def test_sleepers_that_are_gathered_see_the_time_of_one() -> None:
    async def sleepers() -> list[float]:
        return await asyncio.gather(*(asyncio.sleep(seconds, seconds) for seconds in range(1, 21)))

    with patch_sleep(clock := Still()):
        results = asyncio.run(sleepers())

    assert (results, clock.now) == (list(range(1, 21)), 20)


@BACKENDS
def test_a_task_that_has_not_slept_yet_is_waited_for(backend: str) -> None:
    clock, seen = Still(), []

    async def worker() -> None:
        for _ in range(50):
            await anyio.lowlevel.checkpoint()
        await anyio.sleep(2)
        seen.append(clock.now)

    async def sleeper() -> None:
        await anyio.sleep(5)
        seen.append(clock.now)

    with patch_sleep(clock):
        anyio.run(together, sleeper, worker, backend=backend)

    assert seen == [2, 5]


@BACKENDS
def test_twenty_tasks_that_poll_end_when_one_does(backend: str) -> None:
    clock, ends = Still(), []

    async def poll() -> None:
        while clock.now < 600:  # noqa: ASYNC110 - a provider is polled
            await anyio.sleep(5)
        ends.append(clock.now)

    with patch_sleep(clock):
        anyio.run(partial(together, *[poll] * 20), backend=backend)

    assert ends == [600] * 20


@BACKENDS
def test_a_task_that_sleeps_can_be_cancelled(backend: str) -> None:
    clock, ends = Still(), []

    async def sleeper() -> None:
        try:
            await anyio.sleep(100)
        finally:
            ends.append(clock.now)

    async def cancelling() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(sleeper)
            await anyio.sleep(5)
            group.cancel_scope.cancel()
        await anyio.sleep(1)

    with patch_sleep(clock):
        anyio.run(cancelling, backend=backend)

    assert (ends, clock.now) == ([5], 6)


def test_a_task_that_is_cancelled_while_it_is_roused_stays_cancelled() -> None:
    async def rousing() -> None:
        bed, rouse = ASYNCIO.bed()
        waiting = asyncio.ensure_future(bed)
        waiting.cancel()
        rouse()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.sleep(0)

    asyncio.run(rousing())


@BACKENDS
def test_no_seconds_let_the_others_run(backend: str) -> None:
    steps: list[str] = []

    async def step(name: str) -> None:
        for _ in range(2):
            steps.append(name)
            await anyio.sleep(0)  # noqa: ASYNC115 - what is tested

    with patch_sleep(clock := Still()):
        anyio.run(together, partial(step, "a"), partial(step, "b"), backend=backend)

    assert (sorted(steps[:2]), sorted(steps[2:]), clock.now) == (["a", "b"], ["a", "b"], 0)


def test_a_sleep_lets_other_tasks_run() -> None:
    async def sleeper() -> bool:
        other = asyncio.create_task(asyncio.sleep(0))
        await asyncio.sleep(5)
        await asyncio.sleep(5)
        return other.done()

    with patch_sleep(Still()):
        assert asyncio.run(sleeper())


def test_a_thread_that_sleeps_beside_a_task_sees_its_time() -> None:
    clock, seen = Still(), []

    def thread() -> None:
        time.sleep(3)
        seen.append(clock.now)

    async def task() -> None:
        await asyncio.gather(asyncio.to_thread(thread), asyncio.sleep(5))
        seen.append(clock.now)

    with patch_sleep(clock):
        asyncio.run(task())

    assert seen == [3, 5]


def test_a_loop_of_every_thread_sees_the_time_of_all() -> None:
    clock, seen = Still(), []

    async def sleeper() -> None:
        await asyncio.sleep(5)
        seen.append(clock.now)

    with patch_sleep(clock):
        in_threads(4, lambda: asyncio.run(sleeper()))

    assert seen == [5] * 4


def test_a_task_that_blocks_its_loop_by_sleeping_moves_the_clock_at_once() -> None:
    async def blocking() -> None:
        await asyncio.sleep(1)
        began = time.perf_counter()
        for _ in range(100):
            time.sleep(1)  # noqa: ASYNC251 - what is tested
        # If the task were waited for in vain, it would be 100 times a tenth of a second.
        assert time.perf_counter() - began < 5

    with patch_sleep(clock := Still()):
        asyncio.run(blocking())

    assert clock.now == 101


@BACKENDS
def test_a_loop_that_has_ended_is_not_roused(backend: str) -> None:
    clock, asleep = Still(), threading.Event()

    async def abandoning() -> None:
        await anyio.sleep(1)
        coroutine = anyio.sleep(400 * 86_400)
        left.append(coroutine)
        coroutine.send(None)
        asleep.set()

    left: list[object] = []
    with patch_sleep(clock):
        anyio.run(abandoning, backend=backend)
    for coroutine in left:
        coroutine.close()

    assert clock.now == 1


def test_trio_need_not_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "trio")
    with patch_sleep(clock := Still()):
        asyncio.run(asyncio.sleep(5))

    assert clock.now == 5


def test_who_falls_asleep_when_all_is_over_wakes_at_once() -> None:
    sleepers, roused = Sleepers(print), []
    me = threading.current_thread()
    sleepers.join(me, Member(me, me.is_alive))
    sleepers.close()
    with sleepers.asleep(me, 5, lambda: roused.append(me)):
        assert roused == [me]
