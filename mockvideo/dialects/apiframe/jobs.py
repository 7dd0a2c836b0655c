"""Jobs as the provider writes them, and the query of their list."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import FINAL, Reason, Refund, Snapshot, State
from mockvideo.core.terms import Page
from mockvideo.dialect import spelled
from mockvideo.dialects.apiframe.schemas import ListJobs
from mockvideo.dialects.apiframe.words import FAILURES, STATES
from mockvideo.operation import Item, Links
from mockvideo.schema import Json, validate

STATUS = spelled(STATES)
STATE_OF = {word: state for state, word in STATUS.items()}
RETENTION = 86_400.0  # seconds after which openapi.json calls a result expired
WEBHOOK_STATUS = {None: "pending", True: "delivered", False: "failed"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def iso(moment: float) -> str:
    """Write a moment, in seconds since the epoch, as the provider does: in UTC, to the millisecond."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def accepted(snapshot: Snapshot, _: Links) -> Json:
    # The answer to a submission has no word for cancelled; only a replay could need one.
    state = State.FAILED if snapshot.state is State.CANCELLED else snapshot.state
    return {"jobId": snapshot.job.id, "status": STATUS[state]}


def listed(snapshot: Snapshot, links: Links) -> Json:
    job, state = snapshot.job, snapshot.state
    document: Json = {
        "id": job.id,
        "status": STATUS[state],
        "model": job.request.model,
        "progress": snapshot.percent,
        "result": None,
        "error": None,
        "creditCost": int(job.request.price),
        "webhookStatus": None,
        "createdAt": iso(job.submitted_at),
        "completedAt": None,
        "expired": False,
    }
    return document | _ending(snapshot, links) if state in FINAL else document


def _ending(snapshot: Snapshot, links: Links) -> Json:
    ended = snapshot.completed_at or snapshot.now
    ending: Json = {"completedAt": iso(ended)}
    webhook = snapshot.job.request.webhook
    if webhook is not None and webhook.owes(snapshot.state):
        ending["webhookStatus"] = WEBHOOK_STATUS[snapshot.job.called]
    if snapshot.state is not State.SUCCEEDED:
        return ending | _bad_end(snapshot)
    expired = snapshot.now - ended >= RETENTION or snapshot.job.clips_expired(snapshot.now)
    return ending | {"result": _result(links.videos), "expired": expired}


def _bad_end(snapshot: Snapshot) -> Json:
    failure = FAILURES[snapshot.job.reason or Reason.INTERNAL]
    error = failure.text if snapshot.state is State.FAILED else None
    # As on the page about jobs; the SDK's fixtures have null for both numbers.
    kept = int(snapshot.job.request.price) if snapshot.job.script.refund is Refund.NONE else 0
    return {"error": error, "progress": 0, "creditCost": kept}


def _result(videos: tuple[str, ...]) -> Json:
    # An older page has a bare URL; the later one has objects, and every client found reads those.
    return {"videoUrl": videos[0]} if len(videos) == 1 else {"videos": list(videos)}


def polled(snapshot: Snapshot, links: Links) -> Json:
    return listed(snapshot, links) | {"input": snapshot.job.request.extra.get("input")}


def check_id(job_id: str) -> None:
    """Refuse what is no UUID."""
    if not UUID.fullmatch(job_id):
        raise ApiError(Kind.INVALID_REQUEST, f"{job_id[:100]!r} is not a UUID", field="id")


def read_query(query: Mapping[str, str]) -> Page:
    """Understand the query of the list; ``scope`` makes no difference, as a key is alone in its team."""
    asked: Any = validate(ListJobs, dict(query), strict=False)
    if asked.search is not None and not UUID.fullmatch(asked.search):
        raise ApiError(Kind.INVALID_REQUEST, "Invalid UUID", field="search")
    return Page(
        limit=asked.limit,
        after=None if asked.cursor is None else _after(asked.cursor),
        state=None if asked.status is None else STATE_OF[asked.status],
        model=asked.model,
        job=asked.search,
    )


def job_list(items: list[Item], query: Mapping[str, str], more: bool) -> Json:  # noqa: FBT001 - as List.render has it
    document: Json = {
        "jobs": [listed(item.snapshot, item.links) for item in items],
        "nextCursor": cursor(items[-1].snapshot.job.id) if more else None,
        "hasMore": more,
    }
    if query.get("include_models") == "true":
        document["models"] = sorted({item.snapshot.job.request.model for item in items})
    return document


def cursor(job_id: str) -> str:
    """Point behind a job of the list."""
    return b64encode(json.dumps({"id": job_id}, separators=(",", ":")).encode()).decode()


def _after(text: str) -> str:
    try:
        job_id = json.loads(b64decode(text, validate=True))["id"]
    # A hostile cursor can be nested deeper than json.loads can go.
    except (ValueError, KeyError, TypeError, RecursionError):
        job_id = None
    if not isinstance(job_id, str):
        raise ApiError(Kind.INVALID_REQUEST, "no list gave this cursor; list again without it", field="cursor")
    return job_id
