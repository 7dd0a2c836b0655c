"""Drives the application by ASGI messages: from any host and port, under any mount point, with a body in pieces."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from starlette.types import Scope

from mockvideo.core.scenario import Rule, Scenario
from mockvideo.core.settings import Settings
from mockvideo.dialect import Dialect
from mockvideo.server.app import App, create_app
from mockvideo.server.call import Call
from mockvideo.server.heading import Heading
from mockvideo.server.options import Options
from mockvideo.server.routes import Place, Table

Header = tuple[bytes, bytes]

KEY = "sk-test"
BEARER = (b"authorization", b"Bearer sk-test")
API_KEY = (b"x-api-key", b"sk-test")
JSON = (b"content-type", b"application/json")
PATIENCE = 10.0

# What makes the example of apiframe a request whose job has four clips.
FOUR_CLIPS = {
    "model": "midjourney-video",
    "klingParams": None,
    "midjourneyVideoParams": {"start_image": "https://example.com/forest.jpg"},
}


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: list[Header]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """The value of a header, which must not be there twice."""
        found = [value.decode() for key, value in self.headers if key == name.encode()]
        assert len(found) < 2, f"{name} is there {len(found)} times"
        return found[0] if found else None


class Peer:
    """A client's side of one exchange: it sends its pieces, then stays until it leaves."""

    def __init__(self, *pieces: bytes) -> None:
        self.unsent = [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
            for number, piece in enumerate(pieces, 1)
        ]
        self.waited_for = asyncio.Event()
        self.left = asyncio.Event()
        self.messages: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        if self.unsent:
            return self.unsent.pop(0)
        self.waited_for.set()
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.messages.append(message)

    @property
    def reply(self) -> Reply:
        start, *chunks = self.messages
        return Reply(start["status"], start["headers"], b"".join(chunk["body"] for chunk in chunks))


def app_of(*, rules: tuple[Rule, ...] = (), **options: Any) -> App:
    """A server with these settings, options and rules; its clocks stand still unless they say otherwise."""
    if rules:
        options["scenario"] = Scenario(name="test", rules=rules)
    presented = {name: options.pop(name) for name in Options.__slots__ if name in options}
    return create_app(Options(**presented, settings=Settings(**{"clock": "manual", **options})))


def scope_of(
    method: str, url: str, *headers: Header, host: bytes | None = b"localhost:8420", port: int = 8420, mount: str = ""
) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": mount + parts.path,
        "root_path": mount,
        "query_string": parts.query.encode(),
        "headers": [*([(b"host", host)] if host is not None else []), *headers],
        "server": ("127.0.0.1", port),
    }


def call_to(dialect: Dialect, prefix: str, path: str, scope: Scope) -> Call:
    """A call to a path of a dialect where no documented route is."""
    place = Place(dialect, Table(()), prefix, path, None)
    return Call(scope, place, Heading(scope["headers"]))


def ask(app: Any, method: str, url: str, *headers: Header, body: bytes = b"", **place: Any) -> Reply:
    """Send a request whose answer needs no waiting."""
    peer = Peer(body)
    finish(app(scope_of(method, url, *headers, **place), peer.receive, peer.send))
    return peer.reply


def finish(call: Coroutine[Any, Any, None]) -> None:
    """Step a call that has nothing to wait for."""
    try:
        call.send(None)
    except StopIteration:
        return
    call.close()
    raise AssertionError("the call waits")


def http(url: str = "") -> httpx.Client:
    """A real client, which no proxy of the surroundings leads astray."""
    return httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False, verify=False)


def until(condition: Callable[[], object]) -> None:
    """Wait for what another thread brings."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.001)


def example(app: App, dialect: str, **changes: Any) -> bytes:
    """The example request of a dialect; a change to None leaves a field out."""
    document = {**app.dialects[dialect].example, **changes}
    return json.dumps({name: value for name, value in document.items() if value is not None}).encode()


def submit(app: App, *headers: Header, dialect: str = "sora", key: str = KEY, **changes: Any) -> Reply:
    """Submit the example request of a dialect at its first route that takes one."""
    known = app.dialects[dialect]
    place = known.credential
    credential = (place.header, place.prefix + key.encode())
    path = f"/{dialect}{known.routes[0].path}"
    return ask(app, "POST", path, credential, JSON, *headers, body=example(app, dialect, **changes))
