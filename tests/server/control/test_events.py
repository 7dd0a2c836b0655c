"""The journal as it is written: waited for, and as server-sent events that no reader can hold up."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import httpx
import pytest

from mockvideo.core.journal import Entry
from mockvideo.core.settings import Caps
from mockvideo.server.app import App
from mockvideo.server.control.api import Control
from mockvideo.server.control.visit import Pace
from mockvideo.server.thread import ServerThread
from tests.server.control.calling import BEARER, account, app_of, call, mine, submit
from tests.server.driving import PATIENCE, Peer, http, scope_of, until

KEYED = {"authorization": "Bearer sk-test"}
ENDED = b"\r\n0\r\n\r\n"
QUICK = Pace(heartbeat=0.02, gap=0.0, lag=50, drain=0.2)


class Event(NamedTuple):
    """One server-sent event, or a comment (whose name is empty)."""

    name: str
    id: int | None
    data: Any


def event(text: str) -> Event:
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    if fields.keys() == {""}:
        return Event("", None, fields[""])
    number = int(fields["id"]) if "id" in fields else None
    return Event(fields.get("event", "message"), number, json.loads(fields["data"]))


class Reader:
    """Reads the events of a stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def every(self) -> Iterator[Event]:
        lines: list[str] = []
        for line in self._lines:
            if line:
                lines.append(line)
            elif lines:
                yield event("\n".join(lines))
                lines = []

    def read(self, count: int) -> list[Event]:
        """The next so many events that are no comments."""
        found = []
        for each in self.every():
            if each.name:
                found.append(each)
            if len(found) == count:
                break
        return found


@contextmanager
def following(url: str, query: str = "", **headers: str) -> Iterator[Reader]:
    with http(url) as client, client.stream("GET", f"/_mockvideo/me/events{query}", headers=KEYED | headers) as answer:
        reader = Reader(answer)
        # The first comment comes when new entries are heard.
        assert next(reader.every()).name == ""
        yield reader


def paced(app: App, pace: Pace = QUICK) -> App:
    app.control = Control(app.service, app.dialects, pace)
    return app


def note(app: App, size: int = 0) -> None:
    """Note an exchange, as a thread in this process would."""
    journal = account(app).journal
    journal.note(Entry(journal.number(), 0.0, "sora", "poll", "GET", "/" + "x" * size, 200))


# Events


def test_every_new_entry_is_told_with_its_number() -> None:
    app = app_of()
    submit(app)
    with ServerThread(app) as server, following(server.url) as reader:
        for _ in range(3):
            submit(app)
        told = reader.read(3)
    assert [(each.name, each.id, each.data["number"]) for each in told] == [("message", n, n) for n in (2, 3, 4)]


def test_an_event_tells_what_the_journal_does() -> None:
    app = app_of()
    with ServerThread(app) as server, following(server.url) as reader:
        submit(app)
        told = reader.read(1)[0].data
    assert told == mine(app, "GET", "/journal")["entries"][0]


def test_events_are_for_browsers_and_not_for_caches() -> None:
    with ServerThread(app_of()) as server, following(server.url) as reader:
        headers = reader.answer.headers
    assert (headers["content-type"], headers["cache-control"]) == ("text/event-stream; charset=utf-8", "no-store")


def test_only_the_events_are_told_that_were_asked_for() -> None:
    app = app_of()
    with ServerThread(app) as server, following(server.url, "?dialect=beluga") as reader:
        submit(app)
        submit(app, dialect="beluga")
        assert reader.read(1)[0].data["number"] == 2


def test_an_account_hears_only_of_itself() -> None:
    app = app_of()
    with ServerThread(app) as server, following(server.url) as reader:
        submit(app, key="another")
        submit(app)
        assert reader.read(1)[0].data["number"] == 1


@pytest.mark.parametrize(("query", "headers"), [("", {"last-event-id": "1"}), ("?since=1", {})])
def test_a_reader_goes_on_where_it_stopped(query, headers) -> None:
    app = app_of()
    for _ in range(3):
        submit(app)
    with ServerThread(app) as server, following(server.url, query, **headers) as reader:
        submit(app)
        assert [each.id for each in reader.read(3)] == [2, 3, 4]


def test_a_reader_that_was_away_too_long_is_told_what_it_has_missed() -> None:
    app = app_of(caps=Caps(journal_entries=2))
    for _ in range(5):
        submit(app)
    with ServerThread(app) as server, following(server.url, **{"last-event-id": "1"}) as reader:
        told = reader.read(3)
    assert told[0] == Event("missed", None, {"after": 1, "before": 4})
    assert [each.id for each in told[1:]] == [4, 5]


