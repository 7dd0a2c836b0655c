"""Waits for a moment of account time, as long as the client does."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from email.utils import formatdate
from math import ceil
from types import TracebackType
from typing import Self

from starlette.types import Receive

from mockvideo.core.account import Account
from mockvideo.core.errors import HttpDate, Literally, Refusal
from mockvideo.core.limits import Quota


def ask_to_wait(account: Account, refusal: Refusal, retry_after: float | HttpDate | Literally) -> tuple[Refusal, bytes]:
    """Return the refusal as the client is told it, in real seconds, and its Retry-After; the account remembers it."""
    if isinstance(retry_after, Literally):
        # Nonsense may be ordered, but no further header.
        return refusal, "".join(filter(str.isprintable, retry_after.text)).encode("latin-1", "replace")
    seconds = retry_after.date if isinstance(retry_after, HttpDate) else retry_after
    account.ask_to_wait(max(0.0, seconds))
    wait = account.clock.hint(seconds)
    # Whole seconds (RFC 9110, 10.2.3), and never too early.
    real = ceil(seconds if wait is None else wait)
    if isinstance(retry_after, HttpDate):
        return refusal, formatdate(ceil(time.time() + account.clock.ahead()) + real, usegmt=True).encode()
    return replace(refusal, retry_after=real), b"%d" % real


def in_real_time(quota: Quota, account: Account) -> Quota:
    """Return what a limit leaves as its client should wait for it."""
    wait = account.clock.hint(quota.reset)
    return quota if wait is None else quota._replace(reset=wait)


class Watch:
    """Hears when the account's clock is moved or a job is settled by hand; from its start on, lest news come before.

    The account may be given another clock meanwhile, which tells the same watchers.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._news = asyncio.Event()

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._end = self._account.clock.watch(lambda: loop.call_soon_threadsafe(self._news.set))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    async def until(self, moment: float | None, receive: Receive) -> bool:
        """Return True when that moment may have come, False when the client has left.

        A moment that is not known (None), or that a clock which stands still has not reached, comes with the next news.
        """
        gone = asyncio.ensure_future(disconnected(receive))
        told = asyncio.ensure_future(self._news.wait())
        try:
            delay = None if moment is None else self._account.clock.delay(moment)
            await asyncio.wait({gone, told}, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            # Before the caller looks again: news that comes after that ends the next wait at once.
            self._news.clear()
            gone.cancel()
            told.cancel()


async def disconnected(receive: Receive) -> None:
    """Wait until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
