"""A small HTTP server in a thread: what it hears, and how it says no."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from mockvideo.testing.receiving.listener import LARGEST, Answer, Call, Listener

PATIENCE = 5.0


class Heard:
    """A listener that remembers, and answers as it is told."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answer = Answer()
        self.listener = Listener(self.hear)
        self.url = f"http://127.0.0.1:{self.listener.port}"

    def hear(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answer

    def say(self, *pieces: bytes, patience: float = PATIENCE) -> bytes:
        """Send these bytes one after the other, and return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.listener.port), timeout=patience) as connection:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.01 if len(pieces) > 1 else 0)
            got = b""
            while more := connection.recv(65536):
                got += more
        return got


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    yield heard
    heard.listener.close()


def test_a_request_is_heard_as_it_came(heard: Heard) -> None:
    body = gzip.compress(b"zipped")
    answer = httpx.post(f"{heard.url}/a%20b?c=d&e", content=body, headers={"X-Mixed-Case": "Value"})

    assert (answer.status_code, answer.content) == (200, b"")
    ((method, path, headers, content),) = heard.calls
    assert (method, path, content) == ("POST", "/a%20b?c=d&e", body)
    assert ("x-mixed-case", "Value") in headers


def test_a_request_may_come_in_pieces_and_chunks(heard: Heard) -> None:
    heard.say(b"POST /ho", b"ok HTTP/1.1\r\nTransfer-Enc", b"oding: chunked\r\n\r\n2\r\nab\r\n", b"1\r\nc\r\n0\r\n\r\n")

    assert [(call.path, call.body) for call in heard.calls] == [("/hook", b"abc")]


def test_an_answer_is_as_it_was_wanted(heard: Heard) -> None:
    heard.answer = Answer(503, body=b"no")

    assert heard.say(b"GET / HTTP/1.1\r\n\r\n") == (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
    )


def test_a_status_without_a_name_is_answered_all_the_same(heard: Heard) -> None:
    heard.answer = Answer(299)

    assert httpx.get(heard.url).status_code == 299


def test_an_answer_may_come_late(heard: Heard) -> None:
    heard.answer = Answer(delay=0.05)
    began = time.monotonic()
    httpx.get(heard.url)

    assert time.monotonic() - began >= 0.05


def test_a_connection_carries_one_request(heard: Heard) -> None:
    answers = heard.say(b"GET /first HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n")

    assert answers.count(b"HTTP/1.1 200") == 1
    assert [call.path for call in heard.calls] == ["/first"]


def test_what_follows_a_request_does_not_spoil_it(heard: Heard) -> None:
    assert b"200 OK" in heard.say(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nabc\r\n\r\n")
    assert heard.calls[0].body == b"a"


def test_an_upgrade_is_not_granted(heard: Heard) -> None:
    asked = b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    assert heard.say(asked).startswith(b"HTTP/1.1 200")
    assert [call.path for call in heard.calls] == ["/ws"]


JUNK = [
    b"\x16\x03\x01junk\r\n\r\n",
    b"a b c\r\n\r\n",
    b"GET / HTTP/2\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
]


@pytest.mark.parametrize("junk", JUNK)
def test_what_is_no_http_is_refused(heard: Heard, junk: bytes) -> None:
    assert heard.say(junk).startswith(b"HTTP/1.1 400")
    assert heard.calls == []


@pytest.mark.parametrize(
    "announced",
    [
        b"Content-Length: %d\r\n\r\n" % (LARGEST + 1),
        b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n%x;why=not\r\n" % LARGEST,
    ],
)
def test_what_is_too_large_is_refused_before_it_has_come(heard: Heard, announced: bytes) -> None:
    assert heard.say(b"POST / HTTP/1.1\r\n" + announced).startswith(b"HTTP/1.1 413")
    assert heard.calls == []


def test_whoever_leaves_in_the_middle_of_a_request_was_not_heard(heard: Heard) -> None:
    with socket.create_connection(("127.0.0.1", heard.listener.port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab")
    assert b"200 OK" in heard.say(b"GET / HTTP/1.1\r\n\r\n")
    assert [call.method for call in heard.calls] == ["GET"]


def test_nobody_is_let_in_as_long_as_callers_are_refused(heard: Heard) -> None:
    heard.listener.refuse()
    heard.listener.refuse()
    with pytest.raises(ConnectionRefusedError):
        heard.say(b"GET / HTTP/1.1\r\n\r\n")
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", heard.listener.port))

    heard.listener.admit()
    heard.listener.admit()
    assert b"200 OK" in heard.say(b"GET / HTTP/1.1\r\n\r\n")


def test_to_close_hangs_up_and_leaves_nothing_behind() -> None:
    threads = threading.active_count()
    heard = Heard()
    heard.answer = Answer(delay=60)
    with socket.create_connection(("127.0.0.1", heard.listener.port), timeout=PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not heard.calls:
            time.sleep(0.001)
        heard.listener.close()
        heard.listener.close()
        assert connection.recv(1) == b""
    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):
        heard.say(b"GET / HTTP/1.1\r\n\r\n")


def test_a_caller_that_leaves_before_its_answer_does_no_harm(heard: Heard) -> None:
    heard.answer = Answer(delay=0.02)
    with socket.create_connection(("127.0.0.1", heard.listener.port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
    heard.answer = Answer()
    time.sleep(0.05)

    assert b"200 OK" in heard.say(b"GET / HTTP/1.1\r\n\r\n")


def test_a_port_that_is_taken_is_said_at_once(heard: Heard) -> None:
    threads = threading.active_count()
    with pytest.raises(OSError, match="in use"):
        Listener(heard.hear, port=heard.listener.port)
    assert threading.active_count() == threads
