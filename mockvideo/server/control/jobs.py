"""Jobs of an account: listed, shown, ended by hand."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import dropwhile, islice

from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import Job, Snapshot, State
from mockvideo.server import clips
from mockvideo.server.control.asked import JobPage, Nothing, Settlement
from mockvideo.server.control.refusals import RefusedError
from mockvideo.server.control.told import JobsTold, JobTold
from mockvideo.server.control.visit import Visit


async def listing(visit: Visit, asked: JobPage) -> JobsTold:
    """List jobs, the last submitted first."""
    account = visit.known_account
    with account.lock:
        found = list(islice(_asked_for(account, asked), asked.limit + 1))
        jobs = [_told(visit, snapshot) for snapshot in found[: asked.limit]]
    return JobsTold(jobs=jobs, next=f"{jobs[-1].dialect}/{jobs[-1].id}" if len(found) > asked.limit else None)


async def show(visit: Visit, _: Nothing) -> JobTold:
    """Tell a job as it stands, which counts as no poll."""
    account = visit.known_account
    with account.lock:
        now = account.fold()
        job = account.store.get(visit.names["dialect"], visit.names["id"])
        if job is None:
            raise ApiError(Kind.JOB_NOT_FOUND)
        return _told(visit, job.at(now))


async def settle(visit: Visit, asked: Settlement) -> JobTold:
    """End a job now."""
    if asked.reason is not None and asked.state != "failed":
        raise RefusedError(400, f"reason: a job that has {asked.state} has none.", 'Send "state": "failed" with it.')
    try:
        names = visit.names
        ended = visit.known_account.settle(names["dialect"], names["id"], State(asked.state), asked.reason)
    except ValueError as error:
        raise RefusedError(409, f"{error}.") from None
    return _told(visit, ended)


def _asked_for(account: Account, asked: JobPage) -> Iterator[Snapshot]:
    now, store = account.fold(), account.store
    dialects = store.dialects() if asked.dialect is None else [asked.dialect]
    jobs: Iterator[Job] = merge(*map(store.backwards, dialects), key=lambda job: job.submitted_at, reverse=True)
    if asked.after is not None:
        dialect, _, job_id = asked.after.partition("/")
        if store.get(dialect, job_id) is None:
            raise RefusedError(400, "after: there is no such job any more.", "List again without it.")
        jobs = islice(dropwhile(lambda job: (job.dialect, job.id) != (dialect, job_id), jobs), 1, None)
    return (snapshot for job in jobs if (snapshot := job.at(now)).state == (asked.state or snapshot.state))


def _told(visit: Visit, snapshot: Snapshot) -> JobTold:
    job = snapshot.job
    here = snapshot.state is State.SUCCEEDED and not job.clips_expired(snapshot.now)
    return JobTold(
        dialect=job.dialect,
        id=job.id,
        model=job.request.model,
        prompt=job.request.prompt,
        state=snapshot.state,
        progress=snapshot.progress,
        submitted_at=job.submitted_at,
        ends_at=job.timeline.end,
        price=job.request.price,
        reason=job.reason if snapshot.state is State.FAILED else None,
        rule=job.script.rule,
        scenarios=[scenario.name for scenario in job.script.scenarios],
        clips=[visit.url(path) for path in clips.paths(visit.known_account, job)] if here else [],
    )
