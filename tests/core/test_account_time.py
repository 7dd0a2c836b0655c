"""How an account's jobs go while time passes, with polls and without."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.jobs import FINAL, Reason, State, Wait
from mockvideo.core.planning import Plan
from mockvideo.core.scenario import Outcome
from mockvideo.core.timing import AT_ONCE
from tests.core.accounting import FAILING, TERMS, account_of, counted, seconds, submit

# Polls


@given(st.integers(1, 5))
def test_a_counted_phase_waits_for_polls_and_not_for_views(polls) -> None:
    account = account_of()
    job_id = counted(account, polls)
    told = [(account.view(TERMS, job_id).state, account.poll(TERMS, job_id).state)[1] for _ in range(polls)]
    assert told == [State.QUEUED] * (polls - 1) + [State.SUCCEEDED]
    assert account.standing(TERMS).spent == 3


def test_a_final_state_never_changes() -> None:
    account = account_of(timing=AT_ONCE)
    job_id = submit(account)
    with pytest.raises(ValueError, match="submit another one"):
        account.settle("sora", job_id, State.FAILED)
    assert account.poll(TERMS, job_id).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (State.FAILED, None, Reason.INTERNAL),
        (State.FAILED, Reason.TIMED_OUT, Reason.TIMED_OUT),
        (State.CANCELLED, Reason.TIMED_OUT, None),
        (State.SUCCEEDED, None, None),
    ],
)
def test_only_a_failure_has_a_reason(state, reason, told) -> None:
    account = account_of()
    job_id = submit(account, plan=FAILING)
    assert account.settle("sora", job_id, state, reason).job.reason is told


# A clock that moves by itself


@given(st.integers(1, 6))
def test_a_poll_of_an_unfinished_job_moves_on_by_the_interval(polls) -> None:
    account = account_of(clock="auto")
    job_id = submit(account)
    for _ in range(polls):
        account.poll(TERMS, job_id)
    assert seconds(account) == min(5.0 * polls, 10.0)


@given(st.floats(0.1, 20), st.integers(2, 5))
def test_many_pollers_end_when_one_would(interval, pollers) -> None:
    assert end_with(interval, pollers) == end_with(interval, 1)


def end_with(interval: float, pollers: int) -> float:
    """When so many clients, one after the other, have all seen the end of a job."""
    account, terms, states = account_of(clock="auto"), replace(TERMS, interval=interval), [State.QUEUED]
    job_id = submit(account)
    while not FINAL.issuperset(states):
        states = [account.poll(terms, job_id).state for _ in range(pollers)]
    return seconds(account)


def test_jobs_that_are_polled_in_turn_wait_together() -> None:
    account = account_of(clock="auto")
    one, other = submit(account, b"1"), submit(account, b"2")
    account.poll(TERMS, one)
    account.poll(TERMS, other)
    assert seconds(account) == 5


@given(st.floats(0, 100))
def test_the_next_request_comes_after_the_time_it_was_asked_to_wait(wait) -> None:
    account = account_of(clock="auto")
    account.ask_to_wait(wait)
    moments = [account.arrive() - VIRTUAL_START for _ in range(2)]
    assert moments == [pytest.approx(wait, abs=1e-6)] * 2


def test_a_manual_clock_asks_nobody_to_wait() -> None:
    account = account_of()
    account.ask_to_wait(10)
    assert account.arrive() == VIRTUAL_START


def test_a_blocking_call_moves_to_the_end_of_its_job() -> None:
    account = account_of(clock="auto")
    assert account.outcome(TERMS, submit(account)).state is State.SUCCEEDED
    assert seconds(account) == 10


def test_a_blocking_call_waits_for_a_clock_that_stands_still() -> None:
    account = account_of()
    assert account.outcome(TERMS, submit(account)) == Wait(VIRTUAL_START + 10)


def test_a_blocking_call_does_not_wait_for_polls_that_nobody_can_make() -> None:
    account = account_of()
    assert account.outcome(TERMS, counted(account, 3)).state is State.SUCCEEDED


def test_a_blocking_call_of_a_job_that_never_ends_knows_no_time() -> None:
    account = account_of()
    assert account.outcome(TERMS, submit(account, plan=Plan(outcome=Outcome(ends="never")))) == Wait(None)


def test_settling_by_hand_wakes_a_blocking_call() -> None:
    account, news = account_of(), []
    account.clock.watch(lambda: news.append("news"))
    account.settle("sora", submit(account), State.SUCCEEDED)
    assert news == ["news"]
