"""Jobs wait for a render slot in the order of submission, as long as it takes, and no longer."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.jobs import SUCCEEDED, UNSCRIPTED, Job, Phase, State, Timeline, VideoRequest
from mockvideo.core.slots import planned

REQUEST = VideoRequest(model="a", prompt="", width=16, height=16, duration=1.0)
QUEUED, RUNNING, STUCK = Phase(State.QUEUED), Phase(State.RUNNING, last=1.0), Phase(State.RUNNING, first=0.5)
LENGTHS = st.sampled_from([0.0, 0.1, 1.0]) | st.floats(0, 20)
# A render takes time, or as many polls, or never ends.
RENDERS = LENGTHS | st.integers(1, 2) | st.none()


def job_of(name: object, queue: float, render: float | None, start: float = VIRTUAL_START) -> Job:
    """A job as it is drawn, with a slot of its own."""
    counted = isinstance(render, int)
    rendering = RUNNING._replace(polls=render) if counted else RUNNING._replace(seconds=render or 0.0)
    phases = (QUEUED._replace(seconds=queue), rendering, STUCK if render is None else SUCCEEDED)
    return Job(str(name), "a", REQUEST, Timeline(start, phases), start, script=UNSCRIPTED._replace(queue=queue))


def start_of(job: Job) -> float:
    """When the job leaves its queue phase."""
    seconds = job.timeline.phases[0].seconds
    return inf if seconds is None else job.timeline.start + seconds


def end_of(job: Job) -> float:
    return inf if job.timeline.end is None else job.timeline.end


def story(job: Job, moment: float) -> tuple[State, object]:
    """The state and the progress at a moment, as far as numbers are exact."""
    snapshot = job.at(moment)
    return snapshot.state, pytest.approx(snapshot.progress)


def starts(jobs: list[Job]) -> list[float]:
    """When the renders start, in seconds since the virtual clock did."""
    return [start_of(job) - VIRTUAL_START for job in jobs]


class Account:
    """Plans anew after each event, as an account does.

    ``drawn`` are the jobs as they were before they had a slot, ``changes`` jobs before and after an event with its
    moment, ``replanned`` those before that had to move.
    """

    def __init__(self, slots: int, now: float = VIRTUAL_START) -> None:
        self.slots = slots
        self.now = now
        self.drawn: list[Job] = []
        self.jobs: list[Job] = []
        self.changes: list[tuple[Job, Job, float]] = []
        self.replanned: list[tuple[Job, float]] = []

    def submit(self, queue: float, render: float | None) -> None:
        job = job_of(len(self.jobs), queue, render, self.now)
        self.drawn.append(job)
        self.jobs.append(job)
        self._plan()

    def settle(self, number: int, state: State = State.FAILED) -> None:
        job = self.jobs[number]
        if end_of(job) > self.now:
            self._put(job._replace(timeline=job.timeline.settled(self.now, state)))
            self._plan()

    def poll(self, number: int) -> None:
        job = self.jobs[number]
        if job.at(self.now).state is State.RUNNING:
            self._put(job._replace(timeline=job.timeline.polled(self.now)))
            self._plan()

    def unfinished(self) -> list[Job]:
        """The jobs that have not ended before; one that ends just now may have its slot from another that does."""
        return [job for job in self.jobs if end_of(job) >= self.now]

    def _plan(self) -> None:
        for job in planned(self.unfinished(), self.slots, self.now):
            self.replanned.append((self.jobs[int(job.id)], self.now))
            self._put(job)

    def _put(self, job: Job) -> None:
        self.changes.append((self.jobs[int(job.id)], job, self.now))
        self.jobs[int(job.id)] = job


@st.composite
def histories(draw) -> Account:
    """What has happened in an account with a few slots."""
    account = Account(draw(st.integers(1, 3)))
    for _ in range(draw(st.integers(1, 25))):
        account.now += draw(st.sampled_from([0.0, 0.0, 1.0]) | st.floats(0, 10))
        event = draw(st.sampled_from(["submit", "submit", "settle", "poll"]))
        if event == "submit" or not account.jobs:
            account.submit(draw(LENGTHS), draw(RENDERS))
        else:
            getattr(account, event)(draw(st.integers(0, len(account.jobs) - 1)))
    return account


def rendering(account: Account) -> list[Job]:
    """The jobs that were not settled while they waited."""
    return [job for job in account.jobs if job.timeline.phases[1].state is State.RUNNING]


def renders_at(account: Account, moment: float) -> int:
    return sum(start_of(job) <= moment < end_of(job) for job in account.jobs)


@given(histories())
def test_never_more_jobs_render_at_once_than_there_are_slots(account) -> None:
    beginnings = {start_of(job) for job in account.jobs} - {inf}
    assert all(renders_at(account, moment) <= account.slots for moment in beginnings)


@given(histories())
def test_jobs_start_in_the_order_of_submission(account) -> None:
    assert all(start_of(earlier) <= start_of(later) for earlier, later in pairwise(rendering(account)))


@given(histories())
def test_no_job_starts_before_its_own_queue_time_is_over(account) -> None:
    assert all(start_of(job) >= job.submitted_at + job.script.queue for job in rendering(account))


@given(histories(), st.floats(0, 1))
def test_no_slot_is_idle_while_a_job_is_ready(account, share) -> None:
    gate = 0.0
    for job in account.jobs:
        ready, start = max(gate, job.submitted_at + job.script.queue), start_of(job)
        until = min(nextafter(start, -inf), account.now + 1000.0)
        for moment in (ready, ready + share * (until - ready), until):
            assert not ready <= moment < start or renders_at(account, moment) == account.slots
        gate = max(gate, start)


@given(histories(), st.floats(0, 1))
def test_an_event_never_changes_the_past(account, share) -> None:
    for before, after, now in account.changes:
        last = nextafter(now, -inf)
        for moment in (last, min(last, VIRTUAL_START + share * (now - VIRTUAL_START))):
            assert story(after, moment) == story(before, moment)


@given(histories())
def test_what_has_started_is_never_planned_anew(account) -> None:
    assert all(start_of(job) > now for job, now in account.replanned if job not in account.drawn)


@given(histories(), st.just(0.0) | st.floats(0, 30))
def test_to_plan_again_now_or_later_changes_nothing(account, later) -> None:
    account.now += later
    assert planned(account.unfinished(), account.slots, account.now) == []


@given(st.lists(st.tuples(LENGTHS, LENGTHS), max_size=12), st.floats(0, 5))
def test_slots_for_all_leave_every_job_as_it_was_drawn(lengths, start) -> None:
    jobs = [job_of(number, 1.0 + queue, render, start) for number, (queue, render) in enumerate(lengths)]
    jobs.sort(key=lambda job: job.script.queue)
    assert planned(jobs, len(jobs) + 1, start) == []


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 5), st.floats(0, 5)), min_size=2, max_size=12))
def test_a_slot_is_given_twice_at_no_moment_however_the_sums_round(lives) -> None:
    account = Account(1, 0.0)
    for gap, queue, render in lives:
        account.now += gap
        account.submit(queue, render)
    assert all(end_of(earlier) <= start_of(later) for earlier, later in pairwise(account.jobs))


def test_with_two_slots_ten_jobs_start_two_by_two() -> None:
    account = Account(2)
    for _ in range(10):
        account.submit(1.0, 5.0)
    assert starts(account.jobs) == [1.0, 1.0, 6.0, 6.0, 11.0, 11.0, 16.0, 16.0, 21.0, 21.0]


def test_with_two_slots_each_job_takes_the_one_that_comes_free_first() -> None:
    jobs = [job_of(number, 0.5, float(render)) for number, render in enumerate([4.0, 1.0, 1.0, 6.0, 2.0])]
    changed = planned(jobs, 2, VIRTUAL_START)
    assert {job.id: start_of(job) - VIRTUAL_START for job in changed} == {"2": 1.5, "3": 2.5, "4": 4.5}


def test_an_early_failure_moves_the_waiting_jobs_forward() -> None:
    account = Account(2)
    for _ in range(6):
        account.submit(1.0, 5.0)
    account.now += 3.0
    account.settle(0)
    assert starts(account.jobs) == [1.0, 1.0, 3.0, 6.0, 8.0, 11.0]
    assert [job.at(account.now).state for job in account.jobs[:4]] == ["failed", "running", "running", "queued"]


def test_a_waiting_job_that_is_cancelled_takes_no_slot() -> None:
    account = Account(1)
    for _ in range(3):
        account.submit(0.0, 5.0)
    account.settle(1, State.CANCELLED)
    assert starts(account.jobs) == [0.0, 0.0, 5.0]
    assert account.jobs[1].at(VIRTUAL_START).state is State.CANCELLED


def test_a_slow_starter_holds_up_those_behind_it() -> None:
    jobs = [job_of("slow", 9.0, 1.0), job_of("quick", 1.0, 1.0)]
    assert starts(planned(jobs, 2, VIRTUAL_START)) == [9.0]


def test_behind_a_render_without_a_known_end_jobs_wait_without_one() -> None:
    account = Account(1)
    account.submit(1.0, 2)
    account.submit(1.0, 5.0)
    assert account.jobs[1].timeline.phases[0] == QUEUED
    assert account.jobs[1].at(VIRTUAL_START + 1e9).state is State.QUEUED


def test_the_last_poll_that_a_render_waits_for_lets_the_next_job_start() -> None:
    account = Account(1)
    account.submit(1.0, 2)
    account.submit(1.0, 5.0)
    account.now += 7.0
    account.poll(0)
    assert start_of(account.jobs[1]) == inf
    account.poll(0)
    assert starts(account.jobs) == [1.0, 7.0]


def test_jobs_without_a_queue_time_of_their_own_count_for_nothing() -> None:
    outside = job_of("outside", 0.0, None)._replace(script=UNSCRIPTED)
    jobs = [outside, job_of("inside", 1.0, 5.0), job_of("waits", 1.0, 5.0)]
    assert [(job.id, start_of(job)) for job in planned(jobs, 1, VIRTUAL_START)] == [("waits", VIRTUAL_START + 6.0)]


def test_fewer_slots_than_renders_let_all_but_so_many_end_first() -> None:
    account = Account(3)
    for render in (2.0, 4.0, 6.0, 1.0):
        account.submit(0.0, render)
    account.now, account.slots = VIRTUAL_START + 1.0, 1
    account.submit(0.0, 1.0)
    assert starts(account.jobs) == [0.0, 0.0, 0.0, 6.0, 7.0]


def test_a_job_that_starts_just_now_has_started_however_few_slots_are_left() -> None:
    jobs = [job_of(number, 1.0, 5.0) for number in range(2)]
    assert planned(jobs, 1, VIRTUAL_START + 1.0) == []


def test_a_start_that_rounds_to_before_the_slot_is_free_is_put_off() -> None:
    jobs = [job_of("first", 0.0, 0.9, 0.0), job_of("second", 0.0, 1.0, 0.2)]
    assert 0.2 + (0.9 - 0.2) < 0.9
    (second,) = planned(jobs, 1, 0.2)
    assert 0.9 <= start_of(second) <= nextafter(0.9, inf)


def test_nothing_to_plan_is_planned_at_once() -> None:
    assert planned([], 2, VIRTUAL_START) == []
