"""The jobs of one account, bounded: unfinished ones are kept, finished ones go oldest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import dropwhile, groupby

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import Job, Snapshot
from mockvideo.core.settings import Caps
from mockvideo.core.terms import Page

LONGEST_TOLD = 200


class Store:
    """Jobs by dialect and id, in the order in which they were submitted."""

    __slots__ = ("_caps", "_finished", "_jobs", "_poll_names", "unfinished")

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._jobs: dict[str, dict[str, Job]] = {}
        self._poll_names: dict[tuple[str, str], str] = {}
        self._finished: deque[tuple[str, str]] = deque()
        self.unfinished = 0

    def __len__(self) -> int:
        return self.unfinished + len(self._finished)

    def get(self, dialect: str, job_id: str) -> Job | None:
        jobs = self._jobs.get(dialect)
        return jobs.get(job_id) if jobs is not None else None

    def find(self, dialect: str, job_id: str) -> Job:
        """Return a job, even if a scenario wants it to be forgotten; raises ApiError."""
        job = self.get(dialect, job_id)
        if job is None:
            raise unknown(job_id)
        return job

    def __iter__(self) -> Iterator[Job]:
        for jobs in self._jobs.values():
            yield from jobs.values()

    def dialects(self) -> list[str]:
        """Return where there are jobs."""
        return list(self._jobs)

    def clear(self) -> None:
        """Forget all jobs, finished or not."""
        self._jobs.clear()
        self._poll_names.clear()
        self._finished.clear()
        self.unfinished = 0

    def backwards(self, dialect: str) -> Iterator[Job]:
        """Yield the dialect's jobs, the last submitted first."""
        return reversed(self._jobs.get(dialect, {}).values())

    def latest(self, dialect: str) -> Iterator[Job]:
        """Yield the dialect's jobs, those of the last moment first, and those of one moment by id, backwards."""
        # Under a clock that stands still many jobs share a moment, and a cursor needs one order.
        for _, together in groupby(self.backwards(dialect), key=lambda job: job.submitted_at):
            yield from sorted(together, key=lambda job: job.id, reverse=True)

    def refuse_overflow(self) -> None:
        """Refuse one more unfinished job when there is no room for it."""
        if self.unfinished >= self._caps.unfinished_jobs:
            most = self._caps.unfinished_jobs
            message = f"The queue is full: {most} unfinished jobs. Let some finish."
            raise ApiError(Kind.UNAVAILABLE, message, retry_after=5.0)

    def put(self, job: Job) -> None:
        """Add a job, or put its new value in the place of its old one."""
        jobs = self._jobs.get(job.dialect)
        if jobs is None:
            jobs = self._jobs[job.dialect] = {}
        known = len(jobs)
        jobs[job.id] = job
        self.unfinished += len(jobs) - known
        if job.script.poll_name is not None:
            self._poll_names[job.dialect, job.script.poll_name] = job.id

    def polled(self, dialect: str, name: str) -> Job | None:
        """Return the job that is polled under a name other than its id."""
        job_id = self._poll_names.get((dialect, name))
        return None if job_id is None else self.get(dialect, job_id)

    def page(self, dialect: str, page: Page, now: float) -> Iterator[Snapshot]:
        """Yield the jobs that a page asks for as they stand now, and those that follow."""
        jobs = self.latest(dialect)
        if page.after is not None:
            after = self.get(dialect, page.after)
            if after is None:
                raise ApiError(Kind.INVALID_REQUEST, "The cursor leads nowhere; list again without it.", field="cursor")
            place = (after.submitted_at, after.id)
            jobs = dropwhile(lambda job: (job.submitted_at, job.id) >= place, jobs)
        for job in jobs:
            if page.model in {None, job.request.model} and page.job in {None, job.id} and not job.forgotten(now):
                snapshot = job.at(now)
                if page.state in {None, snapshot.state}:
                    yield snapshot

    def finish(self, job: Job) -> None:
        """Count a job as finished; the oldest finished one goes when there are too many."""
        self.unfinished -= 1
        self._finished.append((job.dialect, job.id))
        if len(self._finished) > self._caps.finished_jobs:
            dialect, job_id = self._finished.popleft()
            oldest = self._jobs[dialect].pop(job_id)
            if oldest.script.poll_name is not None:
                del self._poll_names[dialect, oldest.script.poll_name]


def unknown(job_id: str, rule: str | None = None) -> ApiError:
    """The job is not there, or not any more because a rule wants it so."""
    return ApiError(Kind.JOB_NOT_FOUND, id=job_id[:LONGEST_TOLD], rule=rule)
