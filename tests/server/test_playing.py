"""A disturbed answer on a real connection: as fast as the client reads, until it leaves, and clean behind it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Self

import pytest
import uvicorn

from mockvideo.core.faults import Connection
from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.limits import Limits
from mockvideo.server.playing import ARRIVAL, Player
from mockvideo.server.transport import protocol
from mockvideo.server.wire import End, Wire
from tests.server.driving import PATIENCE, until

LIMITS = Limits(head_seconds=0.15, body_seconds=0.15)
KEEP_ALIVE = 0.3
LARGE = 64 << 20
BODY = b"0123456789"
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n" + BODY

WIRES = {
    "/drip": Wire(connection=Connection(drip="body", every=0.01)),
    "/late": Wire(connection=Connection(delay=0.4)),
    "/never": Wire(connection=Connection(delay=3_600)),
    "/hang": Wire(connection=Connection(hang="before")),
    "/silent": Wire(connection=Connection(hang="body", at=0.5)),
    "/reset": Wire(connection=Connection(reset="body", at=0.5)),
    "/reset-before": Wire(connection=Connection(reset="before")),
    "/close": Wire(connection=Connection(close="head")),
    "/large": Wire(zeros=LARGE),
}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    wire = WIRES.get(scope["path"])
    size = len(BODY) + (wire.zeros if wire else 0)
    answer = Answer(200, [(b"content-length", b"%d" % size)], BODY, wire)
    playing = scope["extensions"].pop(RESPOND)(answer)
    if playing is not None:
        await playing


class Playing:
    """A server in a thread, to look inside."""

    def __init__(self, loop: str) -> None:
        config = uvicorn.Config(
            app,
            port=0,
            http=protocol(LIMITS),
            ws="none",
            loop=loop,
            lifespan="off",
            log_config=None,
            date_header=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,  # type: ignore[arg-type]  # whole seconds would make slow tests
            timeout_graceful_shutdown=0.3,  # type: ignore[arg-type]  # as the server has it
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> Self:
        self.thread.start()
        until(lambda: self.server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()

    @property
    def idle(self) -> bool:
        """Whether nobody is connected, and nothing goes on."""
        return not self.server.server_state.connections and not self.server.server_state.tasks

    def connect(self) -> socket.socket:
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return socket.create_connection(("127.0.0.1", port), PATIENCE)

    def ask(self, *paths: str, then: bytes = b"") -> bytes:
        """Ask for all paths at once, and return what comes until the connection ends."""
        with self.connect() as wire:
            wire.sendall(b"".join(map(get, paths)) + then)
            return rest(wire)


@pytest.fixture(scope="module", params=["uvloop", pytest.param("asyncio", marks=pytest.mark.full)])
def playing(request: pytest.FixtureRequest) -> Iterator[Playing]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with Playing(request.param) as server:
        yield server


def get(path: str, version: str = "1.1") -> bytes:
    return f"GET {path} HTTP/{version}\r\nHost: localhost\r\n\r\n".encode()


def rest(wire: socket.socket) -> bytes:
    received = b""
    try:
        while data := wire.recv(1 << 20):
            received += data
    except ConnectionResetError:
        received += b"RST"
    return received


def receive(wire: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        received += wire.recv(size - len(received))
    return received


@contextmanager
def connected(playing: Playing, path: str) -> Iterator[socket.socket]:
    with playing.connect() as wire:
        wire.sendall(get(path))
        yield wire


# What comes after


@pytest.mark.parametrize("path", ["/drip", "/late"])
def test_the_next_answer_on_the_connection_is_clean(playing, path) -> None:
    assert playing.ask(path, "/plain") == PLAIN * 2


def test_pipelined_requests_are_answered_in_their_order(playing) -> None:
    assert playing.ask("/plain", "/drip", "/plain", "/late", "/plain") == PLAIN * 5


@pytest.mark.parametrize(
    ("path", "comes"),
    [("/reset", PLAIN[:-5] + b"RST"), ("/reset-before", b"RST"), ("/close", PLAIN[: int(39 * 0.77)])],
)
def test_nothing_is_answered_on_a_connection_that_failed(playing, path, comes) -> None:
    assert playing.ask(path, "/plain") == comes
    until(lambda: playing.idle)


def test_a_client_that_wants_no_further_answer_gets_none(playing) -> None:
    with playing.connect() as wire:
        wire.sendall(get("/drip", "1.0"))
        assert rest(wire) == PLAIN.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")


def test_the_connection_may_be_idle_as_long_as_ever_after_it(playing) -> None:
    began = time.monotonic()
    assert playing.ask("/drip") == PLAIN
    assert KEEP_ALIVE * 0.9 < time.monotonic() - began < PATIENCE


def test_a_late_answer_is_the_clients_to_wait_for(playing) -> None:
    began = time.monotonic()
    with connected(playing, "/late") as wire:
        assert receive(wire, len(PLAIN)) == PLAIN
    assert time.monotonic() - began > 0.4 > LIMITS.head_seconds


def test_a_body_that_stalls_ends_the_connection_whatever_is_played(playing) -> None:
    post = b"POST /hang HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    assert playing.ask(then=post + bytes(10)) == b""


# Clients that leave


@pytest.mark.parametrize("path", ["/never", "/hang", "/silent"])
def test_a_client_that_leaves_ends_what_is_played(playing, path) -> None:
    with connected(playing, path):
        until(lambda: not playing.idle)
    until(lambda: playing.idle)


def test_a_client_that_leaves_in_the_middle_of_a_download_ends_it(playing) -> None:
    with connected(playing, "/large") as wire:
        assert receive(wire, 1_000).endswith(bytes(100))
    until(lambda: playing.idle)


def test_a_client_that_leaves_first_is_not_reset(playing) -> None:
    with connected(playing, "/reset") as wire:
        assert receive(wire, len(PLAIN) - 5) == PLAIN[:-5]
        time.sleep(ARRIVAL / 4)
    until(lambda: playing.idle)


def test_a_client_that_leaves_while_more_is_to_come_is_not_waited_for(playing) -> None:
    with connected(playing, "/drip") as wire:
        wire.recv(1)
    until(lambda: playing.idle)


# Large ones


def test_a_large_answer_is_never_in_memory(playing) -> None:
    tracemalloc.start()
    try:
        with connected(playing, "/large") as wire:
            head = receive(wire, 1_000)
            buffer, left = bytearray(1 << 20), LARGE + len(BODY) - len(head.partition(b"\r\n\r\n")[2])
            while left:
                left -= wire.recv_into(buffer, min(left, len(buffer)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


def test_a_client_that_does_not_read_is_waited_for(playing) -> None:
    with connected(playing, "/large") as wire:
        began = tasks = None
        until(lambda: not playing.idle)
        time.sleep(0.1)
        (connection,) = playing.server.server_state.connections
        tasks, began = len(playing.server.server_state.tasks), connection.transport.get_write_buffer_size()
        assert (tasks, began <= 1 << 19) == (1, True)
        wire.close()
    until(lambda: playing.idle)


def test_others_are_served_while_somebody_downloads(playing) -> None:
    def download() -> None:
        with connected(playing, "/large") as wire:
            receive_all(wire, LARGE)

    thread = threading.Thread(target=download)
    thread.start()
    for _ in range(20):
        began = time.monotonic()
        with connected(playing, "/plain") as wire:
            assert receive(wire, len(PLAIN)) == PLAIN
        assert time.monotonic() - began < 0.5
    thread.join()


def receive_all(wire: socket.socket, size: int) -> None:
    buffer = bytearray(1 << 20)
    while size > 0:
        size -= wire.recv_into(buffer)


# Shutting down


@pytest.mark.parametrize("path", ["/never", "/hang", "/silent", "/drip", "/large"])
def test_a_server_stops_within_a_second_whatever_is_played(path) -> None:
    with Playing("auto") as server:
        wire = server.connect()
        wire.sendall(get(path))
        until(lambda: not server.idle)
        began = time.monotonic()
        server.server.should_exit = True
        server.thread.join()
        assert time.monotonic() - began < 1
        # Nothing is said in the place of what was ordered.
        assert b"500" not in rest(wire)
        wire.close()


class Gone(asyncio.Transport):
    """A connection whose client has left."""

    def is_closing(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def abort(self) -> None:
        raise AssertionError("what is closing needs no reset")


def test_a_client_that_has_left_is_not_reset() -> None:
    cycle: Any = SimpleNamespace(transport=Gone(), response_started=False, response_complete=False, disconnected=False)

    async def play() -> None:
        await Player(cycle, asyncio.get_running_loop()).play([End.RESET])

    asyncio.run(play())
    assert cycle.disconnected
