"""The relay's words for states, errors and failures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.money import amount
from mockvideo.dialect import Absent, Spelling, Word, absent
from mockvideo.dialects.sora.schemas import CONVENTIONS
from mockvideo.provenance import SEED, Source, code, guess, spec
from mockvideo.schema import Json

ENGINE_WORD = code("new-api's word, in the relay's documented envelope")
OUR_WORD = guess("no document names a code for this")

STATES: Mapping[State, Word | Absent] = {
    State.QUEUED: Word("queued", SEED),
    State.RUNNING: Word("in_progress", SEED),
    State.SUCCEEDED: Word("completed", SEED),
    State.FAILED: Word("failed", SEED),
    State.CANCELLED: absent(nearest=State.FAILED),
}

FAILURES = {
    Reason.CONTENT_POLICY: Spelling(
        status=200,
        code="moderation_blocked",
        text="Your request was blocked by our moderation system.",
        source=spec("OpenAI's Videos API, whose shape the relay has taken"),
    ),
    Reason.UPSTREAM: Spelling(status=200, code="upstream_error", text="The upstream provider failed.", source=OUR_WORD),
    Reason.TIMED_OUT: Spelling(status=200, code="timeout", text="The task timed out.", source=OUR_WORD),
    Reason.UNSUPPORTED_INPUT: Spelling(
        status=200, code="invalid_input", text="The provider cannot use this input.", source=OUR_WORD
    ),
    Reason.INTERNAL: Spelling(status=200, code="internal_error", text="Internal error.", source=OUR_WORD),
}


def _refusal(
    status: int, code: str, text: str, source: Source = ENGINE_WORD, *, kind: str = "invalid_request_error"
) -> Spelling:
    return Spelling(status=status, code=code, text=text, type=kind, source=source)


# The engine's own words: the user's quota is used up, what is left; or it falls short of what the request would cost.
USED_UP = "用户额度不足, 剩余额度: ＄{available:.6f}"  # noqa: RUF001
TOO_LITTLE = "预扣费额度失败, 用户剩余额度: ＄{available:.6f}, 需要预扣费额度: ＄{required:.6f}"  # noqa: RUF001

ERRORS: Mapping[Kind, Spelling | Absent] = {
    Kind.INVALID_REQUEST: _refusal(400, "invalid_request_error", "{message}", CONVENTIONS),
    Kind.MISSING_INPUT: _refusal(400, "invalid_request_error", "{message}", CONVENTIONS),
    Kind.MODEL_LIMIT: _refusal(400, "invalid_request_error", "{message}", CONVENTIONS),
    Kind.UNKNOWN_MODEL: _refusal(
        503,
        "model_not_found",
        "No available channel for model {model} under group default (distributor)",
        kind="new_api_error",
    ),
    Kind.MISSING_KEY: _refusal(401, "", "Invalid token", kind="new_api_error"),
    Kind.INVALID_KEY: _refusal(401, "", "Invalid token", kind="new_api_error"),
    Kind.INACTIVE_KEY: absent(nearest=Kind.INVALID_KEY),
    Kind.PLAN_REQUIRED: _refusal(403, "", "This token has no access to model {model}"),
    Kind.INSUFFICIENT_CREDITS: _refusal(403, "insufficient_user_quota", USED_UP),
    Kind.ROUTE_NOT_FOUND: _refusal(404, "invalid_url", "Invalid URL ({method} {path})", OUR_WORD),
    Kind.METHOD_NOT_ALLOWED: absent(nearest=Kind.ROUTE_NOT_FOUND),
    Kind.JOB_NOT_FOUND: _refusal(404, "task_not_exist", "task_not_exist"),
    Kind.NOT_READY: _refusal(
        400, "task_not_completed", "Task is not completed yet, current status: {status}", OUR_WORD
    ),
    Kind.IDEMPOTENCY_CONFLICT: absent(nearest=Kind.INVALID_REQUEST),
    Kind.PAYLOAD_TOO_LARGE: _refusal(413, "read_request_body_failed", "{message}"),
    Kind.UNSUPPORTED_MEDIA_TYPE: _refusal(400, "invalid_request_error", "{message}", OUR_WORD),
    Kind.RATE_LIMITED: _refusal(429, "rate_limit_exceeded", "Rate limit exceeded.", OUR_WORD),
    Kind.QUOTA_EXCEEDED: absent(nearest=Kind.RATE_LIMITED),
    Kind.INTERNAL: _refusal(500, "internal_error", "Internal server error.", CONVENTIONS),
    Kind.UPSTREAM: _refusal(502, "fail_to_fetch_task", "The upstream provider failed."),
    Kind.UNAVAILABLE: _refusal(503, "get_channel_failed", "{message}"),
    Kind.TIMEOUT: _refusal(504, "upstream_timeout", "The upstream provider timed out.", OUR_WORD),
}

_SECONDS = _refusal(400, "invalid_seconds", "seconds must be between 1 and 3600")
_SIZE = _refusal(400, "invalid_size", "{message}")

SPELLINGS = {
    (Kind.INVALID_REQUEST, "seconds"): _SECONDS,
    (Kind.INVALID_REQUEST, "duration"): _SECONDS,
    (Kind.INVALID_REQUEST, "size"): _SIZE,
    (Kind.MODEL_LIMIT, "size"): _refusal(400, "invalid_size", "{model} size is invalid"),
}


def envelope(refusal: Refusal, spelling: Spelling, text: str) -> Json:
    return {"error": {"code": spelling.code, "message": _short(refusal, spelling) or text, "type": spelling.type}}


def _short(refusal: Refusal, spelling: Spelling) -> str:
    """Say of a quota that is not used up how far it falls short."""
    left, required = (amount(refusal.facts, name, Decimal(0)) for name in ("available", "required"))
    if refusal.text or spelling.text != USED_UP or not 0 < left < required:
        return ""
    return TOO_LITTLE.format(available=left, required=required)