def test_a_reader_of_an_account_that_was_deleted_begins_with_the_new_one() -> None:
    app = app_of()
    submit(app)
    with ServerThread(app) as server, following(server.url, **{"last-event-id": "99"}) as reader:
        assert reader.read(1)[0].id == 1


def test_an_entry_of_a_new_account_is_not_taken_for_the_old_ones() -> None:
    app = app_of()
    with ServerThread(app) as server:
        for dialect in ("sora", "beluga"):
            with following(server.url) as reader:
                submit(app, dialect=dialect)
                assert reader.read(1)[0].data["dialect"] == dialect
            mine(app, "DELETE")


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, ""])
def test_a_last_id_that_is_none_is_as_good_as_none(last) -> None:
    app = app_of()
    submit(app)
    with ServerThread(app) as server, following(server.url, **{"last-event-id": last}) as reader:
        submit(app)
        assert reader.read(1)[0].id == 2


def test_a_stream_gives_signs_of_life() -> None:
    with ServerThread(paced(app_of())) as server, following(server.url) as reader:
        comments = [each for each, _ in zip(reader.every(), range(3), strict=False)]
    assert {each.name for each in comments} == {""}


def test_a_stream_ends_with_its_account() -> None:
    app = app_of()
    with ServerThread(app) as server, following(server.url) as reader:
        mine(app, "DELETE")
        assert [each.name for each in reader.every() if each.name] == ["ended"]


def test_nobody_listens_when_a_reader_has_left() -> None:
    app = app_of()
    with ServerThread(app) as server:
        with following(server.url):
            assert account(app).journal._watchers
        until(lambda: not account(app).journal._watchers)


def test_a_head_of_events_is_answered_at_once() -> None:
    with ServerThread(app_of()) as server, http(server.url) as client:
        answer = client.head("/_mockvideo/me/events", headers=KEYED)
    assert (answer.status_code, answer.headers["content-type"][:17]) == (200, "text/event-stream")


def test_a_reader_does_not_keep_the_server() -> None:
    app = app_of()
    with ServerThread(app) as server, following(server.url):
        began = time.monotonic()
        server._server.should_exit = True
        server._thread.join(PATIENCE)
    assert time.monotonic() - began < 3


# Readers that cannot follow


def test_a_reader_that_lags_is_dropped_and_told_so() -> None:
    app = paced(app_of(), Pace(gap=0.5, lag=5))
    with ServerThread(app) as server, following(server.url) as reader:
        for _ in range(20):
            note(app)
        told = list(reader.every())
    assert told[-1].name == "dropped"
    assert "Last-Event-ID" in told[-1].data["message"]


def silent(url: str) -> socket.socket:
    """A reader that asks for events and then reads nothing any more."""
    port = httpx.URL(url).port
    assert port is not None
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.connect(("127.0.0.1", port))
    wire.settimeout(PATIENCE)
    wire.sendall(b"GET /_mockvideo/me/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-test\r\n\r\n")
    assert wire.recv(15) == b"HTTP/1.1 200 OK"
    return wire


def rest(wire: socket.socket) -> bytes:
    """What comes until the connection ends, in whatever way."""
    read = b""
    with suppress(ConnectionError):
        while piece := wire.recv(1 << 20):
            read += piece
    return read


def flood(app: App, wire_is_watched: Any) -> None:
    end = time.monotonic() + PATIENCE
    while wire_is_watched():
        assert time.monotonic() < end, "nobody dropped it"
        for _ in range(20):
            note(app, size=60_000)
        time.sleep(0.01)


def test_a_reader_whose_socket_takes_nothing_is_cut_off() -> None:
    app = paced(app_of(), Pace(heartbeat=0.02, gap=0.0, lag=100_000, drain=0.2))
    with ServerThread(app) as server, silent(server.url) as wire:
        flood(app, lambda: account(app).journal._watchers)
        until(lambda: not server._server.server_state.connections)
        assert not rest(wire).endswith(ENDED)


def test_a_reader_that_wakes_up_in_time_finds_out_why_nothing_more_comes() -> None:
    app = paced(app_of(), Pace(heartbeat=0.02, gap=0.0, lag=100_000, drain=0.2))
    with ServerThread(app) as server, silent(server.url) as wire:
        flood(app, lambda: account(app).journal._watchers)
        read = rest(wire)
    assert b"event: dropped\n" in read[-400:]
    assert read.endswith(ENDED)


