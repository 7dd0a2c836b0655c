"""What is planned for a request, aspect by aspect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.rng import Chance, digest
from mockvideo.core.scenario import AT_ONCE, UNPLANNED, Occasion, Plan, Rule, Timing, decide, timeline

OCCASION = Occasion("sora", "submit", "sora-2")
SOURCES = st.binary().map(digest)
TIMINGS = st.builds(
    Timing,
    st.tuples(st.floats(0, 10), st.floats(10, 20)),
    st.tuples(st.floats(0, 10), st.floats(10, 20)),
)
PLANS = st.builds(
    Plan,
    st.none() | TIMINGS,
    st.none() | st.sampled_from(Reason),
    st.none() | st.sampled_from(Kind).map(Refusal),
)


def rule_of(plan: Plan, **where: str) -> Rule:
    return Rule(timing=plan.timing, failure=plan.failure, error=plan.error, **where)


@pytest.mark.parametrize(
    ("where", "matches"),
    [
        ({}, True),
        ({"dialect": "sora"}, True),
        ({"dialect": "beluga"}, False),
        ({"operation": "submit"}, True),
        ({"operation": "poll"}, False),
        ({"model": "sora-*"}, True),
        ({"model": "SORA-*"}, False),
        ({"model": "veo*"}, False),
        ({"dialect": "s*", "operation": "sub?it", "model": "sora-[23]"}, True),
    ],
)
def test_a_rule_matches_by_literals_and_globs(where, matches) -> None:
    assert Rule(**where).matches(OCCASION) is matches


@given(PLANS)
def test_a_rule_that_does_not_match_decides_nothing(plan) -> None:
    assert decide([rule_of(plan, dialect="beluga")], OCCASION) == UNPLANNED


@given(PLANS)
def test_a_rule_that_matches_decides_what_it_says(plan) -> None:
    assert decide([rule_of(plan)], OCCASION) == plan


@given(PLANS, PLANS)
def test_for_each_aspect_the_first_rule_that_speaks_wins(first, second) -> None:
    decided = decide([rule_of(first), rule_of(second)], OCCASION)
    spoken = {name: getattr(first, name) for name in Plan.__slots__ if getattr(first, name) is not None}
    assert decided == replace(second, **spoken)


@given(TIMINGS, SOURCES)
def test_a_job_queues_and_renders_within_its_bounds_and_succeeds(timing, source) -> None:
    course = timeline(timing, Chance(source), VIRTUAL_START, fails=False)
    queue, render, end = course.phases
    assert timing.queue[0] <= queue.seconds <= timing.queue[1]
    assert timing.render[0] <= render.seconds <= timing.render[1]
    assert (queue.state, render.state, end.state) == (State.QUEUED, State.RUNNING, State.SUCCEEDED)


@given(TIMINGS, SOURCES)
def test_a_failure_comes_in_the_second_half_of_the_render(timing, source) -> None:
    _, render, end = timeline(timing, Chance(source), VIRTUAL_START, fails=True).phases
    assert timing.render[0] / 2 <= render.seconds <= timing.render[1]
    assert (end.state, end.first) == (State.FAILED, render.last)
    assert 0.5 <= end.first < 1


@given(SOURCES, st.booleans())
def test_a_job_may_end_at_once(source, fails) -> None:
    course = timeline(AT_ONCE, Chance(source), VIRTUAL_START, fails=fails)
    assert course.at(VIRTUAL_START)[0].state is (State.FAILED if fails else State.SUCCEEDED)


@given(TIMINGS, SOURCES, st.booleans())
def test_the_same_chance_tells_the_same_story(timing, source, fails) -> None:
    one, other = (timeline(timing, Chance(source), VIRTUAL_START, fails=fails) for _ in range(2))
    assert one == other
