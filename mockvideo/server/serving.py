"""uvicorn with our protocol and our limits, on sockets that are bound before it starts."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn

from mockvideo.server.app import App
from mockvideo.server.eager import sleep
from mockvideo.server.transport import protocol

# As nginx. uvicorn's 5 s are less than many clients keep a connection, and those then write into a closed one.
KEEP_ALIVE = 75
GRACE = 0.3  # seconds that running exchanges have when the server stops
LAST_WORDS = 0.01  # seconds that those have which are cancelled then
GLANCE = 0.001  # seconds between two looks whether all have ended
SECOND = 1.0  # as long as a Date is right


def bind(host: str, port: int) -> socket.socket:
    """Bind a listening socket; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        # A restart need not wait until old connections have left TIME_WAIT.
        # On Windows it would let two servers share a port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """The URL that reaches a bound socket from this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def configure(app: App) -> uvicorn.Config:
    """Settings of uvicorn: no access log (it doubles the cost of a poll), no trust in proxies' headers."""
    # It warns of every malformed form, which is refused and noted anyway.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    return uvicorn.Config(
        app,
        http=protocol(),
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
    )


class Server(uvicorn.Server):
    """Says when it listens, and stops at once, on a signal too, which it does not pass on.

    uvicorn looks every 0.1 s whether it should, and then waits as long whatever goes on.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Stop serving; called from any thread, and by signals."""
        self.should_exit = True
        if self._loop is not None:
            # It may have stopped already.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._told.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        # At every tenth tick, which 0 is, uvicorn sets the Date.
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(SECOND):
                    await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        state = self.server_state
        for connection in tuple(state.connections):
            connection.shutdown()
        await self._ended(within=GRACE)
        for task in tuple(state.tasks):
            task.cancel()
        await self._ended(within=LAST_WORDS)
        for connection in tuple(state.connections):
            connection.transport.abort()

    async def _ended(self, within: float) -> None:
        """Wait, so many seconds at most, until no exchange goes on; a second Ctrl-C ends this as well."""
        state, time = self.server_state, asyncio.get_running_loop().time
        end = time() + within
        while (state.connections or state.tasks) and time() < end and not self.force_exit:
            await sleep(GLANCE)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(app: App, listeners: list[socket.socket], ready: Callable[[], None]) -> None:
    """Serve the application on these sockets until a signal comes."""
    with app.service.deliverer.listening(listener.getsockname()[1] for listener in listeners):
        Server(configure(app), ready).run(listeners)
