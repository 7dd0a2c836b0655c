"""What is owed is tried when it is due, as often as it should be, and kept within bounds."""

from __future__ import annotations

from threading import RLock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.deliveries import Attempt, Delivery
from mockvideo.core.faults import Mishap
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, State, Timeline
from mockvideo.core.journal import Budget
from mockvideo.core.outbox import Outbox
from mockvideo.core.settings import Caps
from mockvideo.core.store import Store
from tests.core.accounting import REQUEST

RUNNING = Job("job", "sora", REQUEST, Timeline(0.0, (Phase(State.RUNNING),)), 0.0)
ENDED = RUNNING._replace(timeline=Timeline(0.0, (SUCCEEDED,)))
SWAPPED = Mishap(reorder=True)


def outbox(room: int = 1_000, **caps: int) -> Outbox:
    store = Store(Caps())
    store.put(ENDED)
    return Outbox(store, Caps(**caps), Budget(room), RLock())


def owed(name: str = "a", due: float = 1.0, job: Job = ENDED, **fields: object) -> Delivery:
    """One that is tried at that moment, then after 5 and after 25 seconds."""
    fields = {"waits": (5.0, 25.0), "job_id": job.id, **fields}
    return Delivery(
        id=name, dialect="sora", event="x", url="http://h/", at=0.0, snapshot=job.at(0.0), next_try=due, **fields
    )


def answered(status: int = 500, **fields: object) -> Attempt:
    return Attempt(at=fields.pop("at", 0.0), status=status, **fields)


def tried(box: Outbox, until: float, *statuses: int | None) -> list[tuple[float, str]]:
    """Let time pass to that moment, and receivers answer this, then 200; return when what was tried."""
    answers = iter(statuses)
    log = []
    while (moment := box.next_due()) is not None and moment <= until:
        for delivery in box.take(moment):
            status = next(answers, 200)
            box.note(delivery.id, Attempt(at=moment, status=status, reason="" if status else "refused"))
            log.append((moment, delivery.id))
    return log


def of(box: Outbox) -> list[tuple[str, str]]:
    return [(delivery.id, delivery.state) for delivery in box]


# Tries


@pytest.mark.parametrize("start", [0.0, 1_767_225_600.0])
def test_three_tries_are_exactly_one_six_and_thirty_one_seconds_after_the_event(start) -> None:
    box = outbox()
    box.put(owed(due=start + 1.0))
    assert tried(box, start + 1e6, 500, None, 404) == [(start + at, "a") for at in (1.0, 6.0, 31.0)]
    (delivery,) = box
    assert [(attempt.at - start, attempt.status) for attempt in delivery.attempts] == [(1, 500), (6, None), (31, 404)]
    assert (delivery.state, delivery.reason, delivery.next_try) == ("failed", "answered 404", None)


def test_nobody_tries_again_what_has_arrived() -> None:
    box = outbox()
    box.put(owed())
    assert tried(box, 1e6, 503, 204) == [(1.0, "a"), (6.0, "a")]
    assert of(box) == [("a", "delivered")]


@pytest.mark.parametrize(
    ("attempt", "succeeded"),
    [
        (Attempt(at=0.0, status=200), True),
        (Attempt(at=0.0, status=299), True),
        (Attempt(at=0.0, status=302), False),
        (Attempt(at=0.0, status=199), False),
        (Attempt(at=0.0, reason="timed out"), False),
        (Attempt(at=0.0, status=200, reason="reset inside the answer"), False),
    ],
)
def test_a_try_succeeds_with_a_whole_answer_of_any_2xx(attempt, succeeded) -> None:
    assert attempt.succeeded is succeeded


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), max_size=12))
def test_what_is_due_comes_once_and_in_order(owing) -> None:
    box = outbox()
    for number, (due, job) in enumerate(owing):
        box.put(owed(f"{number}", float(due), job_id=job))
    taken = box.take(9.0)
    assert [delivery.next_try for delivery in taken] == sorted(delivery.next_try for delivery in taken)
    assert {delivery.job_id for delivery in taken} == {job for _, job in owing}
    assert (box.take(9.0), box.busy(0.0)) == ([], bool(owing))
    for delivery in taken:
        box.note(delivery.id, answered(200))
    assert sorted(at for at, _ in tried(box, 9.0)) == sorted(
        float(due) for number, (due, _) in enumerate(owing) if f"{number}" not in {each.id for each in taken}
    )


