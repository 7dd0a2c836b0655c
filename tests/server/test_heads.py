"""Headers that came before are not read again, and nobody can tell."""

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
from mockvideo.server.heads import LONGEST, MOST, SECTION, Known, Sections
from mockvideo.server.limits import DEFAULT
from mockvideo.server.transport import Protocol

GET = b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
POST = b"POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b"
SCOPE: Any = {"http_version": "1.1", "headers": [(b"host", b"localhost")], "extensions": {"old": True}}


class Forgetful(Sections):
    """Reads all headers anew."""

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
    """Answers with all that it is told; the header ``known`` says whether that was a section that came before."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    told = {name: value for name, value in scope.items() if name != "extensions"}
    text = repr((sorted(told.items()), body)).encode()
    known = b"%d" % (scope["extensions"][SECTION] is not None)
    scope["extensions"].pop(RESPOND)(Answer(200, [(b"content-length", b"%d" % len(text)), (b"known", known)], text))


async def hear(reads: list[bytes], sections: Sections) -> list[bytes]:
    """Let a connection have these reads; return what it was answered."""
    config = uvicorn.Config(echo, lifespan="off", log_config=None)
    config.load()
    made: type[Protocol] = type("Made", (Protocol,), {"limits": DEFAULT, "sections": sections})
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


def answered(reads: list[bytes], sections: Sections | None = None) -> list[bytes]:
    return asyncio.run(hear(reads, Sections() if sections is None else sections))


def known(answers: list[bytes]) -> list[bool]:
    return [b"known: 1\r\n" in answer for answer in answers]


def untold(answers: list[bytes]) -> bytes:
    """All that was answered but the header that is ours."""
    return b"".join(answers).replace(b"known: 1\r\n", b"known: 0\r\n")


MESSAGES = [
    GET,
    GET.replace(b"/a", b"//a/b"),
    GET.replace(b"/a", b"/a//b:c~d/../e=f"),
    GET.replace(b"/a", b"/a?b=%20c"),
    GET.replace(b"/a", b"/%61//c/../d"),
    GET.replace(b"GET", b"HEAD"),
    GET.replace(b"GET", b"PUT"),
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
    b"GET / HTTP/1.1\r\n" + GET,
    b"\r\n" + GET,
    b"\r\n\r\n",
    b"no HTTP\r\n\r\n",
]
UNUSUAL = [
    GET.replace(b"keep-alive", b"close"),
    GET.replace(b"HTTP/1.1", b"HTTP/1.0"),
    GET.replace(b"Connection: keep-alive", b"Expect: 100-continue"),
    GET.replace(b"/a", b"/a?b"),
    GET.replace(b"GET", b"PUT"),
    b"\r\n" + GET,
    b"POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]


@given(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=8), st.sets(st.integers(0, 700), max_size=4))
def test_what_is_answered_depends_on_the_bytes_alone(messages: list[bytes], cuts: set[int]) -> None:
    whole = messages * 3
    stream = b"".join(whole)
    ends = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for reads in (whole, [stream[start:end] for start, end in pairwise(ends) if start < end]):
        assert untold(answered(reads)) == untold(answered(reads, Forgetful()))


def test_headers_are_known_at_their_third_time_on_every_connection() -> None:
    sections = Sections()
    assert known(answered([GET, GET, GET], sections)) == [False, False, True]
    assert known(answered([GET], sections)) == [True]


def test_another_path_and_another_method_do_not_matter() -> None:
    sections = Sections()
    answered([GET, GET], sections)
    others = [GET.replace(b"/a", b"/x/y-z"), GET.replace(b"GET", b"HEAD"), GET.replace(b"GET", b"POST")]
    assert known(answered(others, sections)) == [True, True, True]


def test_another_body_of_the_same_length_does_not_matter() -> None:
    bodies = [b"abc", b"xyz", b"\r\n\r", b"abcd", b"ab"]
    assert known(answered([POST % (len(body), body) for body in bodies])) == [False, False, True, False, False]


@pytest.mark.parametrize("message", UNUSUAL)
def test_what_is_unusual_is_read_every_time(message: bytes) -> None:
    sections = Sections()
    for _ in range(3):
        answered([message], sections)
    assert not any(known(answered([message], sections)))


@pytest.mark.parametrize("reads", [[b"\r\n\r\n"], [GET + GET], [GET[:9], GET[9:]], [GET + POST % (3, b"abc")]])
def test_only_what_was_one_request_is_remembered(reads: list[bytes]) -> None:
    sections = Sections()
    for _ in range(3):
        answered([*reads, b"\r\n\r\n"], sections)
    assert all(sections.find(message) is None for message in MESSAGES)


def test_blank_lines_after_a_request_are_not_taken_for_it() -> None:
    assert len(answered([GET, GET, GET, b"\r\n\r\n", b"\r\n\r\n"])) == 3


def kept(message: bytes, scope: Any = SCOPE) -> Sections:
    """What remembers a message that came twice."""
    sections = Sections()
    for _ in range(2):
        sections.keep(message, scope)
    return sections


def found(sections: Sections, message: bytes) -> Known:
    known = sections.find(message)
    assert known is not None
    return known


def test_a_request_is_found_only_with_just_its_body() -> None:
    message = POST % (3, b"abc")
    sections = kept(message, {**SCOPE, "headers": [(b"content-length", b"3")]})
    method, path, _, start = found(sections, message)
    assert (method, path, message[start:]) == ("POST", "/b", b"abc")
    assert [sections.find(data) for data in (message[:-1], message + b"\r\n", b"", b"\r\n\r\n")] == [None] * 4


def test_a_remembered_section_holds_nothing_of_the_exchange_that_is_over() -> None:
    _, _, section, _ = found(kept(GET), GET)
    assert section.scope == {**SCOPE, "extensions": {}}
    assert SCOPE["extensions"] == {"old": True}


def test_a_long_section_is_not_remembered() -> None:
    sizes = [LONGEST, LONGEST + 1]
    messages = [b"GET / HTTP/1.1\r\na: %b\r\n\r\n" % (b"b" * (size - 7)) for size in sizes]
    assert [kept(message).find(message) is not None for message in messages] == [True, False]


def test_so_many_sections_are_remembered_and_no_more() -> None:
    sections = Sections()
    most = 0
    for number in range(2 * MOST + 1):
        sections.keep(b"GET / HTTP/1.1\r\na: %d\r\n\r\n" % number, SCOPE)
        most = max(most, len(sections))
    assert (most, len(sections)) == (MOST, 1)
