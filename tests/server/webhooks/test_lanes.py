from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.server.webhooks import lanes
from mockvideo.server.webhooks.lanes import Lanes

Item = tuple[str, str, int]


class Traffic:
    """Items that run until they are let go, and what could be seen of them."""

    def __init__(self, *, each: int = 4, total: int = 64, dead: frozenset[str] = frozenset()) -> None:
        self.dead = dead
        self.begun: list[Item] = []
        self.running: dict[Item, asyncio.Event] = {}
        self.lanes = Lanes(self.run, each=each, total=total)

    def put(self, receiver: str, job: str, due: int) -> None:
        self.lanes.put(receiver, job, due, (receiver, job, due))

    async def run(self, item: Item) -> bool:
        self.begun.append(item)
        self.running[item] = asyncio.Event()
        try:
            await self.running[item].wait()
        finally:
            del self.running[item]
        return item[0] not in self.dead

    async def settle(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    async def let_go(self, *items: Item) -> None:
        for item in items or tuple(self.running):
            self.running[item].set()
        await self.settle()

    async def drain(self) -> None:
        """Let go what runs, but the dead, until nothing else does."""
        while living := [item for item in self.running if item[0] not in self.dead]:
            await self.let_go(*living)

    def at_once(self) -> Counter[str]:
        return Counter(receiver for receiver, _, _ in self.running)


def driven(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    def run() -> None:
        asyncio.run(test())

    run.__name__ = test.__name__
    return run


@driven
async def test_a_new_receiver_has_one_run_at_a_time_and_one_that_is_quick_has_more() -> None:
    traffic = Traffic(each=3)
    for job in "abcdefgh":
        traffic.put("r", job, 0)
    await traffic.settle()
    assert traffic.at_once() == {"r": 1}
    await traffic.let_go()
    assert traffic.at_once() == {"r": 3}
    await traffic.lanes.close()


@driven
async def test_a_receiver_that_became_slow_has_one_run_at_a_time_again() -> None:
    traffic = Traffic(each=3)
    for job in "abcdefgh":
        traffic.put("r", job, 0)
    await traffic.settle()
    await traffic.let_go()
    traffic.dead = frozenset("r")
    await traffic.let_go()
    assert traffic.at_once() == {"r": 1}
    await traffic.lanes.close()


@driven
async def test_of_a_job_one_runs_after_the_other_by_their_moments() -> None:
    traffic = Traffic()
    for due in (3, 1, 2):
        traffic.put("r", "job", due)
    await traffic.settle()
    await traffic.drain()
    assert [due for _, _, due in traffic.begun] == [1, 2, 3]


@driven
async def test_what_comes_while_a_job_runs_is_sorted_in() -> None:
    traffic = Traffic()
    traffic.put("r", "job", 1)
    traffic.put("r", "job", 9)
    await traffic.settle()
    traffic.put("r", "job", 5)
    await traffic.drain()
    assert [due for _, _, due in traffic.begun] == [1, 5, 9]


@driven
async def test_no_more_than_the_total_run_at_once() -> None:
    traffic = Traffic(each=4, total=6)
    for receiver in "abcdef":
        for job in "0123456789":
            traffic.put(receiver, job, 0)
    most = 0
    await traffic.settle()
    while traffic.running:
        most = max(most, len(traffic.running))
        await traffic.let_go()
    assert most == 6
    assert len(traffic.begun) == 60


@driven
async def test_any_number_of_dead_receivers_leaves_room_for_those_that_answer() -> None:
    dead = frozenset(f"dead-{number}" for number in range(100))
    traffic = Traffic(total=8, dead=dead)
    traffic.put("living", "0", 0)
    await traffic.settle()
    await traffic.let_go()
    for receiver in dead:
        for job in "ab":
            traffic.put(receiver, job, 0)
    for job in range(50):
        traffic.put("living", str(job), 1)
    await traffic.settle()
    await traffic.drain()
    assert sum(receiver == "living" for receiver, _, _ in traffic.begun) == 51
    assert len(traffic.running) == 4
    await traffic.lanes.close()


@driven
async def test_a_new_receiver_is_not_held_up_by_those_that_always_have_something() -> None:
    traffic = Traffic(total=4)
    for receiver in "ab":
        for job in range(100):
            traffic.put(receiver, str(job), 0)
    await traffic.settle()
    for _ in range(3):
        await traffic.let_go()
    traffic.put("new", "job", 0)
    await traffic.let_go(next(iter(traffic.running)))
    assert "new" in traffic.at_once()
    await traffic.lanes.close()


@driven
async def test_only_so_many_receivers_are_remembered() -> None:
    traffic = Traffic()
    for number in range(lanes.REMEMBERED + 5):
        traffic.put(f"r-{number}", "job", 0)
        await traffic.settle()
        await traffic.let_go()
    assert len(traffic.lanes._quick) == lanes.REMEMBERED
    assert traffic.lanes._lanes == {}


@driven
async def test_a_run_that_fails_holds_up_nothing() -> None:
    async def run(item: str) -> bool:
        ran.append(item)
        raise ValueError(item)

    ran: list[str] = []
    failing = Lanes(run)
    failing.put("r", "job", 1, "a")
    failing.put("r", "job", 2, "b")
    (task,) = failing._tasks
    await asyncio.wait([task])
    assert isinstance(task.exception(), ValueError)
    await failing.close()
    assert ran[0] == "a"


@driven
async def test_when_lanes_are_closed_nothing_runs_and_nothing_starts() -> None:
    traffic = Traffic()
    for job in "abc":
        traffic.put("r", job, 0)
    await traffic.settle()
    await traffic.lanes.close()
    traffic.put("s", "job", 0)
    await traffic.settle()
    assert traffic.running == {}
    assert len(traffic.begun) == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 9)), unique=True, max_size=40),
    st.integers(1, 5),
    st.integers(1, 9),
)
def test_everything_runs_once_in_order_within_the_limits(items, each, total) -> None:
    async def play() -> Traffic:
        traffic = Traffic(each=each, total=total)
        for item in items:
            traffic.put(*item)
        await traffic.settle()
        while traffic.running:
            assert len(traffic.running) <= total
            assert max(traffic.at_once().values()) <= each
            assert len({item[:2] for item in traffic.running}) == len(traffic.running)
            await traffic.let_go()
        return traffic

    begun = asyncio.run(play()).begun
    assert sorted(begun) == sorted(items)
    for place in {item[:2] for item in items}:
        dues = [due for *where, due in begun if tuple(where) == place]
        assert dues == sorted(dues)
