"""Jobs as the relay writes them, to those who poll and to those who are called."""

from __future__ import annotations

from mockvideo.core.events import Event
from mockvideo.core.jobs import FINAL, Reason, Snapshot, State
from mockvideo.dialect import spelled
from mockvideo.dialects.sora import words
from mockvideo.operation import Links
from mockvideo.provenance import SEED, guess
from mockvideo.schema import Json
from mockvideo.webhook import Call, Webhooks

STATUS = spelled(words.STATES)
WAITS = (1.0, 5.0, 25.0)


def video(snapshot: Snapshot, links: Links) -> Json:
    job, state = snapshot.job, snapshot.state
    request = job.request
    document: Json = {
        "id": job.id,
        "task_id": job.id,
        "object": "video",
        "model": request.model,
        "status": STATUS[state],
        "progress": snapshot.percent,
        "created_at": int(job.submitted_at),
        "seconds": f"{request.duration:g}",
        "size": f"{request.width}x{request.height}",
    }
    return document | _ending(snapshot, links) if state in FINAL else document


def _ending(snapshot: Snapshot, links: Links) -> Json:
    ending: Json = {"progress": 100, "completed_at": int(snapshot.completed_at or snapshot.now)}
    if snapshot.state is State.SUCCEEDED:
        (url,) = links.videos
        return ending | {"video_url": url, "url": url, "metadata": {"url": url}}
    failure = words.FAILURES[snapshot.job.reason or Reason.INTERNAL]
    return ending | {"error": {"message": failure.text, "code": failure.code}}


def called(snapshot: Snapshot, links: Links) -> Json:
    external_id = snapshot.job.request.extra.get("external_task_id")
    return video(snapshot, links) | ({"external_task_id": external_id} if external_id else {})


UNSAID = guess("the relay names its fields only; its engine calls nobody itself")
WEBHOOKS = Webhooks(
    url="/callback_url",
    calls=(
        Call(Event("completed", frozenset({State.SUCCEEDED}), waits=WAITS), called, UNSAID),
        Call(Event("failed", frozenset({State.FAILED, State.CANCELLED}), waits=WAITS), called, UNSAID),
    ),
    usual=("completed", "failed"),
    sources={"url": SEED, "usual": UNSAID, "signature": UNSAID, "waits": UNSAID, "timeout": UNSAID},
)
