"""What single scenarios of the library do beyond one job's states: documents, times, money and limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import State
from mockvideo.core.timing import AT_ONCE
from mockvideo.dialect import Dialect, spelled
from mockvideo.pointer import find
from mockvideo.script.library import Library
from tests.driving import Answer, Client
from tests.every import DIALECTS, every_dialect, every_polled_dialect
from tests.stories import client_of, live


def at(place: str) -> Callable[[Dialect, Any], Any]:
    """What a document has at a declared place."""
    return lambda dialect, document: find(document, getattr(dialect.pointers, place) or "/nowhere")


PROGRESS, STATUS, VIDEO, ERROR = map(at, ("progress", "status", "video", "error"))


def progresses(name: str, dialect: Dialect) -> list[object]:
    return [PROGRESS(dialect, document) for document in live(client_of(name, dialect)).documents]


every_progress = pytest.mark.parametrize(
    "dialect", [pytest.param(dialect, id=name) for name, dialect in DIALECTS.items() if dialect.pointers.progress]
)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("fails-after-100", 100),
        ("progress-null", None),
        ("progress-over-100", 120),
        ("progress-strings", "30%"),
        ("progress-strings", "100%"),
        ("slow-progress-steps", 30),
        ("slow-progress-steps", 90),
        ("stuck-at-99", 99),
    ],
)
@every_progress
def test_progress_is_told_as_described(dialect, name, told) -> None:
    assert told in progresses(name, dialect)


@every_progress
def test_progress_goes_back(dialect) -> None:
    told = progresses("progress-backwards", dialect)
    assert 10 in told[1:]
    assert told != sorted(told)


@every_progress
def test_no_document_has_a_progress(dialect) -> None:
    name = dialect.pointers.progress.rpartition("/")[2]
    assert [document for document in live(client_of("no-progress", dialect)).documents if name in document] == []


@every_dialect
def test_documents_grow_fields_that_nobody_knows(dialect) -> None:
    usual, grown = (live(client_of(name, dialect)).documents[-1] for name in ("instant", "extra-fields"))
    assert len(grown) - len(usual) == 20


@every_dialect
def test_numbers_are_texts(dialect) -> None:
    places = Library()["numbers-as-strings"].rules[0].document.text
    pointers = [getattr(dialect.pointers, place, place) for place in places]
    usual, texts = (live(client_of(name, dialect)).documents[-1] for name in ("instant", "numbers-as-strings"))
    numbers = [pointer for pointer in pointers if pointer and isinstance(find(usual, pointer), int | float)]
    assert numbers
    assert {type(find(texts, pointer)) for pointer in numbers} == {str}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("another-id-in-polls", lambda dialect, last: find(last, dialect.pointers.polled).startswith("7f1f2f0e")),
        ("clip-url-points-inside", lambda dialect, last: VIDEO(dialect, last).startswith("http://169.254.")),
        ("completed-with-empty-url", lambda dialect, last: VIDEO(dialect, last) == ""),
        ("completed-with-null-url", lambda dialect, last: VIDEO(dialect, last) is None),
        ("created-in-the-future", lambda _, last: last["created_at"] == 4_102_444_800),
        ("error-as-list", lambda dialect, last: isinstance(ERROR(dialect, last), list)),
        ("status-wrapped", lambda _, last: last.keys() == {"data"}),
    ],
)
@every_polled_dialect
def test_the_last_document_is_as_described(dialect, name, told) -> None:
    assert told(dialect, live(client_of(name, dialect)).documents[-1])


@every_polled_dialect
def test_the_id_stands_elsewhere(dialect) -> None:
    submitted = live(client_of("id-under-another-key", dialect)).submits[-1].document
    assert find(submitted, "/data/task_id")
    assert find(submitted, dialect.pointers.submitted) is None


@every_polled_dialect
def test_a_completed_job_runs_again(dialect) -> None:
    client = client_of("completed-then-running", dialect)
    job = client.job(dialect.example)
    words = [STATUS(dialect, client.poll(job).document) for _ in range(6)]
    done = spelled(dialect.states)[State.SUCCEEDED]
    assert done in words[: words.index(done) + 2]
    assert spelled(dialect.states)[State.RUNNING] in words[words.index(done) :]


@every_polled_dialect
def test_where_an_answer_names_a_url_that_is_the_only_one(dialect) -> None:
    client = client_of("opaque-poll-url", dialect)
    found = client.poll(client.job(dialect.example)).status
    assert found == (404 if dialect.pointers.poll_path else 200)


@pytest.mark.parametrize(("name", "polls"), [("instant", 1), ("poll-counted", 3)])
@every_polled_dialect
def test_a_job_ends_at_this_poll(dialect, name, polls) -> None:
    assert len(live(client_of(name, dialect)).polls) == polls


def lengths(name: str, dialect: Dialect, jobs: int) -> list[float]:
    """How many seconds jobs take from their submission to their end."""
    client = client_of(name, dialect)
    made = [client.account.store.get(dialect.name, client.job(dialect.example)) for _ in range(jobs)]
    return sorted(job.timeline.end - job.submitted_at for job in made)


@every_polled_dialect
def test_most_jobs_take_the_median_and_a_few_much_longer(dialect) -> None:
    found = lengths("long-tail", dialect, 40)
    assert 10 < found[20] < 45
    assert found[-1] > 80


@every_polled_dialect
def test_jobs_take_as_long_as_documented(dialect) -> None:
    timing = dialect.terms.figures.timing
    (length,) = lengths("as-documented", dialect, 1)
    assert timing.queue[0] + timing.render[0] <= length <= timing.queue[1] + timing.render[1]


@pytest.mark.parametrize(("name", "few", "many"), [("three-in-ten-stall", 5, 20), ("one-in-ten-fails", 1, 10)])
@every_polled_dialect
def test_a_share_of_forty_jobs_goes_wrong(dialect, name, few, many) -> None:
    client = client_of(name, dialect, timing=AT_ONCE)
    words = [STATUS(dialect, client.poll(client.job(dialect.example)).document) for _ in range(40)]
    assert few <= 40 - words.count(spelled(dialect.states)[State.SUCCEEDED]) <= many


@every_polled_dialect
def test_a_minute_later_nobody_knows_the_job(dialect) -> None:
    client = client_of("forgotten", dialect, timing=AT_ONCE)
    job = client.job(dialect.example)
    before = client.poll(job).status
    client.account.clock.advance(61)
    assert (before, client.poll(job).status) == (200, dialect.spelling(Refusal(Kind.JOB_NOT_FOUND)).status)


@every_polled_dialect
def test_a_minute_later_the_url_of_the_clip_leads_nowhere(dialect) -> None:
    client = client_of("clip-url-expires", dialect, timing=AT_ONCE)
    url = VIDEO(dialect, client.poll(client.job(dialect.example)).document)
    before = client.fetch(url)[4:8]
    client.account.clock.advance(61)
    assert (before, b"error" in client.fetch(url)) == (b"ftyp", True)


@every_polled_dialect
def test_the_third_use_of_a_url_leads_nowhere(dialect) -> None:
    client = client_of("clip-url-after-two-uses", dialect, timing=AT_ONCE)
    url = VIDEO(dialect, client.poll(client.job(dialect.example)).document)
    *uses, last = (client.fetch(url) for _ in range(3))
    assert [use[4:8] for use in uses] == [b"ftyp", b"ftyp"]
    assert b"used up" in last


@pytest.mark.parametrize(("name", "times"), [("content-policy", 0), ("refund-never", -1), ("refund-twice", 1)])
@every_polled_dialect
def test_a_failed_job_costs_so_many_times_its_price(dialect, name, times) -> None:
    client = client_of(name, dialect)
    ledger = client.account.ledger(dialect.terms)
    before = ledger.balance
    job = client.account.store.get(dialect.name, client.job(dialect.example))
    client.account.clock.advance(600)
    client.poll(job.id)
    assert ledger.balance - before == times * job.request.price


@every_dialect
def test_credits_run_out(dialect) -> None:
    client = client_of("out-of-credits", dialect, timing=AT_ONCE)
    found = [client.submit(dialect.example).status for _ in range(100)]
    refused = dialect.spelling(Refusal(Kind.INSUFFICIENT_CREDITS)).status
    assert found == sorted(found)
    assert found[-1] == refused


@every_dialect
def test_the_plan_that_costs_nothing_has_some_models(dialect) -> None:
    client = client_of("free-plan", dialect, timing=AT_ONCE)
    rows = [row for row in dialect.catalog.rows.values() if row.plans]
    found = {row.id: client.submit({**dialect.example, "model": row.id}) for row in rows}
    refused = {name for name, answer in found.items() if answer.status == 403}
    assert refused == {row.id for row in rows if "free" not in row.plans}


@pytest.mark.parametrize(
    ("name", "most", "kind"),
    [("ten-a-minute", 10, Kind.RATE_LIMITED), ("twenty-a-day", 20, Kind.QUOTA_EXCEEDED)],
)
@every_dialect
def test_so_many_requests_are_answered_and_more_when_the_client_waits(dialect, name, most, kind) -> None:
    client = client_of(name, dialect, timing=AT_ONCE)
    found = statuses_of(client, most + 2)
    refused = dialect.spelling(Refusal(kind)).status
    assert found[most] == refused
    assert {status < 300 for status in (*found[:most], found[-1])} == {True}


def statuses_of(client: Client, submissions: int) -> list[int]:
    return [client.submit(client.dialect.example).status for _ in range(submissions)]


@every_polled_dialect
def test_one_job_renders_while_the_others_wait(dialect) -> None:
    client = client_of("one-slot", dialect, clock="manual")
    jobs = [client.job(dialect.example) for _ in range(3)]
    client.account.clock.advance(12)
    told = [STATUS(dialect, client.poll(job).document) for job in jobs]
    words = spelled(dialect.states)
    assert told == [words[state] for state in (State.SUCCEEDED, State.RUNNING, State.QUEUED)]


@every_polled_dialect
def test_an_outage_comes_and_goes_and_every_job_that_was_accepted_ends(dialect) -> None:
    client = client_of("outage-rehearsal", dialect, clock="manual")
    healthy, slow, broken, over = (rehearsed(client, minute) for minute in (1, 3, 5, 8))
    assert {answer.status for answer in (*healthy, *slow, *over)} == {healthy[0].status}
    assert {answer.status for answer in broken} == {healthy[0].status, 503}
    client.account.clock.advance(3_600)
    accepted = [answer for answer in (*healthy, *slow, *broken, *over) if answer.status < 300]
    jobs = [find(answer.document, dialect.pointers.submitted) for answer in accepted]
    assert {STATUS(dialect, client.poll(job).document) for job in jobs} == {spelled(dialect.states)[State.SUCCEEDED]}


def rehearsed(client: Client, minute: int) -> list[Answer]:
    """Submit ten jobs at this minute of the account's time."""
    account = client.account
    account.clock.advance(max(0.0, account.began + 60 * minute - account.clock.now()))
    return [client.submit(client.dialect.example) for _ in range(10)]
