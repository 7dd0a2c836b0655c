"""A coroutine that need not wait costs no task, and one that waits goes on as a task would."""

from __future__ import annotations

import asyncio

from mockvideo.server.eager import start


def test_what_need_not_wait_is_done_at_once() -> None:
    done = []

    async def routine() -> None:
        done.append(1)

    async def main() -> None:
        assert start(routine(), asyncio.get_running_loop()) is None

    asyncio.run(main())
    assert done == [1]


def test_what_waits_goes_on_and_hears_what_it_waited_for() -> None:
    heard = []

    async def routine(future: asyncio.Future[str]) -> None:
        heard.append(await future)
        await asyncio.sleep(0)
        heard.append("end")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        task = start(routine(future), loop)
        future.set_result("news")
        await task

    asyncio.run(main())
    assert heard == ["news", "end"]


def test_what_waits_hears_of_an_error_and_may_go_on() -> None:
    heard = []

    async def routine(future: asyncio.Future[str]) -> None:
        try:
            await future
        except ValueError as error:
            heard.append(str(error))
        await asyncio.sleep(0)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        task = start(routine(future), loop)
        future.set_exception(ValueError("no"))
        await task

    asyncio.run(main())
    assert heard == ["no"]


def test_a_cancellation_reaches_it() -> None:
    ended = []

    async def routine() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    async def main() -> None:
        task = start(routine(), asyncio.get_running_loop())
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(main())
    assert ended == [1]
