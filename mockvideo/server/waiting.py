"""Waits for a moment of account time, as long as the client does."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Receive

from mockvideo.core.clock import Clock


class Watch:
    """Hears when a clock is moved or a job is settled by hand; from its start on, lest news come before the wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._news = asyncio.Event()

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._end = self._clock.watch(lambda: loop.call_soon_threadsafe(self._news.set))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    async def until(self, moment: float | None, receive: Receive) -> bool:
        """Return True when that moment may have come, False when the client has left.

        A moment that is not known (None), or that a clock which stands still has not reached, comes with the next news.
        """
        gone = asyncio.ensure_future(_disconnected(receive))
        told = asyncio.ensure_future(self._news.wait())
        try:
            delay = None if moment is None else self._clock.delay(moment)
            await asyncio.wait({gone, told}, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            # Before the caller looks again: news that comes after that ends the next wait at once.
            self._news.clear()
            gone.cancel()
            told.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