def test_slow_readers_hold_nobody_up() -> None:
    app = paced(app_of(), Pace(heartbeat=0.02, gap=0.0, lag=100, drain=0.3))
    with ServerThread(app) as server, following(server.url) as reader, http(server.url) as client:
        wires = [silent(server.url) for _ in range(20)]
        longest = 0.0
        for _ in range(100):
            began = time.monotonic()
            client.get("/sora/v1/videos/video_1", headers=KEYED)
            longest = max(longest, time.monotonic() - began)
        assert len(reader.read(100)) == 100
        for wire in wires:
            wire.close()
    assert longest < 1


class Deaf(Peer):
    """A client whose server cannot send to it, under a protocol that is not ours."""

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()
        self.messages.append(message)


def test_under_another_protocol_a_stream_that_is_stuck_just_ends() -> None:
    app, peer = paced(app_of()), Deaf()

    async def calling() -> None:
        scope = scope_of("GET", "/_mockvideo/me/events", BEARER)
        await asyncio.wait_for(app(scope, peer.receive, peer.send), PATIENCE)

    asyncio.run(calling())
    assert [message["type"] for message in peer.messages] == ["http.response.start"]
    assert not account(app).journal._watchers


# Waits


def wait(app: App, **asked: object) -> Any:
    return call(app, "POST", "/me/journal/wait", BEARER, body=asked)


def test_what_is_there_already_counts() -> None:
    app = app_of()
    submit(app)
    told = wait(app, operation="submit", timeout=0).document
    assert [entry["number"] for entry in told["entries"]] == [1]


def test_a_wait_ends_as_soon_as_enough_entries_match() -> None:
    app = app_of()
    with ServerThread(app) as server, http(server.url) as client:
        found: list[Any] = []

        def waiting() -> None:
            body = {"operation": "submit", "dialect": "beluga", "count": 2, "timeout": 60}
            answer = client.post("/_mockvideo/me/journal/wait", headers=KEYED, json=body, timeout=60)
            found.append(answer.json())

        waiter = threading.Thread(target=waiting)
        waiter.start()
        until(lambda: account(app).journal._watchers)
        for dialect in ("sora", "beluga", "sora", "beluga"):
            submit(app, dialect=dialect)
        began = time.monotonic()
        waiter.join(PATIENCE)
    assert time.monotonic() - began < 2
    assert [entry["number"] for entry in found[0]["entries"]] == [2, 4]


def test_only_what_comes_after_a_number_is_waited_for() -> None:
    app = app_of()
    submit(app)
    assert wait(app, since=1, timeout=0.01).status == 408
    assert wait(app, since=0, timeout=0.01).status == 200


def test_a_wait_in_vain_says_how_many_matched() -> None:
    app = app_of()
    submit(app)
    refused = wait(app, count=3, timeout="50ms")
    assert (refused.status, refused.document["error"]["message"]) == (408, "1 of 3 entries matched within 0.05 s.")


def test_a_wait_ends_with_its_account() -> None:
    app = app_of()
    with ServerThread(app) as server, http(server.url) as client:
        found: list[int] = []

        def waiting() -> None:
            found.append(client.post("/_mockvideo/me/journal/wait", headers=KEYED, json={"timeout": 60}).status_code)

        waiter = threading.Thread(target=waiting)
        waiter.start()
        until(lambda: account(app).journal._watchers)
        mine(app, "DELETE")
        waiter.join(PATIENCE)
    assert found == [409]


def test_a_client_that_leaves_ends_its_wait() -> None:
    app = app_of()
    with ServerThread(app) as server:
        with http(server.url) as client, pytest.raises(httpx.ReadTimeout):
            client.post("/_mockvideo/me/journal/wait", headers=KEYED, json={"timeout": 60}, timeout=0.2)
        until(lambda: not account(app).journal._watchers)


@pytest.mark.parametrize("asked", [{"count": 0}, {"count": 1001}, {"timeout": 61}, {"timeout": -1}, {"status": 503}])
def test_a_wait_that_makes_no_sense_is_refused(asked) -> None:
    assert wait(app_of(), **asked).status == 400


def test_waits_of_one_account_hear_nothing_of_another() -> None:
    app = app_of()
    submit(app, key="another")
    assert wait(app, timeout=0.01).status == 408


def test_nothing_is_left_in_a_wait_that_was_refused() -> None:
    app = app_of()
    wait(app, timeout=0)
    assert not account(app).journal._watchers
