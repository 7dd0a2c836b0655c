"""A disturbance without a socket is the same to a client as the one that comes over a socket."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import httpcore
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.dialect import Dialect
from mockvideo.operation import Submit
from mockvideo.pointer import find
from mockvideo.server.app import create_app
from mockvideo.server.eager import sleep
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from mockvideo.server.wire import Pause
from mockvideo.testing.transports.connection import AsyncStream, Stream
from mockvideo.testing.transports.inprocess import Transport
from tests.driving import route_of
from tests.every import DIALECTS
from tests.faults import Fault
from tests.stories import poll_path
from tests.test_every_fault import FAULTS
from tests.testing.seeing import PATIENCE, WAYS, Asked, Conversation, Seen, Way, every_way
from tests.wires import FIN, SILENT

IMPATIENCE = 0.1
HEADER = b"x-mockvideo-scenario"
# A clip of any size is made on its way, too.
ON_THE_WAY = [fault for fault in FAULTS if fault.level in {"bytes", "connection"} or "size" in fault.rule]
HERE = Way(httpx)
SOME_WAYS = [way for way in WAYS if way.backend != "trio"]
# Every disturbance and every way, but not each in each: that is for a full run.
MEETINGS = [
    pytest.param(
        fault,
        way,
        id=f"{fault.row}-{fault.order}-{way.name}",
        marks=[] if turn == number % len(SOME_WAYS) else pytest.mark.full,
    )
    for number, fault in enumerate(ON_THE_WAY)
    for turn, way in enumerate(SOME_WAYS)
]


class Pair(NamedTuple):
    """Two applications that tell the same key the same story, of which one is asked over a socket."""

    over: ServerThread
    within: Transport

    def ask(self, way: Way, conversation: Conversation, other: Conversation) -> tuple[list[Seen], list[Seen]]:
        """Hold the same conversation with both."""
        url = self.over.url
        over = way.hold(lambda: conversation, base_url=url, trust_env=False, verify=False)
        return over, way.hold(lambda: other, base_url=url, transport=self.within)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    options = Options(settings=Settings(clock="auto", timing=AT_ONCE))
    with ServerThread(create_app(options)) as over:
        yield Pair(over, Transport(create_app(options)))


def story(dialect: Dialect, key: str, fault: Fault) -> Conversation:
    """Come to where the fault is, meet it, and ask for the same again."""
    place = dialect.credential
    keyed = (place.header, place.prefix + key.encode())
    more = [line.split(b": ", 1) for line in fault.headers]
    disturbed = (*((name, value) for name, value in more), (HEADER, fault.order.encode()))
    patience = IMPATIENCE if fault.end == SILENT else PATIENCE

    def both(asked: Asked) -> Conversation:
        yield Asked(asked.method, asked.path, (*asked.headers, *disturbed), patience, asked.more)
        # Over a socket a client may not have heard yet that a connection has ended, and ask there.
        if fault.end != FIN:
            yield asked

    route = route_of(dialect, Submit)
    submission = Asked(route.method, f"/{dialect.name}{route.path}", (keyed,), more={"json": dict(dialect.example)})
    if fault.on == "submit":
        yield from both(submission)
        return
    path = poll_path(dialect, (yield submission).document) or ""
    poll = Asked("GET", path if path.startswith(f"/{dialect.name}/") else f"/{dialect.name}{path}", (keyed,))
    if fault.on == "poll":
        yield from both(poll)
        return
    yield from both(Asked("GET", find((yield poll).document, dialect.pointers.video)))


@pytest.mark.parametrize(("fault", "way"), MEETINGS)
def test_what_is_heard_is_what_a_socket_brings(pair, fault, way) -> None:
    dialect = next(dialect for dialect in DIALECTS.values() if fault.concerns(dialect))
    key = f"sk-{way.name}-{ON_THE_WAY.index(fault)}"
    over, within = pair.ask(way, story(dialect, key, fault), story(dialect, key, fault))

    assert within == over


def ordered(key: str, connection: str, patience: float | None = PATIENCE) -> Asked:
    """Ask for the models of a dialect, and for a disturbance of the answer."""
    headers = ((b"authorization", b"Bearer " + key.encode()), (HEADER, f"connection = {{{connection}}}".encode()))
    return Asked("GET", "/sora/v1/models", headers, patience)


def conversation(asked: Asked) -> Conversation:
    yield asked


@settings(max_examples=20)
@given(st.sampled_from(["reset", "close"]), st.sampled_from(["before", "head", "body"]), st.floats(0, 1), st.booleans())
def test_a_connection_fails_after_the_same_byte(pair, word, part, at, drips) -> None:
    order = f'{word} = "{part}", at = {at:.4f}' + (', drip = "body", piece = 500, every = 0.001' if drips else "")
    asked = ordered("sk-byte", order)
    over, within = pair.ask(HERE, conversation(asked), conversation(asked))

    assert within == over


@every_way
@pytest.mark.parametrize(
    ("connection", "patience", "error"),
    [
        ('reset = "before"', PATIENCE, "ReadError"),
        ('reset = "body"', PATIENCE, "ReadError"),
        ('close = "before"', PATIENCE, "RemoteProtocolError"),
        ('close = "body"', PATIENCE, "RemoteProtocolError"),
        ('hang = "head"', IMPATIENCE, "ReadTimeout"),
        ("delay = 60", IMPATIENCE, "ReadTimeout"),
        ('delay = 0.01, hang = "before"', IMPATIENCE, "ReadTimeout"),
        ('drip = "head", every = 60', IMPATIENCE, "ReadTimeout"),
        ("delay = 0.01", None, None),
    ],
)
def test_errors_are_those_of_the_client_library(pair, way, connection, patience, error) -> None:
    seen = way.see(ordered("sk-error", connection, patience), base_url=pair.over.url, transport=pair.within)

    assert seen.error == error


@every_way
def test_a_hang_without_a_timeout_is_told_and_not_waited_for(pair, way) -> None:
    asked = ordered("sk-hang", 'hang = "body"', None)

    with pytest.raises(RuntimeError, match="give the client a read timeout"):
        way.see(asked, base_url=pair.over.url, transport=pair.within)


def test_an_answer_that_is_shorter_than_it_says_and_stays_is_waited_for(pair) -> None:
    order = (HEADER, b'bytes = {headers = {content-length = "9999"}}')
    asked = Asked("GET", "/sora/v1/models", ((b"authorization", b"Bearer sk-short"), order), IMPATIENCE)
    over, within = pair.ask(HERE, conversation(asked), conversation(asked))

    assert within == over


def test_a_head_alone_is_disturbed_as_well(pair) -> None:
    asked = ordered("sk-head", "not_kept = true")
    head = Asked("HEAD", asked.path, asked.headers)
    over, within = pair.ask(HERE, conversation(head), conversation(head))

    assert within == over


@every_way
def test_a_connection_takes_real_time_even_where_sleep_is_another(pair, way, monkeypatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr("asyncio.sleep", None)
    monkeypatch.setattr("anyio.sleep", None)
    began = time.monotonic()
    way.see(ordered("sk-slow", "delay = 0.05"), base_url=pair.over.url, transport=pair.within)

    assert time.monotonic() - began >= 0.05


def test_a_response_that_nobody_reads_to_its_end_is_closed(pair) -> None:
    asked = ordered("sk-close", 'drip = "body", piece = 1_000')
    with httpx.Client(base_url=pair.over.url, transport=pair.within) as http:
        with http.stream("GET", asked.path, headers=list(asked.headers)) as response:
            assert len(next(response.iter_raw())) > 0
        assert response.is_closed


def test_a_stream_of_a_synchronous_client_never_waits_but_in_its_thread() -> None:
    stream = Stream(AsyncStream(iter([Pause(1.0)]), httpcore, lambda _: sleep(0)))

    with pytest.raises(AssertionError):
        stream.read(1)
