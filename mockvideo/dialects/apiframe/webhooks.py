"""The calls that Apiframe makes to a job's webhookUrl."""

from __future__ import annotations

import hmac
from hashlib import sha256

from mockvideo.core.deliveries import Headers
from mockvideo.core.events import Event
from mockvideo.core.jobs import Snapshot, State
from mockvideo.dialects.apiframe.jobs import listed
from mockvideo.operation import Links, Render
from mockvideo.provenance import SEED, guess, page, sdk
from mockvideo.schema import Json
from mockvideo.webhook import Call, Signature, Webhooks

PAGE = page("docs-v2.apiframe.ai, Webhooks")
# How often a client hears of progress: once a fifth, beside the beginning.
STEPS = (20, 40, 60, 80)
WAITS = (1.0, 5.0, 25.0)


def told(event: str, *fields: str) -> Render:
    """Return what writes the document of an event: some fields of the job, under the names that a poll has."""

    def render(snapshot: Snapshot, links: Links) -> Json:
        job = listed(snapshot, links)
        return {"event": event, "jobId": snapshot.job.id, **{field: job[field] for field in fields}}

    return render


def headers(event: str) -> Headers:
    return (("X-Webhook-Event", event),)


def digest(key: str) -> bytes:
    return sha256(key.encode()).digest()


def sign(body: bytes, secret: bytes) -> Headers:
    return (("X-Webhook-Signature", f"sha256={hmac.new(secret, body, sha256).hexdigest()}"),)


WEBHOOKS = Webhooks(
    url="/webhookUrl",
    wanted="/webhookEvents",
    calls=(
        Call(Event("progress", steps=STEPS), told("progress", "status", "progress", "model"), PAGE),
        Call(
            Event("completed", frozenset({State.SUCCEEDED}), waits=WAITS),
            told("completed", "status", "progress", "result", "model", "creditCost", "completedAt"),
            PAGE,
        ),
        Call(Event("failed", frozenset({State.FAILED}), waits=WAITS), told("failed", "status", "error", "model"), PAGE),
    ),
    usual=("completed", "failed"),
    headers=headers,
    signature=Signature(
        digest, sign, sdk("src/webhooks.ts, for the bytes of the digest as the key; a third party takes its hex text")
    ),
    sources={
        "url": SEED,
        "wanted": SEED,
        "usual": guess("no text says what comes where a request names no events; the page's own example names these"),
        "headers": PAGE,
        "waits": guess("the page is cut off where it speaks of retries"),
        "steps": guess("the page has every change of the percentage; workers that poll upstream see four to six"),
        "timeout": guess("nothing public says"),
    },
)
