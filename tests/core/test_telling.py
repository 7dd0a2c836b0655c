"""A webhook is owed what happened, when it happened, whoever looks and however far a clock jumps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.core.deliveries import Attempt, Delivery
from mockvideo.core.edges import Edge
from mockvideo.core.errors import Kind
from mockvideo.core.events import Event, Webhook
from mockvideo.core.faults import Mishap
from mockvideo.core.jobs import FINAL, Reason, State
from mockvideo.core.planning import UNPLANNED, Plan
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import AT_ONCE, Polls, Timing
from tests.core.accounting import FAILING, REQUEST, TERMS, account_of, submit

PROGRESS = Event("progress", steps=(20, 40, 60, 80))
ENDED = Event("ended", frozenset(FINAL), waits=(1.0, 5.0, 25.0))
WANTING = REQUEST._replace(webhook=Webhook("http://h/", (PROGRESS, ENDED)))
AT_THE_END = REQUEST._replace(webhook=Webhook("http://h/", (ENDED,)))
# When a job is told that queues for a second and renders for nine.
FIFTHS = [1.0, 2.8, 4.6, 6.4, 8.2]

Told = tuple[float, str, str]


def wanting(account: Account, body: bytes = b"body", plan: Plan = UNPLANNED) -> str:
    return submit(account, body, plan, WANTING)


def ordering(*mishaps: Mishap, **fields: object) -> Account:
    rules = tuple(Rule(on="webhook", webhook=mishap, **fields) for mishap in mishaps)
    return account_of(scenario=Scenario(name="test", rules=rules))


def since(account: Account, moment: float) -> float:
    """Seconds since the account began, to the millisecond."""
    return round(moment - account.began, 3)


def delivered(account: Account, seconds: float = 1e5, status: int = 200, step: float | None = None) -> list[Told]:
    """Let time pass, at once or in steps, and everything be delivered; return when what was told."""
    log: list[Told] = []
    end = account.clock.now() + seconds
    while account.clock.now() < end:
        control.advance(account, min(step or seconds, end - account.clock.now()))
        while taken := control.take_due(account):
            log += [tried(account, delivery, status) for delivery in taken]
    return log


def tried(account: Account, delivery: Delivery, status: int = 200) -> Told:
    account.outbox.note(delivery.id, Attempt(at=delivery.next_try, status=status))
    return since(account, delivery.next_try), delivery.event, delivery.snapshot.state


# When


def test_a_job_tells_its_progress_and_its_end() -> None:
    account = account_of()
    wanting(account)
    told = delivered(account)
    assert told == [*((at, "progress", "running") for at in FIFTHS), (11.0, "ended", "succeeded")]


@given(st.floats(0.05, 20.0))
@settings(deadline=None, max_examples=25)
def test_it_makes_no_difference_how_far_the_clock_jumps(step) -> None:
    whole, pieces = account_of(), account_of()
    for account in (whole, pieces):
        wanting(account)
    assert delivered(pieces, 40.0, 500, step) == delivered(whole, 40.0, 500)


def test_what_fails_is_tried_one_six_and_thirty_one_seconds_after_the_end() -> None:
    account = account_of()
    submit(account, request=AT_THE_END)
    assert [at for at, *_ in delivered(account, status=500)] == [11.0, 16.0, 41.0]


def test_each_tells_the_job_as_it_stood_at_its_own_moment() -> None:
    account = account_of()
    wanting(account)
    control.advance(account, 3600)
    found = [(delivery.snapshot.percent, since(account, delivery.snapshot.now)) for delivery in account.outbox]
    assert found == list(zip([1, 20, 40, 60, 80, 100], [*FIFTHS, 10.0], strict=True))


def test_a_job_that_ends_at_once_tells_its_end_alone() -> None:
    account = account_of(timing=AT_ONCE)
    wanting(account)
    assert delivered(account) == [(1.0, "ended", "succeeded")]


def test_a_failure_is_told_as_one() -> None:
    account = account_of()
    wanting(account, plan=FAILING)
    assert delivered(account)[-1][1:] == ("ended", "failed")


def test_who_wants_no_webhook_is_owed_none() -> None:
    account = account_of()
    submit(account)
    assert control.next_due(account) is None
    assert delivered(account) == []
    account.teller.tell(account.store.get(TERMS.dialect, submit(account)), Edge(0.0, State.SUCCEEDED, 100))
    assert len(account.outbox) == 0


def test_progress_that_documents_leave_out_is_not_told() -> None:
    account = account_of(timing=Timing((1.0, 1.0), (9.0, 9.0), "absent"))
    wanting(account)
    assert [event for _, event, _ in delivered(account)] == ["ended"]


# Events never change the past


def test_what_was_told_stays_told_when_a_job_is_settled_and_the_rest_does_not_come() -> None:
    account = account_of()
    job_id = wanting(account)
    before = delivered(account, 5.0)
    control_moment = since(account, account.clock.now())
    account.settle(TERMS.dialect, job_id, State.FAILED, Reason.UPSTREAM)
    assert [at for at, *_ in before] == FIFTHS[:3]
    assert delivered(account) == [(control_moment + 1, "ended", "failed")]


def test_a_counted_phase_is_told_when_it_is_over() -> None:
    account = account_of(timing=Timing((1.0, 1.0), Polls(polls=2)))
    job_id = wanting(account)
    assert delivered(account, 50.0) == [(1.0, "progress", "running")]
    for _ in range(2):
        account.poll(TERMS, job_id)
    assert delivered(account, 50.0) == [(51.0, "ended", "succeeded")]


def test_who_waits_for_a_slot_is_told_when_it_renders() -> None:
    account = account_of(allowance=Allowance(slots=1))
    jobs = [wanting(account, bytes([number])) for number in range(2)]
    delivered(account, 4.0)
    account.settle(TERMS.dialect, jobs[0], State.CANCELLED)
    told = delivered(account)
    assert [at for at, event, _ in told if event == "progress"] == [4.0, 5.8, 7.6, 9.4, 11.2]
    assert [at for at, event, _ in told if event == "ended"] == [5.0, 14.0]


def test_a_job_that_never_ends_tells_how_far_it_came() -> None:
    account = account_of()
    wanting(account, plan=Plan(outcome=Outcome(ends="never", at=0.5)))
    assert [at for at, *_ in delivered(account)] == [1.0, 2.8, 4.6]


# Who waits


def test_the_next_moment_is_known_before_anything_has_happened() -> None:
    account = account_of()
    assert control.next_due(account) is None
    heard: list[str] = []
    account.outbox.watch(lambda: heard.append("news"))
    wanting(account)
    assert heard == ["news"]
    moments = []
    while (moment := control.next_due(account)) is not None:
        control.advance_to(account, moment)
        moments += [tried(account, delivery)[0] for delivery in control.take_due(account)]
    assert moments == [*FIFTHS, 11.0]


def test_the_next_event_of_an_account_may_be_a_try() -> None:
    account = account_of()
    submit(account, request=AT_THE_END)
    moments = []
    while (moment := control.next_event(account)) is not None:
        control.advance_to(account, moment)
        moments.append(since(account, moment))
        for delivery in control.take_due(account):
            tried(account, delivery, 500)
    assert moments == [1.0, 10.0, 11.0, 16.0, 41.0]


def test_a_reset_forgets_what_is_owed() -> None:
    account = account_of()
    wanting(account)
    control.advance(account, 5.0)
    control.reset_jobs(account)
    assert (len(account.outbox), control.next_due(account), delivered(account)) == (0, None, [])


def test_an_account_that_is_dropped_owes_nothing() -> None:
    account = account_of()
    wanting(account)
    control.advance(account, 50.0)
    account.close()
    assert len(account.outbox) == 0


# Scenarios


def stories(mishap: Mishap, seed: int, **fields: object) -> tuple[list[Told], list[Told], Account]:
    """What a job of its own kind tells, and what it tells under a scenario."""
    honest, account = account_of(), ordering(mishap, **fields)
    body = seed.to_bytes(4, "big")
    plain = Timing((0.0, 9.0), (1.0, 60.0))
    for each in (honest, account):
        each.settings = account_of(timing=plain).settings
        submit(each, body, request=WANTING)
    return delivered(honest), delivered(account), account


SEEDS = st.integers(0, 2**32 - 1)
scripted = settings(deadline=None, max_examples=40)


@given(SEEDS, st.integers(1, 5))
@scripted
def test_duplicates_come_so_often_and_nothing_else_changes(seed, times) -> None:
    truth, told, account = stories(Mishap(times=times), seed)
    assert told[::times] == truth
    assert sorted(told) == sorted(truth * times)
    assert {len(delivery.attempts) for delivery in account.outbox} == {times}


@given(SEEDS)
@scripted
def test_reordered_ones_change_places_by_two_and_two(seed) -> None:
    truth, told, _ = stories(Mishap(reorder=True), seed)
    states = [state for _, _, state in told]
    assert len(told) == len(truth) == 6
    assert states == ["running"] * 4 + ["succeeded", "running"]
    assert [at for at, *_ in told] == [truth[number | 1][0] for number in range(6)]


@given(SEEDS)
@scripted
def test_one_that_is_reordered_alone_comes_after_the_next(seed) -> None:
    truth, told, account = stories(Mishap(reorder=True), seed, nth=5)
    assert told == [*truth[:4], truth[5], (truth[5][0], *truth[4][1:])]
    assert [delivery.planned for delivery in account.outbox] == [False] * 4 + [True, False]


@given(SEEDS, st.integers(0, 100_000))
@scripted
def test_late_ones_come_exactly_so_late(seed, delay) -> None:
    truth, told, account = stories(Mishap(delay=delay / 1000), seed, event="ended")
    (end,) = (since(account, job.timeline.end) for job in account.store)
    assert told == [*truth[:-1], (round(end + delay / 1000, 3), *truth[-1][1:])]


@given(SEEDS, st.integers(1, 6))
@scripted
def test_dropped_ones_never_come_and_the_others_do(seed, nth) -> None:
    truth, told, account = stories(Mishap(drop=True), seed, nth=nth)
    assert told == [one for number, one in enumerate(truth, 1) if number != nth]
    dropped = [delivery for delivery in account.outbox if delivery.state == "dropped"]
    assert [(delivery.rule, delivery.planned, delivery.attempts) for delivery in dropped] == [("test#1", True, ())]


@given(SEEDS)
@scripted
def test_conflicting_ones_tell_another_end_and_leave_progress_alone(seed) -> None:
    truth, told, account = stories(Mishap(status="conflicting"), seed)
    assert told == [*truth[:-1], (*truth[-1][:2], "failed")]
    (job,) = account.store
    assert (job.at(account.clock.now()).state, job.called) == (State.SUCCEEDED, True)


@pytest.mark.parametrize("ends", ["failed", "cancelled"])
def test_where_a_job_ends_badly_the_conflict_is_a_success(ends) -> None:
    account = ordering(Mishap(status="conflicting"))
    submit(account, plan=Plan(outcome=Outcome(ends=ends)), request=AT_THE_END)
    control.advance(account, 60.0)
    (delivery,) = account.outbox
    assert (delivery.snapshot.state, delivery.snapshot.percent) == (State.SUCCEEDED, 100)


def test_the_job_of_another_account_is_one_that_this_one_does_not_have() -> None:
    account = ordering(Mishap(job="another"))
    job_id = submit(account, request=AT_THE_END)
    control.advance(account, 10.0)
    (delivery,) = account.outbox
    strange = delivery.snapshot.job.id
    assert (len(strange), account.store.get(TERMS.dialect, strange)) == (len(job_id), None)
    assert delivery.job_id == job_id


def test_rules_see_the_event_its_moment_and_the_age_of_its_job() -> None:
    account = ordering(Mishap(drop=True), event="prog*", age=(2.0, 7.0), between=(0.0, 6.0))
    control.advance(account, 1.0)
    wanting(account)
    delivered(account)
    dropped = [since(account, delivery.at) for delivery in account.outbox if delivery.state == "dropped"]
    assert dropped == [3.8, 5.6]


def test_a_scenario_that_was_over_when_something_happened_does_not_touch_it() -> None:
    account = account_of()
    control.choose(account, Scenario(name="test", rules=(Rule(webhook=Mishap(drop=True)),)), lasts=5.0)
    wanting(account)
    assert [at for at, *_ in delivered(account)] == [*FIFTHS[3:], 11.0]


def test_rules_for_answers_do_not_count_webhooks() -> None:
    account = account_of(scenario=Scenario(name="test", rules=(Rule(error=Kind.INTERNAL, nth=2),)))
    wanting(account)
    delivered(account)
    (order,) = (order for _, order in account.direction.orders())
    assert account.direction.counts(order) == [(0, 0)]
    assert not any(delivery.planned for delivery in account.outbox)


def test_the_scenario_that_a_submission_chose_goes_with_its_webhooks() -> None:
    account = account_of()
    dropping = Scenario(name="own", rules=(Rule(on="webhook", webhook=Mishap(drop=True)),))
    wanting(account, b"one", Plan(scenarios=(dropping,)))
    wanting(account, b"two")
    delivered(account)
    states = {delivery.job_id: delivery.state for delivery in account.outbox}
    assert sorted(states.values()) == ["delivered", "dropped"]