def test_of_one_job_the_next_is_due_when_the_one_before_is_over() -> None:
    box = outbox()
    box.put(owed("a", 1.0))
    box.put(owed("b", 7.0))
    assert tried(box, 9.0, 500) == [(1.0, "a"), (6.0, "a"), (7.0, "b")]
    box.put(owed("c", 8.0, copies=1))
    box.put(owed("d", 9.0))
    log = []
    while taken := box.take(99.0):
        log += [box.note(delivery.id, answered(200, at=delivery.next_try)).id for delivery in taken]
    assert log == ["c", "c", "d"]


def test_nothing_is_due_before_its_time() -> None:
    box = outbox()
    box.put(owed(due=5.0))
    assert (box.take(4.9), box.busy(4.9), box.busy(5.0), box.next_due()) == ([], False, True, 5.0)


def test_what_is_under_way_keeps_the_outbox_busy_until_it_is_noted() -> None:
    box = outbox()
    box.put(owed())
    (delivery,) = box.take(1.0)
    assert (box.next_due(), box.busy(1.0)) == (None, True)
    box.note(delivery.id, answered(200))
    assert not box.busy(1e9)


def test_what_nobody_may_send_is_refused_with_its_reason_and_not_tried_again() -> None:
    box = outbox()
    box.put(owed())
    box.take(1.0)
    refused = box.refuse("a", "is public; start with --webhooks any")
    assert (refused.state, refused.attempts, box.next_due()) == ("refused", (), None)
    assert refused.reason.startswith("is public")


# Copies


@given(st.integers(1, 6))
def test_a_duplicate_arrives_so_often_at_once(times) -> None:
    box = outbox()
    box.put(owed(copies=times - 1))
    assert tried(box, 1e6, 500) == [(1.0, "a"), *[(6.0, "a")] * times]
    assert of(box) == [("a", "delivered")]


def test_a_copy_that_fails_takes_nothing_back() -> None:
    box = outbox()
    box.put(owed(copies=1))
    assert tried(box, 1e6, 200, 500) == [(1.0, "a"), (1.0, "a")]
    assert of(box) == [("a", "delivered")]


# Order


def test_a_delivery_that_is_held_comes_right_after_the_next_one_of_its_job() -> None:
    box = outbox()
    box.put(owed("a", 1.0, mishap=SWAPPED))
    box.put(owed("b", 2.0, job_id="other"))
    assert box.next_due() == 2.0
    box.put(owed("c", 3.0, mishap=SWAPPED))
    assert tried(box, 9.0) == [(2.0, "b"), (3.0, "c"), (3.0, "a")]


def test_one_without_a_next_is_sent_when_its_job_ends() -> None:
    box = outbox()
    box.put(owed(mishap=SWAPPED))
    box.finish(ENDED._replace(timeline=Timeline(4.0, (SUCCEEDED,))))
    box.finish(ENDED)
    assert tried(box, 9.0) == [(4.0, "a")]


def test_one_is_sent_at_its_own_time_if_the_next_is_dropped() -> None:
    box = outbox()
    box.put(owed("a", 1.0, mishap=SWAPPED))
    box.put(owed("b", 3.0).ended("dropped", "so ordered"))
    assert tried(box, 9.0) == [(1.0, "a")]


# By hand


def test_whatever_became_of_it_a_delivery_can_be_tried_once_more() -> None:
    box = outbox()
    box.put(owed())
    tried(box, 100.0, 500, 500, 500)
    assert box.redeliver("a", 200.0).state == "pending"
    assert tried(box, 300.0) == [(200.0, "a")]
    assert len(box.get("a").attempts) == 4


def test_a_try_by_hand_is_not_repeated() -> None:
    box = outbox()
    box.put(owed().ended("dropped", "so ordered"))
    box.redeliver("a", 5.0)
    assert tried(box, 1e6, 500, 500) == [(5.0, "a")]


def test_one_that_waits_can_be_tried_before_its_time_and_is_not_tried_again() -> None:
    box = outbox()
    box.put(owed(due=9.0))
    box.redeliver("a", 5.0)
    assert tried(box, 1e6) == [(5.0, "a")]


