"""The clock over HTTP: told, switched, moved on; never backwards, and whoever waits hears of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from mockvideo.core.clock import LATEST, VIRTUAL_START
from mockvideo.core.errors import HttpDate, Kind
from mockvideo.core.scenario import Rule
from mockvideo.core.timing import Timing
from mockvideo.server.app import App
from mockvideo.server.thread import ServerThread
from tests.server.control.calling import BEARER, account, app_of, call, mine, submit
from tests.server.driving import JSON, PATIENCE, ask, example, http, until

TEN_SECONDS = Timing(queue=(1.0, 1.0), render=(9.0, 9.0))


def advance(app: App, **how: object) -> Any:
    return mine(app, "POST", "/clock/advance", how)


# Told


def test_the_time_is_told_in_every_notation() -> None:
    app = app_of()
    account(app).clock.advance(90)
    assert mine(app, "GET", "/clock") == {
        "mode": "manual",
        "speed": None,
        "now": VIRTUAL_START + 90,
        "time": "2026-01-01T00:01:30+00:00",
        "elapsed": 90.0,
        "next_event": None,
    }


def test_to_ask_for_the_time_moves_no_clock() -> None:
    app = app_of(clock="auto", timing=TEN_SECONDS)
    submit(app)
    account(app).ask_to_wait(100)
    for path in ("", "/clock", "/jobs", "/journal", "/ledger", "/audit", "/scenario"):
        mine(app, "GET", path)
    assert mine(app, "GET", "/clock")["elapsed"] == 0


# Moved on


@pytest.mark.parametrize(("seconds", "elapsed"), [(5, 5.0), (0.25, 0.25), ("5m", 300.0), ("1m30s", 90.0), (0, 0.0)])
def test_time_passes_at_once(seconds, elapsed) -> None:
    assert advance(app_of(), seconds=seconds)["elapsed"] == elapsed


def test_what_is_due_happens() -> None:
    app = app_of(timing=TEN_SECONDS)
    submit(app)
    assert mine(app, "GET")["unfinished"] == 1
    advance(app, seconds=10)
    assert mine(app, "GET")["unfinished"] == 0


def test_events_come_one_after_the_other() -> None:
    app = app_of(timing=TEN_SECONDS)
    submit(app, prompt="1")
    advance(app, seconds=4)
    submit(app, prompt="2")
    mine(app, "PUT", "/scenario", {"scenario": "flaky-polls", "for": 3})
    elapsed = [advance(app, to="next_event")["elapsed"] for _ in range(4)]
    assert elapsed == [5.0, 7.0, 10.0, 14.0]


def test_the_next_event_is_told_before_it_comes() -> None:
    app = app_of(timing=TEN_SECONDS)
    submit(app)
    told = mine(app, "GET", "/clock")["next_event"]
    assert advance(app, to="next_event")["now"] == told == VIRTUAL_START + 1


def test_what_a_scenario_dates_after_a_jobs_end_is_an_event() -> None:
    app = app_of(timing=TEN_SECONDS)
    mine(
        app, "PUT", "/scenario", {"scenario": {"rules": [{"outcome": {"forgotten_after": 5, "clips_expire_after": 2}}]}}
    )
    submit(app)
    assert [advance(app, to="next_event")["elapsed"] for _ in range(4)] == [1.0, 10.0, 12.0, 15.0]


@pytest.mark.parametrize("scenario", ["stuck-in-queue", "poll-counted", None])
def test_where_nothing_happens_by_itself_there_is_no_next_event(scenario) -> None:
    app = app_of()
    if scenario:
        mine(app, "PUT", "/scenario", {"scenario": scenario})
        submit(app)
    refused = call(app, "POST", "/me/clock/advance", BEARER, body={"to": "next_event"})
    assert (refused.status, refused.document["error"]["message"]) == (
        409,
        "Nothing will happen by itself: there is no next event.",
    )


@pytest.mark.parametrize("mode", ["wall", "auto"])
def test_every_clock_can_be_moved_on(mode) -> None:
    app = app_of(clock=mode)
    assert 3600 <= advance(app, seconds="1h")["elapsed"] < 3700


def test_time_ends_where_documents_cannot_tell_it_any_more() -> None:
    app = app_of()
    account(app).clock.move(LATEST - 1)
    told = advance(app, seconds="366d")
    assert (told["now"], told["time"][:4]) == (LATEST, "9000")
    assert submit(app).status == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, 'send either {"seconds": …} or {"to": "next_event"}.'),
        ({"seconds": 1, "to": "next_event"}, 'send either {"seconds": …} or {"to": "next_event"}.'),
        ({"seconds": -1}, "seconds: Input should be greater than or equal to 0."),
        ({"seconds": "367d"}, "seconds: Input should be less than or equal to 31622400."),
        ({"to": "tomorrow"}, "to: Input should be 'next_event'."),
    ],
)
def test_time_does_not_move_in_any_other_way(body, message) -> None:
    refused = call(app_of(), "POST", "/me/clock/advance", BEARER, body=body)
    assert (refused.status, refused.document["error"]["message"]) == (400, message)


# Switched


@pytest.mark.parametrize("mode", ["wall", "manual", "auto"])
@pytest.mark.parametrize("before", ["wall", "manual", "auto"])
def test_a_switched_clock_goes_on_from_where_it_is(before, mode) -> None:
    app = app_of(clock=before)
    advance(app, seconds=1000)
    was = mine(app, "GET", "/clock")["elapsed"]
    told = mine(app, "PUT", "/clock", {"mode": mode})
    assert told["mode"] == mode
    assert was <= told["elapsed"] < was + 10


def test_a_speed_is_that_of_a_wall_clock_and_stays_until_another_is_said() -> None:
    app = app_of(clock="wall")
    assert mine(app, "PUT", "/clock", {"speed": 60})["speed"] == 60
    assert mine(app, "PUT", "/clock", {})["speed"] == 60
    assert mine(app, "PUT", "/clock", {"mode": "manual"})["speed"] is None
    assert mine(app, "PUT", "/clock", {"mode": "wall"})["speed"] == 1


def test_a_clock_that_stands_still_has_no_speed() -> None:
    refused = call(app_of(), "PUT", "/me/clock", BEARER, body={"speed": 2})
    assert (refused.status, refused.document["error"]["hint"]) == (400, 'Send "mode": "wall" with it.')


@pytest.mark.parametrize(("slept", "told"), [(False, "0"), (True, "30")])
def test_whoever_moves_a_clock_by_sleeping_is_told_how_long(slept, told) -> None:
    app = app_of(rules=(Rule(error=Kind.RATE_LIMITED, retry_after=30),))
    mine(app, "PUT", "/clock", {"mode": "manual", "slept": slept})
    assert dict(submit(app).headers)[b"retry-after"] == told.encode()


def test_a_date_to_wait_for_is_read_by_a_clock_that_slept() -> None:
    app = app_of(rules=(Rule(error=Kind.RATE_LIMITED, retry_after=HttpDate(30)),))
    mine(app, "PUT", "/clock", {"mode": "manual", "slept": True})
    advance(app, seconds=600)
    date = parsedate_to_datetime(dict(submit(app).headers)[b"retry-after"].decode())
    assert date.timestamp() - time.time() == pytest.approx(630, abs=5)


@pytest.mark.parametrize("mode", ["wall", "auto"])
def test_no_sleep_moves_a_clock_that_moves_by_itself(mode) -> None:
    refused = call(app_of(clock=mode), "PUT", "/me/clock", BEARER, body={"slept": True})
    assert (refused.status, refused.document["error"]["hint"]) == (400, 'Send "mode": "manual" with it.')


def test_an_auto_clock_moves_by_itself_from_then_on() -> None:
    app = app_of(timing=TEN_SECONDS)
    job = submit(app).document["id"]
    mine(app, "PUT", "/clock", {"mode": "auto"})
    ask(app, "GET", f"/sora/v1/videos/{job}", BEARER)
    assert mine(app, "GET", "/clock")["elapsed"] > 0


# With a call that waits


def waiting(app: App, act: Callable[[Any], object]) -> tuple[int, float]:
    """Make a blocking call, act while it waits, and return its status and how long it took from then on."""
    found: list[int] = []

    def blocked(url: str) -> None:
        with http(url) as client:
            body = example(app, "a4f")
            found.append(client.post("/a4f/v1/video/generations", headers=[BEARER, JSON], content=body).status_code)

    with ServerThread(app) as server, http(f"{server.url}/_mockvideo/me") as client:
        client.headers = {"x-api-key": "sk-test", "content-type": "application/json"}
        caller = threading.Thread(target=blocked, args=(server.url,))
        caller.start()
        until(lambda: account(app).store.unfinished)
        act(client)
        began = time.monotonic()
        caller.join(PATIENCE)
        return found[0], time.monotonic() - began


def test_a_call_that_waits_hears_that_time_was_moved_on() -> None:
    status, took = waiting(app_of(), lambda client: client.post("/clock/advance", json={"seconds": "1h"}))
    assert (status, took < 2) == (200, True)


def test_a_call_that_waits_on_a_wall_hears_of_it_too() -> None:
    app = app_of(clock="wall", timing=Timing(queue=0.0, render=3600.0))
    status, took = waiting(app, lambda client: client.post("/clock/advance", json={"to": "next_event"}))
    assert (status, took < 2) == (200, True)


def test_a_call_that_waits_goes_on_by_the_clock_that_it_was_given_meanwhile() -> None:
    app = app_of(timing=TEN_SECONDS)
    status, took = waiting(app, lambda client: client.put("/clock", json={"mode": "wall", "speed": 50}))
    assert (status, took < 2) == (200, True)


def test_a_call_that_waits_on_a_clock_which_now_moves_by_itself_ends_at_once() -> None:
    status, took = waiting(app_of(), lambda client: client.put("/clock", json={"mode": "auto"}))
    assert (status, took < 2) == (200, True)


def test_a_call_that_waits_for_a_job_that_is_forgotten_is_told_so() -> None:
    status, took = waiting(app_of(), lambda client: client.post("/reset", json={"what": ["jobs"]}))
    assert (status, took < 2) == (404, True)


def test_a_call_that_waits_in_an_account_that_is_deleted_is_told_so() -> None:
    status, took = waiting(app_of(), lambda client: client.delete(str(client.base_url).rstrip("/")))
    assert (status, took < 2) == (404, True)
