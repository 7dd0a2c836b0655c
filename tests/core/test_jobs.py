"""A timeline is total and pure, time only goes forward, and no event changes the past."""

from __future__ import annotations

from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.jobs import FINAL, SUCCEEDED, Curve, Job, Phase, Script, State, Timeline, VideoRequest

REQUEST = VideoRequest(model="a", prompt="", width=16, height=16, duration=1.0)
ORDER = {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 2, State.FAILED: 2, State.CANCELLED: 2}
SHARES = st.floats(0, 1)
CURVES = st.builds(Curve, st.lists(SHARES, max_size=5).map(sorted).map(tuple), ceiling=st.just(1.0) | st.floats(0.1, 1))
MOMENTS = st.floats(VIRTUAL_START - 100, VIRTUAL_START + 1000)


@st.composite
def timelines(draw, *, kinds: tuple[str, ...] = ("seconds", "polls")) -> Timeline:
    """A queue and a render in pieces, timed or counted, and an end, if it is not stuck."""
    shares = sorted(draw(st.lists(SHARES, min_size=1, max_size=4)))
    states = [State.QUEUED, *[State.RUNNING] * (len(shares) - 1)]
    phases = [
        draw(phase_of(draw(st.sampled_from(kinds)), state, first, last))
        for state, first, last in zip(states, [0.0, *shares], shares, strict=False)
    ]
    ends = [Phase(state, first=shares[-1], last=shares[-1]) for state in (State.RUNNING, State.FAILED, State.CANCELLED)]
    return Timeline(VIRTUAL_START, (*phases, draw(st.sampled_from([SUCCEEDED, *ends]))))


def phase_of(kind: str, state: State, first: float, last: float) -> st.SearchStrategy[Phase]:
    if kind == "polls":
        return st.integers(1, 3).map(lambda polls: Phase(state, polls=polls, first=first, last=first))
    return st.floats(0.5, 100).map(lambda seconds: Phase(state, seconds=seconds, first=first, last=last))


# Timelines that end by themselves, and where unfinished ones stand: with a moment before the end.
ENDING = timelines(kinds=("seconds",)).filter(lambda timeline: timeline.end is not None)
UNFINISHED = timelines().flatmap(
    lambda timeline: st.tuples(
        st.just(timeline),
        st.floats(timeline.start, timeline.end or timeline.start + 1000, exclude_max=True),
        st.floats(timeline.start - 10, timeline.end or timeline.start + 1000),
    )
)


def story(timeline: Timeline, now: float) -> tuple[State, object]:
    """The state and the progress at a moment, as far as numbers are exact."""
    phase, progress = timeline.at(now)
    return phase.state, pytest.approx(progress)


def job_of(timeline: Timeline) -> Job:
    return Job("job", "a", REQUEST, timeline, timeline.start)


@given(timelines(), st.floats(allow_nan=False))
def test_at_every_moment_a_job_is_in_one_state_with_some_progress(timeline, now) -> None:
    phase, progress = timeline.at(now)
    assert phase in timeline.phases
    assert 0 <= progress <= 1
    assert timeline.at(now) == (phase, progress)


@given(timelines(), MOMENTS, MOMENTS)
def test_time_only_goes_forward(timeline, one, other) -> None:
    (earlier, less), (later, more) = timeline.at(min(one, other)), timeline.at(max(one, other))
    assert ORDER[earlier.state] <= ORDER[later.state]
    assert less <= more + 1e-12


@given(ENDING)
def test_the_end_is_the_first_moment_of_the_final_state(timeline) -> None:
    assert timeline.at(timeline.end)[0].state in FINAL
    assert timeline.at(nextafter(timeline.end, -inf))[0].state not in FINAL


@given(ENDING, st.floats(0, 1000), st.floats(0, 1000))
def test_a_final_state_never_changes(timeline, later, latest) -> None:
    now = timeline.end + later
    assert timeline.polled(now) == timeline
    assert timeline.at(now + latest) == timeline.at(now)


@given(UNFINISHED)
def test_a_poll_never_changes_the_past(life) -> None:
    timeline, now, other = life
    before = min(other, nextafter(now, -inf))
    assert story(timeline.polled(now), before) == story(timeline, before)


@given(UNFINISHED, st.sampled_from(sorted(FINAL)))
def test_settling_never_changes_the_past(life, state) -> None:
    timeline, now, other = life
    before = min(other, nextafter(now, -inf))
    assert story(timeline.settled(now, state), before) == story(timeline, before)


@given(UNFINISHED, st.sampled_from(sorted(FINAL)))
def test_settling_ends_a_job_there_and_then(life, state) -> None:
    timeline, now, _ = life
    settled = timeline.settled(now, state)
    assert settled.end == now
    assert settled.at(now)[0].state is state


