from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from typing import Any, Self

import pytest
import uvicorn

from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.limits import DEFAULT, Limits
from mockvideo.server.transport import protocol

LIMITS = Limits(head_bytes=2_000, headers=10, head_seconds=0.1, body_seconds=0.2, connections=30)
KEEP_ALIVE = 0.3
LATE = 0.35
PATIENCE = 5.0

LARGE = 24 << 20  # more than the kernel's buffers take
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"POST %b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with what it was sent; the path says in which order and when."""
    path = scope["path"]
    if path == "/abort":
        scope["extensions"][RESPOND].args[0].transport.abort()
        return
    if path == "/large":
        waits = scope["extensions"][RESPOND](Answer(200, [(b"content-length", b"%d" % LARGE)], bytes(LARGE)))
        if waits is not None:
            await waits
        return
    await asyncio.sleep(LATE if path == "/late" else 0.0)
    if path == "/streaming":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
    size, more = 0, path != "/early"
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    told = {"path": path, "size": size, "headers": len(scope["headers"])}
    if path == "/held":
        connections = scope["extensions"][RESPOND].args[0].connections
        told["size"] = sum(connection.transport.get_write_buffer_size() for connection in connections)
    body = json.dumps(told).encode()
    if path != "/streaming":
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"." if path == "/streaming" else body})


@contextmanager
def serving(limits: Limits, loop: str = "auto") -> Iterator[int]:
    """A real server in a thread; gives its port."""
    config = uvicorn.Config(
        app,
        port=0,
        http=protocol(limits),
        ws="none",
        loop=loop,
        lifespan="off",
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE,  # type: ignore[arg-type]  # whole seconds would make slow tests
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.001)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module", params=["uvloop", pytest.param("asyncio", marks=pytest.mark.full)])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with serving(LIMITS, request.param) as port:
        yield port


