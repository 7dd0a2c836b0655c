"""Jobs stay until they have finished and too many others have too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import SUCCEEDED, Job, Reason, Script, Timeline, VideoRequest
from mockvideo.core.settings import Caps
from mockvideo.core.store import Store
from mockvideo.core.terms import Page

DIALECTS = ("sora", "beluga")
REQUEST = VideoRequest(model="sora-2", prompt="", width=16, height=16, duration=1.0)


def job(job_id: str, dialect: str = "sora", submitted_at: float = 0.0) -> Job:
    return Job(job_id, dialect, REQUEST, Timeline(submitted_at, (SUCCEEDED,)), submitted_at)


def store_of(*jobs: Job, **caps: int) -> Store:
    store = Store(Caps(**caps))
    for added in jobs:
        store.put(added)
    return store


@given(st.lists(st.tuples(st.sampled_from(DIALECTS), st.integers(0, 3)), max_size=20))
def test_a_listing_goes_from_the_last_submitted_to_the_first_and_by_id_within_a_moment(steps) -> None:
    store, moment, jobs = Store(Caps()), 0, []
    for number, (dialect, later) in enumerate(steps):
        moment += later
        jobs.append(job(f"{number * 7 % 10}-{number}", dialect, float(moment)))
        store.put(jobs[-1])
    for dialect in DIALECTS:
        own = [added for added in jobs if added.dialect == dialect]
        expected = sorted(own, key=lambda added: (added.submitted_at, added.id), reverse=True)
        assert list(store.latest(dialect)) == expected


@settings(max_examples=50)
@given(st.integers(0, 4), st.lists(st.integers(0, 9), unique=True, max_size=10))
def test_unfinished_jobs_stay_and_finished_ones_go_oldest_first(most, finishing) -> None:
    jobs = [job(str(number), DIALECTS[number % 2]) for number in range(10)]
    store = store_of(*jobs, finished_jobs=most)
    for number in finishing:
        store.finish(jobs[number])
    gone = finishing[: max(0, len(finishing) - most)]
    there = [store.get(added.dialect, added.id) for added in jobs]
    assert [found is None for found in there] == [number in gone for number in range(10)]
    assert (store.unfinished, len(store)) == (10 - len(finishing), 10 - len(gone))


def test_a_job_is_found_by_dialect_and_id_only() -> None:
    store = store_of(job("a"))
    assert store.get("sora", "a") == job("a")
    assert store.get("beluga", "a") is None
    assert store.get("sora", "b") is None


def test_a_new_value_takes_the_place_of_the_old() -> None:
    store = store_of(job("a", submitted_at=1.0), job("b", submitted_at=2.0))
    store.put(job("a", submitted_at=1.0)._replace(reason=Reason.INTERNAL))
    assert [(found.id, found.reason) for found in store.latest("sora")] == [("b", None), ("a", Reason.INTERNAL)]
    assert store.unfinished == 2


def test_a_dialect_without_jobs_lists_none() -> None:
    assert list(store_of(job("a")).latest("beluga")) == []


def test_a_full_queue_refuses_one_more_and_names_the_limit() -> None:
    store = store_of(job("a"), job("b"), unfinished_jobs=2)
    with pytest.raises(ApiError) as raised:
        store.refuse_overflow()
    assert raised.value.refusal.kind is Kind.UNAVAILABLE
    assert "2 unfinished jobs" in raised.value.refusal.message


def test_a_finished_job_makes_room_in_the_queue() -> None:
    store = store_of(job("a"), job("b"), unfinished_jobs=2)
    store.finish(job("a"))
    store.refuse_overflow()
    assert store.unfinished == 1


# What scenarios want of it


def named(job_id: str, name: str) -> Job:
    """A job that is polled under another name."""
    return job(job_id)._replace(script=Script(poll_name=name))


def test_a_job_is_found_under_the_name_that_it_is_polled_by() -> None:
    store = store_of(named("a", "x"), job("b"))
    assert store.polled("sora", "x") == named("a", "x")
    assert [store.polled("sora", name) for name in "aby"] == [None] * 3
    assert store.polled("beluga", "x") is None


def test_a_new_value_of_a_job_is_polled_by_its_name() -> None:
    store = store_of(named("a", "x"))
    store.put(named("a", "x")._replace(reason=Reason.INTERNAL))
    assert store.polled("sora", "x").reason is Reason.INTERNAL


def test_a_job_that_is_dropped_takes_its_name_along() -> None:
    jobs = [named("a", "x"), named("b", "y"), job("c")]
    store = store_of(*jobs, finished_jobs=1)
    for finished in jobs:
        store.finish(finished)
    assert [store.polled("sora", name) for name in "xy"] == [None, None]
    assert store._poll_names == {}


def test_a_list_has_no_job_that_is_to_be_forgotten() -> None:
    lost = job("b")._replace(script=Script(forgotten_after=5.0))
    store = store_of(job("a"), lost)
    ids = [[snapshot.job.id for snapshot in store.page("sora", Page(limit=9), now)] for now in (4.0, 5.0)]
    assert ids == [["b", "a"], ["a"]]
