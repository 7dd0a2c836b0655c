"""Dated effects of one account: nobody is present when a job ends, so what follows from that is looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from mockvideo.core.edges import Edge, edges
from mockvideo.core.events import Webhook
from mockvideo.core.jobs import Job, State
from mockvideo.core.slots import planned
from mockvideo.core.store import Store

# Where no job can be.
MARK = ("", "")


class Agenda:
    """When the jobs of a store end, what their webhooks wait for, and which of them wait for a render slot."""

    __slots__ = ("_ends", "_store", "_told", "_waiting")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ends: list[tuple[float, str, str]] = []
        # The last change of each unfinished job with a webhook.
        self._told: dict[tuple[str, str], Edge] = {}
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
        if job.request.webhook is not None:
            self._told.setdefault((job.dialect, job.id), Edge(job.timeline.start, State.QUEUED, 0))
            self._expect(job, job.request.webhook)

    def next_change(self) -> float | None:
        """Return when something may next happen to a job with a webhook; None: there is no such job."""
        return self._ends[0][0] if self._told and self._ends else None

    def due(self, now: float) -> Iterator[tuple[Job, Edge | None]]:
        """Yield what has happened, in order: changes of jobs that have webhooks, and the end of each job (None)."""
        while not self.waits(now):
            entry = end, dialect, job_id = heappop(self._ends)
            # An end that was moved away and back again stands there twice.
            while self._ends and self._ends[0] == entry:
                heappop(self._ends)
            job = self._store.get(dialect, job_id)
            if job is None:
                continue
            if job.request.webhook is not None:
                yield from self._changes(job, job.request.webhook, end)
            # Entries of timelines that an event has replaced stay in the heap, and mean nothing any more.
            if job.timeline.end == end:
                self._waiting.get(dialect, {}).pop(job_id, None)
                self._told.pop((dialect, job_id), None)
                yield job, None

    def mark(self, moments: Iterable[float]) -> None:
        """Let something be due at these moments, beside the ends of jobs, in the place of those marked before."""
        ends = [entry for entry in self._ends if entry[1:] != MARK]
        self._ends = [*ends, *((moment, *MARK) for moment in moments)]
        heapify(self._ends)

    def clear(self) -> None:
        """Forget all jobs."""
        self._ends = [entry for entry in self._ends if entry[1:] == MARK]
        heapify(self._ends)
        self._told.clear()
        self._waiting.clear()

    def take_turns(self, dialect: str, slots: int | None, now: float, newcomer: str | None = None) -> None:
        """Let jobs wait for a render slot as long as it takes, and no longer; None: there are plenty."""
        waiting = self._waiting.setdefault(dialect, {})
        if newcomer is not None:
            waiting[newcomer] = None
        jobs = [job for job_id in waiting if (job := self._store.get(dialect, job_id)) is not None]
        for job in planned(jobs, len(jobs) if slots is None else slots, now):
            self.put(job)

    def _changes(self, job: Job, webhook: Webhook, until: float) -> Iterator[tuple[Job, Edge]]:
        """Yield the changes of an unfinished job up to that moment which were not there yet, and expect the next."""
        place = (job.dialect, job.id)
        if place in self._told:
            for edge in edges(job.timeline, webhook.steps, self._told[place], until):
                self._told[place] = edge
                yield job, edge
            self._expect(job, webhook)

    def _expect(self, job: Job, webhook: Webhook) -> None:
        """Enter the next change of a job for a webhook that does not only wait for its end."""
        if webhook.steps:
            edge = next(edges(job.timeline, webhook.steps, self._told[job.dialect, job.id]), None)
            if edge is not None:
                heappush(self._ends, (edge.moment, job.dialect, job.id))
