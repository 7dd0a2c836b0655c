"""Hostile connections at a real server: what is sent is refused or cut off, and nobody else notices."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from mockvideo.server.app import App
from mockvideo.server.limits import Limits
from mockvideo.server.thread import ServerThread
from mockvideo.server.transport import protocol
from tests.server.blobs import (
    BEARER,
    BLOBS,
    CHUNKED,
    GOOD,
    HOST,
    KEY,
    LOST,
    SUBMIT,
    Blob,
    chunked,
    lost,
    message,
    submission,
)
from tests.server.driving import app_of, until

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None

HEAD_BYTES = 8_192
PATIENCE = 10.0  # far beyond every deadline, as this machine may be busy
REFUSALS = {400, 404, 405, 408, 413, 414, 421, 431, 501}
FRONT_PAGE = message(b"GET / HTTP/1.1", HOST, b"Connection: close")
EVENTS = message(b"GET /_mockvideo/me/events HTTP/1.1", HOST, BEARER)
BYSTANDER = b"sk-blob-xyz"
OPEN_FILES = 8_000


class Outcome(NamedTuple):
    """What became of a blob: what it was answered, whether its connection was closed, how many jobs and entries it
    left, and what the next client was answered."""

    statuses: list[int]
    closed: bool
    left: tuple[int, int]
    next: list[int]


class Run(NamedTuple):
    """What became of all, by name, of the rest of the server before and after, and what errors were logged."""

    outcomes: dict[str, Outcome]
    before: str
    after: str
    errors: list[str]


class Ear(logging.Handler):
    """Hears the errors that the server logs, and those of its loop, such as exceptions that nobody retrieved."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))


