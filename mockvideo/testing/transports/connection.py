"""An answer that is disturbed on its way, heard by the client library's own HTTP parser over a connection in memory."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Event
from types import ModuleType
from typing import Any

import anyio

from mockvideo.server.wire import End, Pause, Send, Step

RESET = f"[Errno {errno.ECONNRESET}] {os.strerror(errno.ECONNRESET)}"
FOR_EVER = "This connection hangs, and its client would wait for ever: give the client a read timeout."


def hear(library: ModuleType, request: Any, steps: Iterator[Step]) -> Any:
    """Return the response that a synchronous client of httpx or httpx2 makes of these steps, or raise as it would."""
    core = _core(library)
    asked = _asked(core, request)
    with _raising(library, core):
        stream = Stream(AsyncStream(steps, core, _block))
        heard = core.HTTP11Connection(asked.url.origin, stream).handle_request(asked)
    return _response(library, core, heard)


async def hear_async(library: ModuleType, request: Any, steps: Iterator[Step]) -> Any:
    """As ``hear``, for an asynchronous client."""
    core = _core(library)
    asked = _asked(core, request)
    with _raising(library, core):
        stream = AsyncStream(steps, core, _wait)
        heard = await core.AsyncHTTP11Connection(asked.url.origin, stream).handle_async_request(asked)
    return _response(library, core, heard)


class AsyncStream:
    """What httpcore reads from: bytes in their time, and then what becomes of the connection.

    Read timeouts and pauses are real seconds; ``wait`` lets them pass.
    """

    def __init__(self, steps: Iterator[Step], core: ModuleType, wait: Callable[[float], Awaitable[object]]) -> None:
        self._steps = steps
        self._core = core
        self._wait = wait
        self._arrived = Send(b"")

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's name
        left = timeout
        while not self._arrived.size:
            step = next(self._steps)
            if isinstance(step, Send):
                self._arrived = step
            elif isinstance(step, Pause):
                left = await self._pass(step.seconds, left)
            else:
                return await self._end(step, left)
        part, self._arrived = self._arrived.part(0, max_bytes), self._arrived.part(max_bytes, self._arrived.size)
        return bytes(part.data) + bytes(part.zeros)

    async def write(self, *_: object, **__: object) -> None:
        """The request has arrived before its answer is heard."""

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def _pass(self, seconds: float, left: float | None) -> float | None:
        """Let the seconds pass; what is left of the client's patience after that, or its timeout."""
        if left is None:
            await self._wait(seconds)
            return None
        await self._wait(min(seconds, left))
        if seconds >= left:
            raise self._core.ReadTimeout("timed out")
        return left - seconds

    async def _end(self, end: End, left: float | None) -> bytes:
        if end is End.RESET:
            raise self._core.ReadError(RESET)
        # A connection that is kept says no more, either.
        if end is not End.CLOSE:
            if left is None:
                raise RuntimeError(FOR_EVER)
            await self._pass(math.inf, left)
        return b""


class Stream:
    """The same for synchronous clients, whose thread waits."""

    def __init__(self, stream: AsyncStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return _at_once(self._stream.read(max_bytes, timeout))

    def write(self, *_: object, **__: object) -> None:
        """The request has arrived before its answer is heard."""

    def close(self) -> None:
        """There is nothing to close."""


class Body:
    """The body of a response as it arrives; its errors are those of the client library."""

    def __init__(self, library: ModuleType, core: ModuleType, stream: Any) -> None:
        self._library = library
        self._core = core
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _raising(self._library, self._core):
            yield from self._stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _raising(self._library, self._core):
            async for part in self._stream:
                yield part

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


def _core(library: ModuleType) -> Any:
    """The package below it: httpcore for httpx, httpcore2 for httpx2."""
    return import_module(library.__name__.replace("httpx", "httpcore"))


def _asked(core: Any, request: Any) -> Any:
    """The request as far as its answer depends on it, which is all that is still to be said of it."""
    return core.Request(
        request.method, "http://localhost/", headers={"host": "localhost"}, extensions=request.extensions
    )


@contextmanager
def _raising(library: Any, core: Any) -> Iterator[None]:
    """Raise the library's errors for those of the same name that come from below it."""
    try:
        yield
    except (core.NetworkError, core.ProtocolError, core.TimeoutException) as error:
        raise getattr(library, type(error).__name__)(str(error)) from error


def _response(library: Any, core: Any, heard: Any) -> Any:
    # Clients insist on streams of their own library's types.
    body = type("Body", (Body, library.SyncByteStream, library.AsyncByteStream), {})
    stream = body(library, core, heard.stream)
    return library.Response(heard.status, headers=heard.headers, stream=stream, extensions=heard.extensions)


def _at_once(reading: Coroutine[Any, Any, bytes]) -> bytes:
    """Run what waits only where its thread does."""
    try:
        reading.send(None)
    except StopIteration as end:
        data: bytes = end.value
        return data
    raise AssertionError("a synchronous stream waits in its thread")


# Not by functions called sleep: tests replace those, and what happens to connections takes real time.


async def _block(seconds: float) -> None:
    Event().wait(seconds)


async def _wait(seconds: float) -> None:
    with anyio.move_on_after(seconds):
        await anyio.Event().wait()
