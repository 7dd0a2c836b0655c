"""LemonData's words for states, errors and failures, and the hints from which a program can mend its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import ceil

from mockvideo.core.errors import HttpDate, Kind, Literally, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.money import amount
from mockvideo.dialect import Absent, Spelling, Word, absent
from mockvideo.dialects.lemondata.discovery import alternatives, cheaper, price_of
from mockvideo.dialects.lemondata.figures import REQUESTS_PER_MINUTE
from mockvideo.dialects.lemondata.schemas import ERROR_PAGE, MODELS, OPENAPI, STATUS
from mockvideo.provenance import SEED, Source, guess, page
from mockvideo.schema import Json

OUR_TEXT = guess("a failed task's error is a text; only one is published")
OUR_WORDS = guess("no document says what this looks like")
OUR_PROBLEM = guess("the shape is openapi.json's, the text ours")

STATES: Mapping[State, Word | Absent] = {
    State.QUEUED: Word("pending", SEED),
    State.RUNNING: Word("processing", STATUS),
    State.SUCCEEDED: Word("completed", STATUS),
    State.FAILED: Word("failed", STATUS),
    State.CANCELLED: absent(nearest=State.FAILED),
}

FAILURES = {
    Reason.CONTENT_POLICY: Spelling(status=200, text="Content policy violation", source=STATUS),
    Reason.UPSTREAM: Spelling(status=200, text="Upstream error", source=OUR_TEXT),
    Reason.TIMED_OUT: Spelling(status=200, text="Generation timed out", source=OUR_TEXT),
    Reason.UNSUPPORTED_INPUT: Spelling(status=200, text="Unsupported input", source=OUR_TEXT),
    Reason.INTERNAL: Spelling(status=200, text="Internal error", source=OUR_TEXT),
}


def _refusal(
    status: int,
    code: str | None,
    text: str,
    source: Source = ERROR_PAGE,
    *,
    kind: str | None = "invalid_request_error",
) -> Spelling:
    return Spelling(status=status, code=code, text=text, type=kind, source=source)


def _problem(text: str, source: Source = OUR_PROBLEM) -> Spelling:
    return _refusal(400, "invalid_request", text, source)


ERRORS: Mapping[Kind, Spelling | Absent] = {
    Kind.INVALID_REQUEST: _problem("{message}"),
    Kind.MISSING_INPUT: _problem("{message}"),
    Kind.MODEL_LIMIT: _problem("{message}"),
    Kind.UNKNOWN_MODEL: _refusal(400, "model_not_found", "Model '{model}' not found"),
    Kind.MISSING_KEY: absent(nearest=Kind.INVALID_KEY),
    Kind.INVALID_KEY: _refusal(401, "invalid_api_key", "Invalid API key provided", kind="invalid_api_key"),
    Kind.INACTIVE_KEY: _refusal(401, "expired_api_key", "API key has been revoked", kind="expired_api_key"),
    Kind.PLAN_REQUIRED: _refusal(
        403, "model_not_allowed", "You don't have permission to access this model", kind="access_denied"
    ),
    Kind.INSUFFICIENT_CREDITS: _refusal(
        402, "insufficient_balance", "Insufficient balance.", kind="insufficient_balance"
    ),
    Kind.ROUTE_NOT_FOUND: _refusal(404, "not_found", "Not found: {method} {path}", OUR_WORDS),
    Kind.METHOD_NOT_ALLOWED: absent(nearest=Kind.ROUTE_NOT_FOUND),
    Kind.JOB_NOT_FOUND: _refusal(
        404,
        "async_task_not_found",
        "Task not found or no longer available.",
        page("docs.lemondata.cc, Get Task Status, text of April 2026; the status is openapi.json's"),
    ),
    Kind.NOT_READY: absent(nearest=Kind.INVALID_REQUEST),
    Kind.IDEMPOTENCY_CONFLICT: absent(nearest=Kind.INVALID_REQUEST),
    Kind.PAYLOAD_TOO_LARGE: _refusal(413, "payload_too_large", "Input size exceeds maximum allowed"),
    Kind.UNSUPPORTED_MEDIA_TYPE: absent(nearest=Kind.INVALID_REQUEST),
    Kind.RATE_LIMITED: _refusal(
        429, "rate_limit_exceeded", "Rate limit: {limit} rpm exceeded", kind="rate_limit_exceeded"
    ),
    Kind.QUOTA_EXCEEDED: _refusal(402, "quota_exceeded", "API key usage limit reached", kind="quota_exceeded"),
    Kind.INTERNAL: _refusal(500, None, "An internal error occurred", OPENAPI, kind="server_error"),
    Kind.UPSTREAM: _refusal(502, None, "Upstream provider returned an error", OPENAPI, kind="upstream_error"),
    Kind.UNAVAILABLE: _refusal(503, "all_channels_failed", "Model {model} temporarily unavailable", kind=None),
    Kind.TIMEOUT: _refusal(504, None, "Request timed out", kind="timeout_error"),
}

_URL = _problem("Must be an absolute http or https URL")

SPELLINGS = {
    (Kind.MISSING_INPUT, "model"): _problem("Model is required", OPENAPI),
    (Kind.MISSING_INPUT, "prompt"): _problem("Prompt is required"),
    (Kind.MISSING_INPUT, "image_url"): _problem("image_url is required for model '{model}'"),
    (Kind.INVALID_REQUEST, "image_url"): _URL,
    (Kind.INVALID_REQUEST, "start_image"): _URL,
    (Kind.INVALID_REQUEST, "end_image"): _URL,
    (Kind.INVALID_REQUEST, "image"): _problem("Must be a data URL like data:image/jpeg;base64,..."),
    # A path names the model here, not a body.
    (Kind.UNKNOWN_MODEL, "id"): _refusal(404, "model_not_found", "Model '{model}' not found", MODELS),
}

PAUSE = 30  # seconds, of the published sample
PROBLEMS = frozenset({Kind.INVALID_REQUEST, Kind.MISSING_INPUT, Kind.MODEL_LIMIT})


def envelope(refusal: Refusal, spelling: Spelling, text: str) -> Json:
    error = {"message": text, "type": spelling.type, "code": spelling.code}
    error = {name: word for name, word in error.items() if word is not None}
    if refusal.field and refusal.kind in PROBLEMS:
        return _problems(refusal, refusal.field, error)
    hints = HINTS.get(refusal.kind)
    hinted = error | hints(refusal) if hints else error
    return {"error": hinted | {"message": text} if refusal.text else hinted}


def _problems(refusal: Refusal, field: str, error: Json) -> Json:
    """Name the first field in the error, and every one beside it."""
    text = error["message"].removeprefix(f"{field}: ")
    others = [{"field": issue.field, "message": issue.message} for issue in refusal.issues[1:]]
    return {
        "error": error | {"message": f"{field}: {text}", "param": field},
        "validation_errors": [{"field": field, "message": text}, *others],
    }


def _nearest(refusal: Refusal) -> Json:
    if refusal.field == "id":
        return {}
    found = refusal.facts.get("nearest")
    names = found if isinstance(found, tuple) else ()
    guessed = {"did_you_mean": names[0], "suggestions": [{"id": name} for name in names]} if names else {}
    question = f"Did you mean '{names[0]}'? " if names else ""
    hint = question + "Use GET https://api.lemondata.cc/v1/models to list all available models."
    return {"param": "model", **guessed, "hint": hint}


def _funds(refusal: Refusal) -> Json:
    cure = "Try a cheaper model, or top up at https://lemondata.cc/dashboard/billing."
    facts = refusal.facts
    required = amount(facts, "required", price_of(facts.get("model")))
    available = amount(facts, "available", Decimal(0))
    purpose = f" for {facts['model']}" if "model" in facts else ""
    message = f"Insufficient balance: need ~${required:.4f}{purpose}, but balance is ${available:.4f}."
    return {
        "message": message,
        "balance_usd": float(available),
        "estimated_cost_usd": float(required),
        "suggestions": cheaper(required),
        "hint": f"{message} {cure}",
    }


def _size(refusal: Refusal) -> Json:
    return {"hint": refusal.message} if refusal.message else {}


def _pause(refusal: Refusal, usual: int | None = None) -> int | None:
    """How long to wait, in whole seconds, whichever way the header says it."""
    wait = refusal.retry_after
    if isinstance(wait, HttpDate):
        wait = max(0.0, wait.date)
    return usual if wait is None or isinstance(wait, Literally) else ceil(wait)


def _rate(refusal: Refusal) -> Json:
    limit = refusal.facts.get("limit", REQUESTS_PER_MINUTE)
    seconds = _pause(refusal)
    wait = {} if seconds is None else {"retry_after": seconds}
    pause = "" if seconds is None else f" Retry after {seconds}s."
    return {
        "message": f"Rate limit: {limit} rpm exceeded",
        "retryable": True,
        **wait,
        "hint": f"Rate limited.{pause} Current limit: {limit}/min for user role.",
    }


def _channels(refusal: Refusal) -> Json:
    """Say which models work; one of the caps of this server says itself what is wrong."""
    seconds = _pause(refusal, PAUSE)
    message = {"message": refusal.message} if refusal.message else {}
    return {
        **message,
        "retryable": True,
        "retry_after": seconds,
        "alternatives": alternatives(refusal.facts.get("model")),
        "hint": f"Retry in {seconds}s or switch to an available model.",
    }


HINTS: Mapping[Kind, Callable[[Refusal], Json]] = {
    Kind.UNKNOWN_MODEL: _nearest,
    Kind.INSUFFICIENT_CREDITS: _funds,
    Kind.PAYLOAD_TOO_LARGE: _size,
    Kind.RATE_LIMITED: _rate,
    Kind.UNAVAILABLE: _channels,
}
