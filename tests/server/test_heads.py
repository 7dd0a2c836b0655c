"""A head that came before is not read again, and nobody can tell."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.heads import HEAD, LONGEST, MOST, Head, Heads
from mockvideo.server.limits import DEFAULT
from mockvideo.server.transport import Protocol

GET = b"GET /a?b=%20c HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
POST = b"POST /%%61 HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b"
SCOPE: Any = {"http_version": "1.1", "headers": [(b"host", b"localhost")], "extensions": {"old": True}}


class Forgetful(Heads):
    """Reads every head anew."""

    def keep(self, data: bytes, scope: Any) -> None:
        pass


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def echo(scope: dict[str, Any], receive: Any, _: Any) -> None:
    """Answers with all that it is told, and whether it was told of a head that came before in the header ``known``."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    told = {name: value for name, value in scope.items() if name != "extensions"}
    text = repr((sorted(told.items()), body)).encode()
    known = b"%d" % (scope["extensions"][HEAD] is not None)
    scope["extensions"].pop(RESPOND)(Answer(200, [(b"content-length", b"%d" % len(text)), (b"known", known)], text))


async def hear(reads: list[bytes], heads: Heads) -> list[bytes]:
    """Let a connection have these reads; return what it was answered."""
    config = uvicorn.Config(echo, lifespan="off", log_config=None)
    config.load()
    made: type[Protocol] = type("Made", (Protocol,), {"limits": DEFAULT, "heads": heads})
    connection = made(config, ServerState(), {}, asyncio.get_running_loop())
    wire = Wire()
    connection.connection_made(wire)
    for read in reads:
        if not wire.closed:
            connection.data_received(read)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    connection.connection_lost(None)
    return wire.sent


def answered(reads: list[bytes], heads: Heads | None = None) -> list[bytes]:
    return asyncio.run(hear(reads, Heads() if heads is None else heads))


def known(answers: list[bytes]) -> list[bool]:
    return [b"known: 1\r\n" in answer for answer in answers]


def untold(answers: list[bytes]) -> bytes:
    """All that was answered but the header that is ours."""
    return b"".join(answers).replace(b"known: 1\r\n", b"known: 0\r\n")


MESSAGES = [
    GET,
    GET.replace(b"GET", b"HEAD"),
    GET.replace(b"keep-alive", b"close"),
    GET.replace(b"HTTP/1.1", b"HTTP/1.0"),
    GET.replace(b"Connection: keep-alive", b"Expect: 100-continue"),
    GET.replace(b"Connection: keep-alive", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"),
    POST % (0, b""),
    POST % (3, b"abc"),
    POST % (3, b"xyz"),
    POST % (5, b"\r\n\r\nx"),
    POST % (len(GET), GET),
    b"POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"\r\n\r\n",
    b"no HTTP\r\n\r\n",
]


@given(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=8), st.sets(st.integers(0, 700), max_size=4))
def test_what_is_answered_depends_on_the_bytes_alone(messages: list[bytes], cuts: set[int]) -> None:
    whole = messages * 2
    stream = b"".join(whole)
    ends = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for reads in (whole, [stream[start:end] for start, end in pairwise(ends) if start < end]):
        assert untold(answered(reads)) == untold(answered(reads, Forgetful()))


@pytest.mark.parametrize("message", [GET, POST % (3, b"abc")])
def test_a_request_that_came_before_is_known_on_every_connection(message: bytes) -> None:
    heads = Heads()
    assert known(answered([message, message], heads)) == [False, True]
    assert known(answered([message], heads)) == [True]


def test_the_same_head_with_another_body_is_known() -> None:
    assert known(answered([POST % (3, b"abc"), POST % (3, b"xyz")])) == [False, True]


@pytest.mark.parametrize("number", [2, 3, 4, 11])
def test_what_is_unusual_is_read_every_time(number: int) -> None:
    heads = Heads()
    answered([MESSAGES[number]], heads)
    assert len(heads) == 0


@pytest.mark.parametrize("reads", [[b"\r\n\r\n"], [GET + GET], [GET[:9], GET[9:]], [GET + POST % (3, b"abc")]])
def test_only_what_was_one_request_is_remembered(reads: list[bytes]) -> None:
    heads = Heads()
    answered([*reads, b"\r\n\r\n"], heads)
    assert len(heads) == 0


def test_blank_lines_after_a_request_are_not_taken_for_it() -> None:
    heads = Heads()
    assert len(answered([GET, b"\r\n\r\n", b"\r\n\r\n"], heads)) == 1
    assert len(heads) == 1


def test_a_head_is_found_only_with_just_its_body() -> None:
    heads = Heads()
    message = POST % (3, b"abc")
    heads.keep(message, {**SCOPE, "headers": [(b"content-length", b"3")]})
    found = [heads.find(data) for data in (message, message[:-1], message + b"\r\n", b"", b"\r\n\r\n")]
    assert isinstance(found[0], Head)
    assert found[1:] == [None] * 4


def test_a_remembered_head_holds_nothing_of_the_exchange_that_is_over() -> None:
    heads = Heads()
    heads.keep(GET, SCOPE)
    found = heads.find(GET)
    assert found is not None
    assert found.scope == {**SCOPE, "extensions": {}}
    assert SCOPE["extensions"] == {"old": True}


def test_a_long_head_is_not_remembered() -> None:
    heads = Heads()
    for size in (LONGEST, LONGEST + 1):
        heads.keep(b"GET / HTTP/1.1\r\na: %b\r\n\r\n" % (b"b" * (size - 23)), SCOPE)
    assert len(heads) == 1


def test_so_many_heads_are_remembered_and_no_more() -> None:
    heads = Heads()
    most = 0
    for number in range(2 * MOST + 1):
        heads.keep(b"GET /%d HTTP/1.1\r\n\r\n" % number, SCOPE)
        most = max(most, len(heads))
    assert most == MOST
    assert len(heads) == 1
