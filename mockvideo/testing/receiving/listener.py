"""A small HTTP server in a thread, for the calls that a test or a person at a terminal waits for."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException, parse_headers
from io import BytesIO
from typing import NamedTuple

from mockvideo.server.eager import sleep

LOOPBACK = "127.0.0.1"
BACKLOG = 128
# Bytes of a body; no webhook comes near.
LARGEST = 8 << 20
PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Call(NamedTuple):
    """A request as it came; the names of headers are in lower case, and the path has its query."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Answer(NamedTuple):
    """What a caller gets, ``delay`` real seconds after its request."""

    status: int = 200
    delay: float = 0.0
    body: bytes = b""

    @property
    def bytes(self) -> bytes:
        head = f"HTTP/1.1 {self.status} {PHRASES.get(self.status, '')}\r\n"
        return f"{head}Content-Length: {len(self.body)}\r\nConnection: close\r\n\r\n".encode() + self.body


Hear = Callable[[Call], Answer]


class _TooLarge(Exception):  # noqa: N818 - no error of ours
    """A body that nobody wants."""


class Listener:
    """Listens on loopback from now on, until it is closed; port 0 takes a free one.

    ``hear`` is told of every request in the listener's thread, and says what is answered. Raises OSError.
    """

    def __init__(self, hear: Hear, *, port: int = 0) -> None:
        self._hear = hear
        # Callers wait in the backlog until the thread is there.
        self._socket = _bound(port, listening=True)
        self.port: int = self._socket.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        # A program that forgets to close ends all the same.
        self._thread = threading.Thread(target=self._run, name="mockvideo-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up on whoever calls, and leave nothing behind."""
        # It may be closed already.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def refuse(self) -> None:
        """Let nobody in, from now on."""
        asyncio.run_coroutine_threadsafe(self._refuse(), self._loop).result()

    def admit(self) -> None:
        """Let callers in again."""
        asyncio.run_coroutine_threadsafe(self._admit(), self._loop).result()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        await self._admit()
        await self._over.wait()
        await self._refuse()
        self._socket.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _admit(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._begin, sock=self._socket, backlog=BACKLOG)

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            # Held without listening, so that callers are refused and nobody else takes the port.
            self._socket = _bound(self.port)

    def _begin(self, reader: StreamReader, writer: StreamWriter) -> None:
        call = self._loop.create_task(self._converse(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Hear one request and answer it; whoever leaves meanwhile has left."""
        try:
            answer = await self._answer(reader)
            await sleep(answer.delay)
            writer.write(answer.bytes)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    async def _answer(self, reader: StreamReader) -> Answer:
        try:
            call = await _read(reader)
        except _TooLarge:
            return Answer(413)
        except (ValueError, OSError, EOFError, HTTPException, asyncio.LimitOverrunError):
            return Answer(400)
        return self._hear(call)


async def _read(reader: StreamReader) -> Call:
    """Read a request; raises ValueError, EOFError, HTTPException or LimitOverrunError if it is none."""
    line, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
    method, path, version = line.decode("latin-1").split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    headers = tuple((name.lower(), value) for name, value in parse_headers(BytesIO(rest)).items())
    named = dict(headers)
    chunked = named.get("transfer-encoding", "").lower() == "chunked"
    body = await (_chunks(reader) if chunked else _piece(reader, int(named.get("content-length", 0))))
    return Call(method, path, headers, body)


async def _chunks(reader: StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        body += await _piece(reader, size, len(body))
        await reader.readexactly(2)
    return body


async def _piece(reader: StreamReader, size: int, before: int = 0) -> bytes:
    """Read so many bytes; raises _TooLarge if there are too many with those before."""
    if before + size > LARGEST:
        raise _TooLarge
    return await reader.readexactly(size)


def _bound(port: int, *, listening: bool = False) -> socket.socket:
    bound = socket.socket()
    try:
        # On Windows it would let two programs share a port.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
        bound.bind((LOOPBACK, port))
        if listening:
            bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound
