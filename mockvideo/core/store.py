"""The jobs of one account, bounded: unfinished ones are kept, finished ones go oldest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import groupby

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import Job
from mockvideo.core.settings import Caps


class Store:
    """Jobs by dialect and id, in the order in which they were submitted."""

    __slots__ = ("_caps", "_finished", "_jobs", "unfinished")

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._jobs: dict[str, dict[str, Job]] = {}
        self._finished: deque[tuple[str, str]] = deque()
        self.unfinished = 0

    def __len__(self) -> int:
        return self.unfinished + len(self._finished)

    def get(self, dialect: str, job_id: str) -> Job | None:
        jobs = self._jobs.get(dialect)
        return jobs.get(job_id) if jobs is not None else None

    def latest(self, dialect: str) -> Iterator[Job]:
        """Yield the dialect's jobs, the last submitted first; those of one moment by id, backwards."""
        jobs = reversed(self._jobs.get(dialect, {}).values())
        # Under a clock that stands still many jobs share a moment, and a cursor needs one order.
        for _, together in groupby(jobs, key=lambda job: job.submitted_at):
            yield from sorted(together, key=lambda job: job.id, reverse=True)

    def refuse_overflow(self) -> None:
        """Refuse one more unfinished job when there is no room for it."""
        if self.unfinished >= self._caps.unfinished_jobs:
            most = self._caps.unfinished_jobs
            message = f"The queue is full: {most} unfinished jobs. Let some finish."
            raise ApiError(Kind.UNAVAILABLE, message, retry_after=5.0)

    def add(self, job: Job) -> None:
        self._jobs.setdefault(job.dialect, {})[job.id] = job
        self.unfinished += 1

    def replace(self, job: Job) -> None:
        """Put a job's new value in the place of its old one."""
        self._jobs[job.dialect][job.id] = job

    def finish(self, job: Job) -> None:
        """Count a job as finished; the oldest finished one goes when there are too many."""
        self.unfinished -= 1
        self._finished.append((job.dialect, job.id))
        if len(self._finished) > self._caps.finished_jobs:
            dialect, job_id = self._finished.popleft()
            del self._jobs[dialect][job_id]
