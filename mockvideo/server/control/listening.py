"""Hears what happens in an account while somebody waits for it: what its journal notes, what its outbox learns."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Self

from starlette.types import Receive

from mockvideo.core.journal import Entry, Journal
from mockvideo.core.outbox import Outbox
from mockvideo.server.control.asked import Filters
from mockvideo.server.control.entries import fits
from mockvideo.server.waiting import disconnected


class Listener:
    """Gathers the entries that are asked for: those that the journal has and, as long as this lasts, new ones.

    ``behind``: more than ``most`` have come that nobody has taken. ``over``: no more will come. ``gone``: the client
    has left. To be entered in a task; the journal may be written in any thread.
    """

    def __init__(self, journal: Journal, asked: Filters, receive: Receive, *, most: int) -> None:
        self._journal = journal
        self._asked = asked
        self._receive = receive
        self._most = most
        self._heard: deque[Entry] = deque()
        self._last = 0
        self._told = False
        self._news = asyncio.Event()
        self.behind = False
        self.over = False

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._gone = asyncio.ensure_future(disconnected(self._receive))
        # First, lest an entry comes between; one that is in both is left out by its number.
        self._end = self._journal.watch(self._hear)
        self.past = [entry for entry in self._journal if fits(entry, self._asked)]
        self._last = self.past[-1].number if self.past else 0
        self.over = self._journal.closed
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._gone.cancel()

    @property
    def gone(self) -> bool:
        return self._gone.done()

    def take(self) -> list[Entry]:
        """Return what has come since the last time."""
        self._told = False
        self._news.clear()
        taken = []
        while self._heard:
            entry = self._heard.popleft()
            if entry.number > self._last:
                taken.append(entry)
        return taken

    async def wait(self, seconds: float) -> None:
        """Wait until something has come or the client has left, but not longer than so many seconds."""
        told = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({told, self._gone}, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()

    def _hear(self, entry: Entry | None) -> None:
        if entry is None:
            self.over = True
        elif self.behind or not fits(entry, self._asked):
            return
        elif len(self._heard) >= self._most:
            self.behind = True
        else:
            self._heard.append(entry)
        if not self._told:
            self._told = True
            self._loop.call_soon_threadsafe(self._news.set)


class News:
    """Hears that something has happened to an account's webhooks. ``gone``: the client has left.

    To be entered in a task; the outbox may learn in any thread.
    """

    def __init__(self, outbox: Outbox, receive: Receive) -> None:
        self._outbox = outbox
        self._receive = receive
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._gone = asyncio.ensure_future(disconnected(self._receive))
        self._end = self._outbox.watch(self._hear)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._gone.cancel()

    @property
    def gone(self) -> bool:
        return self._gone.done()

    async def wait(self, seconds: float) -> None:
        """Wait for news since the last time, or until the client has left, but not longer than so many seconds."""
        told = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({told, self._gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Before the caller looks again: news that comes after that ends the next wait at once.
            self._news.clear()
            told.cancel()

    def _hear(self) -> None:
        with suppress(RuntimeError):  # the loop is closed, as nobody waits any more
            self._loop.call_soon_threadsafe(self._news.set)
