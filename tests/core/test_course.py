"""A job's whole course is drawn at once: how long it queues and renders, how it ends, how progress looks on the way."""

from __future__ import annotations

from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.course import STANDSTILL, SUCCESS, End, timeline
from mockvideo.core.jobs import FINAL, SUCCEEDED, Phase, State, Timeline
from mockvideo.core.rng import Chance, digest
from mockvideo.core.timing import Lognormal, Polls, Stuck, Timing

ORDER = {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 2, State.FAILED: 2, State.CANCELLED: 2}
SHARES = st.floats(0, 1)
SOURCES = st.binary().map(digest)
CHANCES = SOURCES.map(Chance)
STRETCHES = st.tuples(st.floats(0, 10), st.floats(10, 20))
TIMED = st.floats(0, 20) | STRETCHES | st.builds(Lognormal, median=st.floats(0, 20), sigma=st.floats(0, 2))
COUNTED = st.builds(Polls, polls=st.integers(1, 5))
STEPS = st.lists(SHARES, min_size=1, max_size=5).map(sorted).map(tuple)
PROGRESS = st.sampled_from(["linear", "absent"]) | STEPS | st.builds(Stuck, stuck_at=SHARES)
TIMINGS = st.builds(Timing, queue=TIMED | COUNTED, render=TIMED | COUNTED, progress=PROGRESS)
ENDS = st.builds(End, st.sampled_from(["succeeded", "failed", "cancelled", "never"]), st.none() | SHARES)


def told(course: Timeline, moment: float) -> tuple[int, float]:
    phase, progress = course.at(moment)
    return ORDER[phase.state], progress


def polled_out(course: Timeline) -> Timeline:
    """The course once its counted phases are over, after a poll each second."""
    now = course.start
    while course.at(now)[0].polls is not None:
        now += 1.0
        course = course.polled(now)
        while (seconds := course.at(now)[0].seconds) is not None:
            now += seconds or 1.0
    return course


@given(TIMINGS, ENDS, SOURCES)
def test_the_same_source_gives_the_same_course(timing, end, source) -> None:
    one, other = (timeline(timing, Chance(source), VIRTUAL_START, end) for _ in range(2))
    assert one == other


@given(STRETCHES, STRETCHES, CHANCES)
def test_a_job_queues_and_renders_within_its_bounds_and_succeeds(queueing, rendering, chance) -> None:
    queue, render, end = timeline(Timing(queueing, rendering), chance, VIRTUAL_START).phases
    assert queueing[0] <= queue.seconds <= queueing[1]
    assert rendering[0] <= render.seconds <= rendering[1]
    assert (queue.state, render.state, end) == (State.QUEUED, State.RUNNING, SUCCEEDED)


@given(TIMINGS, ENDS, CHANCES)
def test_a_job_ends_as_it_is_to_end(timing, end, chance) -> None:
    last = polled_out(timeline(timing, chance, VIRTUAL_START, end)).phases[-1]
    assert last.state.final is (end.ending != "never")
    assert end.ending in {"never", last.state}


@given(TIMINGS, ENDS, CHANCES, SHARES, SHARES)
def test_neither_state_nor_progress_ever_goes_back(timing, end, chance, one, other) -> None:
    course = polled_out(timeline(timing, chance, VIRTUAL_START, end))
    length = (course.end or course.start + 100) - course.start
    (earlier, less), (later, more) = (told(course, course.start + share * length) for share in sorted([one, other]))
    assert earlier <= later
    assert less <= more + 1e-12


@given(STRETCHES, st.sampled_from(["failed", "cancelled"]), st.floats(0.01, 1), CHANCES)
def test_a_job_that_ends_badly_ends_at_its_share_of_the_render(rendering, ending, share, chance) -> None:
    whole = timeline(Timing(0.0, rendering), Chance(b"same"), VIRTUAL_START)
    cut = timeline(Timing(0.0, rendering), Chance(b"same"), VIRTUAL_START, End(ending, share))
    assert cut.end - cut.start == pytest.approx(share * (whole.end - whole.start), abs=1e-6)
    assert cut.at(cut.end) == (Phase(State(ending), first=share, last=share), share)


