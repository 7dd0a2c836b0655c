"""A4F's words for errors and failures; a blocking API has none for the states of a job."""

from __future__ import annotations

from collections.abc import Mapping

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.dialect import Absent, Spelling, Word, absent
from mockvideo.dialects.a4f.schemas import ERRORS_PAGE, QUALITIES, RATIOS
from mockvideo.provenance import SEED, Source, guess
from mockvideo.schema import Json

UNSAID = guess("no document says what this looks like")
OUR_WORD = guess("the errors page lists the status; the word is ours")
OUR_CHOICE = guess("the documents list no such failure; the nearest documented error stands in")

STATES: Mapping[State, Word | Absent] = {state: absent() for state in State}


# The seed calls its words error codes, the errors page puts such words into `type`. `code` has them here, and `type`
# a class as OpenAI has it, which serves clients of both kinds.
def _invalid(text: str, source: Source = SEED, *, status: int = 400, code: str = "invalid_request_error") -> Spelling:
    return Spelling(status=status, code=code, text=text, type="invalid_request_error", source=source)


def _key(source: Source) -> Spelling:
    text = "Incorrect API key provided."
    return Spelling(status=401, code="invalid_api_key", text=text, type="authentication_error", source=source)


def _limit(text: str) -> Spelling:
    return Spelling(status=429, code="rate_limit_exceeded", text=text, type="rate_limit_error", source=SEED)


def _broken(text: str, source: Source, *, status: int = 500) -> Spelling:
    return Spelling(status=status, code="provider_error", text=text, type="server_error", source=source)


def _late(text: str, source: Source) -> Spelling:
    return Spelling(status=408, code="request_timeout", text=text, type="timeout_error", source=source)


FAILED = "The upstream video generation service failed to produce the video. Please try again."
LATE = "The upstream video generation service took too long to respond."

FAILURES = {
    Reason.CONTENT_POLICY: _invalid("The prompt was rejected by the provider's content policy.", OUR_CHOICE),
    Reason.UPSTREAM: _broken(FAILED, SEED),
    Reason.TIMED_OUT: _late(LATE, OUR_CHOICE),
    Reason.UNSUPPORTED_INPUT: _invalid("The provider does not support this input.", OUR_CHOICE),
    Reason.INTERNAL: _broken(FAILED, SEED),
}

ERRORS: Mapping[Kind, Spelling | Absent] = {
    Kind.INVALID_REQUEST: _invalid("{message}"),
    Kind.MISSING_INPUT: _invalid("{message}"),
    # The word is the images endpoint's, where n is a number of images; the seed has it for video all the same.
    Kind.MODEL_LIMIT: _invalid("{message}", code="n_exceeds_model_limit"),
    Kind.UNKNOWN_MODEL: _invalid("The model '{model}' does not exist.", OUR_WORD),
    Kind.MISSING_KEY: _key(SEED),
    Kind.INVALID_KEY: _key(SEED),
    Kind.INACTIVE_KEY: _key(ERRORS_PAGE),
    Kind.PLAN_REQUIRED: Spelling(
        status=403,
        code="permission_denied_error",
        text="The model '{model}' is not available on your current plan.",
        type="permission_denied_error",
        source=SEED,
    ),
    # No document lists 402: what a plan lacks is a 403, what is used up a 429.
    Kind.INSUFFICIENT_CREDITS: absent(nearest=Kind.QUOTA_EXCEEDED),
    Kind.ROUTE_NOT_FOUND: _invalid("Not found: {method} {path}", UNSAID, status=404, code="not_found"),
    Kind.METHOD_NOT_ALLOWED: _invalid(
        "Method not allowed: {method} {path}", UNSAID, status=405, code="method_not_allowed"
    ),
    Kind.JOB_NOT_FOUND: absent(nearest=Kind.ROUTE_NOT_FOUND),
    Kind.NOT_READY: absent(nearest=Kind.INVALID_REQUEST),
    Kind.IDEMPOTENCY_CONFLICT: absent(nearest=Kind.INVALID_REQUEST),
    Kind.PAYLOAD_TOO_LARGE: _invalid("{message}", UNSAID, status=413, code="request_too_large"),
    Kind.UNSUPPORTED_MEDIA_TYPE: _invalid("{message}", guess("the API expects a JSON body; no status is said")),
    Kind.RATE_LIMITED: _limit("Rate limit exceeded."),
    Kind.QUOTA_EXCEEDED: _limit("Daily quota exceeded."),
    Kind.INTERNAL: _broken("Internal server error.", OUR_WORD),
    Kind.UPSTREAM: _broken(FAILED, SEED),
    Kind.UNAVAILABLE: _broken("{message}", UNSAID, status=503),
    Kind.TIMEOUT: _late(LATE, OUR_WORD),
}

SPELLINGS = {
    **{
        (Kind.MISSING_INPUT, field): _invalid(f"{field} is required")
        for field in ("model", "prompt", "quality", "duration")
    },
    (Kind.INVALID_REQUEST, "duration"): _invalid("duration must be an integer between 1 and 8"),
    (Kind.INVALID_REQUEST, "quality"): _invalid(f"quality must be one of {', '.join(QUALITIES)}"),
    (Kind.INVALID_REQUEST, "ratio"): _invalid(f"ratio must be one of {', '.join(RATIOS)}"),
}

# The field at fault where the refusal's kind alone tells it.
PARAMS = {Kind.UNKNOWN_MODEL: "model", Kind.PLAN_REQUIRED: "model"}

# What a model refuses, by the rule that was broken; the bounds come with the issue.
BEYOND = {
    "less_than_equal": "Model '{model}' supports a maximum {field} of {le:g} seconds.",
    "one_of": "Model '{model}' supports {field} {expected} only.",
}


def envelope(refusal: Refusal, spelling: Spelling, text: str) -> Json:
    param = refusal.field or PARAMS.get(refusal.kind)
    message = _beyond(refusal) or text
    return {"error": {"message": message, "type": spelling.type, "param": param, "code": spelling.code}}


def _beyond(refusal: Refusal) -> str:
    if refusal.kind is not Kind.MODEL_LIMIT or not refusal.issues:
        return ""
    first = refusal.issues[0]
    facts = {"model": "unknown", **refusal.facts, **first.context, "field": first.field}
    return BEYOND.get(first.rule, "").format_map(facts)
