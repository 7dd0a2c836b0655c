"""uvicorn with our protocol and our limits, on sockets that are bound before it starts."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from mockvideo.server.app import App
from mockvideo.server.transport import Protocol

# As nginx. uvicorn's 5 s are less than many clients keep a connection, and those then write into a closed one.
KEEP_ALIVE = 75
GRACE = 0.3  # seconds that running exchanges have when the server stops


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
        http=Protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,  # type: ignore[arg-type]  # waits for any number of seconds, typed int
    )


class Server(uvicorn.Server):
    """Says when it listens, and stops on a signal without passing it on."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

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
    Server(configure(app), ready).run(listeners)