class Wire:
    """A raw connection: bytes out, answers in."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.opened = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes, every: float = 0.0) -> None:
        for number, piece in enumerate(pieces):
            time.sleep(every if number else 0.0)
            self.socket.sendall(piece)

    def drip(self, piece: bytes, every: float) -> None:
        """Send one piece again and again until the other side has closed."""
        with suppress(OSError):
            while self.age() < PATIENCE:
                self.send(piece)
                time.sleep(every)

    def answer(self) -> tuple[int, Any]:
        response = HTTPResponse(self.socket)
        response.begin()
        body = response.read()
        return response.status, json.loads(body) if body else None

    def rest(self) -> bytes:
        """Everything until the other side closes."""
        received = b""
        with suppress(ConnectionResetError):
            while data := self.socket.recv(65_536):
                received += data
        return received

    def refusal(self) -> tuple[int, str]:
        """The last answer on this connection: its status, and the message of its error."""
        head, _, body = self.rest().partition(b"\r\n\r\n")
        assert b"connection: close" in head
        assert b"content-type: application/json" in head
        return int(head.split()[1]), json.loads(body)["error"]["message"]

    def age(self) -> float:
        return time.monotonic() - self.opened


def exchange(port: int, *pieces: bytes, every: float = 0.01) -> tuple[int, Any]:
    with Wire(port) as wire:
        wire.send(*pieces, every=every)
        return wire.answer()


def refused(port: int, *pieces: bytes, every: float = 0.01) -> tuple[int, str]:
    with Wire(port) as wire:
        with suppress(OSError):  # refused before all was sent
            wire.send(*pieces, every=every)
        return wire.refusal()


def header(size: int, name: bytes = b"a") -> bytes:
    """A header line of this size."""
    return name + b": " + b"b" * (size - len(name) - 4) + b"\r\n"


# What uvicorn does right stays right


def test_requests_on_one_connection_are_answered_one_after_the_other(port: int) -> None:
    with Wire(port) as wire:
        for _ in range(3):
            wire.send(GET)
            assert wire.answer() == (200, {"path": "/", "size": 0, "headers": 1})


def test_pipelined_requests_are_answered_in_order(port: int) -> None:
    with Wire(port) as wire:
        wire.send(*[POST % (b"/%d" % n, 3) + b"abc" for n in range(3)])
        received = b""
        while received.count(b"HTTP/1.1 200") < 3 or not received.endswith(b"}"):
            received += wire.socket.recv(65_536)

    assert re.findall(rb'"path": "/(\d)"', received) == [b"0", b"1", b"2"]


def test_http_1_0_gets_an_answer_and_a_close(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET / HTTP/1.0\r\n\r\n")

        assert b"200" in wire.rest()


def test_connection_close_closes(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

        assert b"connection: close" in wire.rest()


def test_a_client_that_expects_100_continue_gets_it_before_it_sends(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(b"abc")

        assert wire.answer()[1]["size"] == 3


def test_a_large_body_arrives_whole(port: int) -> None:
    assert exchange(port, POST % (b"/", 1_000_000), bytes(1_000_000))[1]["size"] == 1_000_000


def test_a_chunked_body_with_a_trailer_arrives_whole(port: int) -> None:
    assert exchange(port, CHUNKED % b"/", b"3\r\nabc\r\n", b"0\r\n", b"a: b\r\n\r\n")[1]["size"] == 3


def test_an_application_can_cut_the_connection(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET /abort HTTP/1.1\r\nHost: a\r\n\r\n")

        assert wire.rest() == b""


# Heads


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET /" + b"a" * 100_000],
        [b"GET / HTTP/1.1\r\n" + header(100_000)],
        [b"GET / HTTP/1.1\r\n", *[header(900)] * 5],
        [b"GET / HTTP/1.1\r\n" + header(3_000) + b"\r\n"],
        [b"GET / HTTP/1.1\r\nHost: a\r\n" + header(1_000), header(1_000) + b"\r\n"],
        [b"\r\n" * 2_000],
    ],
    ids=["request line", "header", "headers in pieces", "at once", "just over", "line ends"],
)
def test_a_head_over_its_cap_is_refused(port: int, pieces: list[bytes]) -> None:
    assert refused(port, *pieces) == (431, "Request line and headers have more than 2,000 bytes; send fewer.")


@pytest.mark.parametrize("cut", [0, 10, 1_000, 1_900])
def test_a_head_within_its_cap_is_accepted_in_any_pieces(port: int, cut: int) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\n" + header(1_900) + b"\r\n"

    assert exchange(port, head[:cut], head[cut:])[0] == 200


def test_the_end_of_a_body_does_not_count_for_the_next_head(port: int) -> None:
    with Wire(port) as wire:
        wire.send(POST % (b"/", 10_000) + bytes(9_000))
        wire.send(bytes(1_000) + GET[:20], GET[20:], every=0.02)

        assert re.findall(rb'"size": (\d+)', wire.rest()) == [b"10000", b"0"]


def test_as_many_headers_as_allowed_are_accepted_and_one_more_is_not(port: int) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 9

    assert exchange(port, head + b"\r\n")[0] == 200
    assert refused(port, head + b"a: b\r\n\r\n") == (431, "The request has more than 10 headers; send fewer.")


MALFORMED = [
    b"\0\0\0\0\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1 \r\n\r\n",
    b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]


@pytest.mark.parametrize("head", MALFORMED)
def test_what_is_not_http_is_refused(port: int, head: bytes) -> None:
    assert refused(port, head) == (400, "The request is not valid HTTP/1.1; send a well-formed one.")


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"gzip\r\nTransfer-Encoding: chunked", b"identity, chunked"])
def test_a_body_in_another_coding_than_chunks_is_refused(port: int, coding: bytes) -> None:
    status, message = refused(port, CHUNKED.replace(b"chunked", coding) % b"/" + b"3\r\nabc\r\n0\r\n\r\n")
    assert (status, "only transfer coding" in message) == (501, True)


def test_chunks_may_be_announced_in_any_case(port: int) -> None:
    assert exchange(port, CHUNKED.replace(b"chunked", b"Chunked") % b"/" + b"3\r\nabc\r\n0\r\n\r\n")[1]["size"] == 3


def test_a_bad_head_waits_for_the_answer_before_it(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n" + b"no HTTP\r\n\r\n", b"nor this\r\n", every=0.05)
        received = wire.rest()

    assert received.count(b"HTTP/1.1 ") == 1
    assert b'"path": "/late"' in received


def test_a_flood_of_headers_waits_for_the_answer_before_it(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n" + b"GET / HTTP/1.1\r\n" + header(100_000))

        assert re.findall(rb"HTTP/1.1 (\d+)", wire.rest()) == [b"200"]


# Deadlines


def test_a_connection_that_never_sends_a_byte_is_closed_without_a_word(port: int) -> None:
    with Wire(port) as wire:
        assert wire.rest() == b""
        assert LIMITS.head_seconds * 0.9 < wire.age() < PATIENCE


@pytest.mark.parametrize("head", [b"G", GET[:-2]])
def test_an_unfinished_head_is_refused_at_its_deadline(port: int, head: bytes) -> None:
    with Wire(port) as wire:
        wire.send(head)

        assert wire.refusal() == (408, "The head of the request was not complete after 0.1 s; send it at once.")
        assert LIMITS.head_seconds * 0.9 < wire.age() < PATIENCE


def test_a_dripping_head_is_refused_at_the_same_deadline(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET /")
        wire.drip(b"a", every=0.02)

        assert LIMITS.head_seconds * 0.9 < wire.age() < PATIENCE


def test_the_deadline_of_a_second_head_counts_from_its_first_byte(port: int) -> None:
    with Wire(port) as wire:
        wire.send(GET, b"G", every=0.15)

        assert wire.answer()[0] == 200
        assert wire.refusal()[0] == 408
        assert wire.age() > 0.15 + LIMITS.head_seconds * 0.9


def test_an_unfinished_head_behind_a_request_waits_for_its_answer(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n" + GET[:10])

        assert re.findall(rb"HTTP/1.1 (\d+)", wire.rest()) == [b"200"]


def test_an_idle_connection_is_closed_after_the_keep_alive_of_uvicorn(port: int) -> None:
    with Wire(port) as wire:
        wire.send(GET, GET, every=0.2)
        assert re.findall(rb"HTTP/1.1 (\d+)", wire.rest()) == [b"200", b"200"]

        assert 0.2 + KEEP_ALIVE * 0.9 < wire.age() < PATIENCE


def test_line_ends_do_not_keep_a_connection(port: int) -> None:
    with Wire(port) as wire:
        wire.send(GET)
        wire.drip(b"\r\n", every=0.05)

        assert wire.age() < PATIENCE


def test_a_request_may_take_longer_than_every_deadline(port: int) -> None:
    with Wire(port) as wire:
        for _ in range(2):
            wire.send(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n")

            assert wire.answer()[0] == 200


# Bodies

STALLED = (408, "The body of the request stalled for 0.2 s; send at least 1 KiB in this time.")


@pytest.mark.parametrize(
    "start", [POST % (b"/", 5_000), POST % (b"/", 5_000) + bytes(4_999), CHUNKED % b"/" + b"5\r\na"]
)
def test_a_body_that_stalls_is_refused(port: int, start: bytes) -> None:
    with Wire(port) as wire:
        wire.send(start)

        assert wire.refusal() == STALLED
        assert LIMITS.body_seconds * 0.9 < wire.age() < PATIENCE


def test_a_body_that_drips_is_refused(port: int) -> None:
    with Wire(port) as wire:
        wire.send(POST % (b"/", 5_000))
        wire.drip(b"a", every=0.05)

        assert wire.age() < PATIENCE


def test_a_body_that_goes_on_may_take_longer_than_the_deadline(port: int) -> None:
    pieces = [POST % (b"/", 10_240), *[bytes(1_024)] * 10]

    assert exchange(port, *pieces, every=0.05)[1]["size"] == 10_240


def test_a_client_is_not_blamed_while_the_server_does_not_read(port: int) -> None:
    assert exchange(port, POST % (b"/late", 300_000), bytes(300_000))[1]["size"] == 300_000


def test_a_client_is_not_blamed_while_it_waits_for_100_continue(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.send(b"abc")

        assert wire.answer()[1]["size"] == 3


def test_the_rest_of_a_body_after_an_early_answer_is_drained(port: int) -> None:
    with Wire(port) as wire:
        wire.send(POST % (b"/early", 100_000) + bytes(10_000))
        assert wire.answer()[0] == 200
        wire.send(bytes(90_000), GET)

        assert wire.answer()[0] == 200


def test_the_rest_of_a_body_after_an_early_answer_has_one_deadline(port: int) -> None:
    with Wire(port) as wire:
        wire.send(POST % (b"/early", 1_000_000_000))
        assert wire.answer()[0] == 200
        wire.drip(bytes(2_000), every=0.02)

        assert wire.age() < LIMITS.body_seconds + 1.0


@pytest.mark.parametrize("start", [b"a", b"no chunk\r\n"])
def test_an_answer_that_has_begun_is_not_followed_by_a_refusal(port: int, start: bytes) -> None:
    with Wire(port) as wire:
        wire.send(CHUNKED % b"/streaming", start, every=0.05)

        assert wire.rest().count(b"HTTP/1.1 ") == 1


def test_a_broken_body_behind_a_request_cannot_be_answered(port: int) -> None:
    with Wire(port) as wire:
        wire.send(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n" + CHUNKED % b"/" + b"no chunk\r\n")

        assert wire.rest() == b""


@pytest.mark.parametrize(
    "flood", [b"0\r\na: " + b"b" * 100_000, b"0\r\n" + b"a: b\r\n" * 10_000, b"1;a=" + b"b" * 100_000]
)
def test_a_flood_around_a_chunked_body_is_refused(port: int, flood: bytes) -> None:
    assert refused(port, CHUNKED % b"/", flood)[0] == 431


# Connections


def test_a_connection_beyond_the_cap_is_refused_until_one_is_closed() -> None:
    with serving(Limits(connections=2)) as port:
        with Wire(port) as first, Wire(port) as second:
            for wire in (first, second):
                wire.send(GET)
                assert wire.answer()[0] == 200
            assert refused(port) == (503, "All 2 connections are in use; close some and try again.")
        while True:
            with suppress(OSError, AssertionError):
                assert exchange(port, GET)[0] == 200
                break


def test_many_slow_connections_do_not_slow_a_normal_one(port: int) -> None:
    slow = [Wire(port) for _ in range(25)]
    for number, wire in enumerate(slow):
        wire.send((GET[:20], POST % (b"/", 100), b"")[number % 3])

    started = time.monotonic()
    assert exchange(port, GET)[0] == 200
    assert time.monotonic() - started < 0.1
    assert all(wire.rest().count(b"200") == 0 for wire in slow)
    for wire in slow:
        wire.socket.close()


def test_the_default_limits_are_those_that_are_documented() -> None:
    assert Limits(65_536, 100, 10.0, 30.0, 4_096) == DEFAULT


OFFERED = (
    b"POST /h2c HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 5\r\n"
    b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n%b\r\n\r\nhello"
)


@pytest.mark.parametrize("offer", [b"Upgrade: h2c", b"upgrade:h2c", b"UPGRADE: \th2c"])
def test_an_offer_to_speak_http2_is_passed_over_and_the_body_arrives(port, offer) -> None:
    status, told = exchange(port, OFFERED % offer)
    assert (status, told["size"]) == (200, 5)


def test_a_client_that_asks_on_and_on_without_reading_fills_no_memory(port) -> None:
    with Wire(port) as wire:
        wire.send(GET.replace(b"GET /", b"GET /large") * 8)
        time.sleep(0.2)
        _, told = exchange(port, GET.replace(b"GET /", b"GET /held"))
    assert told["size"] < 2 * LARGE


def test_a_client_that_never_reads_is_cut_off(port) -> None:
    with Wire(port) as wire:
        wire.send(GET.replace(b"GET /", b"GET /large"))
        time.sleep(KEEP_ALIVE + 4 * LIMITS.body_seconds)
        assert len(wire.rest()) < LARGE


def test_a_client_that_reads_slowly_gets_all_there_is(port) -> None:
    with Wire(port) as wire:
        wire.send(GET.replace(b"GET /", b"GET /large"))
        received = 0
        while piece := wire.socket.recv(1 << 20):
            received += len(piece)
            time.sleep(0.02)
    assert received > LARGE
