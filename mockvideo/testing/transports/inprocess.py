"""httpx and httpx2 without a socket: a request goes straight into the application, in the thread that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time
from typing import Any, Self

import anyio.lowlevel
import anyio.to_thread

from mockvideo.server.app import App
from mockvideo.server.files import Answer
from mockvideo.server.wire import Step, Wire, steps
from mockvideo.testing.transports.connection import hear, hear_async
from mockvideo.testing.transports.visit import Visit

PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}


class Transport:
    """Carries requests to an application, for synchronous and asynchronous clients of httpx and httpx2.

    Any number of clients and threads may share one. It holds nothing, so there is nothing to close.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def handle_request(self, request: Any) -> Any:
        visit = Visit(self._app, request, request.read())
        if not visit.begin():
            with ThreadPoolExecutor(1) as thread:
                try:
                    thread.submit(visit.stay).result()
                finally:
                    # Whoever waits can be interrupted.
                    visit.leave()
        answer = visit.end()
        if answer.wire is None:
            return _response(visit.library, answer)
        return hear(visit.library, request, _steps(answer, answer.wire))

    async def handle_async_request(self, request: Any) -> Any:
        # A loop of polls that never wait would give nobody else a turn.
        await anyio.lowlevel.checkpoint()
        visit = Visit(self._app, request, await request.aread())
        if not visit.begin():
            try:
                # A limit of its own, as any number may wait.
                limiter = anyio.CapacityLimiter(1)
                await anyio.to_thread.run_sync(visit.stay, abandon_on_cancel=True, limiter=limiter)
            finally:
                visit.leave()
        answer = visit.end()
        if answer.wire is None:
            return _response(visit.library, answer)
        return await hear_async(visit.library, request, _steps(answer, answer.wire))

    def close(self) -> None:
        """There is nothing to close."""

    async def aclose(self) -> None:
        """There is nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _response(library: Any, answer: Answer) -> Any:
    return library.Response(
        answer.status,
        headers=_headers(answer),
        stream=library.ByteStream(bytes(answer.body)),
        extensions={"http_version": b"HTTP/1.1", "reason_phrase": PHRASES.get(answer.status, b"")},
    )


def _steps(answer: Answer, wire: Wire) -> Iterator[Step]:
    status_line = b"HTTP/1.1 %d %b" % (answer.status, PHRASES.get(answer.status, b""))
    head = [status_line, *(b"%b: %b" % header for header in _headers(answer)), b"", b""]
    return steps(b"\r\n".join(head), answer.body, wire)


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    """The headers as our own server sends them."""
    return [(b"date", _date(int(time()))), *answer.headers]


@lru_cache(1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
