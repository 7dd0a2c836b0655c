"""The journal while it is written: waited for, and told as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any

from mockvideo.core.journal import Entry, Journal
from mockvideo.server.body import Disconnected
from mockvideo.server.control.asked import MOST_LISTED, Awaited, Filters
from mockvideo.server.control.entries import told
from mockvideo.server.control.listening import Listener
from mockvideo.server.control.refusals import RefusedError
from mockvideo.server.control.told import JournalTold
from mockvideo.server.control.visit import Visit
from mockvideo.server.eager import sleep
from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.responding import hang_up

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
ALIVE = b": still here\n\n"
LAST_ID = b"last-event-id"
# So much is sent at once before a reader has to have taken it.
PIECE = 64 << 10


async def wait(visit: Visit, asked: Awaited) -> JournalTold:
    """Wait until so many entries match; those that are there already count, too."""
    # Only from its first pause on a call is a task.
    await sleep(0)
    journal, deadline = visit.known_account.journal, monotonic() + asked.timeout
    async with Listener(journal, asked, visit.receive, most=MOST_LISTED) as listener:
        found = listener.past
        while len(found) < asked.count and not listener.over and (left := deadline - monotonic()) > 0:
            await listener.wait(left)
            if listener.gone:
                raise Disconnected
            found += listener.take()
    if len(found) >= asked.count:
        entries = [told(entry) for entry in found]
        return JournalTold(entries=entries, exchanges=journal.count, forgotten=journal.count - len(journal))
    if listener.over:
        raise RefusedError(409, "The account was deleted meanwhile.", "Wait with another key.")
    hint = "GET …/journal tells what was asked instead; leave filters out to see more."
    raise RefusedError(408, f"{len(found)} of {asked.count} entries matched within {asked.timeout:g} s.", hint)


async def stream(visit: Visit, asked: Filters) -> Answer | None:
    """Tell every new entry that is asked for, until the client leaves or cannot follow."""
    if visit.scope["method"] == "HEAD":
        return Answer(200, HEADERS, b"")
    await sleep(0)
    journal, pace = visit.known_account.journal, visit.desk.pace
    since = _since(visit, asked, journal.count)
    asked = asked.model_copy(update={"since": since})
    writer = Writer(visit)
    async with Listener(journal, asked, visit.receive, most=pace.lag) as listener:
        await visit.send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await writer.write([ALIVE, *_lost(journal, since), *writer.events(listener.past)])
        while not (writer.stuck or listener.gone or listener.behind or listener.over):
            await listener.wait(pace.heartbeat)
            await writer.write(list(writer.events(listener.take())) or [ALIVE])
            await sleep(pace.gap)
        if not listener.gone:
            await writer.end(_last(listener))
    return None


class Writer:
    """Sends events to one reader; ``stuck``: its socket has taken nothing for too long."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        # Taken out, because it holds the scope: a cycle that only the garbage collector would end.
        self._responder = visit.scope.get("extensions", {}).pop(RESPOND, None)
        self.stuck = False

    def events(self, entries: Iterable[Entry]) -> Iterator[bytes]:
        tag, printer = self._visit.known_account.tag, self._visit.desk.printer
        return (printer.event(tag, entry) for entry in entries)

    async def write(self, events: Iterable[bytes]) -> None:
        """Send events in pieces, each when there is room for it."""
        piece = b""
        for event in events:
            piece += event
            if len(piece) >= PIECE:
                await self._send(piece)
                piece = b""
        await self._send(piece)

    async def end(self, event: bytes) -> None:
        """Send a last event; a reader that is stuck gets it only if it wakes up now."""
        if not self.stuck:
            await self._send(event, more=False)
        elif self._responder is not None:
            hang_up(self._responder, event)

    async def _send(self, piece: bytes, *, more: bool = True) -> None:
        if self.stuck or not piece:
            return
        try:
            async with asyncio.timeout(self._visit.desk.pace.drain):
                await self._visit.send({"type": "http.response.body", "body": piece, "more_body": more})
        except TimeoutError:
            self.stuck = True


def _since(visit: Visit, asked: Filters, count: int) -> int:
    """The number after which to begin: where the reader stopped, else where it wants to, else now."""
    last = visit.named.get(LAST_ID, b"").strip()
    number = int(last) if last.isdigit() and len(last) < 20 else asked.since
    # A greater one is of an account that was deleted, and its key used again.
    return count if number is None else number if number <= count else 0


def _lost(journal: Journal, since: int) -> list[bytes]:
    """Say which entries are wanted and not kept any more."""
    first = next((entry.number for entry in journal), journal.count + 1)
    return [_marker("missed", after=since, before=first)] if first > since + 1 else []


def _last(listener: Listener) -> bytes:
    """Say why no more events come."""
    if listener.over:
        return _marker("ended", message="The account was deleted.")
    return _marker("dropped", message="The reader cannot follow; connect again with Last-Event-ID.")


def _marker(name: str, **said: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(said)}\n\n".encode()
