"""A server that lies: mockvideo behind a few lines that change what is asked, or what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from mockvideo.server.app import App, create_app
from mockvideo.server.options import Options

KEYS = (b"x-api-key", b"authorization")


@dataclass(frozen=True)
class Request:
    """What was asked, headers by name."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def document(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def key(self) -> bytes:
        return next((self.headers[name] for name in KEYS if name in self.headers), b"")

    def keyed(self, key: bytes) -> Request:
        """The same with another key, in every place."""
        others = {name: value for name, value in self.headers.items() if name not in KEYS}
        return replace(self, headers={**others, b"x-api-key": key, b"authorization": b"Bearer " + key})


@dataclass(frozen=True)
class Response:
    """What is answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def saying(self, document: Any, status: int | None = None) -> Response:
        """The same with another document."""
        return self.holding(json.dumps(document).encode(), status)

    def holding(self, body: bytes, status: int | None = None) -> Response:
        """The same with another body."""
        kept = [(name, value) for name, value in self.headers if name not in (b"content-length", b"content-range")]
        return Response(status or self.status, [*kept, (b"content-length", b"%d" % len(body))], body)


@dataclass
class Lying:
    """mockvideo with lies; the control API is left alone."""

    ask: Callable[[Request], Request] = lambda request: request
    answer: Callable[[Request, Response], Response] = lambda _, response: response
    app: App = field(default_factory=lambda: create_app(Options()))

    @property
    def service(self) -> Any:
        return self.app.service

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or "/_mockvideo/" in scope["path"]:
            await self.app(scope, receive, send)
            return
        request = self.ask(await _request(scope, receive))
        response = self.answer(request, await self._inner(scope, request))
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _inner(self, scope: dict[str, Any], request: Request) -> Response:
        sent: list[dict[str, Any]] = []
        waiting = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = {**request.headers, b"content-length": b"%d" % len(request.body)}
        inner = {**scope, "method": request.method, "headers": list(headers.items()), "extensions": {}}
        await self.app(inner, receive, send)
        start, *chunks = sent
        return Response(start["status"], list(start["headers"]), b"".join(bytes(chunk["body"]) for chunk in chunks))


async def _request(scope: dict[str, Any], receive: Any) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return Request(scope["method"], scope["path"], dict(scope["headers"]), body)