@contextmanager
def listening() -> Iterator[list[str]]:
    """Hear the errors of a server that has been made already; the list is complete at the end."""
    ear, loggers = Ear(), [logging.getLogger(name) for name in ("asyncio", "mockvideo", "uvicorn.error")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(ear)
        logger.setLevel(logging.ERROR)
    try:
        yield ear.heard
        gc.collect()
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(ear)
            logger.setLevel(level)


def server_of(loop: str = "auto", seconds: float = 0.5) -> ServerThread:
    """A server with so many seconds for everything that has a deadline."""
    server = ServerThread(app_of())
    config = server._server.config
    config.http = protocol(Limits(head_bytes=HEAD_BYTES, head_seconds=seconds, body_seconds=seconds))
    config.loop, config.timeout_keep_alive = loop, seconds
    return server


def port_of(server: ServerThread) -> int:
    return urlsplit(server.url).port or 0


def heard(wire: socket.socket, end: float) -> tuple[list[int], bool]:
    """The statuses of all answers until the other side closes, and whether it does."""
    received, closed = b"", True
    try:
        while True:
            wire.settimeout(max(0.01, end - time.monotonic()))
            data = wire.recv(1 << 20)
            if not data:
                break
            received += data
    except TimeoutError:
        closed = False
    except ConnectionError:
        pass
    wire.close()
    return statuses(received), closed


def statuses(received: bytes) -> list[int]:
    """The statuses of answers one after another, by their own framing."""
    found = []
    while received:
        head, end, rest = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 "), received[:100]
        if not end:  # cut by a reset
            break
        found.append(int(head[9:12]))
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        received = rest[int(length[1]) if length else 0 :]
    return [status for status in found if status != 100]


def send(
    server: ServerThread, data: bytes, *, pieces: int = 1, every: float = 0.002, leaves: bool = False
) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE)
    size = -(-len(data) // pieces)
    with suppress(OSError):  # refused before all was sent
        for start in range(0, len(data), size):
            time.sleep(every if start else 0.0)
            wire.sendall(data[start : start + size])
        if leaves:
            wire.shutdown(socket.SHUT_WR)
    return wire


def ask(server: ServerThread, data: bytes) -> list[int]:
    return heard(send(server, data), time.monotonic() + PATIENCE)[0]


def left(app: App, key: bytes) -> tuple[int, int]:
    """How many jobs and journal entries an account has; it must not be asked for, as that would make it."""
    found = [account for account in app.service.accounts if account.key == key.decode()]
    return (len(found[0].store), found[0].journal.count) if found else (0, 0)


def rest(app: App, keys: set[str]) -> str:
    """What the control API could change: the accounts beside these, with their jobs and orders."""
    accounts = app.service.accounts
    others = [account for account in accounts if account.key not in keys]
    told = [(each.key, each.clock.mode, [*each.store], [*each.journal], each.direction.orders()) for each in others]
    return repr((told, accounts.order()))


def play(server: ServerThread, keys: Sequence[bytes], pieces: int) -> dict[str, Outcome]:
    """Send every blob, and a good request after it; then wait for what becomes of them all."""
    wires: list[tuple[Blob, socket.socket, list[int], float]] = []
    for blob, key in zip(BLOBS, keys, strict=True):
        wire = send(server, blob.of(key), pieces=pieces, leaves=blob.leaves)
        wires.append((blob, wire, ask(server, FRONT_PAGE), time.monotonic() + PATIENCE))
    ends = [heard(wire, end) for _, wire, _, end in wires]
    return {
        blob.name: Outcome(*end, left(server.app, key), after)
        for (blob, _, after, _), end, key in zip(wires, ends, keys, strict=True)
    }


@pytest.fixture(scope="module", autouse=True)
def room() -> Iterator[int]:
    """How many connections there can be at once: both their ends are open files of this process."""
    if resource is None:
        yield OPEN_FILES // 2
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(soft, OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    yield (most - 200) // 2
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(
    scope="module",
    params=[
        ("auto", 1),
        ("auto", 2),
        pytest.param(("asyncio", 1), marks=pytest.mark.full),
        pytest.param(("asyncio", 7), marks=pytest.mark.full),
    ],
    ids=["at once", "in two pieces", "asyncio", "asyncio, in seven pieces"],
)
def run(request: pytest.FixtureRequest) -> Run:
    """Every blob sent to one server, which has been stopped since."""
    loop, pieces = request.param
    keys = [b"sk-blob-%03d" % number for number in range(len(BLOBS))]
    theirs = {key.decode() for key in keys}
    server = server_of(loop)
    with listening() as errors, server:
        assert ask(server, GOOD.replace(KEY, BYSTANDER)) == [200]
        before = rest(server.app, theirs)
        outcomes = play(server, keys, pieces)
        after = rest(server.app, theirs)
    return Run(outcomes, before, after, errors)


def test_there_are_hundreds_of_blobs_and_none_twice() -> None:
    assert len({blob.name for blob in BLOBS}) == len({blob[1:] for blob in BLOBS}) == len(BLOBS) >= 200


def test_a_blob_is_refused_or_cut_off(run: Run) -> None:
    others = {
        name: [code for code in outcome.statuses if code not in REFUSALS] for name, outcome in run.outcomes.items()
    }
    assert others == {blob.name: [200] * blob.jobs for blob in BLOBS}


def test_no_blob_keeps_its_connection(run: Run) -> None:
    assert [name for name, outcome in run.outcomes.items() if not outcome.closed] == []


def test_a_blob_leaves_what_it_legally_asks_for_and_nothing_else(run: Run) -> None:
    expected = {blob.name: (blob.jobs, blob.entries) for blob in BLOBS}
    assert {name: outcome.left for name, outcome in run.outcomes.items()} == expected


def test_no_blob_reaches_the_control_api_or_another_account(run: Run) -> None:
    assert run.after == run.before


def test_the_next_client_is_served_after_every_blob(run: Run) -> None:
    assert [name for name, outcome in run.outcomes.items() if outcome.next != [200]] == []


def test_no_blob_makes_an_error_of_ours(run: Run) -> None:
    assert run.errors == []


@pytest.mark.parametrize("first", [GOOD, EVENTS], ids=["a submission", "a stream"])
def test_a_broken_body_behind_a_request_is_no_error_of_ours(first: bytes) -> None:
    server = server_of()
    with listening() as errors, server:
        assert ask(server, first + chunked(b"x")) == []
        assert ask(server, FRONT_PAGE) == [200]
    assert errors == []


def test_a_head_that_is_wrong_and_too_large_is_refused_once() -> None:
    head = (SUBMIT + b"\r\na: ").ljust(10_000, b"b") + bytes(5_000)
    with server_of() as server:
        wire = send(server, head, pieces=3, every=0.05)
        assert heard(wire, time.monotonic() + PATIENCE) == ([400], True)


# Slow clients


class Siege(NamedTuple):
    """What many slow clients do: how they begin, and what they send again and again."""

    opening: bytes
    drip: bytes


SIEGES = {
    "heads that drip": Siege(b"GET /", b"a"),
    "nothing at all": Siege(b"", b""),
    "bodies that drip": Siege(submission(framing=b"Content-Length: 100000", body=b""), b"a"),
}
OTHER_SIEGES = {
    "headers one by one": Siege(LOST + b"\r\nHost: localhost\r\n", b"a: b\r\n"),
    "line ends": Siege(b"", b"\r\n"),
    "line ends after an answer": Siege(FRONT_PAGE.replace(b"Connection: close", b"A: b"), b"\r\n"),
    "chunks that drip": Siege(message(SUBMIT, HOST, CHUNKED), b"1\r\na\r\n"),
    "a size that drips": Siege(message(SUBMIT, HOST, CHUNKED), b"0"),
    "an extension that drips": Siege(message(SUBMIT, HOST, CHUNKED, body=b"1;"), b"a"),
    "trailers one by one": Siege(message(SUBMIT, HOST, CHUNKED, body=b"0\r\n"), b"a: b\r\n"),
    "a body after its refusal": Siege(lost(b"Content-Length: 100000"), b"a"),
    "no body after its refusal": Siege(lost(b"Expect: 100-continue", b"Content-Length: 9"), b""),
    "a body that is waited for": Siege(submission(b"Expect: 100-continue", body=b""), b""),
}
KINDS = {**{name: (siege,) for name, siege in SIEGES.items()}, "all": (*SIEGES.values(), *OTHER_SIEGES.values())}


async def besiege(port: int, siege: Siege) -> bool:
    """Be one slow client until the server closes; whether it did in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(siege.opening)
    closing = asyncio.ensure_future(reader.read())
    end = time.monotonic() + PATIENCE
    while not closing.done() and time.monotonic() < end:
        await asyncio.wait([closing], timeout=0.2)
        writer.write(siege.drip)
    closed = closing.done()
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    writer.transport.abort()
    return closed


async def besiege_all(port: int, sieges: Sequence[Siege]) -> list[bool]:
    return await asyncio.gather(*(besiege(port, siege) for siege in sieges))


@pytest.mark.parametrize(("many", "seconds"), [(150, 0.5), pytest.param(1_000, 2.0, marks=pytest.mark.full)])
@pytest.mark.parametrize("kinds", KINDS.values(), ids=KINDS)
def test_slow_clients_are_all_cut_off_in_time_and_disturb_nobody(
    kinds: Sequence[Siege], many: int, seconds: float, room: int
) -> None:
    server = server_of(seconds=seconds)
    sieges = [kinds[number % len(kinds)] for number in range(min(many, room))]
    visits = []
    # In another thread, so that the normal client is not slow itself.
    with listening() as errors, server, ThreadPoolExecutor(1) as thread:
        slow = thread.submit(asyncio.run, besiege_all(port_of(server), sieges))
        while not slow.done():
            visits.append(ask(server, FRONT_PAGE))
            time.sleep(0.01)
        until(lambda: not server._server.server_state.connections)
    assert all(slow.result())
    assert visits == [[200]] * len(visits)
    assert errors == []
