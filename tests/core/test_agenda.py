"""What is due happens once, at its moment, whatever events have changed before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.agenda import Agenda
from mockvideo.core.jobs import SUCCEEDED, UNSCRIPTED, Job, Phase, State, Timeline
from mockvideo.core.settings import Caps
from mockvideo.core.store import Store
from tests.core.accounting import REQUEST

STUCK = Phase(State.RUNNING)


def agenda(**caps: int) -> tuple[Agenda, Store]:
    store = Store(Caps(**caps))
    return Agenda(store), store


def job_of(name: str, end: float | None, dialect: str = "sora") -> Job:
    """A job that ends at that moment, or never."""
    phases = (STUCK,) if end is None else (Phase(State.RUNNING, seconds=end), SUCCEEDED)
    return Job(name, dialect, REQUEST, Timeline(0.0, phases), 0.0)


def slotted(name: str, queue: float, render: float) -> Job:
    phases = (Phase(State.QUEUED, seconds=queue), Phase(State.RUNNING, seconds=render), SUCCEEDED)
    return Job(name, "sora", REQUEST, Timeline(0.0, phases), 0.0, script=UNSCRIPTED._replace(queue=queue))


def ends(store: Store, *names: str) -> list[float | None]:
    return [store.get("sora", name).timeline.end for name in names]


def names(due) -> list[str]:
    """Who has ended."""
    return [job.id for job, change in due if change is None]


# Few names and moments, so that the same ones come back.
PLANS = st.tuples(st.sampled_from("abc"), st.none() | st.integers(1, 4).map(float))


@given(st.lists(PLANS | st.integers(0, 2), max_size=25))
def test_every_job_is_due_once_at_the_end_that_it_had_last(steps) -> None:
    planner, _ = agenda()
    now, planned, done = 0.0, {}, []
    for step in steps:
        if isinstance(step, int):
            now += step
            due = list(planner.due(now))
            done += names(due)
            assert all(job.timeline.end == planned.pop(job.id) for job, _ in due)
            assert all(end is None or end > now for end in planned.values())
        elif step[0] not in done and (step[1] is None or step[1] > now):
            planned[step[0]] = step[1]
            planner.put(job_of(*step))
    assert len(done) == len(set(done))


@given(st.lists(st.integers(1, 9), max_size=9))
def test_jobs_end_in_the_order_of_their_ends(moments) -> None:
    planner, _ = agenda()
    for number, end in enumerate(moments):
        planner.put(job_of(f"{number}", float(end)))
    assert [job.timeline.end for job, _ in planner.due(9.0)] == sorted(moments)


def test_nothing_is_due_before_the_first_end() -> None:
    planner, _ = agenda()
    assert planner.waits(1e9)
    planner.put(job_of("a", 5.0))
    assert [planner.waits(now) for now in (4.9, 5.0)] == [True, False]


def test_an_end_that_moved_away_and_back_again_comes_once() -> None:
    planner, _ = agenda()
    for end in (5.0, 9.0, 5.0):
        planner.put(job_of("a", end))
    assert names(planner.due(9.0)) == ["a"]


def test_a_job_of_the_same_id_in_another_dialect_is_another() -> None:
    planner, _ = agenda()
    planner.put(job_of("a", 5.0))
    planner.put(job_of("a", 5.0, "beluga"))
    assert {job.dialect for job, _ in planner.due(5.0)} == {"sora", "beluga"}


def test_an_old_end_of_a_job_that_is_gone_means_nothing() -> None:
    planner, store = agenda(finished_jobs=0)
    planner.put(job_of("a", 9.0))
    planner.put(job_of("a", 5.0))
    for job, _ in planner.due(5.0):
        store.finish(job)
    assert (store.get("sora", "a"), names(planner.due(9.0))) == (None, [])


# Render slots


def test_a_newcomer_waits_until_a_slot_comes_free() -> None:
    planner, store = agenda()
    for name in "abc":
        planner.put(slotted(name, 1.0, 5.0))
        planner.take_turns("sora", 1, 0.0, name)
    assert ends(store, "a", "b", "c") == [6.0, 11.0, 16.0]
    assert [names(planner.due(now)) for now in (6.0, 10.0, 11.0, 16.0)] == [["a"], [], ["b"], ["c"]]


def test_who_has_ended_needs_no_slot_any_more() -> None:
    planner, store = agenda()
    for name in "ab":
        planner.put(slotted(name, 1.0, 5.0))
        planner.take_turns("sora", 1, 0.0, name)
    first = store.get("sora", "a")
    planner.put(first._replace(timeline=first.timeline.settled(3.0, State.FAILED)))
    assert names(planner.due(3.0)) == ["a"]
    planner.take_turns("sora", 1, 3.0)
    assert ends(store, "a", "b") == [3.0, 8.0]


def test_who_has_no_slot_of_its_own_is_left_alone() -> None:
    planner, store = agenda()
    planner.put(slotted("a", 1.0, 5.0))
    planner.take_turns("sora", 1, 0.0)
    planner.put(slotted("b", 1.0, 5.0))
    planner.take_turns("sora", 1, 0.0, "b")
    assert ends(store, "a", "b") == [6.0, 6.0]


def test_a_job_that_is_gone_takes_no_turn() -> None:
    planner, store = agenda()
    planner.take_turns("sora", 1, 0.0, "gone")
    planner.put(slotted("a", 1.0, 5.0))
    planner.take_turns("sora", 1, 0.0, "a")
    assert ends(store, "a") == [6.0]
