"""BelugAPI's words for states, errors and failures."""

from __future__ import annotations

from collections.abc import Mapping

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.dialect import Absent, Spelling, Word, absent
from mockvideo.dialects.beluga.schemas import ERROR_PAGE, CreateVideo
from mockvideo.provenance import SEED, Source, guess, page
from mockvideo.schema import Json

OUR_TEXT = guess("the seed names the field error, no text")
OUR_CODE = page(
    "belugapi.com/docs/errors, status and type; its table of codes is not public, so code and text are ours"
)
MISSING = page("belugapi.com/docs/errors, the first row of its table of codes; the text is ours")
OUR_WORDS = page("belugapi.com/docs/errors, the status; type, code and text are ours")
OPENAI = guess("as OpenAI, whose error object the provider follows")

STATES: Mapping[State, Word | Absent] = {
    State.QUEUED: Word("pending", SEED),
    State.RUNNING: Word("processing", SEED),
    State.SUCCEEDED: Word("completed", SEED),
    State.FAILED: Word("failed", SEED),
    State.CANCELLED: Word("cancelled", SEED),
}

# With 200, because the page's clients read the status in the document and never look at HTTP's.
FAILURES = {
    Reason.CONTENT_POLICY: Spelling(status=200, text="Content policy violation", source=OUR_TEXT),
    Reason.UPSTREAM: Spelling(status=200, text="Upstream error", source=OUR_TEXT),
    Reason.TIMED_OUT: Spelling(status=200, text="Generation timed out", source=OUR_TEXT),
    Reason.UNSUPPORTED_INPUT: Spelling(status=200, text="Unsupported input", source=OUR_TEXT),
    Reason.INTERNAL: Spelling(status=200, text="Internal error", source=OUR_TEXT),
}


def _refusal(
    status: int, code: str | None, text: str, source: Source = OUR_CODE, *, kind: str = "invalid_request_error"
) -> Spelling:
    return Spelling(status=status, code=code, text=text, type=kind, source=source)


_INVALID_KEY = _refusal(401, "invalid_api_key", "Invalid API key.", kind="authentication_error")

ERRORS: Mapping[Kind, Spelling | Absent] = {
    Kind.INVALID_REQUEST: _refusal(400, "invalid_parameter", "{message}"),
    Kind.MISSING_INPUT: _refusal(400, "missing_parameter", "{message}", MISSING),
    Kind.MODEL_LIMIT: _refusal(400, "invalid_parameter", "{message}"),
    Kind.UNKNOWN_MODEL: _refusal(404, "model_not_found", "The model '{model}' does not exist.", ERROR_PAGE),
    Kind.MISSING_KEY: _INVALID_KEY,
    Kind.INVALID_KEY: _INVALID_KEY,
    Kind.INACTIVE_KEY: absent(nearest=Kind.INVALID_KEY),
    Kind.PLAN_REQUIRED: _refusal(
        403, "access_denied", "This API key has no access to this endpoint or model.", OUR_WORDS
    ),
    Kind.INSUFFICIENT_CREDITS: _refusal(
        402, "insufficient_balance", "Insufficient balance.", kind="insufficient_quota"
    ),
    Kind.ROUTE_NOT_FOUND: _refusal(404, None, "Invalid URL ({method} {path})", OPENAI),
    Kind.METHOD_NOT_ALLOWED: absent(nearest=Kind.ROUTE_NOT_FOUND),
    Kind.JOB_NOT_FOUND: _refusal(404, "task_not_found", "Task '{id}' not found.", OUR_WORDS),
    Kind.NOT_READY: absent(nearest=Kind.INVALID_REQUEST),
    Kind.IDEMPOTENCY_CONFLICT: absent(nearest=Kind.INVALID_REQUEST),
    Kind.PAYLOAD_TOO_LARGE: absent(nearest=Kind.INVALID_REQUEST),
    Kind.UNSUPPORTED_MEDIA_TYPE: absent(nearest=Kind.INVALID_REQUEST),
    Kind.RATE_LIMITED: _refusal(429, "rate_limit_exceeded", "Rate limit exceeded.", kind="rate_limit_error"),
    Kind.QUOTA_EXCEEDED: absent(nearest=Kind.RATE_LIMITED),
    Kind.INTERNAL: _refusal(500, None, "Internal server error.", kind="server_error"),
    Kind.UPSTREAM: _refusal(502, "upstream_error", "The upstream provider failed.", kind="upstream_error"),
    Kind.UNAVAILABLE: _refusal(503, "model_unavailable", "The model is temporarily unavailable.", kind="server_error"),
    Kind.TIMEOUT: _refusal(504, "upstream_timeout", "The upstream provider timed out.", kind="timeout"),
}

SPELLINGS = {
    (Kind.MISSING_INPUT, name): _refusal(400, "missing_parameter", f"Missing required parameter: '{name}'.", MISSING)
    for name in CreateVideo.model_fields
} | {
    (Kind.INVALID_REQUEST, "aspect_ratio"): _refusal(
        400, "invalid_parameter", "aspect_ratio must be W:H from 1:4 to 4:1, for example 16:9."
    ),
    (Kind.INVALID_REQUEST, "image_url"): _refusal(
        400, "invalid_parameter", "image_url must be an absolute http or https URL."
    ),
}

# What a refusal is about where its kind alone says it.
PARAMS = {Kind.UNKNOWN_MODEL: "model", Kind.JOB_NOT_FOUND: "task_id"}


def envelope(refusal: Refusal, spelling: Spelling, text: str) -> Json:
    """Write an error; one of the caps of this server says itself which."""
    message = refusal.message if refusal.kind is Kind.UNAVAILABLE else ""
    return {
        "error": {
            "message": message or text,
            "type": spelling.type,
            "code": spelling.code,
            "param": refusal.field or PARAMS.get(refusal.kind),
        }
    }
