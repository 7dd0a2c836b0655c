"""The provider's words for states, errors and failures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.money import amount
from mockvideo.dialect import Absent, Spelling, Word, absent
from mockvideo.dialects.apiframe.schemas import JOB
from mockvideo.provenance import SEED, guess, page
from mockvideo.schema import Json

AUTHENTICATION = page("docs-v2.apiframe.ai, Authentication")
OUR_TEXT = guess("the vendor's openapi.json has the status; the text is ours")
OUR_ANSWER = guess("nothing public says")
DETAILED = "validation"
# Marks the spelling of what a schema refuses, with an entry for each field in `details`.

STATES: Mapping[State, Word | Absent] = {
    State.QUEUED: Word("QUEUED", SEED),
    State.RUNNING: Word("PROCESSING", JOB),
    State.SUCCEEDED: Word("COMPLETED", JOB),
    State.FAILED: Word("FAILED", JOB),
    State.CANCELLED: Word("CANCELLED", JOB),
}

OUR_FAILURE = guess("the documented text of another failure, with the reason in place of its own")
FAILURES = {
    Reason.CONTENT_POLICY: Spelling(
        status=200,
        text="Provider returned an error: content policy violation",
        source=page("docs-v2.apiframe.ai, Get Job"),
    ),
    Reason.UPSTREAM: Spelling(
        status=200, text="Provider returned an error: upstream service failed", source=OUR_FAILURE
    ),
    Reason.TIMED_OUT: Spelling(status=200, text="Provider returned an error: generation timed out", source=OUR_FAILURE),
    Reason.UNSUPPORTED_INPUT: Spelling(
        status=200, text="Provider returned an error: unsupported input", source=OUR_FAILURE
    ),
    Reason.INTERNAL: Spelling(status=200, text="Provider returned an error: internal error", source=OUR_FAILURE),
}

_INVALID = Spelling(status=400, text="Validation error", type=DETAILED, source=SEED)

ERRORS: Mapping[Kind, Spelling | Absent] = {
    Kind.INVALID_REQUEST: _INVALID,
    Kind.MISSING_INPUT: _INVALID,
    Kind.MODEL_LIMIT: _INVALID,
    Kind.UNKNOWN_MODEL: _INVALID,
    Kind.MISSING_KEY: Spelling(status=401, text="API key is required", source=AUTHENTICATION),
    Kind.INVALID_KEY: Spelling(status=401, text="Invalid API key", source=AUTHENTICATION),
    Kind.INACTIVE_KEY: Spelling(status=403, text="API key is inactive", source=AUTHENTICATION),
    Kind.PLAN_REQUIRED: Spelling(status=403, text="Video generation is disabled for this team", source=OUR_TEXT),
    Kind.INSUFFICIENT_CREDITS: Spelling(status=402, text="Insufficient credits", source=SEED),
    Kind.ROUTE_NOT_FOUND: Spelling(status=404, text="Not found", source=OUR_ANSWER),
    Kind.METHOD_NOT_ALLOWED: absent(nearest=Kind.ROUTE_NOT_FOUND),
    Kind.JOB_NOT_FOUND: Spelling(status=404, text="Job not found", source=OUR_TEXT),
    Kind.NOT_READY: absent(nearest=Kind.JOB_NOT_FOUND),
    Kind.IDEMPOTENCY_CONFLICT: Spelling(
        status=409,
        text="Idempotency key already used with a different request",
        source=guess("the vendor's SDK has the status; the text is ours"),
    ),
    Kind.PAYLOAD_TOO_LARGE: Spelling(
        status=400,
        text="Payload too large",
        source=guess("400 is what openapi.json has for an upload; the text is ours"),
    ),
    Kind.UNSUPPORTED_MEDIA_TYPE: Spelling(status=400, text="Invalid JSON", source=OUR_ANSWER),
    Kind.RATE_LIMITED: Spelling(status=429, text="Too many requests", source=OUR_TEXT),
    Kind.QUOTA_EXCEEDED: absent(nearest=Kind.RATE_LIMITED),
    Kind.INTERNAL: Spelling(status=500, text="Internal server error", source=OUR_ANSWER),
    Kind.UPSTREAM: Spelling(status=502, text="Upstream provider failed", source=OUR_TEXT),
    Kind.UNAVAILABLE: Spelling(status=503, text="Service unavailable", source=SEED),
    Kind.TIMEOUT: absent(nearest=Kind.UNAVAILABLE),
}

SPELLINGS = {
    (Kind.INVALID_REQUEST, "id"): Spelling(status=400, text="Invalid job ID", source=OUR_TEXT),
    (Kind.INVALID_REQUEST, "cursor"): Spelling(status=400, text="Invalid cursor", source=OUR_TEXT),
    (Kind.INVALID_REQUEST, "file"): Spelling(status=400, text="{message}", source=OUR_TEXT),
    (Kind.MISSING_INPUT, "file"): Spelling(status=400, text="No file uploaded", source=OUR_TEXT),
}


# Credits of the dialect's example. A refusal that was planned knows no amounts, and must show both: it is as if an
# account without credits had asked for that.
EXAMPLE_PRICE = Decimal(35)


def envelope(refusal: Refusal, spelling: Spelling, text: str) -> Json:
    if spelling.type == DETAILED:
        return _detailed(refusal, text)
    if refusal.kind is Kind.INSUFFICIENT_CREDITS:
        required = amount(refusal.facts, "required", EXAMPLE_PRICE)
        available = amount(refusal.facts, "available", Decimal(0))
        return {"error": text, "creditsRequired": int(required), "creditsAvailable": int(available)}
    return {"error": text}


def _detailed(refusal: Refusal, text: str) -> Json:
    details = _details(refusal)
    if details:
        return {"error": text, "details": details}
    return {"error": "Invalid JSON" if refusal.message and not refusal.text else text}


def _details(refusal: Refusal) -> dict[str, list[str]]:
    """What is wrong, by field."""
    if refusal.kind is Kind.UNKNOWN_MODEL or refusal.field == "model":
        # As Zod up to 4.3; 4.6 lists the models instead.
        return {"model": ["Invalid input"]}
    details: dict[str, list[str]] = {}
    for issue in refusal.issues:
        details.setdefault(issue.field, []).append(issue.message)
    if refusal.field is not None and not details:
        details[refusal.field] = [refusal.message]
    return details
