"""What is demanded, on evidence made by hand: what no mutant beside shows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from mockvideo.conformance.client import breach, downloading, pausing, polling, submitting
from mockvideo.conformance.client.breach import UNSEEN, Breach
from mockvideo.conformance.client.evidence import Answer, Run, Strike
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.schedules import Event, Schedule
from mockvideo.conformance.client.verdict import Judgement, judge, summed
from mockvideo.core.errors import Refusal
from mockvideo.core.jobs import Refund
from mockvideo.dialects import load
from mockvideo.testing.exchanges import Exchange

NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(
        ("job", "model", "state", "refusal", "rule", "hint", "price", "took", "fault", "document", "prompt")
    ),
    **dict.fromkeys(("planned", "lost"), False),
    **dict.fromkeys(("misses", "advice"), ()),
    "headers": {"host": "127.0.0.1:1"},
    "size": 0,
    "digest": "",
    "refund": Refund.FULL,
    "dialect": "beluga",
    "method": "GET",
    "path": "/v1/videos/tasks/job-1",
    "status": 200,
}


def poll(number: int, at: float, **said: Any) -> Exchange:
    return Exchange(**{**NOTHING, "operation": "poll", "number": number, "at": at, **said})


def content(number: int, at: float, **said: Any) -> Exchange:
    return poll(number, at, operation="content", path="/media/clip.mp4", **said)


def submitted(number: int = 1, at: float = 0.0, **said: Any) -> Exchange:
    return poll(number, at, **{"operation": "submit", "price": Decimal(1), "job": "job-1", **said})


def run(*exchanges: Exchange, kind: Any = "error", text: str = "", **said: Any) -> Run:
    schedule = said.pop("schedule", Schedule())
    return Run(
        schedule=schedule,
        dialect=load()["beluga"],
        answer=Answer(kind, text),
        exchanges=exchanges,
        currency="USD",
        **said,
    )


def strike(mischief: str, operation: str, *hits: Exchange) -> Strike:
    return Strike(Event(mischief, operation, 1), hits)


def test_a_success_of_a_job_that_is_stuck_is_none() -> None:
    stuck = strike("the job is stuck at 99 %", "submit")

    assert "reports success" in polling.has_deadline(run(submitted(), kind="done"), stuck, 0).says


def test_an_error_after_a_moment_need_not_name_the_job() -> None:
    stuck = strike("the job is stuck at 99 %", "submit")

    assert polling.has_deadline(run(submitted(), seconds=5), stuck, 0) is None
    assert polling.has_deadline(run(seconds=5_000), stuck, 0) is None
    assert polling.has_deadline(run(submitted(), seconds=5_000, text="give up on job-1"), stuck, 0) is None


def test_a_success_of_a_job_that_failed_is_none() -> None:
    failed = run(poll(2, 0, state="failed"), kind="done")

    assert (
        "has failed, and it reports success" in polling.accepts_end(failed, strike("the job fails", "submit"), 0).says
    )
    assert polling.accepts_end(run(), strike("the job fails", "submit"), 0) is UNSEEN


def test_an_end_that_nobody_was_told_is_none_yet() -> None:
    lie = poll(2, 0, state="failed", fault="document")
    lost, end, later = poll(3, 5, status=503), poll(4, 7, state="failed"), poll(5, 12, state="failed", fault="document")

    assert polling.accepts_end(run(lie, lost, end), strike("the job fails", "submit"), 0) is None
    assert polling.accepts_end(run(lie, lost), strike("the job fails", "submit"), 0) is UNSEEN
    assert polling.accepts_end(run(lie, lost, later), strike("expired", "poll", later), 0) is None
    assert "polls 2 more times" in polling.accepts_end(run(lie, lost, later), strike("expired", "poll", lie), 0).says


def test_who_polls_nothing_follows_nothing() -> None:
    assert polling.follows(run(), strike("the poll URL cannot be guessed", "submit"), 0) is UNSEEN


def test_who_has_seen_the_end_and_is_told_otherwise_stays_where_it_is() -> None:
    end = poll(2, 0, state="succeeded")
    later = [poll(number, number, state="running", fault="snapshot") for number in (3, 4)]

    def judged(*exchanges: Exchange) -> Any:
        hits = [each for each in exchanges if each.fault]
        return polling.stays_ended(run(*exchanges), strike("running again after the end", "poll", *hits), 0)

    assert judged(*later) is UNSEEN
    assert judged(end, later[0]) is None
    assert judged(end, *later) == Breach(
        "request 2 told the end, request 3 told otherwise, and it polls on 1 times", (3, 4)
    )


def test_who_polls_once_has_no_pace() -> None:
    assert polling.paces(run(poll(2, 0)), strike("", ""), 0) is UNSEEN


def test_who_downloads_nothing_shows_no_end() -> None:
    assert polling.stays_finished(run(), strike("", ""), 0) is UNSEEN


def test_a_file_that_nobody_showed_cannot_be_looked_at() -> None:
    cut = strike("the download is cut", "content", content(3, 0))

    assert downloading.whole(run(kind="done"), cut, 0) is UNSEEN
    ranged = run(content(3, 0), content(4, 1, headers={"range": "bytes=9-"}), kind="done")
    assert downloading.appends_right(ranged, cut, 0) is UNSEEN
    good = run(content(3, 0), content(4, 1, headers={"range": "bytes=9-"}), kind="clip")
    assert downloading.appends_right(good, cut, 0) is None


def test_a_documented_download_has_no_url_to_renew() -> None:
    refused = strike("the clip answers 403 once", "content", poll(3, 0))

    assert downloading.renews(run(), refused, 0) is UNSEEN


def test_without_a_redirect_no_key_can_be_seen_elsewhere() -> None:
    assert downloading.keeps_key(run(content(3, 0)), strike("the clip is at another origin", "content"), 0) is UNSEEN


def test_who_is_killed_before_there_is_a_job_has_nothing_to_resume() -> None:
    assert submitting.resumes(run(restarted=0), strike("killed while it polls", "poll"), 0) is UNSEEN


def test_a_wait_that_is_nearly_over_cannot_be_told_from_a_pause() -> None:
    late = strike("429 until a date in a minute", "poll", poll(9, 50.0))

    assert pausing.waits_until(run(), late, 59) is UNSEEN


def test_a_client_that_sleeps_for_an_hour_tells_nobody() -> None:
    hit = poll(2, 0, status=429)
    slept = strike("429 for a day", "poll", hit)

    assert "sleeps 4,000 s" in pausing.patient(run(hit, poll(3, 4_000)), slept, 3_600).says
    assert "sleeps and sleeps" in pausing.patient(run(hit, kind="overtime"), slept, 3_600).says


def test_two_pauses_are_too_few_to_see_chance_in_them() -> None:
    tries = [poll(number, at, rule="r") for number, at in enumerate((0.0, 1.0, 3.0))]
    twice = run(*tries).with_twin(run(*tries))

    assert pausing.backs_off(twice, strike("503 from then on", "poll", *tries), 0) is None
    assert pausing.backs_off(run(tries[0]), strike("503 from then on", "poll", tries[0]), 0) is UNSEEN


def test_what_a_program_said_is_told_by_its_line_about_an_error() -> None:
    said = "exit status 1: Traceback\n  File x\nRuntimeError: job-1 is lost\nNode.js v20"

    assert breach.ended(run(submitted(), text=said)) == "it ended with RuntimeError: (id) is lost"
    assert breach.ended(run(kind="junk")) == "it ended with junk"


def test_a_refused_poll_of_another_kind_is_no_wrong_url() -> None:
    refused = poll(2, 0, status=503, refusal=Refusal("unavailable"))  # type: ignore[arg-type]  # as good as the kind

    assert polling.follows(run(refused), strike("the poll URL cannot be guessed", "submit"), 0) is None


@pytest.mark.parametrize(("judged", "standing"), [(None, "inconclusive"), (Breach("two jobs"), "broken")])
def test_who_had_to_be_ended_keeps_no_rule_but_may_have_broken_one(judged: Any, standing: str) -> None:
    (outcome,) = summed([Judgement("C1", run(kind="silence"), judged)], ["C1"], 30)

    assert outcome.standing == standing
    assert outcome.rule is RULES["C1"]


def test_a_run_that_shows_nothing_exercises_nothing() -> None:
    (outcome,) = summed(judge(run()), ["C10"], 30)

    assert (outcome.standing, outcome.note) == ("not exercised", "nothing that happened is about it")
