"""What the parts of the control API promise each other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping

import pytest

from mockvideo.core.journal import Budget, Entry, Journal
from mockvideo.core.scenario import Scenario
from mockvideo.core.settings import Caps
from mockvideo.server.control.asked import Filters
from mockvideo.server.control.entries import fits
from mockvideo.server.control.listening import Listener
from mockvideo.server.control.printer import REMEMBERED, Printer
from mockvideo.server.control.table import PREFIX, Route, Table
from mockvideo.server.control.visit import Visit
from tests.server.control.calling import BEARER, app_of, call
from tests.server.driving import JSON, Peer, ask, scope_of


def entry(number: int) -> Entry:
    return Entry(number, 0.0, "sora", "poll", "GET", "/", 200)


# Calls


class Trapdoor(Mapping[str, Scenario]):
    """A library that fails as nobody foresees."""

    def __getitem__(self, name: str) -> Scenario:
        raise ZeroDivisionError

    def __iter__(self) -> Iterator[str]:
        return iter(["one"])

    def __len__(self) -> int:
        return 1


def test_what_nobody_foresees_is_a_500_in_our_words_and_in_the_log(caplog) -> None:
    app = app_of(library=Trapdoor())
    with caplog.at_level(logging.ERROR):
        refused = call(app, "GET", "/scenarios")
    assert (refused.status, refused.document["error"]["message"][:28]) == (500, "This is a fault of mockvideo")
    assert "GET /_mockvideo/scenarios failed" in caplog.text


def test_a_client_that_leaves_in_its_body_gets_no_answer_and_changes_nothing() -> None:
    class Leaver(Peer):
        async def receive(self) -> dict[str, object]:
            return {"type": "http.disconnect"}

    app, peer = app_of(), Leaver()
    asyncio.run(app(scope_of("POST", f"{PREFIX}/accounts", JSON), peer.receive, peer.send))
    assert (peer.messages, len(app.service.accounts)) == ([], 0)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * ((1 << 20) + 1), 413),
        (b"[" * 5000, 400),
        (b'{"seed": 1e999}', 400),
        (b'{"seed": NaN}', 400),
        (b"\xff", 400),
        (b'"text"', 400),
        (b"{}", 201),
        (b"", 201),
    ],
)
def test_bodies_are_read_as_strictly_as_everywhere(body, status) -> None:
    assert call(app_of(), "POST", "/accounts", body=body).status == status


def test_compressed_bodies_are_refused() -> None:
    assert call(app_of(), "POST", "/accounts", (b"content-encoding", b"gzip")).status == 415


def test_answers_are_not_for_caches_and_are_what_they_say() -> None:
    reply = call(app_of(), "GET", "/me", BEARER)
    assert (reply.header("cache-control"), reply.header("x-content-type-options")) == ("no-store", "nosniff")


def test_a_call_is_about_no_account_before_somebody_has_come_in() -> None:
    visit = Visit(None, {}, {}, None, None)
    with pytest.raises(AssertionError, match="after admit"):
        _ = visit.known_account


def test_control_is_served_at_a_dialects_own_port_and_under_a_mount_point() -> None:
    app = app_of()
    app.roots = {8421: "sora"}
    assert call(app, "GET", "/me", BEARER, port=8421).status == 200
    made = ask(app, "POST", f"{PREFIX}/accounts", (b"content-type", b"application/json"), mount="/mocks").document
    assert made["control"] == "http://localhost:8420/mocks/_mockvideo/me"


def test_a_path_that_is_a_part_of_nothing_is_told_briefly() -> None:
    refused = call(app_of(), "GET", "/" + "x" * 5000)
    assert (refused.status, len(refused.body) < 500) == (404, True)


def test_another_method_is_refused_with_those_that_there_are() -> None:
    refused = call(app_of(), "PATCH", "/me/clock", BEARER)
    assert (refused.status, refused.header("allow")) == (405, "GET, HEAD, PUT")


def test_a_head_is_answered_like_a_get_without_its_body() -> None:
    assert call(app_of(), "HEAD", "/me", BEARER).status == 200


# The table


async def nothing(visit: Visit, asked: object) -> None:
    """Do nothing."""


TABLE = Table(
    [
        Route(method="GET", path="/accounts/{tag}/jobs/{dialect}/{id}", access="token", act=nothing, about=""),
        Route(method="GET", path="/me", access="account", act=nothing, about=""),
    ]
)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/accounts/a/jobs/b/c", {"tag": "a", "dialect": "b", "id": "c"}),
        ("/accounts/me/jobs/%2f/..", {"tag": "me", "dialect": "%2f", "id": ".."}),
        ("/me", {}),
        ("/accounts//jobs/b/c", None),
        ("/accounts/a/jobs/b/", None),
        ("/accounts/a/jobs/b/c/", None),
        ("/accounts/a/b/jobs/b/c", None),
        ("/Me", None),
        ("/me ", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_path_means_a_route_only_segment_by_segment(path, names) -> None:
    found = TABLE.find(PREFIX + path)
    assert (found and found.names) == names


# Entries


def test_a_filter_that_says_nothing_takes_all() -> None:
    assert fits(entry(1), Filters())


def test_an_entry_that_comes_while_somebody_begins_to_listen_is_heard_once() -> None:
    class Busy(Journal):
        """A journal that gets an entry whenever somebody reads it."""

        def __iter__(self) -> Iterator[Entry]:
            self.note(entry(self.count + 1))
            return super().__iter__()

    async def listening() -> list[int]:
        journal = Busy(Caps(), Budget(0))
        async with Listener(journal, Filters(), Peer().receive, most=10) as listener:
            journal.note(entry(2))
            return [each.number for each in [*listener.past, *listener.take()]]

    assert asyncio.run(listening()) == [1, 2]


def test_only_the_last_events_that_were_written_are_remembered() -> None:
    printer = Printer()
    for number in range(REMEMBERED + 5):
        printer.event("tag", entry(number))
    assert len(printer._written) == REMEMBERED
    assert printer.event("tag", entry(1)).startswith(b"id: 1\ndata: {")
