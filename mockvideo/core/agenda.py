"""Dated effects of one account: nobody is present when a job ends, so what follows from that is looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from mockvideo.core.jobs import Job
from mockvideo.core.slots import planned
from mockvideo.core.store import Store

# Where no job can be.
MARK = ("", "")


class Agenda:
    """When the jobs of a store end, and which of them wait for a render slot."""

    __slots__ = ("_ends", "_store", "_waiting")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ends: list[tuple[float, str, str]] = []
        self._waiting: dict[str, dict[str, None]] = {}

    def waits(self, now: float) -> bool:
        """Whether nothing is due."""
        return not self._ends or self._ends[0][0] > now

    def put(self, job: Job) -> None:
        """Enter a job's value in the store, and its end here."""
        self._store.put(job)
        end = job.timeline.end
        if end is not None:
            heappush(self._ends, (end, job.dialect, job.id))

    def due(self, now: float) -> Iterator[Job]:
        """Yield the jobs that have ended, each once."""
        while not self.waits(now):
            entry = end, dialect, job_id = heappop(self._ends)
            # An end that was moved away and back again stands there twice.
            while self._ends and self._ends[0] == entry:
                heappop(self._ends)
            job = self._store.get(dialect, job_id)
            # Entries of timelines that an event has replaced stay in the heap, and mean nothing any more.
            if job is not None and job.timeline.end == end:
                self._waiting.get(dialect, {}).pop(job_id, None)
                yield job

    def mark(self, moments: Iterable[float]) -> None:
        """Let something be due at these moments, beside the ends of jobs, in the place of those marked before."""
        ends = [entry for entry in self._ends if entry[1:] != MARK]
        self._ends = [*ends, *((moment, *MARK) for moment in moments)]
        heapify(self._ends)

    def clear(self) -> None:
        """Forget all jobs."""
        self._ends = [entry for entry in self._ends if entry[1:] == MARK]
        heapify(self._ends)
        self._waiting.clear()

    def take_turns(self, dialect: str, slots: int | None, now: float, newcomer: str | None = None) -> None:
        """Let jobs wait for a render slot as long as it takes, and no longer; None: there are plenty."""
        waiting = self._waiting.setdefault(dialect, {})
        if newcomer is not None:
            waiting[newcomer] = None
        jobs = [job for job_id in waiting if (job := self._store.get(dialect, job_id)) is not None]
        for job in planned(jobs, len(jobs) if slots is None else slots, now):
            self.put(job)
