"""Jobs over HTTP: listed, shown, ended by hand."""

from __future__ import annotations

import pytest

from mockvideo.core.settings import Caps
from mockvideo.core.timing import Timing
from mockvideo.server.app import App
from tests.server.control.calling import BEARER, account, app_of, call, mine, state, submit
from tests.server.driving import ask

TEN_SECONDS = Timing(queue=(1.0, 1.0), render=(9.0, 9.0))


def made(app: App, dialect: str = "sora", **changes: object) -> str:
    submit(app, dialect=dialect, **changes)
    return mine(app, "GET", "/jobs?limit=1")["jobs"][0]["id"]


# Listed


def test_jobs_of_all_dialects_are_listed_the_last_submitted_first() -> None:
    app = app_of()
    made_of = [(name, made(app, name)) for name in ("sora", "beluga", "lemondata") if not account(app).clock.advance(1)]
    listed = [(job["dialect"], job["id"]) for job in mine(app, "GET", "/jobs")["jobs"]]
    assert listed == made_of[::-1]


def test_jobs_are_listed_page_by_page_each_once() -> None:
    app = app_of()
    for number in range(5):
        submit(app, dialect="sora" if number % 2 else "beluga", prompt=f"{number}")
    found, query = [], ""
    while True:
        page = mine(app, "GET", f"/jobs?limit=2{query}")
        found += [job["prompt"] for job in page["jobs"]]
        if page["next"] is None:
            break
        query = f"&after={page['next']}"
    assert sorted(found) == list("01234")


@pytest.mark.parametrize(
    ("query", "count"), [("dialect=sora", 2), ("dialect=a4f", 0), ("state=succeeded", 1), ("state=queued", 2)]
)
def test_jobs_are_listed_by_dialect_and_state(query, count) -> None:
    app = app_of(timing=TEN_SECONDS)
    submit(app, prompt="old")
    account(app).clock.advance(10)
    submit(app)
    submit(app, dialect="beluga")
    assert len(mine(app, "GET", f"/jobs?{query}")["jobs"]) == count


def test_a_page_after_a_job_that_is_gone_is_refused() -> None:
    app = app_of(caps=Caps(finished_jobs=1))
    refused = call(app, "GET", "/me/jobs?after=sora/video_gone", BEARER)
    assert (refused.status, refused.document["error"]["hint"]) == (400, "List again without it.")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=ten", "state=done", "colour=red"])
def test_a_list_that_makes_no_sense_is_refused(query) -> None:
    assert call(app_of(), "GET", f"/me/jobs?{query}", BEARER).status == 400


# Shown


def test_a_job_is_told_with_all_that_was_settled_when_it_was_submitted() -> None:
    app = app_of(timing=TEN_SECONDS)
    job = made(app, prompt="a fox")
    account(app).clock.advance(5.5)
    told = mine(app, "GET", f"/jobs/sora/{job}")
    assert (told["prompt"], told["state"], told["progress"]) == ("a fox", "running", 0.5)
    assert told["ends_at"] == told["submitted_at"] + 10


def test_to_look_at_a_job_counts_as_no_poll() -> None:
    app = app_of()
    mine(app, "PUT", "/scenario", {"scenario": {"timing": {"queue": {"polls": 1}, "render": 1}}})
    job = made(app)
    told = [mine(app, "GET", f"/jobs/sora/{job}") for _ in range(3)]
    assert {(each["state"], each["ends_at"]) for each in told} == {("queued", None)}


def test_the_clips_of_a_job_can_be_fetched_from_where_it_says() -> None:
    app = app_of(timing=TEN_SECONDS)
    job = made(app)
    assert mine(app, "GET", f"/jobs/sora/{job}")["clips"] == []
    account(app).clock.advance(10)
    clips = mine(app, "GET", f"/jobs/sora/{job}")["clips"]
    assert [ask(app, "GET", clip).body[4:8] for clip in clips] == [b"ftyp"]


def test_a_job_that_scenarios_have_forgotten_is_told_all_the_same() -> None:
    app = app_of()
    mine(app, "PUT", "/scenario", {"scenario": {"rules": [{"outcome": {"forgotten_after": 0}}]}})
    job = made(app)
    account(app).clock.advance(60)
    assert ask(app, "GET", f"/sora/v1/videos/{job}", BEARER).status == 404
    assert mine(app, "GET", f"/jobs/sora/{job}")["rule"] == "(account)#1"


@pytest.mark.parametrize("place", ["sora/video_unknown", "nobody/video_unknown", "beluga/{job}"])
def test_a_job_that_is_not_there_is_not_found(place) -> None:
    app = app_of()
    place = place.format(job=made(app))
    assert call(app, "GET", f"/me/jobs/{place}", BEARER).status == 404
    assert call(app, "POST", f"/me/jobs/{place}/settle", BEARER, body={"state": "failed"}).status == 404


# Ended


@pytest.mark.parametrize("end", ["succeeded", "failed", "cancelled"])
def test_a_job_ends_by_hand_and_its_next_poll_says_so(end) -> None:
    app = app_of()
    job = made(app, "apiframe")
    assert mine(app, "POST", f"/jobs/apiframe/{job}/settle", {"state": end})["state"] == end
    polled = ask(app, "GET", f"/apiframe/v2/jobs/{job}", (b"x-api-key", b"sk-test")).document
    assert polled["status"] == {"succeeded": "COMPLETED", "failed": "FAILED", "cancelled": "CANCELLED"}[end]


@pytest.mark.parametrize("reason", ["content_policy", "timed_out"])
def test_a_job_fails_for_the_reason_that_is_given(reason) -> None:
    app = app_of()
    job = made(app)
    assert mine(app, "POST", f"/jobs/sora/{job}/settle", {"state": "failed", "reason": reason})["reason"] == reason


def test_a_job_that_fails_by_hand_gives_its_credits_back() -> None:
    app = app_of()
    before = mine(app, "GET", "/ledger")
    job = made(app)
    mine(app, "POST", f"/jobs/sora/{job}/settle", {"state": "failed"})
    after = mine(app, "GET", "/ledger")
    assert float(after["dialects"]["sora"]["balance"]) == float(before["dialects"]["sora"]["balance"])


def test_a_job_that_has_ended_does_not_end_again() -> None:
    app = app_of()
    job = made(app)
    mine(app, "POST", f"/jobs/sora/{job}/settle", {"state": "cancelled"})
    before = state(app)
    refused = call(app, "POST", f"/me/jobs/sora/{job}/settle", BEARER, body={"state": "succeeded"})
    assert (refused.status, "has ended already" in refused.document["error"]["message"]) == (409, True)
    assert state(app) == before


@pytest.mark.parametrize(
    "body", [{}, {"state": "running"}, {"state": "succeeded", "reason": "upstream"}, {"state": "failed", "reason": "x"}]
)
def test_a_job_ends_in_no_other_way(body) -> None:
    app = app_of()
    job = made(app)
    before = state(app)
    assert call(app, "POST", f"/me/jobs/sora/{job}/settle", BEARER, body=body).status == 400
    assert state(app) == before
