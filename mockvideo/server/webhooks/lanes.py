"""Lets the work for many receivers run side by side, so that a dead one holds up nobody but itself."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

Item = TypeVar("Item")
EACH = 4
TOTAL = 64
REMEMBERED = 1024


@dataclass(slots=True)
class _Lane(Generic[Item]):
    """What one receiver is owed, by job; ``free`` are the jobs of which nothing is under way."""

    waiting: dict[Hashable, list[tuple[float, int, Item]]] = field(default_factory=dict)
    free: deque[Hashable] = field(default_factory=deque)
    running: int = 0


class Lanes(Generic[Item]):
    """Runs items: of one job one after the other, by their moments; of a receiver ``each``, of all ``total`` at once.

    ``run`` returns whether the receiver was quick. One that was not, or was never tried, has one run at a time, and all
    such have half of the total together: they can hold up each other, but none that is quick, and are held up by none.
    """

    def __init__(self, run: Callable[[Item], Awaitable[bool]], *, each: int = EACH, total: int = TOTAL) -> None:
        self._run = run
        self._each = each
        self._total = total
        self._number = count()
        self._lanes: dict[Hashable, _Lane[Item]] = {}
        # Receivers that could run something now, in turn: those that are quick, and the others.
        self._ready: dict[bool, OrderedDict[Hashable, _Lane[Item]]] = {True: OrderedDict(), False: OrderedDict()}
        self._quick: OrderedDict[Hashable, None] = OrderedDict()
        self._running = 0
        self._doubtful = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, receiver: Hashable, job: Hashable, due: float, item: Item) -> None:
        """Let the item run when its turn comes. For the thread of the event loop, as all of this class."""
        lane = self._lanes.setdefault(receiver, _Lane())
        if job not in lane.waiting:
            lane.waiting[job] = []
            lane.free.append(job)
        heappush(lane.waiting[job], (due, next(self._number), item))
        self._offer(receiver, lane)
        self._start()

    async def close(self) -> None:
        """End what runs, and start nothing any more."""
        self._total = 0
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _offer(self, receiver: Hashable, lane: _Lane[Item]) -> None:
        quick = receiver in self._quick
        if lane.free and lane.running < (self._each if quick else 1):
            self._ready[quick][receiver] = lane

    def _start(self) -> None:
        while self._running < self._total:
            doubted = bool(self._ready[False]) and self._doubtful < max(1, self._total // 2)
            if not doubted and not self._ready[True]:
                return
            receiver, lane = self._ready[not doubted].popitem(last=False)
            work = self._work(receiver, lane, lane.free.popleft(), doubted=doubted)
            self._running += 1
            self._doubtful += doubted
            lane.running += 1
            task = asyncio.get_running_loop().create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._offer(receiver, lane)

    async def _work(self, receiver: Hashable, lane: _Lane[Item], job: Hashable, *, doubted: bool) -> None:
        quick = False
        try:
            quick = await self._run(heappop(lane.waiting[job])[-1])
        finally:
            self._running -= 1
            self._doubtful -= doubted
            lane.running -= 1
            if lane.waiting[job]:
                lane.free.append(job)
            else:
                del lane.waiting[job]
            self._judge(receiver, quick=quick)
            self._start()

    def _judge(self, receiver: Hashable, *, quick: bool) -> None:
        """Put a receiver where it belongs after a run."""
        self._quick.pop(receiver, None)
        if quick:
            self._quick[receiver] = None
            if len(self._quick) > REMEMBERED:
                self._quick.popitem(last=False)
        for ready in self._ready.values():
            ready.pop(receiver, None)
        lane = self._lanes[receiver]
        if lane.waiting:
            self._offer(receiver, lane)
        else:
            del self._lanes[receiver]
