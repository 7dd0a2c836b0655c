"""The money audit: what entries tell of jobs, time, retries, cost and waste."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.audit import Audit, Report, Traffic, Usage
from mockvideo.core.errors import HttpDate, Kind, Literally, Refusal
from mockvideo.core.jobs import FINAL, Refund, State
from mockvideo.core.journal import Entry
from mockvideo.core.ledger import Ledger
from mockvideo.core.money import RICH, Tariff
from mockvideo.core.spending import HEADINGS, NOTHING, Bill

CURRENCIES = {"beluga": "USD", "sora": "USD"}
OPERATIONS = {"submit": "POST", "generate": "POST"}


def entry(operation: str, **fields: Any) -> Entry:
    usual = {"number": 1, "at": 0.0, "dialect": "sora", "method": OPERATIONS.get(operation, "GET"), "path": "/v1"}
    return Entry(**{**usual, "operation": operation, "status": 200, **fields})


def submitted(job: str = "a", digest: bytes = b"one", price: int = 3, **fields: Any) -> Entry:
    told = {"operation": "submit", "job": job, "digest": digest, "price": Decimal(price), "state": State.QUEUED}
    return entry(**{**told, **fields})


def polled(job: str = "a", state: State = State.SUCCEEDED, **fields: Any) -> Entry:
    return entry("poll", **{"path": f"/v1/{job}", "job": job, "state": state, **fields})


def fetched(job: str = "a", **fields: Any) -> Entry:
    return entry("content", **{"path": f"/v1/{job}/content", "job": job, "state": State.SUCCEEDED, **fields})


def refused(status: int = 429, wait: Any = None, operation: str = "submit", **fields: Any) -> Entry:
    refusal = Refusal(Kind.RATE_LIMITED, retry_after=wait)
    return entry(operation, **{"status": status, "refusal": refusal, **fields})


def audited(*entries: Entry, tag: str = "me", **settings: Any) -> Report:
    audit = Audit(CURRENCIES, **settings)
    for noted in entries:
        audit.note(noted, tag)
    return audit.report()


def usage(*entries: Entry, **settings: Any) -> Usage:
    (only,) = audited(*entries, **settings).dialects
    return only


def bill(jobs: int, amount: int) -> Bill:
    return Bill(jobs, Decimal(amount))


def test_nothing_happened_without_entries() -> None:
    assert (audited(), audited().jobs) == (Report(), 0)


def test_a_run_is_told_by_dialect_with_its_currency() -> None:
    report = audited(submitted(), submitted(dialect="beluga"), submitted("b", b"two", dialect="beluga"))

    assert [(told.dialect, told.currency, told.bills.submitted.jobs) for told in report.dialects] == [
        ("beluga", "USD", 2),
        ("sora", "USD", 1),
    ]
    assert report.jobs == 3


def test_the_same_id_in_two_accounts_is_two_jobs() -> None:
    audit = Audit(CURRENCIES)
    audit.note(submitted(), "one")
    audit.note(submitted(), "two")

    assert audit.report().dialects[0].bills.submitted == bill(2, 6)


@pytest.mark.parametrize(
    ("told", "heading", "cost"),
    [
        ((), "unfinished", 3),
        ((polled(state=State.RUNNING),), "unfinished", 3),
        ((polled(),), "succeeded", 3),
        ((polled(state=State.FAILED),), "failed", 0),
        ((polled(state=State.CANCELLED),), "cancelled", 0),
        ((polled(state=State.FAILED, refund=Refund.NONE),), "failed", 3),
        ((polled(state=State.FAILED, refund=Refund.TWICE),), "failed", -3),
        ((polled(), polled(state=State.QUEUED)), "succeeded", 3),
        ((polled(refusal=Refusal(Kind.UNAVAILABLE), status=503),), "unfinished", 3),
        ((fetched(),), "succeeded", 3),
    ],
)
def test_a_job_counts_and_costs_as_it_was_last_told(told: tuple[Entry, ...], heading: str, cost: int) -> None:
    bills = usage(submitted(), *told).bills

    assert getattr(bills, heading) == bills.submitted == bill(1, cost)


@pytest.mark.parametrize("refund", list(Refund))
@pytest.mark.parametrize("held", [False, True])
def test_a_failure_costs_what_the_ledger_keeps(refund: Refund, *, held: bool) -> None:
    ledger = Ledger(Tariff("USD", held=held))
    ledger.take(Decimal(3))
    ledger.fail(Decimal(3), refund)

    told = usage(submitted(), polled(state=State.FAILED, refund=refund))
    assert told.bills.submitted.amount == RICH - ledger.balance


def test_a_refund_counts_only_when_a_job_ends_badly() -> None:
    assert usage(submitted(), polled(refund=Refund.TWICE)).bills.succeeded == bill(1, 3)


def test_a_job_whose_submission_was_not_seen_is_none() -> None:
    told = usage(polled(), polled(), fetched())

    assert (told.bills.submitted, told.traffic) == (NOTHING, Traffic(requests=3))


def test_a_job_that_was_accepted_counts_even_if_its_answer_was_an_error() -> None:
    told = usage(submitted(status=502, refusal=Refusal(Kind.UPSTREAM)))

    assert told.bills.unfinished == bill(1, 3)


def times(*seconds: float) -> Usage:
    jobs = [str(number) for number in range(len(seconds))]
    polls = [polled(job, took=took) for job, took in zip(jobs, seconds, strict=True)]
    return usage(*(submitted(job, job.encode()) for job in jobs), *polls)


@pytest.mark.parametrize(
    ("seconds", "median", "p95"),
    [
        ((4.0,), 4.0, 4.0),
        ((9.0, 1.0, 5.0), 5.0, 9.0),
        (tuple(map(float, range(1, 21))), 10.0, 19.0),
        (tuple(map(float, range(1, 101))), 50.0, 95.0),
    ],
)
def test_times_are_ranks_of_the_jobs_that_ended(seconds: tuple[float, ...], median: float, p95: float) -> None:
    told = times(*seconds)

    assert (told.median, told.p95) == (median, p95)


def test_there_are_no_times_before_a_job_has_ended() -> None:
    told = usage(submitted(), polled(state=State.RUNNING))

    assert (told.median, told.p95) == (None, None)


def test_a_dialect_does_not_share_its_times() -> None:
    report = audited(submitted(), polled(took=5.0), submitted(dialect="beluga"))

    assert [told.median for told in report.dialects] == [None, 5.0]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 599])
def test_the_same_request_after_a_status_that_may_pass_is_a_retry(status: int) -> None:
    again = [refused(status, digest=b"one"), submitted()]

    assert usage(*again).traffic.retries == 1


@pytest.mark.parametrize("status", [200, 400, 402, 404, 499])
def test_no_request_is_a_retry_after_another_status(status: int) -> None:
    assert usage(refused(status, digest=b"one"), submitted()).traffic.retries == 0


def test_each_refused_try_is_followed_by_one_retry_at_most() -> None:
    poll = refused(503, operation="poll", path="/v1/a")

    assert usage(submitted(), poll, poll, polled(), polled()).traffic.retries == 2


@pytest.mark.parametrize(
    "other",
    [
        {"digest": b"two"},
        {"dialect": "beluga"},
        {"path": "/v2"},
        {"operation": "generate"},
    ],
)
def test_another_request_is_no_retry(other: dict[str, Any]) -> None:
    report = audited(refused(503, digest=b"one", size=9), submitted(**{"size": 9, **other}))

    assert sum(told.traffic.retries for told in report.dialects) == 0


def test_another_account_does_not_retry() -> None:
    audit = Audit(CURRENCIES)
    audit.note(refused(503, digest=b"one"), "one")
    audit.note(submitted(), "two")

    assert audit.report().dialects[0].traffic.retries == 0


@pytest.mark.parametrize(("size", "retries"), [(9, 1), (10, 0)])
def test_what_was_refused_before_it_was_understood_is_known_by_its_size(size: int, retries: int) -> None:
    assert usage(refused(503, size=9), submitted(size=size)).traffic.retries == retries


@pytest.mark.parametrize(
    ("wait", "obeyed", "ignored"),
    [
        (5.0, 1, 0),
        (5.0000002, 1, 0),
        (5.5, 0, 1),
        (HttpDate(5.0), 1, 0),
        (HttpDate(6.0), 0, 1),
        (HttpDate(-60.0), 1, 0),
        (Literally("soon"), 0, 0),
        (None, 0, 0),
    ],
)
def test_a_429_is_obeyed_by_who_waits_as_long_as_it_says(wait: Any, obeyed: int, ignored: int) -> None:
    traffic = usage(refused(wait=wait, at=10.0), submitted(at=15.0)).traffic

    assert (traffic.limited, traffic.obeyed, traffic.ignored) == (1, obeyed, ignored)


def test_a_429_without_a_refusal_says_nothing_to_obey() -> None:
    traffic = usage(entry("generate", status=429), entry("generate")).traffic

    assert (traffic.limited, traffic.obeyed, traffic.ignored) == (1, 0, 0)


def test_a_429_that_was_lost_asked_nobody_to_wait() -> None:
    lost = refused(wait=5.0, fault="connection", lost=True)

    assert usage(lost, submitted(at=1.0)).traffic == Traffic(requests=2, retries=1)


def test_a_429_of_a_gateway_is_one_that_says_nothing_to_obey() -> None:
    page = refused(wait=5.0, fault="bytes", lost=True)

    assert usage(page, submitted(at=1.0)).traffic == Traffic(requests=2, retries=1, limited=1)


def test_only_the_next_request_of_the_same_operation_shows_obedience() -> None:
    early, late = polled("b", State.RUNNING, at=11.0), submitted(at=15.0)
    traffic = usage(refused(wait=5.0, at=10.0), early, late, submitted(at=15.1)).traffic

    assert (traffic.obeyed, traffic.ignored) == (1, 0)


def test_a_429_that_was_ignored_may_be_answered_by_another_to_be_obeyed() -> None:
    traffic = usage(refused(wait=5.0), refused(wait=5.0, at=1.0), submitted(at=6.0)).traffic

    assert (traffic.limited, traffic.obeyed, traffic.ignored) == (2, 1, 1)


def test_a_503_that_asks_to_wait_is_not_counted_as_limit() -> None:
    traffic = usage(refused(503, wait=5.0), submitted(at=1.0)).traffic

    assert (traffic.limited, traffic.ignored) == (0, 0)


@pytest.mark.parametrize(
    ("entries", "duplicates"),
    [
        ([submitted("a"), submitted("b")], bill(1, 3)),
        ([submitted("a"), submitted("b"), submitted("c", price=4)], bill(2, 7)),
        ([submitted("a"), polled("a"), submitted("b")], bill(1, 3)),
        ([submitted("a"), submitted("b", b"two")], NOTHING),
        ([submitted("a"), polled("a", State.FAILED), submitted("b")], NOTHING),
        ([submitted("a"), polled("a", State.FAILED, refund=Refund.NONE), submitted("b")], NOTHING),
        ([submitted("a"), submitted("b"), polled("a", State.FAILED)], NOTHING),
        ([submitted("a"), submitted("b"), polled("b", State.CANCELLED)], NOTHING),
        ([submitted("a"), submitted("a")], NOTHING),
    ],
)
def test_a_duplicate_is_paid_though_the_same_request_has_a_job(entries: list[Entry], duplicates: Bill) -> None:
    assert usage(*entries).bills.duplicates == duplicates


def test_the_same_request_in_another_dialect_is_no_duplicate() -> None:
    report = audited(submitted(), submitted(dialect="beluga"))

    assert [told.bills.duplicates for told in report.dialects] == [NOTHING, NOTHING]


def test_the_same_request_of_another_account_is_no_duplicate() -> None:
    audit = Audit(CURRENCIES)
    audit.note(submitted("a"), "one")
    audit.note(submitted("b"), "two")

    assert audit.report().dialects[0].bills.duplicates == NOTHING


@pytest.mark.parametrize(
    ("entries", "unfetched"),
    [
        ([polled()], 1),
        ([polled(), fetched()], 0),
        ([fetched()], 0),
        ([fetched(status=206)], 0),
        ([polled(), fetched(status=304)], 1),
        ([polled(), fetched(status=416)], 1),
        ([polled(), fetched(method="HEAD")], 1),
        ([polled(), fetched(status=404, refusal=Refusal(Kind.JOB_NOT_FOUND))], 1),
        ([polled(state=State.RUNNING)], 0),
        ([polled(state=State.FAILED)], 0),
        ([], 0),
    ],
)
def test_a_clip_is_fetched_by_getting_any_part_of_it(entries: list[Entry], unfetched: int) -> None:
    bills = usage(submitted(), *entries).bills

    assert bills.unfetched == bill(unfetched, 3 * unfetched)


def test_a_blocking_call_fetches_the_clips_with_its_answer() -> None:
    told = usage(submitted(operation="generate", state=State.SUCCEEDED, took=9.0))

    assert (told.bills.succeeded, told.bills.unfetched, told.median) == (bill(1, 3), NOTHING, 9.0)


def test_a_blocking_call_that_failed_costs_nothing() -> None:
    told = usage(submitted(operation="generate", state=State.FAILED, status=500))

    assert (told.bills.failed, told.traffic.retries) == (bill(1, 0), 0)


def test_a_blocking_call_whose_client_has_left_is_unfinished() -> None:
    told = usage(submitted(operation="generate", status=499))

    assert told.bills.unfinished == bill(1, 3)


def test_clips_inside_answers_are_fetched_with_the_answer_that_tells_success() -> None:
    assert usage(submitted(), polled(), inline=True).bills.unfetched == NOTHING


def test_a_job_that_is_wasted_twice_is_one_wasted_job() -> None:
    bills = usage(submitted("a"), submitted("b"), polled("a"), polled("b"), fetched("a")).bills

    assert (bills.duplicates, bills.unfetched, bills.wasted) == (bill(1, 3), bill(1, 3), bill(1, 3))


def test_a_reply_that_was_lost_costs_what_is_submitted_again() -> None:
    lost = submitted("a", fault="connection", lost=True)
    page = submitted("b", status=502, fault="bytes", lost=True)
    told = usage(lost, page, submitted("c"), polled("c"), fetched("c"))

    assert (told.bills.duplicates, told.bills.wasted) == (bill(2, 6), bill(2, 6))
    assert told.traffic.retries == 2


def test_a_clip_that_was_lost_on_its_way_was_not_fetched() -> None:
    cut = fetched(fault="connection", lost=True)

    assert usage(submitted(), polled(), cut).bills.unfetched == bill(1, 3)
    assert usage(submitted(), polled(), cut, fetched()).bills.unfetched == NOTHING


@pytest.mark.parametrize("fault", ["snapshot", "document", "bytes", "connection", "clip"])
def test_a_disturbed_answer_that_arrived_tells_what_it_says(fault: Any) -> None:
    told = usage(submitted(), polled(fault=fault), fetched(fault=fault))

    assert (told.bills.succeeded.jobs, told.bills.wasted, told.traffic.retries) == (1, NOTHING, 0)


def test_who_is_led_elsewhere_does_not_retry() -> None:
    led = polled(status=302, fault="bytes", lost=True)

    assert usage(submitted(), led, polled()).traffic.retries == 0


def test_an_end_that_was_lost_was_not_told() -> None:
    lost = polled(fault="connection", lost=True)

    assert usage(submitted(), lost, polled(), polled()).traffic.late_polls == 1
    assert usage(submitted(), lost).bills.unfinished == bill(1, 3)


def test_polls_after_the_end_was_told_are_late() -> None:
    running = polled(state=State.RUNNING)
    report = usage(submitted(), running, polled(), polled(), fetched(), polled())

    assert report.traffic.late_polls == 2


def test_an_end_that_an_error_hid_was_not_told() -> None:
    hidden = polled(status=503, refusal=Refusal(Kind.UNAVAILABLE))

    assert usage(submitted(), hidden, polled(), polled()).traffic.late_polls == 1


TAGS = ("one", "two", "three")
JOBS = st.sampled_from("abcd")
PRICES = st.integers(0, 9)
STATES = st.sampled_from(list(State))
DIGESTS = st.sampled_from([b"x", b"y"])
DIALECTS = st.sampled_from(sorted(CURRENCIES))
MOMENTS = st.integers(0, 20).map(float)
ENTRIES = st.one_of(
    st.builds(submitted, JOBS, DIGESTS, PRICES, dialect=DIALECTS, at=MOMENTS),
    st.builds(
        polled, JOBS, STATES, dialect=DIALECTS, refund=st.sampled_from(list(Refund)), at=MOMENTS, took=st.just(1.0)
    ),
    st.builds(fetched, JOBS, dialect=DIALECTS, at=MOMENTS),
    st.builds(
        refused,
        st.sampled_from([409, 429, 503]),
        st.none() | MOMENTS,
        st.sampled_from(["submit", "poll"]),
        dialect=DIALECTS,
        at=MOMENTS,
        digest=DIGESTS | st.just(b""),
    ),
)
RUNS = st.lists(ENTRIES, max_size=30)


def noted(audit: Audit, steps: Iterable[tuple[str, Entry]]) -> Report:
    for tag, told in steps:
        audit.note(told, tag)
    return audit.report()


@given(RUNS, st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_every_request_and_every_job_is_counted_once(entries: list[Entry], most: int) -> None:
    for told in audited(*entries, most=most).dialects:
        bills, traffic = told.bills, told.traffic
        ways = (bills.succeeded, bills.failed, bills.cancelled, bills.unfinished)
        assert traffic.requests == sum(noted.dialect == told.dialect for noted in entries)
        assert bills.submitted == Bill(sum(way.jobs for way in ways), sum((way.amount for way in ways), Decimal(0)))


@given(RUNS)
@settings(max_examples=60, deadline=None)
def test_no_part_is_more_than_the_whole(entries: list[Entry]) -> None:
    for told in audited(*entries).dialects:
        bills, traffic = told.bills, told.traffic
        assert traffic.obeyed + traffic.ignored <= traffic.limited <= traffic.requests
        assert max(traffic.retries, traffic.late_polls) <= traffic.requests
        assert max(bills.duplicates.jobs, bills.unfetched.jobs) <= bills.wasted.jobs
        assert bills.wasted.jobs <= bills.duplicates.jobs + bills.unfetched.jobs
        assert bills.unfetched.jobs <= bills.succeeded.jobs


@given(st.lists(st.tuples(st.sampled_from(TAGS), ENTRIES), max_size=30))
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_in_which_order_the_accounts_take_turns(steps: list[tuple[str, Entry]]) -> None:
    one_after_another = sorted(steps, key=lambda step: step[0])

    assert noted(Audit(CURRENCIES), steps) == noted(Audit(CURRENCIES), one_after_another)


@given(RUNS, RUNS)
@settings(max_examples=30, deadline=None)
def test_a_report_changes_nothing(before: list[Entry], after: list[Entry]) -> None:
    audit = Audit(CURRENCIES, most=2)
    first = noted(audit, [("me", told) for told in before])

    assert audit.report() == first
    assert noted(audit, [("me", told) for told in after]) == audited(*before, *after, most=2)


def sizes(audit: Audit) -> list[int]:
    return [len(held) for held in (audit._orders, audit._refused, audit._waits, audit._books._paid)]


@given(st.lists(st.tuples(st.text(max_size=3), ENTRIES), max_size=60), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_it_never_holds_more_than_its_bound(steps: list[tuple[str, Entry]], most: int) -> None:
    audit = Audit(CURRENCIES, most=most)
    for tag, told in steps:
        audit.note(told, tag)
        assert max(sizes(audit)) <= most


def test_the_oldest_refusal_that_nobody_came_back_for_is_forgotten() -> None:
    audit = Audit(CURRENCIES, most=1)
    for noted in (refused(wait=5.0), submitted(at=9.0)):
        for tag in ("one", "two"):
            audit.note(noted, tag)

    assert audit.report().dialects[0].traffic == Traffic(requests=4, retries=1, limited=2, obeyed=1)


def test_jobs_that_are_forgotten_count_as_they_were_told_before() -> None:
    late = [polled("a"), polled("b"), fetched("b")]
    report = audited(submitted("a"), submitted("b", b"two"), submitted("c", b"three"), *late, most=2)

    (told,) = report.dialects
    assert (report.forgotten, told.bills.submitted.jobs) == (1, 3)
    assert (told.bills.unfinished.jobs, told.bills.succeeded.jobs, told.bills.unfetched.jobs) == (2, 1, 0)


def test_a_duplicate_of_a_job_that_is_forgotten_is_known() -> None:
    report = audited(submitted("a"), submitted("b", b"two"), submitted("c"), most=2)

    assert report.dialects[0].bills.duplicates == bill(1, 3)


def test_a_digest_is_forgotten_after_as_many_others() -> None:
    others = [submitted(str(number), b"%d" % number) for number in range(4)]

    assert usage(submitted("a"), *others, submitted("z"), most=2).bills.duplicates == NOTHING


def test_every_heading_is_one_of_the_bills() -> None:
    assert set(FINAL) < set(HEADINGS)
