"""What may stand in a rule, for editors and type checkers: the words and tables of scenario files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

# Seconds, or "250ms", "5s", "2m", "1m30s".
Time = float | str
Operation = Literal["*", "submit", "generate", "poll", "content", "list", "upload", "document", "webhook"]
ReasonWord = Literal["content_policy", "upstream", "timed_out", "unsupported_input", "internal"]
RefundWord = Literal["full", "none", "twice"]
Part = Literal["before", "head", "body"]
KindWord = Literal[
    "invalid_request",
    "missing_input",
    "model_limit",
    "unknown_model",
    "missing_key",
    "invalid_key",
    "inactive_key",
    "plan_required",
    "insufficient_credits",
    "route_not_found",
    "method_not_allowed",
    "job_not_found",
    "not_ready",
    "idempotency_conflict",
    "payload_too_large",
    "unsupported_media_type",
    "rate_limited",
    "quota_exceeded",
    "internal",
    "upstream",
    "unavailable",
    "timeout",
]


class Narrowing(TypedDict, total=False):
    """Which requests: texts are literals or globs, pairs are from and to."""

    dialect: str
    model: str
    prompt: str
    image: bool
    between: tuple[Time, Time]
    age: tuple[Time, Time]
    poll: int | tuple[int, int]
    needless_key: bool
    event: str


class Lognormal(TypedDict, total=False):
    """Mostly about the median, now and then much longer."""

    median: Time
    sigma: float


class Polls(TypedDict):
    """Until the job was polled so often."""

    polls: int


class Stuck(TypedDict):
    """Progress rises to a share and stays there."""

    stuck_at: float


Span = Time | tuple[Time, Time] | Lognormal | Polls
Progress = Literal["linear", "absent"] | Sequence[float] | Stuck


class Outcome(TypedDict, total=False):
    """How a job ends, and what becomes of it then."""

    ends: Literal["succeeded", "failed", "cancelled", "never"]
    reason: ReasonWord
    at: float
    refund: RefundWord
    forgotten_after: Time
    clips_expire_after: Time
    id: str
    opaque_poll_url: bool
    idempotent: bool


class HttpDate(TypedDict):
    """A Retry-After that names a moment, so many seconds from now."""

    date: float


class Literally(TypedDict):
    """A Retry-After that says just this."""

    text: str


Wait = Time | HttpDate | Literally


class Snapshot(TypedDict, total=False):
    """An answer as the job may have stood before."""

    state: Literal["queued", "running"]
    progress: float
    cached: Time


class Document(TypedDict, total=False):
    """A changed document, at id, status, progress, video, error, poll_url or a JSON pointer."""

    set: Mapping[str, Any]
    null: Sequence[str]
    omit: Sequence[str]
    text: Sequence[str]
    rename: Mapping[str, str]
    wrap: str
    beside: Mapping[str, Any]
    extra: int
    blob: int


class Bytes(TypedDict, total=False):
    """Other bytes in the place of an answer."""

    status: int
    html: int
    body: str
    content_type: str
    headers: Mapping[str, str | Sequence[str]]
    garbage: bool
    redirect: str
    content_length: int
    chunked: Literal["unended", "early"]
    ranges: Literal["ignored", "shifted", "refused"]


class Connection(TypedDict, total=False):
    """A connection that fails or crawls, in real time."""

    reset: Part
    close: Part
    hang: Part
    at: float
    delay: Time
    drip: Literal["head", "body"]
    piece: int
    every: Time
    bandwidth: int
    not_kept: bool


class Clip(TypedDict, total=False):
    """Another file in the place of a clip."""

    kind: Literal["no_moov", "cut", "wrong_codec", "empty", "html", "error", "picture"]
    size: int
    base64: Literal["urlsafe", "lines", "cut"]


class Webhook(TypedDict, total=False):
    """What goes wrong with a webhook: when it comes, and what it says."""

    delay: Time
    times: int
    reorder: bool
    drop: bool
    signature: Literal["wrong", "missing", "stale", "other_key"]
    body: Literal["altered", "reencoded"]
    url: Literal["altered"]
    status: Literal["conflicting"]
    job: Literal["another"]


class Fault(TypedDict, total=False):
    """A disturbance of an answer, on one level, or of a webhook."""

    snapshot: Snapshot
    document: Document
    bytes: Bytes
    connection: Connection
    clip: Clip
    webhook: Webhook
