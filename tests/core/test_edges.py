"""The changes that are listed are those that one sees who looks all the time."""

from __future__ import annotations

from itertools import pairwise
from math import nextafter

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.course import End, timeline
from mockvideo.core.edges import Edge, edges
from mockvideo.core.jobs import SUCCEEDED, Phase, State, Timeline, percent
from mockvideo.core.rng import Chance
from mockvideo.core.timing import Polls, Stuck, Timing

STEPS = (20, 40, 60, 80)
BEGAN = 1_767_225_600.0
SPANS = st.floats(0, 90) | st.builds(Polls, polls=st.integers(1, 3))
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=6).map(sorted).map(tuple)
TIMINGS = st.builds(
    Timing, queue=SPANS, render=SPANS, progress=st.just("linear") | SHARES | st.builds(Stuck, stuck_at=st.floats(0, 1))
)
ENDS = st.builds(End, st.sampled_from(["succeeded", "failed", "cancelled", "never"]), st.none() | st.floats(0, 1))
COURSES = st.builds(lambda timing, end: timeline(timing, Chance(b"x"), BEGAN, end), TIMINGS, ENDS)


def seen(course: Timeline, moment: float) -> tuple[State, int]:
    """The state and how many steps are reached, as anybody sees who looks then."""
    phase, progress = course.at(moment)
    shown = percent(phase.state, progress)
    return phase.state, sum(step <= shown for step in STEPS) if phase.state is State.RUNNING else 0


def moments(course: Timeline, *steps: int) -> list[tuple[float, str, int]]:
    return [(edge.moment, edge.state, edge.percent) for edge in edges(course, steps)]


@given(COURSES)
def test_every_change_is_the_first_moment_of_what_is_seen_from_then_on(course) -> None:
    for edge in edges(course, STEPS):
        phase, progress = course.at(edge.moment)
        assert (phase.state, percent(phase.state, progress)) == (edge.state, edge.percent)
        if edge.moment > BEGAN:
            assert seen(course, nextafter(edge.moment, 0)) != seen(course, edge.moment)


@given(COURSES, st.lists(st.floats(0, 200), min_size=2, max_size=8).map(sorted))
def test_between_two_looks_there_is_a_change_exactly_if_another_thing_is_seen(course, looks) -> None:
    for first, second in pairwise(looks):
        since, until = BEGAN + first, BEGAN + second
        between = [edge for edge in edges(course, STEPS, until=until) if edge.moment > since]
        assert (seen(course, since) != seen(course, until)) == bool(between)


@given(COURSES, st.floats(0, 200))
def test_what_was_told_is_not_told_again_after_the_job_was_settled(course, after) -> None:
    now = BEGAN + after
    told = list(edges(course, STEPS, until=now))
    later = course.settled(now, State.FAILED)
    news = list(edges(later, STEPS, told[-1]))
    ended = told[-1].state.final
    assert [edge.state for edge in news] == ([] if ended else [State.FAILED])
    assert [edge.moment for edge in news] == ([] if ended else [now])


@given(COURSES, st.floats(0, 200))
def test_it_makes_no_difference_in_how_many_pieces_changes_are_asked_for(course, after) -> None:
    whole = list(edges(course, STEPS))
    first = list(edges(course, STEPS, until=BEGAN + after))
    assert first + list(edges(course, STEPS, first[-1])) == whole


def test_an_even_render_changes_at_its_fifths() -> None:
    course = Timeline(0.0, (Phase(State.QUEUED, 5.0), Phase(State.RUNNING, 10.0, last=1.0), SUCCEEDED))
    states = ["queued", "running", "running", "running", "succeeded"]
    assert moments(course, 20, 80) == list(zip([0, 5, 7, 13, 15], states, [0, 1, 20, 80, 100], strict=True))


def test_a_state_that_takes_no_time_is_never_seen() -> None:
    course = Timeline(7.0, (Phase(State.QUEUED, 0.0), Phase(State.RUNNING, 0.0, last=1.0), SUCCEEDED))
    assert moments(course, 50) == [(7.0, "succeeded", 100)]


def test_what_comes_after_counted_polls_is_known_when_they_are_over() -> None:
    course = Timeline(0.0, (Phase(State.QUEUED, 1.0), Phase(State.RUNNING, polls=2), SUCCEEDED))
    assert moments(course) == [(0.0, "queued", 0), (1.0, "running", 1)]
    told = Edge(1.0, State.RUNNING, 1)
    assert list(edges(course.polled(3.0).polled(4.0), (), told)) == [Edge(4.0, State.SUCCEEDED, 100)]


def test_steps_that_are_reached_at_once_are_one_change() -> None:
    course = timeline(Timing(0.0, 10.0, (0.0, 0.9)), Chance(b"x"), 0.0)
    assert moments(course, *STEPS) == [(0.0, "running", 1), (5.0, "running", 90), (10.0, "succeeded", 100)]