def test_one_that_is_held_can_be_sent_by_hand_and_comes_once() -> None:
    box = outbox()
    box.put(owed(mishap=SWAPPED))
    box.redeliver("a", 5.0)
    box.put(owed("b", 7.0))
    assert tried(box, 9.0) == [(5.0, "a"), (7.0, "b")]


def test_what_is_under_way_cannot_be_redelivered() -> None:
    box = outbox()
    box.put(owed())
    box.take(1.0)
    with pytest.raises(ValueError, match="a is under way; wait"):
        box.redeliver("a", 2.0)
    with pytest.raises(KeyError):
        box.redeliver("b", 2.0)


# The job


@pytest.mark.parametrize(
    ("statuses", "called"),
    [((), None), ((500,), None), ((500, 200), True), ((500, 500, 500), False)],
)
def test_a_job_knows_how_its_end_was_told(statuses, called) -> None:
    box = outbox()
    box.put(owed())
    for status in statuses:
        box.take(1e6)
        box.note("a", answered(status))
    assert box._store.get("sora", "job").called is called


def test_a_job_that_nobody_may_call_for_counts_as_not_called() -> None:
    box = outbox()
    box.put(owed())
    box.refuse("a", "public")
    assert box._store.get("sora", "job").called is False


def test_progress_and_drops_and_jobs_that_are_gone_change_no_job() -> None:
    box = outbox()
    box.put(owed("a", job=RUNNING))
    box.put(owed("b").ended("dropped", "so ordered"))
    box.put(owed("c", job_id="gone"))
    tried(box, 9.0)
    assert [state for _, state in of(box)] == ["delivered", "dropped", "delivered"]
    assert box._store.get("sora", "job").called is None


# Bounds


def test_finished_deliveries_go_the_oldest_first() -> None:
    box = outbox(deliveries=2)
    for number in range(4):
        box.put(owed(f"{number}", float(number), job_id=f"{number}"))
    tried(box, 2.0)
    assert of(box) == [("1", "delivered"), ("2", "delivered"), ("3", "pending")]


def test_when_too_many_wait_more_are_dropped_and_say_so() -> None:
    box = outbox(pending_deliveries=1)
    box.put(owed("a"))
    box.put(owed("b"))
    assert of(box) == [("a", "pending"), ("b", "dropped")]
    assert "full, with 1 deliveries" in box.get("b").reason


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9), st.integers(0, 30), st.integers(0, 20))
def test_the_bytes_of_attempts_stay_within_their_bounds(sizes, room, most) -> None:
    box = outbox(room, delivery_bodies=most, deliveries=4)
    for number, (body, reply) in enumerate(sizes):
        box.put(owed(f"{number % 6}", float(number)))
        box.take(float(number))
        box.note(f"{number % 6}", answered(200, body=b"b" * body, reply=b"r" * reply))
        held = sum(attempt.size for delivery in box for attempt in delivery.attempts)
        assert held == box._used == box._room.used <= min(room, most)
    box.clear()
    assert (box._used, box._room.used, len(box)) == (0, 0, 0)


def test_the_newest_bytes_are_kept() -> None:
    box = outbox(delivery_bodies=5)
    for name in "ab":
        box.put(owed(name))
        box.note(name, answered(body=b"four"))
    assert [attempt.body for delivery in box for attempt in delivery.attempts] == [b"", b"four"]


def test_its_own_older_bytes_make_room_for_a_delivery() -> None:
    box = outbox(delivery_bodies=5)
    box.put(owed())
    for body in (b"four", b"5"):
        box.note("a", answered(body=body * 1))
    box.note("a", answered(body=b"four"))
    assert [attempt.body for attempt in box.get("a").attempts] == [b"", b"", b"four"]


def test_of_what_is_forgotten_nothing_is_noted() -> None:
    box = outbox()
    box.put(owed("a"))
    box.put(owed("b", mishap=SWAPPED))
    box.take(1.0)
    box.clear()
    assert (box.note("a", answered()), box.refuse("a", ""), box.next_due(), box.busy(9.0)) == (None, None, None, False)


# News


def test_watchers_hear_of_what_is_owed_and_how_it_went() -> None:
    box = outbox()
    heard: list[str] = []
    end = box.watch(lambda: heard.append("news"))
    box.put(owed())
    box.note("a", answered())
    end()
    box.clear()
    assert heard == ["news", "news"]