@given(CHANCES)
def test_a_failure_that_nobody_placed_comes_in_the_second_half(chance) -> None:
    course = timeline(Timing(0.0, 10.0), chance, 0.0, End("failed"))
    assert 5 <= course.end <= 10


def test_a_failure_at_the_very_beginning_follows_the_queue() -> None:
    course = timeline(Timing(2.0, 10.0), Chance(b"seed"), 0.0, End("failed", 0.0))
    assert (course.end, course.at(2.0)[0].state) == (2.0, State.FAILED)


@pytest.mark.parametrize(("at", "stands"), [(None, STANDSTILL), (0.3, 0.3), (1.0, 1.0)])
def test_a_job_that_never_ends_renders_to_its_share_and_stands_there(at, stands) -> None:
    course = timeline(Timing(1.0, 10.0), Chance(b"seed"), 0.0, End("never", at))
    assert course.end is None
    assert course.at(1.0 + 5.0 * stands)[1] == pytest.approx(stands / 2)
    assert course.at(1e9) == (Phase(State.RUNNING, first=stands, last=stands), stands)


def test_a_job_that_never_begins_queues_for_ever() -> None:
    assert timeline(Timing(1.0, 1.0), Chance(b"seed"), 0.0, End("never", 0.0)).phases == (Phase(State.QUEUED),)


# Progress


def shown(progress: object, end: End = SUCCESS) -> list[float]:
    """Progress at each tenth of a render, and at its end."""
    course = timeline(Timing(0.0, 10.0, progress=progress), Chance(b"seed"), 0.0, end)
    return [round(course.at(second)[1], 6) for second in range(11)]


@pytest.mark.parametrize("progress", ["linear", "absent"])
def test_progress_rises_evenly(progress) -> None:
    assert shown(progress) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


def test_steps_divide_the_time_of_the_render_evenly() -> None:
    assert shown((0.0, 0.25, 0.7, 0.9, 0.95)) == [0.0, 0.0, 0.25, 0.25, 0.7, 0.7, 0.9, 0.9, 0.95, 0.95, 1.0]


def test_progress_that_is_stuck_stays_until_the_job_ends() -> None:
    assert shown(Stuck(stuck_at=0.3)) == [0.0, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 1.0]


@pytest.mark.parametrize("ending", ["failed", "cancelled", "never"])
@pytest.mark.parametrize(("progress", "last"), [(Stuck(stuck_at=0.3), 0.3), ((0.5, 0.9), 0.9), ("linear", 0.8)])
def test_a_job_that_stops_tells_the_progress_that_it_told_last(progress, last, ending) -> None:
    assert shown(progress, End(ending, 0.8))[8:] == [last] * 3


# Polls


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_counted_job_takes_as_many_polls_as_it_says(queueing, rendering) -> None:
    timing = Timing(Polls(polls=queueing), Polls(polls=rendering))
    course, states = timeline(timing, Chance(b"seed"), 0.0), []
    while not states or states[-1] not in FINAL:
        course = course.polled(0.0)
        states.append(course.at(0.0)[0].state)
    assert states == [State.QUEUED] * (queueing - 1) + [State.RUNNING] * rendering + [State.SUCCEEDED]


@pytest.mark.parametrize(("share", "polls"), [(0.0, 1), (0.2, 1), (0.5, 2), (1.0, 4)])
def test_a_counted_render_stops_after_its_share_of_the_polls(share, polls) -> None:
    course = timeline(Timing(0.0, Polls(polls=4)), Chance(b"seed"), 0.0, End("failed", share))
    assert course.phases[1] == Phase(State.RUNNING, polls=polls)


def test_a_counted_render_shows_no_progress_until_it_is_over() -> None:
    course = timeline(Timing(0.0, Polls(polls=2), progress=(0.5, 0.9)), Chance(b"seed"), 0.0)
    once = course.polled(5.0)
    assert [course.at(0.0)[1], once.at(nextafter(inf, 0))[1], once.polled(6.0).at(6.0)[1]] == [0, 0, 1]
