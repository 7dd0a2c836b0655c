"""What every dialect answers for a literal status: its own envelope, and whether that is documented."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.cli.refusals import STATUSES
from mockvideo.core.errors import HttpDate, Kind, Literally, Refusal
from mockvideo.dialect import Dialect, Spelling
from mockvideo.operation import Submit
from mockvideo.pointer import error_text
from mockvideo.provenance import Origin
from mockvideo.schema import Json
from tests.driving import app_of, at_once, exchange, route_of

DIALECTS = dialects.load()
every_dialect = pytest.mark.parametrize(
    "dialect", [pytest.param(dialect, id=name) for name, dialect in DIALECTS.items()]
)
every_status = pytest.mark.parametrize("status", STATUSES)
FACTS = {"model": "M", "method": "POST", "path": "/submit"}


def a4f(message: str, kind: str, code: str, param: str | None = None) -> Json:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def beluga(message: str, kind: str, code: str | None, param: str | None = None) -> Json:
    return {"error": {"message": message, "type": kind, "code": code, "param": param}}


def lemondata(message: str, kind: str | None = None, code: str | None = None, **hints: Any) -> Json:
    words = {"message": message, "type": kind, "code": code}
    return {"error": {name: word for name, word in words.items() if word is not None} | hints}


def sora(message: str, code: str, kind: str = "invalid_request_error") -> Json:
    return {"error": {"code": code, "message": message, "type": kind}}


UPSTREAM = "The upstream video generation service failed to produce the video. Please try again."
FUNDS = "Insufficient balance: need ~$0.2000 for M, but balance is $0.0000."
CURE = "Try a cheaper model, or top up at https://lemondata.cc/dashboard/billing."
CHEAPER = [{"id": "hailuo-2.3"}]
WORKING = [{"id": "sora-2", "status": "available", "tags": []}, {"id": "sora-2-pro", "status": "available", "tags": []}]
EMPTY = "用户额度不足, 剩余额度: ＄0.000000"  # noqa: RUF001 - the engine's own words

# From the contracts, not from the vocabularies; the words of a literal one are those of the nearest error.
ENVELOPES: dict[str, dict[int, tuple[str, Json]]] = {
    "a4f": {
        400: ("documented", a4f("invalid request", "invalid_request_error", "invalid_request_error")),
        401: ("documented", a4f("Incorrect API key provided.", "authentication_error", "invalid_api_key")),
        402: ("literal", a4f("Daily quota exceeded.", "rate_limit_error", "rate_limit_exceeded")),
        403: (
            "documented",
            a4f(
                "The model 'M' is not available on your current plan.",
                "permission_denied_error",
                "permission_denied_error",
                "model",
            ),
        ),
        404: ("decided", a4f("Not found: POST /submit", "invalid_request_error", "not_found")),
        409: ("literal", a4f("idempotency conflict", "invalid_request_error", "invalid_request_error")),
        413: ("decided", a4f("payload too large", "invalid_request_error", "request_too_large")),
        429: ("documented", a4f("Rate limit exceeded.", "rate_limit_error", "rate_limit_exceeded")),
        500: ("decided", a4f("Internal server error.", "server_error", "provider_error")),
        502: ("literal", a4f(UPSTREAM, "server_error", "provider_error")),
        503: ("decided", a4f("unavailable", "server_error", "provider_error")),
        504: ("literal", a4f("Internal server error.", "server_error", "provider_error")),
    },
    "apiframe": {
        400: ("documented", {"error": "Validation error"}),
        401: ("documented", {"error": "Invalid API key"}),
        402: ("documented", {"error": "Insufficient credits", "creditsRequired": 35, "creditsAvailable": 0}),
        403: ("documented", {"error": "API key is inactive"}),
        404: ("decided", {"error": "Job not found"}),
        409: ("decided", {"error": "Idempotency key already used with a different request"}),
        413: ("literal", {"error": "Payload too large"}),
        429: ("decided", {"error": "Too many requests"}),
        500: ("decided", {"error": "Internal server error"}),
        502: ("decided", {"error": "Upstream provider failed"}),
        503: ("documented", {"error": "Service unavailable"}),
        504: ("literal", {"error": "Service unavailable"}),
    },
    "beluga": {
        400: ("documented", beluga("invalid request", "invalid_request_error", "invalid_parameter")),
        401: ("documented", beluga("Invalid API key.", "authentication_error", "invalid_api_key")),
        402: ("documented", beluga("Insufficient balance.", "insufficient_quota", "insufficient_balance")),
        403: (
            "documented",
            beluga("This API key has no access to this endpoint or model.", "invalid_request_error", "access_denied"),
        ),
        404: ("documented", beluga("Task 'unknown' not found.", "invalid_request_error", "task_not_found", "task_id")),
        409: ("literal", beluga("idempotency conflict", "invalid_request_error", "invalid_parameter")),
        413: ("literal", beluga("payload too large", "invalid_request_error", "invalid_parameter")),
        429: ("documented", beluga("Rate limit exceeded.", "rate_limit_error", "rate_limit_exceeded")),
        500: ("documented", beluga("Internal server error.", "server_error", None)),
        502: ("documented", beluga("The upstream provider failed.", "upstream_error", "upstream_error")),
        503: ("documented", beluga("The model is temporarily unavailable.", "server_error", "model_unavailable")),
        504: ("documented", beluga("The upstream provider timed out.", "timeout", "upstream_timeout")),
    },
    "lemondata": {
        400: ("decided", lemondata("invalid request", "invalid_request_error", "invalid_request")),
        401: ("documented", lemondata("Invalid API key provided", "invalid_api_key", "invalid_api_key")),
        402: (
            "documented",
            lemondata(
                FUNDS,
                "insufficient_balance",
                "insufficient_balance",
                balance_usd=0.0,
                estimated_cost_usd=0.2,
                suggestions=CHEAPER,
                hint=f"{FUNDS} {CURE}",
            ),
        ),
        403: (
            "documented",
            lemondata("You don't have permission to access this model", "access_denied", "model_not_allowed"),
        ),
        404: (
            "documented",
            lemondata("Task not found or no longer available.", "invalid_request_error", "async_task_not_found"),
        ),
        409: ("literal", lemondata("idempotency conflict", "invalid_request_error", "invalid_request")),
        413: (
            "documented",
            lemondata("Input size exceeds maximum allowed", "invalid_request_error", "payload_too_large"),
        ),
        429: (
            "documented",
            lemondata(
                "Rate limit: 1000 rpm exceeded",
                "rate_limit_exceeded",
                "rate_limit_exceeded",
                retryable=True,
                hint="Rate limited. Current limit: 1000/min for user role.",
            ),
        ),
        500: ("documented", lemondata("An internal error occurred", "server_error")),
        502: ("documented", lemondata("Upstream provider returned an error", "upstream_error")),
        503: (
            "documented",
            lemondata(
                "Model M temporarily unavailable",
                code="all_channels_failed",
                retryable=True,
                retry_after=30,
                alternatives=WORKING,
                hint="Retry in 30s or switch to an available model.",
            ),
        ),
        504: ("documented", lemondata("Request timed out", "timeout_error")),
    },
    "sora": {
        400: ("documented", sora("invalid request", "invalid_request_error")),
        401: ("documented", sora("Invalid token", "", "new_api_error")),
        402: ("literal", sora(EMPTY, "insufficient_user_quota")),
        403: ("documented", sora("This token has no access to model M", "")),
        404: ("documented", sora("task_not_exist", "task_not_exist")),
        409: ("literal", sora("idempotency conflict", "invalid_request_error")),
        413: ("documented", sora("payload too large", "read_request_body_failed")),
        429: ("decided", sora("Rate limit exceeded.", "rate_limit_exceeded")),
        500: ("documented", sora("Internal server error.", "internal_error")),
        502: ("documented", sora("The upstream provider failed.", "fail_to_fetch_task")),
        503: ("documented", sora("unavailable", "get_channel_failed")),
        504: ("decided", sora("The upstream provider timed out.", "upstream_timeout")),
    },
}


def with_facts(refusal: Refusal) -> Refusal:
    return replace(refusal, facts={**refusal.facts, **FACTS})


@pytest.mark.parametrize(
    ("name", "status", "standing", "envelope"),
    [
        pytest.param(name, status, standing, envelope, id=f"{name}-{status}")
        for name, answers in ENVELOPES.items()
        for status, (standing, envelope) in answers.items()
    ],
)
def test_a_status_has_exactly_this_envelope(name, status, standing, envelope) -> None:
    dialect = DIALECTS[name]
    assert dialect.say(with_facts(dialect.ordered(None, status))) == (status, envelope)
    assert dialect.literal(status).standing == standing


def test_the_table_is_complete() -> None:
    assert {name: tuple(answers) for name, answers in ENVELOPES.items()} == dict.fromkeys(ENVELOPES, STATUSES)


# What holds for every dialect that loads


@every_dialect
@every_status
def test_a_status_is_said_in_the_dialects_own_envelope(dialect, status) -> None:
    answered, document = dialect.say(dialect.ordered(None, status))
    text = error_text(document, dialect.pointers.error)
    dialect.error.model_validate(document, strict=True)
    assert answered == status
    assert text
    assert "{" not in text


@every_dialect
@given(status=st.integers(200, 599))
@settings(max_examples=100)
def test_any_status_can_be_ordered(dialect, status) -> None:
    answered, document = dialect.say(dialect.ordered(None, status))
    dialect.error.model_validate(document, strict=True)
    assert answered == status
    assert dialect.literal(status).spelling.status == status


@every_dialect
@given(status=st.integers(200, 599))
def test_a_status_is_literal_where_no_word_goes_with_it(dialect, status) -> None:
    words = [word for word in dialect.errors.values() if isinstance(word, Spelling) and word.status == status]
    standing = dialect.literal(status).standing
    assert (standing == "literal") is not bool(words)
    assert standing != "documented" or any(word.source.origin is not Origin.GUESS for word in words)


@every_dialect
@given(kind=st.sampled_from(Kind), status=st.integers(200, 599))
def test_a_kind_keeps_its_words_under_another_status(dialect, kind, status) -> None:
    usual, as_usual = dialect.say(dialect.ordered(kind))
    refusal = dialect.ordered(kind, status)
    assert dialect.say(refusal) == (status, as_usual)
    assert (dialect.standing(refusal) == "literal") is (status != usual)


@every_dialect
@given(status=st.integers(200, 599))
def test_a_literal_status_is_the_one_of_its_kind(dialect, status) -> None:
    meaning = dialect.literal(status)
    assert dialect.ordered(None, status) == dialect.ordered(meaning.kind, status)
    assert dialect.spelling(Refusal(meaning.kind, status=status)) == meaning.spelling


@every_dialect
@given(kind=st.sampled_from(Kind), text=st.text(min_size=1).map("{".__add__))
def test_an_ordered_text_is_said_word_for_word(dialect, kind, text) -> None:
    _, document = dialect.say(with_facts(dialect.ordered(kind, text=text)))
    dialect.error.model_validate(document, strict=True)
    assert error_text(document, dialect.pointers.error) == text


@every_dialect
@pytest.mark.parametrize("kind", [Kind.RATE_LIMITED, Kind.UNAVAILABLE])
@pytest.mark.parametrize("wait", [0.0, 2.5, HttpDate(30.0), HttpDate(-30.0), Literally("soon")])
def test_any_wait_can_be_ordered(dialect, kind, wait) -> None:
    refusal = dialect.ordered(kind, retry_after=wait)
    dialect.error.model_validate(dialect.say(refusal)[1], strict=True)
    assert refusal.retry_after == wait


@every_dialect
def test_a_refusal_that_says_nothing_is_an_internal_error(dialect) -> None:
    assert dialect.ordered(None).kind == dialect.literal(500).kind == Kind.INTERNAL


def words(dialect: Dialect, status: int) -> str:
    spelling = dialect.literal(status).spelling
    return f"{spelling.code} {spelling.type} {spelling.text}"


@every_dialect
@every_status
def test_no_envelope_names_another_status(dialect, status) -> None:
    said = str(dialect.say(dialect.ordered(None, status))[1])
    assert [other for other in STATUSES if other != status and f"{other}" in words(dialect, status) + said] == []


# Over HTTP


@every_dialect
@pytest.mark.parametrize("status", [400, 402, 403, 429, 503])
def test_a_header_orders_exactly_that_status(dialect, status) -> None:
    route, place = route_of(dialect, Submit), dialect.credential
    headers = [
        (place.header, place.prefix + b"sk-test"),
        (b"content-type", b"application/json"),
        (b"x-mockvideo-scenario", b"status = %d" % status),
    ]
    body = json.dumps(dialect.example).encode()
    answer = at_once(exchange(app_of(), route.method, f"/{dialect.name}{route.path}", headers, body))
    refusal = dialect.ordered(None, status)
    expected = replace(refusal, facts={**refusal.facts, "model": dialect.example["model"]})
    assert (answer.status, answer.document) == dialect.say(expected)
