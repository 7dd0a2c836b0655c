"""What is planned for a request becomes a job, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.drafting import POLL_NAME, Draft, draft
from mockvideo.core.jobs import UNSCRIPTED, Job, Reason, Refund, State, VideoRequest
from mockvideo.core.planning import UNPLANNED, Plan
from mockvideo.core.rng import LOWER, Chance, digest
from mockvideo.core.scenario import Outcome, Scenario
from mockvideo.core.terms import Figures, Terms
from mockvideo.core.timing import Polls, Timing
from tests.core.accounting import FIXED, REQUEST, TERMS

SLOW = Timing(queue=5.0, render=50.0)
DOCUMENTED = replace(TERMS, figures=Figures(timing=Timing(queue=0.0, render=100.0)))
SOURCES = st.binary().map(digest)
ENDINGS = st.sampled_from(["succeeded", "failed", "cancelled", "never"])
OUTCOMES = st.builds(
    Outcome,
    ends=ENDINGS,
    reason=st.sampled_from(Reason),
    refund=st.sampled_from(Refund),
    forgotten_after=st.none() | st.floats(0, 9),
    clips_expire_after=st.none() | st.floats(0, 9),
    opaque_poll_url=st.booleans(),
)


def drafted(
    plan: Plan = UNPLANNED,
    *,
    terms: Terms = TERMS,
    request: VideoRequest = REQUEST,
    timing: Timing = FIXED,
    slotted: bool = False,
    source: bytes = b"seed",
) -> Job:
    return draft(Draft(terms, request, plan, timing, slotted), "job", Chance(source), VIRTUAL_START)


def took(job: Job) -> float:
    return job.timeline.end - job.submitted_at


def test_an_unplanned_job_takes_its_usual_time_and_has_no_script() -> None:
    job = drafted()
    assert (took(job), job.reason, job.script) == (10, None, UNSCRIPTED)
    assert (job.id, job.dialect, job.request, job.submitted_at) == ("job", "sora", REQUEST, VIRTUAL_START)


@pytest.mark.parametrize(
    ("timing", "terms", "seconds"),
    [(SLOW, DOCUMENTED, 55), ("documented", DOCUMENTED, 100), ("documented", TERMS, 10), (None, DOCUMENTED, 10)],
)
def test_a_job_takes_the_time_that_is_planned_or_documented_or_usual(timing, terms, seconds) -> None:
    assert took(drafted(Plan(timing=timing), terms=terms)) == seconds


@given(OUTCOMES, SOURCES)
def test_a_script_holds_what_was_ordered_beside_the_timeline(outcome, source) -> None:
    chosen = (Scenario(name="a"),)
    script = drafted(Plan(outcome=outcome, scenarios=chosen, rules={"outcome": "a#1"}), source=source).script
    assert (script.scenarios, script.rule, script.refund) == (chosen, "a#1", outcome.refund)
    assert (script.forgotten_after, script.clips_expire_after) == (outcome.forgotten_after, outcome.clips_expire_after)
    assert (script.poll_name is not None) is outcome.opaque_poll_url
    assert (script.silent, script.queue) == (False, None)


@given(OUTCOMES, SOURCES)
def test_a_job_ends_as_planned_and_only_a_failure_has_a_reason(outcome, source) -> None:
    job = drafted(Plan(outcome=outcome), source=source)
    last = job.timeline.phases[-1].state
    assert last is {"never": State.RUNNING}.get(outcome.ends) or last.value == outcome.ends
    assert job.reason is (outcome.reason if outcome.ends == "failed" else None)


@given(OUTCOMES)
def test_a_flaw_fails_a_job_for_its_own_reason_whatever_is_planned(outcome) -> None:
    job = drafted(Plan(outcome=outcome), request=REQUEST._replace(flaw=Reason.UNSUPPORTED_INPUT))
    assert (job.timeline.phases[-1].state, job.reason) == (State.FAILED, Reason.UNSUPPORTED_INPUT)


@given(SOURCES)
def test_an_opaque_name_changes_nothing_else(source) -> None:
    opaque, plain = (
        drafted(Plan(outcome=Outcome(ends="failed", opaque_poll_url=hidden)), source=source) for hidden in (True, False)
    )
    assert opaque._replace(script=plain.script) == plain
    assert opaque.script == plain.script._replace(poll_name=opaque.script.poll_name)


@given(st.sets(SOURCES, min_size=2, max_size=5))
def test_every_job_has_its_own_opaque_name(sources) -> None:
    names = {drafted(Plan(outcome=Outcome(opaque_poll_url=True)), source=each).script.poll_name for each in sources}
    assert len(names) == len(sources)
    assert all(len(name) == POLL_NAME and set(name) <= set(LOWER) for name in names)


@pytest.mark.parametrize(
    ("plan", "timing"),
    [
        (Plan(timing=Timing(progress="absent")), FIXED),
        (UNPLANNED, Timing(progress="absent")),
        (Plan(timing=Timing(progress="absent"), outcome=Outcome()), FIXED),
    ],
)
def test_a_job_without_progress_is_silent_whoever_says_so(plan, timing) -> None:
    assert drafted(plan, timing=timing).script.silent


def test_a_slotted_job_knows_how_long_it_would_queue_by_itself() -> None:
    assert drafted(slotted=True).script == UNSCRIPTED._replace(queue=1.0)


@pytest.mark.parametrize(
    "plan",
    [Plan(timing=Timing(queue=Polls(polls=2))), Plan(outcome=Outcome(ends="never", at=0.0))],
    ids=["counted", "never"],
)
def test_a_job_whose_queue_has_no_length_needs_no_slot(plan) -> None:
    assert drafted(plan, slotted=True).script.queue is None
