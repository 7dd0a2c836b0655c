"""What scenarios order for a job happens in its account: names, moments, refunds, slots, and clocks that go on."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.account import Account
from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import FINAL, Refund, State, Wait
from mockvideo.core.planning import UNPLANNED, Occasion, Plan
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import AT_ONCE, Polls, Timing
from tests.core.accounting import FIXED, FREE, REQUEST, TERMS, account_of, seconds, submit

POLL = Occasion(TERMS.dialect, "poll")


def scripted(*rules: Rule, **settings: object) -> Account:
    return account_of(scenario=Scenario(name="test", rules=rules), **settings)


def poll(account: Account, name: str) -> Refusal | State:
    """Poll as a client does: rules are asked first."""
    account.arrive()
    planned = account.direct(TERMS, POLL, [], name).error
    if planned is not None:
        return Refusal(planned.error)
    try:
        return account.poll(TERMS, name).state
    except ApiError as error:
        return error.refusal


def until_the_end(account: Account, job_id: str, most: int = 50) -> list[float]:
    """Poll until a job has ended, and return when each poll was."""
    moments = []
    while len(moments) < most:
        told = poll(account, job_id)
        moments.append(seconds(account))
        if isinstance(told, State) and told.final:
            return moments
    raise AssertionError("it does not end")


def starts(account: Account, ids: list[str]) -> list[float | None]:
    """When jobs leave their queue, in seconds since the account began."""
    return [account.find(TERMS.dialect, job_id).timeline.phases[0].seconds for job_id in ids]


# Polls


def test_rules_see_the_moment_that_the_answer_of_a_poll_tells() -> None:
    account = scripted(Rule(on="poll", age=(10.0, 11.0), error=Kind.INTERNAL), clock="auto")
    job_id = submit(account)
    assert [poll(account, job_id), poll(account, job_id)] == [State.RUNNING, Refusal(Kind.INTERNAL)]
    assert seconds(account) == 10


def test_time_goes_on_while_polls_are_refused() -> None:
    account = scripted(Rule(on="poll", between=(0.0, 60.0), error=Kind.UNAVAILABLE), clock="auto")
    assert until_the_end(account, submit(account)) == [5.0 * number for number in range(1, 13)]


@given(st.integers(1, 4))
def test_polls_that_are_refused_wait_together_as_others_do(pollers) -> None:
    account = scripted(Rule(on="poll", first=pollers, error=Kind.UNAVAILABLE), clock="auto")
    jobs = [submit(account, bytes([number]), request=FREE) for number in range(pollers)]
    assert [poll(account, job_id) for job_id in jobs] == [Refusal(Kind.UNAVAILABLE)] * pollers
    assert seconds(account) == 5


def test_polls_after_the_end_move_no_clock() -> None:
    account = scripted(Rule(on="submit", error=Kind.INTERNAL), clock="auto")
    job_id = submit(account)
    assert [poll(account, job_id) for _ in range(9)][1:] == [State.SUCCEEDED] * 8
    assert seconds(account) == 10


def test_a_job_of_another_dialect_or_nobody_is_no_job_for_rules() -> None:
    account = scripted(Rule(age=(0.0, 99.0), error=Kind.INTERNAL))
    assert account.direct(TERMS, POLL, [], "nobody") == Plan(misses=("test#1: age is None, wanted 0 to 99",))


# Jobs that are hard to find


OPAQUE = Plan(outcome=Outcome(opaque_poll_url=True))


def test_an_opaque_job_is_polled_by_its_name_only() -> None:
    account = account_of()
    job = account.submit(TERMS, REQUEST, b"body", OPAQUE).job
    assert account.poll(TERMS, job.script.poll_name).job == job
    with pytest.raises(ApiError) as refused:
        account.poll(TERMS, job.id)
    assert refused.value.refusal.kind is Kind.JOB_NOT_FOUND
    assert account.view(TERMS, job.id).job == job


def test_rules_know_an_opaque_job_by_its_name() -> None:
    account = scripted(Rule(on="poll", poll=2, error=Kind.INTERNAL))
    name = account.submit(TERMS, REQUEST, b"body", OPAQUE).job.script.poll_name
    assert [poll(account, name), poll(account, name)] == [State.QUEUED, Refusal(Kind.INTERNAL)]


@pytest.mark.parametrize("clock", ["manual", "auto"])
def test_a_job_is_forgotten_from_the_moment_that_is_planned(clock) -> None:
    rule = Rule(outcome=Outcome(forgotten_after=0.0))
    account = scripted(rule, clock=clock)
    job_id = submit(account, plan=Plan(outcome=rule.outcome, rules={"outcome": "test#1"}))
    if clock == "manual":
        account.clock.advance(10)
    told = [poll(account, job_id) for _ in range(2)]
    assert (told[-1].kind, told[-1].facts) == (Kind.JOB_NOT_FOUND, {"id": job_id, "rule": "test#1"})
    assert seconds(account) == 10


def test_a_job_that_is_forgotten_is_in_no_list_and_has_no_content() -> None:
    account = account_of(timing=AT_ONCE)
    job_id = submit(account, plan=Plan(outcome=Outcome(forgotten_after=0.0)))
    with pytest.raises(ApiError):
        account.view(TERMS, job_id)


@pytest.mark.parametrize("ends", ["succeeded", "failed", "never"])
def test_a_submission_is_accepted_even_if_its_job_is_forgotten_at_once(ends) -> None:
    account = account_of(timing=AT_ONCE)
    plan = Plan(outcome=Outcome(ends=ends, forgotten_after=0.0))
    assert account.submit(TERMS, REQUEST, b"body", plan).state is State.QUEUED


# Money


@pytest.mark.parametrize(("refund", "balance"), [(Refund.FULL, 9), (Refund.NONE, 6), (Refund.TWICE, 12)])
def test_a_failure_gives_back_what_its_outcome_says(refund, balance) -> None:
    account = account_of()
    submit(account, plan=Plan(outcome=Outcome(ends="failed", refund=refund)))
    account.clock.advance(60)
    assert account.standing(TERMS).balance == balance


def test_credits_run_out_where_the_allowance_says() -> None:
    account = account_of(allowance=Allowance(credits=Decimal(4)))
    submit(account)
    with pytest.raises(ApiError) as refused:
        submit(account)
    assert refused.value.refusal.facts == {"required": 3, "available": 1}


def test_requests_are_counted_at_the_moment_of_their_exchange() -> None:
    account = account_of(allowance=Allowance(requests_per_minute=1))
    account.admit(TERMS)
    with pytest.raises(ApiError) as refused:
        account.admit(TERMS)
    assert (refused.value.refusal.kind, refused.value.refusal.retry_after) == (Kind.RATE_LIMITED, 60)
    account.clock.advance(60)
    account.arrive()
    account.admit(TERMS)
    assert account.standing(TERMS).limits.requests_per_minute == 1


# Slots

TWO = Allowance(slots=2)


def test_with_two_slots_ten_jobs_start_two_by_two() -> None:
    account = account_of(allowance=TWO)
    ids = [submit(account, bytes([number]), request=FREE) for number in range(10)]
    assert starts(account, ids) == [1, 1, 10, 10, 19, 19, 28, 28, 37, 37]


def test_each_slot_goes_to_the_job_that_was_submitted_first() -> None:
    account = account_of(allowance=TWO)
    ids = []
    for number in range(5):
        ids.append(submit(account, bytes([number]), request=FREE))
        account.clock.advance(1)
    assert [number + start for number, start in enumerate(starts(account, ids))] == [1, 2, 10, 11, 19]


def test_an_early_failure_moves_the_waiting_jobs_forward() -> None:
    account = account_of(allowance=TWO)
    ids = [submit(account, bytes([number]), request=FREE) for number in range(6)]
    account.clock.advance(4)
    account.settle(TERMS.dialect, ids[0], State.FAILED)
    assert starts(account, ids) == [1, 1, 4, 10, 13, 19]


@given(st.floats(0.01, 25), st.floats(0, 1), st.integers(0, 2), st.sampled_from(sorted(FINAL)))
def test_an_early_end_changes_nothing_in_the_past(moment, share, number, state) -> None:
    account = account_of(allowance=Allowance(slots=1))
    ids = [submit(account, bytes([number]), request=FREE) for number in range(3)]
    before = [account.find(TERMS.dialect, job_id) for job_id in ids]
    account.clock.advance(moment)
    if account.view(TERMS, ids[number]).state not in FINAL:
        account.settle(TERMS.dialect, ids[number], state)
    past = VIRTUAL_START + share * moment * 0.999
    assert [account.find(TERMS.dialect, job.id).at(past).state for job in before] == [
        job.at(past).state for job in before
    ]


def test_a_blocking_call_behind_an_early_failure_hears_that_its_end_has_moved() -> None:
    account, news = account_of(allowance=Allowance(slots=1)), []
    first, second = submit(account, b"1"), submit(account, b"2")
    assert account.outcome(TERMS, second) == Wait(VIRTUAL_START + 19)
    account.clock.advance(3)
    account.clock.watch(lambda: news.append(account.outcome(TERMS, second)))
    account.settle(TERMS.dialect, first, State.FAILED)
    assert news[-1] == Wait(VIRTUAL_START + 12)


def test_jobs_behind_a_counted_render_start_at_its_last_poll() -> None:
    account = account_of(allowance=Allowance(slots=1))
    counted = submit(account, b"1", Plan(timing=Timing(queue=1.0, render=Polls(polls=2))))
    waiting = submit(account, b"2")
    account.clock.advance(5)
    assert starts(account, [waiting]) == [None]
    assert [poll(account, counted), poll(account, counted)] == [State.RUNNING, State.SUCCEEDED]
    assert starts(account, [waiting]) == [5]


def test_a_start_that_moves_away_and_back_again_is_paid_once() -> None:
    account = account_of(allowance=Allowance(slots=1))
    first, second = submit(account, b"1"), submit(account, b"2")
    account.settle(TERMS.dialect, first, State.FAILED)
    assert starts(account, [second]) == [1]
    account.clock.advance(60)
    ledger = account.ledger(TERMS)
    assert (account.standing(TERMS).balance, ledger.held, account.store.unfinished) == (6, 0, 0)


# Blocking calls


def test_a_blocking_call_waits_for_no_polls() -> None:
    account = account_of(clock="auto")
    job_id = submit(account, plan=Plan(timing=Timing(queue=Polls(polls=9), render=4.0)))
    assert account.outcome(TERMS, job_id).state is State.SUCCEEDED
    assert seconds(account) == 4


def test_a_blocking_call_of_a_job_that_never_ends_knows_no_time() -> None:
    account = account_of(clock="auto")
    assert account.outcome(TERMS, submit(account, plan=Plan(outcome=Outcome(ends="never")))) == Wait(None)


# Whom scenarios concern


def test_an_account_is_planned_for_as_soon_as_one_of_its_jobs_keeps_a_scenario() -> None:
    account = account_of()
    chosen = Scenario(name="header", rules=(Rule(on="poll", error=Kind.INTERNAL),))
    assert not account.direction.active
    job_id = submit(account, plan=Plan(scenarios=(chosen,)))
    assert account.direction.active
    assert poll(account, job_id) == Refusal(Kind.INTERNAL)
    assert poll(account, submit(account)) is State.QUEUED


def test_another_job_of_the_account_keeps_to_its_own() -> None:
    account = account_of()
    submit(account, b"1", Plan(scenarios=(Scenario(name="a", rules=(Rule(error=Kind.INTERNAL),)),)))
    plain = submit(account, b"2")
    assert account.direct(TERMS, POLL, [], plain) == UNPLANNED


def test_the_seed_of_a_scenario_draws_another_job() -> None:
    ids = {submit(account_of(), plan=Plan(seed=seed)) for seed in (None, 1, 2)}
    assert len(ids) == 3


@pytest.mark.parametrize("plan", [UNPLANNED, Plan(timing=FIXED), Plan(misses=("test#1: …",))])
def test_a_plan_without_an_order_leaves_a_job_as_it_was(plan) -> None:
    jobs = [account_of().submit(TERMS, REQUEST, b"body", planned).job for planned in (plan, UNPLANNED)]
    assert jobs[0] == jobs[1]
