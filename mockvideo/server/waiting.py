"""Waits for a moment of account time, as long as the client does."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from mockvideo.core.clock import Clock


async def wait_until(clock: Clock, moment: float | None, receive: Receive) -> bool:
    """Return True when that moment may have come, False when the client has left.

    A moment that is not known (None), or that a clock which stands still has not reached, comes with the next news.
    """
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    end_watch = clock.watch(lambda: loop.call_soon_threadsafe(news.set))
    gone = asyncio.ensure_future(_disconnected(receive))
    told = asyncio.ensure_future(news.wait())
    try:
        delay = None if moment is None else clock.delay(moment)
        await asyncio.wait({gone, told}, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        end_watch()
        gone.cancel()
        told.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