@given(st.integers(1, 5), st.floats(0, 50))
def test_a_counted_phase_ends_at_the_poll_it_waits_for(polls, seconds) -> None:
    timeline = Timeline(VIRTUAL_START, (Phase(State.QUEUED, polls=polls), SUCCEEDED))
    now = VIRTUAL_START + seconds
    for left in range(polls, 0, -1):
        assert (timeline.at(now)[0].polls, timeline.end) == (left, None)
        timeline = timeline.polled(now)
    assert timeline.at(now)[0] is SUCCEEDED
    assert timeline.end == now


@pytest.mark.parametrize(
    "events",
    [
        lambda timeline: timeline.at(VIRTUAL_START + 2),
        lambda timeline: timeline.end,
        lambda timeline: timeline.polled(VIRTUAL_START + 2),
    ],
    ids=["at", "end", "polled"],
)
def test_a_timeline_without_an_open_end_is_a_mistake_of_ours(events) -> None:
    with pytest.raises(AssertionError, match="never ends"):
        events(Timeline(VIRTUAL_START, (Phase(State.QUEUED, seconds=1.0),)))


@given(timelines(), MOMENTS)
def test_progress_in_per_cent_is_whole_and_full_only_at_success(timeline, now) -> None:
    snapshot = job_of(timeline).at(now)
    assert isinstance(snapshot.percent, int)
    assert snapshot.state is not State.RUNNING or 1 <= snapshot.percent <= 99
    assert snapshot.state is not State.SUCCEEDED or snapshot.percent == 100


@given(timelines(), MOMENTS)
def test_a_job_is_completed_at_its_end_and_not_before(timeline, now) -> None:
    snapshot = job_of(timeline).at(now)
    assert snapshot.completed_at == (timeline.end if snapshot.state.final else None)


@given(timelines())
def test_an_accepted_job_is_queued_even_if_queueing_takes_no_time(timeline) -> None:
    snapshot = job_of(timeline).accepted()
    assert (snapshot.state, snapshot.percent, snapshot.now) == (State.QUEUED, 0, VIRTUAL_START)


# Curves


@given(CURVES, SHARES, SHARES)
def test_what_is_shown_of_progress_never_goes_back(curve, one, other) -> None:
    assert curve.shown(min(one, other)) <= curve.shown(max(one, other)) <= curve.ceiling


@given(CURVES, SHARES)
def test_without_steps_progress_is_shown_as_it_is_up_to_the_ceiling(curve, progress) -> None:
    assert curve._replace(steps=()).shown(progress) == min(progress, curve.ceiling)


@given(CURVES, st.floats(0.01, 9.99), SHARES, st.sampled_from(sorted(FINAL)))
def test_settling_never_changes_what_a_curve_has_shown(curve, now, share, state) -> None:
    timeline = Timeline(0.0, (Phase(State.RUNNING, seconds=10.0, last=1.0, curve=curve), SUCCEEDED))
    settled, moment = timeline.settled(now, state), share * nextafter(now, 0)
    place = moment / 10.0 * len(curve.steps)
    # At the edge of a step two ways to divide may round to its two sides.
    assert abs(place - round(place)) < 1e-9 or story(settled, moment) == story(timeline, moment)
    assert state is State.SUCCEEDED or settled.at(now)[1] == timeline.at(now)[1]


# Blocking calls


@given(timelines(), MOMENTS)
def test_where_nobody_can_poll_no_phase_waits_for_polls(timeline, now) -> None:
    uncounted = timeline.uncounted()
    assert all(phase.polls is None for phase in uncounted.phases)
    assert uncounted.at(now)[0].state in {phase.state for phase in timeline.phases}


@given(timelines(kinds=("seconds",)))
def test_a_job_that_counts_no_polls_is_the_same_for_a_blocking_call(timeline) -> None:
    assert timeline.uncounted() is timeline


# Scripts


@given(st.floats(0, 100), st.floats(0, 200))
def test_a_job_is_forgotten_and_its_clips_expire_so_long_after_its_end(seconds, later) -> None:
    timeline = Timeline(VIRTUAL_START, (Phase(State.QUEUED, seconds=10.0), SUCCEEDED))
    now = timeline.start + later
    passed = now >= timeline.end + seconds
    assert job_of(timeline)._replace(script=Script(forgotten_after=seconds)).forgotten(now) is passed
    assert job_of(timeline)._replace(script=Script(clips_expire_after=seconds)).clips_expired(now) is passed


def test_a_job_that_never_ends_is_forgotten_so_long_after_its_submission() -> None:
    job = job_of(Timeline(VIRTUAL_START, (Phase(State.RUNNING),)))._replace(script=Script(forgotten_after=5.0))
    assert [job.forgotten(VIRTUAL_START + seconds) for seconds in (4, 5)] == [False, True]


@given(ENDING, MOMENTS)
def test_a_job_without_a_script_is_kept_for_ever(timeline, now) -> None:
    assert not job_of(timeline).forgotten(now)
    assert not job_of(timeline).clips_expired(now)
