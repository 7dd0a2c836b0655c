"""A client's side of one exchange with an application in this process, with no event loop as long as nobody waits."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from starlette.types import Message, Scope

from mockvideo.server.app import App
from mockvideo.server.body import Disconnected
from mockvideo.server.eager import finish
from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.heading import key_in

# Why a blocking call has no answer, by the clock of its account.
REASONS = {
    "manual": "its account's clock stands still: use clock='auto', or advance it from another thread",
    "wall": "its job takes longer in real time: use clock='auto', or give the client a longer timeout",
    "auto": "its job never ends, as it was ordered: take that order back, or expect this error",
}
OTHERWISE = "what it waits for has not come: bring it about from another thread, or give the client a longer timeout"
NO_STREAM = "Server-sent events need a socket: connect to the URL of a server, or POST …/journal/wait instead."


class Visit:
    """Sends one request of httpx or httpx2, and stays until there is an answer or the client leaves.

    ``library`` is the one that the request is of.
    """

    def __init__(self, app: App, request: Any, body: bytes) -> None:
        # The last class before `object`, as a request may be of a class of the user's own.
        self.library: Any = sys.modules[type(request).__mro__[-2].__module__]
        self._app = app
        self._request = request
        self._unsent: bytes | None = body
        self._answer: Answer | None = None
        self._streamed = False

    def begin(self) -> bool:
        """Go as far as that takes no waiting; return whether it was to the end."""
        routine = self._app(_scope(self._request, self._take), self._receive, self._send)
        try:
            waiting = routine.send(None)
        except StopIteration:
            return True
        self._rest = finish(routine, waiting)
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._left = asyncio.Event()
        return False

    def stay(self) -> None:
        """Go on to the end, in a thread without an event loop, as long as the client has patience."""
        with self._runner:
            if self._patience is not None:
                self._loop.call_later(self._patience, self._left.set)
            self._runner.run(self._rest)

    def leave(self) -> None:
        """Leave, if the exchange still goes on; from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._left.set)

    def end(self) -> Answer:
        """Return the answer, or raise what the client library has for one that does not come."""
        if self._answer is not None:
            return self._answer
        if self._streamed:
            raise self.library.UnsupportedProtocol(NO_STREAM)
        asked = f"{self._request.method} {self._request.url.path}"
        raise self.library.ReadTimeout(f"No answer to {asked} within {self._patience:g} s, as {self._reason()}.")

    @property
    def _patience(self) -> float | None:
        """How many seconds the client waits for an answer; None: for ever."""
        seconds: float | None = self._request.extensions.get("timeout", {}).get("read")
        return seconds

    def _reason(self) -> str:
        scope = _scope(self._request, self._take)
        path = scope["path"]
        dialect = self._app.dialects.get(path.split("/")[1])
        if dialect is None:
            return OTHERWISE
        key = key_in(dict(scope["headers"]), dialect.credential)
        return REASONS[self._app.service.accounts.get(key or "").clock.mode]

    def _take(self, answer: Answer) -> None:
        self._answer = answer._replace(body=b"") if self._request.method == "HEAD" else answer

    async def _receive(self) -> Message:
        if self._unsent is not None:
            body, self._unsent = self._unsent, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, _: Message) -> None:
        """Refuse an answer that comes piece by piece: only those do that have no end."""
        self._streamed = True
        raise Disconnected


def _scope(request: Any, respond: Callable[[Answer], None]) -> Scope:
    url = request.url
    raw_path, _, query = url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": None,
        "server": (url.host, url.port),
        "extensions": {RESPOND: respond},
    }
