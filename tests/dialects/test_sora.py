"""The sora relay's models, answers and errors, copied from its documents; its requests have a file of their own."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import FINAL, SUCCEEDED, Job, Phase, Reason, Snapshot, State, Timeline
from mockvideo.core.rng import Chance
from mockvideo.dialect import Check, spelled
from mockvideo.dialects.sora import DIALECT, schemas
from mockvideo.operation import Document, Links, Poll, View
from mockvideo.provenance import Origin, Source
from mockvideo.schema import Json, Lenient, anatomy
from mockvideo.server.routes import Table
from tests.dialects.understanding import FILE, SUBMIT, body, read, refused, said, status_of, understood

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "sora").glob("*.json"))
RESULT = "https://example.com/result.mp4"
BEGAN = 1790000000.7

# The seed's enum in its order; seconds, width and height of a request that says nothing of them.
MODELS = (
    ("sora-2", 4, 720, 1280),
    ("sora-2-pro", 4, 720, 1280),
    ("gemini-omni", 8, 1280, 720),
    ("happyhorse-1.0", 5, 1280, 720),
    ("happyhorse-1.0-i2v", 5, 1280, 720),
    ("happyhorse-1.0-t2v", 5, 1280, 720),
    ("happyhorse-1.0-r2v", 5, 1280, 720),
    ("happyhorse-1.0-video-edit", 5, 1280, 720),
    ("doubao-seedance-1-0-lite-i2v-250428", 5, 1280, 720),
    ("doubao-seedance-1-0-lite-t2v-250428", 5, 1280, 720),
    ("doubao-seedance-1-0-pro-250528", 5, 1280, 720),
    ("doubao-seedance-1-0-pro-fast-251015", 5, 1280, 720),
    ("doubao-seedance-1-5-pro-251215", 5, 1280, 720),
    ("doubao-seedance-2-0-260128", 5, 1280, 720),
    ("doubao-seedance-2-0-fast-260128", 5, 1280, 720),
    ("veo3", 8, 1280, 720),
    ("veo3-fast", 8, 1280, 720),
    ("veo3-fast-frames", 8, 1280, 720),
    ("veo3-frames", 8, 1280, 720),
    ("veo3-pro", 8, 1280, 720),
    ("veo3-pro-frames", 8, 1280, 720),
    ("veo3.1", 8, 1280, 720),
    ("veo3.1-4k", 8, 3840, 2160),
    ("veo3.1-components", 8, 1280, 720),
    ("veo3.1-fast", 8, 1280, 720),
    ("veo3.1-pro", 8, 1280, 720),
    ("veo3.1-pro-4k", 8, 3840, 2160),
    ("kling-video", 5, 1280, 720),
    ("grok-imagine-1.0-video", 5, 1280, 720),
    ("grok-imagine-video-1.5-preview", 5, 1280, 720),
    ("grok-video-3", 5, 1280, 720),
    ("viduq3-turbo", 5, 1280, 720),
    ("hailuo-video", 6, 1366, 768),
)
NAMES = [row[0] for row in MODELS]
KLING = (
    "kling-v1",
    "kling-v1-5",
    "kling-v1-6",
    "kling-v2-master",
    "kling-v2-1",
    "kling-v2-1-master",
    "kling-v2-5-turbo",
    "kling-v2-6",
    "kling-v3",
)

every_model = pytest.mark.parametrize("row", MODELS, ids=NAMES)


def job(*phases: Phase, reason: Reason | None = None, **fields: Any) -> Job:
    request = understood(body("sora-2", seconds="8", size="1280x720", **fields))
    return Job("task_x", "sora", request, Timeline(BEGAN, phases), BEGAN, reason)


def rendered(snapshot: Snapshot) -> Json:
    poll = next(route.operation for route in DIALECT.routes if isinstance(route.operation, Poll))
    document = poll.render(snapshot, Links(videos=(RESULT,)))
    assert poll.answer.model_validate(document, strict=True)
    return document


def polled(*phases: Phase, reason: Reason | None = None, after: float = 100.0) -> Json:
    return rendered(job(*phases, reason=reason).at(BEGAN + after))


# The catalog


def test_the_catalog_has_the_seeds_models_in_its_order() -> None:
    assert list(DIALECT.catalog.rows) == NAMES


@every_model
def test_a_silent_request_gets_the_defaults(row: Any) -> None:
    model, *defaults = row
    request = understood(body(model))
    assert request.model == model
    assert [request.duration, request.width, request.height] == defaults
    assert (request.fps, request.sound, request.image, request.clips, dict(request.extra)) == (24, False, False, 1, {})


@every_model
def test_every_model_takes_one_second_to_an_hour(row: Any) -> None:
    model = row[0]
    for seconds in (1, 3600):
        made = understood(body(model, seconds=seconds)).duration
        assert made == (min(max(seconds, 4), 10) if model == "gemini-omni" else seconds)
    for seconds in (0, 3601):
        refusal = refused(body(model, seconds=seconds))
        assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, "seconds")


@pytest.mark.parametrize("name", KLING)
def test_kling_takes_each_of_its_model_names(name: str) -> None:
    assert understood(body("kling-video", model_name=name)).model == "kling-video"


@pytest.mark.parametrize("name", ["", "kling-v4", "Kling-v3", "kling-video", "sora-2"])
def test_kling_takes_no_other_model_name(name: str) -> None:
    refusal = refused(body("kling-video", model_name=name))
    assert (refusal.kind, refusal.field) == (Kind.MODEL_LIMIT, "model_name")


@pytest.mark.parametrize("absent", [{}, {"model_name": None}])
def test_kling_needs_a_model_name(absent: Json) -> None:
    refusal = refused({"model": "kling-video", "prompt": "a cat", **absent})
    assert (refusal.kind, refusal.field) == (Kind.MISSING_INPUT, "model_name")


def test_only_kling_looks_at_the_model_name() -> None:
    assert understood(body(model_name="any")) == understood(body())


@every_model
def test_the_price_goes_by_the_second_that_is_made(row: Any) -> None:
    for seconds in (4, 10):
        assert understood(body(row[0], seconds=seconds)).price == seconds * Decimal("0.10")


def test_the_price_is_exact() -> None:
    assert understood(body(seconds=2.3)).price == Decimal("0.230")


def test_an_unknown_model_is_refused_with_the_nearest() -> None:
    refusal = refused(body("sora-2-stable"))
    assert (refusal.kind, refusal.facts["model"]) == (Kind.UNKNOWN_MODEL, "sora-2-stable")
    assert refusal.facts["nearest"][0] in {"sora-2", "sora-2-pro"}


def test_what_a_row_guesses_is_said() -> None:
    rows = DIALECT.catalog.rows
    assert {rows[name].origin("limits.size").origin for name in ("sora-2", "sora-2-pro")} == {Origin.CODE}
    assert rows["gemini-omni"].origin("facts.lengths").origin is Origin.SEED
    assert rows["kling-video"].origin("limits.model_name").origin is Origin.SEED
    assert {row.origin("owner").origin for row in rows.values()} == {Origin.GUESS}


# Answers

QUEUED = {
    "id": "task_x",
    "task_id": "task_x",
    "object": "video",
    "model": "sora-2",
    "status": "queued",
    "progress": 0,
    "created_at": 1790000000,
    "seconds": "8",
    "size": "1280x720",
}


def test_a_submission_is_answered_with_a_queued_video() -> None:
    answer = SUBMIT.render(job(SUCCEEDED).accepted(), Links())
    assert answer == QUEUED
    assert SUBMIT.answer.model_validate(answer, strict=True)


def test_a_queued_video_has_nothing_of_an_end() -> None:
    assert polled(Phase(State.QUEUED)) == QUEUED


def test_a_video_in_progress_tells_how_far_it_is() -> None:
    running = Phase(State.RUNNING, seconds=60.0, last=1.0)
    assert polled(running, SUCCEEDED, after=27.3) == QUEUED | {"status": "in_progress", "progress": 45}


def test_a_completed_video_has_its_url_in_three_places() -> None:
    assert polled(Phase(State.RUNNING, seconds=72.0), SUCCEEDED) == QUEUED | {
        "status": "completed",
        "progress": 100,
        "completed_at": 1790000072,
        "video_url": RESULT,
        "url": RESULT,
        "metadata": {"url": RESULT},
    }


# The reason of a failure, and the code and text that say it.
FAILURES = (
    (Reason.CONTENT_POLICY, "moderation_blocked", "Your request was blocked by our moderation system."),
    (Reason.UPSTREAM, "upstream_error", "The upstream provider failed."),
    (Reason.TIMED_OUT, "timeout", "The task timed out."),
    (Reason.UNSUPPORTED_INPUT, "invalid_input", "The provider cannot use this input."),
    (Reason.INTERNAL, "internal_error", "Internal error."),
    (None, "internal_error", "Internal error."),
)


@pytest.mark.parametrize(("reason", "code", "message"), FAILURES)
@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_failed_or_cancelled_video_says_why(state: State, reason: Reason | None, code: str, message: str) -> None:
    phases = (Phase(State.RUNNING, seconds=9.0, last=0.4), Phase(state, first=0.4, last=0.4))
    assert polled(*phases, reason=reason) == QUEUED | {
        "status": "failed",
        "progress": 100,
        "completed_at": 1790000009,
        "error": {"message": message, "code": code},
    }


def test_only_what_the_relay_publishes_is_a_status() -> None:
    assert set(spelled(DIALECT.states).values()) == {"queued", "in_progress", "completed", "failed"}


@pytest.mark.parametrize("word", ["video_url", "url", "completed_at", "unknown", "cancelled", "succeeded"])
def test_a_word_that_leaked_into_the_documents_is_no_status(word: str) -> None:
    with pytest.raises(ValidationError):
        schemas.Video.model_validate(QUEUED | {"status": word})


@given(
    state=st.sampled_from(State),
    share=st.floats(0, 1),
    now=st.floats(0, 1e6),
)
@settings(max_examples=50, deadline=None)
def test_progress_is_a_whole_number_and_a_hundred_only_at_the_end(state: State, share: float, now: float) -> None:
    document = rendered(Snapshot(job(SUCCEEDED), state, 0.0 if state is State.QUEUED else share, BEGAN + now))
    low, high = {State.QUEUED: (0, 0), State.RUNNING: (1, 99)}.get(state, (100, 100))
    assert low <= document["progress"] <= high
    assert ("completed_at" in document) == (state in FINAL)


@pytest.mark.parametrize(("seconds", "text"), [(5, "5"), ("5", "5"), (2.5, "2.5"), ("4.0", "4"), (3600, "3600")])
def test_seconds_are_told_as_a_text(seconds: object, text: str) -> None:
    snapshot = Job("task_x", "sora", understood(body(seconds=seconds)), Timeline(BEGAN, (SUCCEEDED,)), BEGAN).accepted()
    assert rendered(snapshot)["seconds"] == text


def test_ids_are_thirty_two_letters_and_digits_after_task() -> None:
    letters = DIALECT.terms.mint(Chance(b"seed")).removeprefix("task_")
    assert (len(letters), letters.isalnum(), letters.isascii()) == (32, True, True)


def test_the_model_list_is_the_engines() -> None:
    models = next(route.operation for route in DIALECT.routes if isinstance(route.operation, Document))
    answer = models.render(View(None, {}))
    assert models.answer.model_validate(answer, strict=True)
    assert (answer["success"], answer["object"]) == (True, "list")
    assert [entry["id"] for entry in answer["data"]] == NAMES
    assert answer["data"][0] == {
        "id": "sora-2",
        "object": "model",
        "created": 1626777600,
        "owned_by": "openai",
        "supported_endpoint_types": ["openai-video"],
    }


# Errors

INVALID, ENGINE = "invalid_request_error", "new_api_error"
QUOTA = "insufficient_user_quota"
NO_MONEY = (403, QUOTA, "用户额度不足, 剩余额度: ＄0.000000", INVALID)  # noqa: RUF001
TOO_LITTLE = (403, QUOTA, "预扣费额度失败, 用户剩余额度: ＄0.100000, 需要预扣费额度: ＄1.000000", INVALID)  # noqa: RUF001
NO_ROUTE = (404, "invalid_url", "Invalid URL (GET /v1/videos)", INVALID)
LISTED = {"facts": {"method": "GET", "path": "/v1/videos"}}
CONTENT_TYPE = "Content-Type must be application/json, not none."
NOT_READY = "Task is not completed yet, current status: "

# A kind; status, code, message and type of its answer; what the refusal knows.
ERRORS: list[tuple[Kind, tuple[int, str, str, str], Json]] = [
    (
        Kind.UNKNOWN_MODEL,
        (503, "model_not_found", "No available channel for model X under group default (distributor)", ENGINE),
        {"facts": {"model": "X", "nearest": ()}},
    ),
    (Kind.JOB_NOT_FOUND, (404, "task_not_exist", "task_not_exist", INVALID), {"facts": {"id": "task_y"}}),
    (
        Kind.NOT_READY,
        (400, "task_not_completed", f"{NOT_READY}queued", INVALID),
        {"facts": {"id": "task_x", "status": "queued"}},
    ),
    (Kind.ROUTE_NOT_FOUND, NO_ROUTE, LISTED),
    (Kind.METHOD_NOT_ALLOWED, NO_ROUTE, LISTED),
    (Kind.INSUFFICIENT_CREDITS, NO_MONEY, {"facts": {"required": Decimal(1), "available": Decimal(0)}}),
    (Kind.INSUFFICIENT_CREDITS, TOO_LITTLE, {"facts": {"required": Decimal(1), "available": Decimal("0.1")}}),
    (Kind.INSUFFICIENT_CREDITS, (403, QUOTA, "All gone.", INVALID), {"text": "All gone."}),
    (Kind.QUOTA_EXCEEDED, (429, "rate_limit_exceeded", "Rate limit exceeded.", INVALID), {"facts": {"limit": 20}}),
    (Kind.MISSING_KEY, (401, "", "Invalid token", ENGINE), {}),
    (Kind.INVALID_KEY, (401, "", "Invalid token", ENGINE), {}),
    (Kind.INACTIVE_KEY, (401, "", "Invalid token", ENGINE), {}),
    (
        Kind.PLAN_REQUIRED,
        (403, "", "This token has no access to model veo3", INVALID),
        {"facts": {"model": "veo3"}},
    ),
    (Kind.INVALID_REQUEST, (400, INVALID, "fps: too many", INVALID), {"message": "fps: too many", "field": "fps"}),
    (Kind.MODEL_LIMIT, (400, INVALID, "mode: no", INVALID), {"message": "mode: no", "field": "mode"}),
    (
        Kind.MISSING_INPUT,
        (400, INVALID, "mode=i2v requires image_url", INVALID),
        {"message": "mode=i2v requires image_url"},
    ),
    (Kind.IDEMPOTENCY_CONFLICT, (400, INVALID, "used before", INVALID), {"message": "used before"}),
    (Kind.UNSUPPORTED_MEDIA_TYPE, (400, INVALID, CONTENT_TYPE, INVALID), {"message": CONTENT_TYPE}),
    (Kind.PAYLOAD_TOO_LARGE, (413, "read_request_body_failed", "too large", INVALID), {"message": "too large"}),
    (Kind.RATE_LIMITED, (429, "rate_limit_exceeded", "Rate limit exceeded.", INVALID), {"retry_after": 8.0}),
    (Kind.INTERNAL, (500, "internal_error", "Internal server error.", INVALID), {}),
    (Kind.UPSTREAM, (502, "fail_to_fetch_task", "The upstream provider failed.", INVALID), {}),
    (Kind.UNAVAILABLE, (503, "get_channel_failed", "The queue is full.", INVALID), {"message": "The queue is full."}),
    (Kind.TIMEOUT, (504, "upstream_timeout", "The upstream provider timed out.", INVALID), {}),
]


@pytest.mark.parametrize(("kind", "answer", "known"), ERRORS)
def test_an_error_is_said_as_decided(kind: Kind, answer: tuple[int, str, str, str], known: Json) -> None:
    status, code, message, type_ = answer
    assert said(Refusal(kind, **known)) == (status, {"code": code, "message": message, "type": type_})


def test_every_kind_of_error_is_in_the_table() -> None:
    assert {kind for kind, _, _ in ERRORS} == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_planned_error_without_facts_reads_well(kind: Kind) -> None:
    status, error = said(Refusal(kind))
    assert 400 <= status < 600
    assert error["message"]
    assert "{" not in error["message"]


SECONDS = ("invalid_seconds", "seconds must be between 1 and 3600")


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({}, INVALID, "model: Field required"),
        ({"model": 2}, INVALID, "model: must be a string"),
        ({"model": "sora-2"}, INVALID, "mode=t2v requires prompt"),
        (body(mode="i2v"), INVALID, "mode=i2v requires image_url"),
        (
            body(mode="reference_material"),
            INVALID,
            "mode=reference_material requires one of image_url, video_url, audio_urls",
        ),
        ({"model": "kling-video", "prompt": "a cat"}, INVALID, "model_name: Field required"),
        (body("gemini-omni", mode="i2v"), INVALID, "mode: Input should be one of 't2v', 'r2v', 'edit'"),
        (body(response_format="b64_json"), INVALID, "response_format: Input should be one of 'url'"),
        (body(sound="loud"), INVALID, "sound: Input should be one of 'on', 'off'"),
        (body(sound=1), INVALID, "sound: Input should be a valid string"),
        (body(seconds=0), *SECONDS),
        (body(duration=3601), *SECONDS),
        (body("sora-2", size="1024x1792"), "invalid_size", "sora-2 size is invalid"),
        (body("sora-2-pro", size="1920x1080"), "invalid_size", "sora-2-pro size is invalid"),
        (body(size="wide"), "invalid_size", "size must be like 720p, 1080p or 4k, not 'wide'"),
        (body(size=720), "invalid_size", "size: Input should be a valid string"),
    ],
)
def test_a_refused_request_says_what_is_wrong(document: Json, code: str, message: str) -> None:
    assert said(refused(document)) == (400, {"code": code, "message": message, "type": INVALID})


# The dialect


def test_the_routes_are_the_documented_ones() -> None:
    assert [(route.method, route.path, route.name) for route in DIALECT.routes] == [
        ("POST", "/v1/videos", "submit"),
        ("GET", "/v1/videos/{id}", "poll"),
        ("GET", "/v1/videos/{id}/content", "content"),
        ("GET", "/v1/models", "document"),
    ]


def test_a_submission_is_answered_with_200_and_takes_json_and_both_kinds_of_form() -> None:
    forms = ("multipart/form-data", "application/x-www-form-urlencoded")
    assert (SUBMIT.status, SUBMIT.accepts, SUBMIT.replay_header) == (200, ("application/json", *forms), None)
    assert SUBMIT.large


def test_the_model_is_checked_before_the_rest_and_money_last() -> None:
    checks = DIALECT.checks
    assert checks[:2] == (Check.KEY, Check.LIMITS)
    assert checks.index(Check.MODEL) < checks.index(Check.SCHEMA) < checks.index(Check.FUNDS)
    assert refused({"model": "no-such-model"}).kind is Kind.UNKNOWN_MODEL


def test_clients_are_told_to_poll_every_ten_seconds_and_money_is_held() -> None:
    assert DIALECT.terms.interval == 10
    assert (DIALECT.terms.tariff.currency, DIALECT.terms.tariff.held) == ("USD", True)


def test_a_key_may_come_without_its_scheme() -> None:
    assert (DIALECT.credential.header, DIALECT.credential.prefix, DIALECT.credential.bare) == (
        b"authorization",
        b"Bearer ",
        True,
    )


def test_both_names_of_the_request_id_and_the_hint_to_pollers_are_headers() -> None:
    assert DIALECT.request_id_headers == (b"x-request-id", b"x-oneapi-request-id")
    assert DIALECT.poll_after_header == b"openai-poll-after-ms"


@pytest.mark.parametrize(
    "schema",
    [value for value in vars(schemas).values() if isinstance(value, type) and issubclass(value, Lenient)],
)
def test_every_field_has_exactly_one_source(schema: Any) -> None:
    for field in schema.model_fields.values():
        assert sum(isinstance(note, Source) for note in anatomy(field)[1]) == 1


# The published examples

# Where the engine says one thing in several ways, or in words that only its own program knows: what we say.
OURS = {
    "content-unknown-id": "task_not_exist",
    "content-not-ready": f"{NOT_READY}in_progress",
    "content-of-failed": f"{NOT_READY}failed",
}
STATUS = {"content-not-ready": "in_progress", "content-of-failed": "failed"}


def published(key: str, *operations: str) -> pytest.MarkDecorator:
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in FIXTURES}
    having = {
        name: fixture
        for name, fixture in found.items()
        if key in fixture and (not operations or fixture["operation"] in operations)
    }
    return pytest.mark.parametrize(("name", "fixture"), having.items(), ids=having.keys())


def sent(fixture: Json) -> tuple[Json, bool]:
    """Return the document of a published submission and whether it is JSON; what is left out is filled in."""
    request = fixture["request"]
    form = [(name, FILE if text.startswith("@") else text) for name, text in request.get("form", [])]
    document = read(*form) if form else request["json"]
    missing = {"prompt": "a cat"} if "prompt left out" in fixture["source"]["where"] else {}
    return document | missing, not form


def answered(fixture: Json) -> int:
    """Return the status of the answer to a published request, of an accepted submission 200."""
    request = fixture["request"]
    methods = (Table(DIALECT.routes).find(request["path"]) or ({}, ""))[0]
    if request["method"] not in methods:
        return said(Refusal(Kind.ROUTE_NOT_FOUND))[0]
    if request["method"] == "GET":
        return 200
    document, strict = sent(fixture)
    return status_of(document, strict=strict)


@published("request")
def test_a_published_request_is_answered_as_it_expects(name: str, fixture: Json) -> None:
    assert answered(fixture) == fixture.get("expects", fixture.get("response", {"status": 200}))["status"]


@published("request", "submit")
def test_a_published_submission_asks_for_what_it_says(name: str, fixture: Json) -> None:
    if "expects" not in fixture:
        document, strict = sent(fixture)
        request = understood(document, strict=strict)
        asked = document.get("seconds") or document.get("duration") or 4
        assert (request.model, request.duration) == (document["model"], float(asked))
        assert (request.width, request.height) == ((512, 512) if "width" in document else (1280, 720))


def test_the_published_answer_to_a_submission_is_ours_but_for_what_is_said() -> None:
    fixture = json.loads(next(path for path in FIXTURES if path.stem == "create-answer").read_text("utf-8"))
    ours, theirs = SUBMIT.render(job(SUCCEEDED).accepted(), Links()), fixture["response"]["json"]
    different = {f"/{name}" for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}
    assert different == set(fixture["differs"])


@published("state")
def test_a_published_poll_answer_is_ours(name: str, fixture: Json) -> None:
    state = State(fixture["state"])
    ours = polled(SUCCEEDED if state is State.SUCCEEDED else Phase(state), reason=Reason.CONTENT_POLICY)
    assert ours | fixture["response"]["json"] == ours


@published("kind")
def test_a_published_error_is_ours_but_for_what_is_said(name: str, fixture: Json) -> None:
    facts = {"model": "X", "status": STATUS.get(name), **LISTED["facts"]}
    status, ours = said(Refusal(Kind(fixture["kind"]), facts=facts))
    theirs = fixture["response"]["json"]["error"]
    theirs = {key: text for key, text in theirs.items() if f"/error/{key}" not in fixture.get("differs", {})}
    assert status == fixture["response"]["status"]
    assert ours | theirs | ({"message": OURS[name]} if name in OURS else {}) == ours
