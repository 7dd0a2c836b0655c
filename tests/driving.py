"""Drives the application in this process, without a socket: a request goes in, an answer comes out."""

from __future__ import annotations

import asyncio
import atexit
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from mockvideo.core.account import Account
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.core.settings import Settings
from mockvideo.dialect import Dialect
from mockvideo.operation import Operation, Poll, Route, Submit
from mockvideo.pointer import find
from mockvideo.server import files
from mockvideo.server.app import App, create_app
from mockvideo.server.options import Options

JSON = "application/json"
LONGEST = 10.0  # seconds
# nginx's status for an answer that never went out.
LOST = 444
# One for all exchanges: to make one takes as long as an exchange.
LOOP = asyncio.new_event_loop()
atexit.register(LOOP.close)
Headers = list[tuple[bytes, bytes]]
T = TypeVar("T")


class Answer(NamedTuple):
    """What came back, headers by name."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def app_of(*, rules: tuple[Rule, ...] = (), **settings: Any) -> App:
    """A server whose accounts begin with these settings; its clocks move by themselves unless they say otherwise.

    ``rules`` are in force for all, as the scenario ``test``.
    """
    if rules:
        settings["scenario"] = Scenario(name="test", rules=rules)
    return create_app(Options(settings=Settings(**{"clock": "auto", **settings})))


async def exchange(app: App, method: str, url: str, headers: Headers, body: bytes = b"") -> Answer:
    """Send one request, and stay connected until the answer is there."""
    parts = urlsplit(url)
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(b"host", b"127.0.0.1"), (b"content-length", b"%d" % len(body)), *headers],
        "server": ("127.0.0.1", 80),
    }

    received = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(received, None) or await asyncio.get_running_loop().create_future()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    def respond(answer: files.Answer) -> None:
        """Take an answer as our own transport does; nobody waits where it would be slow."""
        wire = answer.wire
        broken = wire is not None and (wire.last or (wire.connection is not None and wire.connection.loses))
        sent.append({"status": LOST if broken else answer.status, "headers": answer.headers})
        sent.append({"body": answer.body})

    scope["extensions"] = {files.RESPOND: respond}
    await app(scope, receive, send)
    start, *chunks = sent
    return Answer(start["status"], dict(start["headers"]), b"".join(bytes(chunk["body"]) for chunk in chunks))


def at_once(exchanged: Coroutine[Any, Any, T]) -> T:
    """Wait for an answer in real time, but not for ever, as a clock that nobody moves would have it."""
    return LOOP.run_until_complete(_in_time(exchanged))


async def _in_time(exchanged: Coroutine[Any, Any, T]) -> T:
    try:
        async with asyncio.timeout(LONGEST):
            return await exchanged
    finally:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)


def route_of(dialect: Dialect, kind: type[Operation]) -> Route:
    return next(route for route in dialect.routes if isinstance(route.operation, kind))


@dataclass(frozen=True)
class Client:
    """Speaks to one dialect of an application as one key; without a key as nobody."""

    app: App
    dialect: Dialect
    key: str | None = "sk-test"

    @property
    def account(self) -> Account:
        return self.app.service.accounts.get(self.key)

    def call(self, method: str, path: str, body: bytes = b"", content_type: str = JSON) -> Coroutine[Any, Any, Answer]:
        """A request at a documented path, still to be awaited."""
        place = self.dialect.credential
        named = [] if self.key is None else [(place.header, place.prefix + self.key.encode())]
        headers = [*named, (b"content-type", content_type.encode())]
        return exchange(self.app, method, f"/{self.dialect.name}{path}", headers, body)

    def ask(self, method: str, path: str, body: bytes = b"", content_type: str = JSON) -> Answer:
        return at_once(self.call(method, path, body, content_type))

    def submitting(self, document: Any, route: Route | None = None) -> Coroutine[Any, Any, Answer]:
        """A submission, still to be awaited; without a route at the first that there is."""
        route = route or route_of(self.dialect, Submit)
        return self.call(route.method, route.path, json.dumps(document).encode())

    def submit(self, document: Any, route: Route | None = None) -> Answer:
        return at_once(self.submitting(document, route))

    def job(self, document: Any) -> str:
        """Submit a job that will be polled, and return its id."""
        return find(self.submit(document).document, self.dialect.pointers.submitted)

    def poll(self, job_id: str, route: Route | None = None) -> Answer:
        route = route or route_of(self.dialect, Poll)
        return self.ask(route.method, route.path.replace("{id}", job_id))

    def fetch(self, url: str) -> bytes:
        """Download a clip, as a stranger with the URL can."""
        return at_once(exchange(self.app, "GET", url, [])).body
