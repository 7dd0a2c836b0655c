"""BelugAPI as its document has it; the tables here are copied from the document, not from the catalog."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, Reason, State, Timeline, VideoRequest
from mockvideo.core.rng import Chance
from mockvideo.dialect import Check
from mockvideo.dialects.beluga import DIALECT
from mockvideo.dialects.beluga.schemas import Accepted, Error, Health, Model, Models, Task
from mockvideo.operation import Document, Links, Poll, Submit, View
from mockvideo.provenance import Origin, Source
from mockvideo.schema import Json, anatomy, validate

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "beluga").glob("*.json"))
URL = "https://example.com/whale.png"
RESULT = "https://cdn.example.com/videos/output-abc123.mp4"

# Model, name, provider, shortest and longest in seconds (the column "Max duration", read), resolutions.
MODELS = (
    ("sora-2-preview", "Sora 2", "OpenAI", 1, 25, ("720p", "1080p")),
    ("sora-2-vip", "Sora 2 Pro", "OpenAI", 1, 25, ("720p", "1080p")),
    ("veo3.1-lite", "Veo 3.1 Lite", "Google", 1, 8, ("720p", "1080p", "4k")),
    ("veo3.1-fast", "Veo 3.1 Fast", "Google", 1, 8, ("720p", "1080p", "4k")),
    ("veo3.1-quality", "Veo 3.1 Quality", "Google", 1, 8, ("720p", "1080p", "4k")),
    ("veo-3-1", "Veo 3.1", "Google", 1, 16, ("720p", "1080p", "4K")),
    ("kling-v3", "Kling V3", "Kuaishou", 1, 15, ("720p", "1080p")),
    ("kling-v3-omni", "Kling V3 Omni", "Kuaishou", 1, 15, ("720p", "1080p")),
    ("kling-video-o1", "Kling Video O1", "Kuaishou", 1, 15, ("720p", "1080p")),
    ("minimax-hailuo-2.3", "MiniMax Hailuo 2.3", "MiniMax", 6, 10, ("720p", "1080p")),
    ("minimax-hailuo-2.3-fast", "MiniMax Hailuo 2.3 Fast", "MiniMax", 1, 6, ("720p",)),
    ("viduq3-mix", "Vidu Q3 Mix", "Vidu", 1, 16, ("720p", "1080p")),
    ("viduq3", "Vidu Q3", "Vidu", 1, 16, ("720p", "1080p")),
    ("viduq3-turbo", "Vidu Q3 Turbo", "Vidu", 1, 8, ("720p",)),
    ("viduq3-pro", "Vidu Q3 Pro", "Vidu", 1, 16, ("1080p",)),
    ("wan2.7", "Wan 2.7", "Alibaba", 1, 15, ("720p", "1080p")),
    ("wan2.7-r2v", "Wan 2.7 R2V", "Alibaba", 1, 15, ("720p", "1080p")),
    ("wan2.7-videoedit", "Wan 2.7 Video Edit", "Alibaba", 2, 10, ("1080p",)),
    ("wan2.6-i2v", "Wan 2.6 I2V", "Alibaba", 1, 15, ("1080p",)),
    ("wan2.5-preview", "Wan 2.5", "Alibaba", 1, 10, ("1080p",)),
    ("happyhorse-1.0", "HappyHorse 1.0", "Alibaba", 3, 15, ("720P", "1080P")),
    ("skyreels-v4-fast", "SkyReels V4 Fast", "Skywork", 1, 15, ("1080p",)),
    ("skyreels-v4-std", "SkyReels V4 Standard", "Skywork", 1, 15, ("1080p",)),
    ("doubao-seedance-2.0", "Seedance 2.0", "ByteDance", 1, 10, ("720p", "1080p")),
    ("doubao-seedance-2.0-fast", "Seedance 2.0 Fast", "ByteDance", 1, 10, ("480p", "720p")),
    ("doubao-seedance-2.0-face", "Seedance 2.0 Face", "ByteDance", 1, 10, ("720p", "1080p")),
    ("doubao-seedance-2.0-fast-face", "Seedance 2.0 Fast Face", "ByteDance", 1, 10, ("720p",)),
)
NAMES = [row[0] for row in MODELS]
NEEDS_IMAGE = {"wan2.6-i2v", "wan2.7-r2v"}
WIDTHS = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}

every_model = pytest.mark.parametrize("row", MODELS, ids=NAMES)


def understood(document: Json) -> VideoRequest:
    """Push a document through the dialect's checks, as a server does."""
    document = DIALECT.fold(document)
    validate(DIALECT.catalog.schema, document)
    row = DIALECT.catalog.row(document["model"])
    request = validate(DIALECT.catalog.request(row), document, broken=Kind.MODEL_LIMIT)
    DIALECT.catalog.relate(row, request)
    return DIALECT.understand(request, row)


def refused(document: Json) -> Refusal:
    with pytest.raises(ApiError) as caught:
        understood(document)
    return caught.value.refusal


def body(model: str = "sora-2-preview", **fields: Any) -> Json:
    image = {"image_url": URL} if model in NEEDS_IMAGE else {}
    return {"model": model, "prompt": "a whale", **image, **fields}


def job(phase: Phase, request: VideoRequest | None = None, reason: Reason | None = None) -> Job:
    timeline = Timeline(1000.0, (Phase(State.QUEUED, seconds=2.0), phase))
    request = request or understood(body())
    return Job("vtask_abc123xyz", "beluga", request, timeline, 1000.0, reason)


def operation(kind: type, path: str) -> Any:
    return next(route.operation for route in DIALECT.routes if isinstance(route.operation, kind) and route.path == path)


def polled(phase: Phase, reason: Reason | None = None, request: VideoRequest | None = None) -> Json:
    poll = operation(Poll, "/v1/videos/tasks/{id}")
    document = poll.render(job(phase, request, reason).at(1010.0), Links(videos=(RESULT,)))
    assert poll.answer.model_validate(document, strict=True)
    return document


def viewed(path: str, name: str = "", **query: str) -> Json:
    document = operation(Document, path)
    answer = document.render(View(None, query, name))
    assert document.answer.model_validate(answer, strict=True)
    return answer


def said(refusal: Refusal) -> tuple[int, Json]:
    status, document = DIALECT.say(refusal)
    assert Error.model_validate(document, strict=True)
    return status, document["error"]


# The catalog


def test_the_catalog_has_the_documents_models_in_its_order() -> None:
    rows = DIALECT.catalog.rows.values()
    assert [(row.id, row.name, row.owner) for row in rows] == [row[:3] for row in MODELS]


@every_model
def test_a_model_takes_its_shortest_and_its_longest(row: Any) -> None:
    model, _, _, shortest, longest, _ = row
    assert understood(body(model, duration=shortest)).duration == shortest
    assert understood(body(model, duration=longest)).duration == longest


@every_model
def test_a_second_beyond_a_models_bounds_is_refused(row: Any) -> None:
    model, _, _, shortest, longest, _ = row
    longer, shorter = refused(body(model, duration=longest + 1)), refused(body(model, duration=shortest - 1))
    assert (longer.kind, longer.field) == (Kind.MODEL_LIMIT, "duration")
    assert (shorter.kind, shorter.field) == (Kind.MODEL_LIMIT if shortest > 1 else Kind.INVALID_REQUEST, "duration")


@every_model
def test_a_model_takes_its_resolutions_in_any_case_and_no_other(row: Any) -> None:
    model, resolutions = row[0], {resolution.lower() for resolution in row[5]}
    for resolution, size in WIDTHS.items():
        for word in (resolution, resolution.upper()):
            if resolution in resolutions:
                request = understood(body(model, resolution=word))
                assert (request.width, request.height) == size
            else:
                refusal = refused(body(model, resolution=word))
                assert (refusal.kind, refusal.field) == (Kind.MODEL_LIMIT, "resolution")


@every_model
def test_a_silent_request_gets_five_seconds_and_720p_as_near_as_the_model_comes(row: Any) -> None:
    model, _, _, shortest, longest, resolutions = row
    request = understood(body(model))
    words = [resolution.lower() for resolution in resolutions]
    assert (request.width, request.height) == WIDTHS["720p" if "720p" in words else words[0]]
    assert request.duration == min(max(5, shortest), longest)


@every_model
def test_only_the_models_named_for_their_picture_need_one(row: Any) -> None:
    document = {"model": row[0], "prompt": "a whale"}
    if row[0] not in NEEDS_IMAGE:
        assert not understood(document).image
        return
    refusal = refused(document)
    assert (refusal.kind, refusal.field) == (Kind.MISSING_INPUT, "image_url")


@every_model
def test_every_model_takes_a_picture_and_sound(row: Any) -> None:
    request = understood(body(row[0], image_url=URL, audio=True))
    assert request.image
    assert request.sound


# Requests


def test_a_request_is_understood_whole() -> None:
    request = understood(DIALECT.example | {"image_url": URL})
    assert request == VideoRequest(
        model="sora-2-preview",
        prompt="A white whale under northern lights",
        width=1920,
        height=1080,
        duration=5.0,
        fps=24,
        sound=True,
        image=True,
        price=Decimal("0.25"),
    )


@pytest.mark.parametrize("field", ["model", "prompt"])
@pytest.mark.parametrize("absent", [{}, {"null": None}])
def test_a_missing_field_is_named(field: str, absent: Json) -> None:
    document = {name: value for name, value in body().items() if name != field} | ({field: None} if absent else {})
    refusal = refused(document)
    assert (refusal.kind, refusal.field) == (Kind.MISSING_INPUT, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", 5),
        ("prompt", ["a whale"]),
        ("duration", "5"),
        ("duration", 5.5),
        ("duration", True),
        ("duration", 0),
        ("duration", -1),
        ("resolution", 720),
        ("aspect_ratio", 1.5),
        ("aspect_ratio", "wide"),
        ("aspect_ratio", "adaptive"),
        ("aspect_ratio", "16x9"),
        ("aspect_ratio", "0:1"),
        ("aspect_ratio", "1:0"),
        ("aspect_ratio", "401:100"),
        ("aspect_ratio", "100:401"),
        ("audio", "true"),
        ("audio", 1),
        ("image_url", "whale.png"),
        ("image_url", "//example.com/whale.png"),
        ("image_url", "ftp://example.com/whale.png"),
        ("image_url", "https://"),
        ("image_url", "https:///whale.png"),
        ("image_url", "https://example.com/a whale.png"),
        ("image_url", "data:image/png;base64,AAAA"),
        ("image_url", 7),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(field: str, value: object) -> None:
    refusal = refused(body(**{field: value}))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, field)


def test_an_unknown_model_is_refused_with_the_nearest() -> None:
    refusal = refused(body("kling-v4"))
    assert refusal.kind is Kind.UNKNOWN_MODEL
    assert refusal.facts["nearest"][0] == "kling-v3"


@given(width=st.integers(1, 400), height=st.integers(1, 400))
@settings(max_examples=50, deadline=None)
def test_every_ratio_within_four_to_one_makes_a_picture(width: int, height: int) -> None:
    document = body(aspect_ratio=f"{width}:{height}")
    if max(width, height) > 4 * min(width, height):
        assert refused(document).field == "aspect_ratio"
    else:
        request = understood(document)
        assert min(request.width, request.height) == 720


@pytest.mark.parametrize(("ratio", "size"), [("16:9", (1280, 720)), ("9:16", (720, 1280)), ("1:1", (720, 720))])
def test_the_documented_ratios_have_their_sizes(ratio: str, size: tuple[int, int]) -> None:
    request = understood(body(aspect_ratio=ratio))
    assert (request.width, request.height) == size


def test_a_picture_too_wide_to_make_is_refused() -> None:
    assert refused(body("veo-3-1", resolution="4K", aspect_ratio="4:1")).field == "resolution"


def test_null_is_absent_and_unknown_fields_are_ignored() -> None:
    nulls = dict.fromkeys(("duration", "resolution", "aspect_ratio", "audio", "image_url"))
    assert understood(body(**nulls, seed=7, webhook="x")) == understood(body())


@pytest.mark.parametrize("audio", [True, False, None])
def test_sound_is_there_exactly_when_it_is_asked_for(audio: object) -> None:
    assert understood(body(audio=audio)).sound is (audio is True)


def test_a_whole_number_may_be_written_as_a_fraction() -> None:
    assert understood(body(duration=8.0)).duration == 8


def test_the_price_goes_by_the_second() -> None:
    assert understood(body(duration=20)).price == 4 * understood(body(duration=5)).price == Decimal("1.00")


# Answers


def test_a_submission_is_answered_with_two_keys() -> None:
    answer = operation(Submit, "/v1/videos/generations").render(job(SUCCEEDED).accepted(), Links())
    assert answer == {"task_id": "vtask_abc123xyz", "status": "pending"}
    assert Accepted.model_validate(answer, strict=True)


@pytest.mark.parametrize(
    ("phase", "word"),
    [(Phase(State.QUEUED), "pending"), (Phase(State.RUNNING), "processing"), (Phase(State.CANCELLED), "cancelled")],
)
def test_a_poll_without_outcome_has_two_keys(phase: Phase, word: str) -> None:
    assert polled(phase) == {"task_id": "vtask_abc123xyz", "status": word}


def test_a_completed_task_carries_its_result() -> None:
    document = polled(SUCCEEDED)
    assert document == {
        "task_id": "vtask_abc123xyz",
        "status": "completed",
        "result": {"video_url": RESULT, "duration_seconds": 5},
    }
    assert json.dumps(document["result"]["duration_seconds"]) == "5"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason.CONTENT_POLICY, "Content policy violation"),
        (Reason.UPSTREAM, "Upstream error"),
        (Reason.TIMED_OUT, "Generation timed out"),
        (Reason.UNSUPPORTED_INPUT, "Unsupported input"),
        (Reason.INTERNAL, "Internal error"),
        (None, "Internal error"),
    ],
)
def test_a_failed_task_says_why_in_a_text(reason: Reason | None, text: str) -> None:
    assert polled(Phase(State.FAILED), reason) == {"task_id": "vtask_abc123xyz", "status": "failed", "error": text}


def test_ids_are_nine_letters_and_digits_after_vtask() -> None:
    task_id = DIALECT.terms.mint(Chance(b"seed"))
    assert task_id.removeprefix("vtask_").isalnum()
    assert task_id == task_id.lower()
    assert len(task_id) == len("vtask_abc123xyz")


# Models and health


def test_the_model_list_is_openais_with_a_category() -> None:
    answer = viewed("/v1/models")
    assert [entry["id"] for entry in answer["data"]] == NAMES
    first = {name: value for name, value in answer["data"][0].items() if name != "created"}
    assert first == {"id": "sora-2-preview", "object": "model", "owned_by": "openai", "category": "video"}
    assert Models.model_validate(answer)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "video"}, NAMES),
        ({"category": "chat"}, []),
        ({"category": ""}, NAMES),
        ({"provider": "Skywork"}, ["skyreels-v4-fast", "skyreels-v4-std"]),
        ({"provider": "skywork", "q": "std"}, ["skyreels-v4-std"]),
        ({"q": "KLING VIDEO"}, ["kling-video-o1"]),
        ({"search": "omni"}, ["kling-v3-omni"]),
        ({"q": "no such"}, []),
    ],
)
def test_the_model_list_is_filtered(query: dict[str, str], found: list[str]) -> None:
    assert [entry["id"] for entry in viewed("/v1/models", **query)["data"]] == found


def test_one_model_is_an_entry_of_the_list() -> None:
    answer = viewed("/v1/models/{id}", name="wan2.7")
    assert answer in viewed("/v1/models")["data"]
    assert Model.model_validate(answer).id == "wan2.7"


def test_a_model_that_is_not_there_is_not_found() -> None:
    with pytest.raises(ApiError) as caught:
        viewed("/v1/models/{id}", name="foo")
    assert said(caught.value.refusal)[0] == 404


def test_health_is_ok() -> None:
    answer = viewed("/v1/health")
    assert answer == {"status": "ok", "catalog": "ok", "database": "ok"}
    assert Health.model_validate(answer)


def test_list_and_health_need_no_key_and_one_model_does() -> None:
    documents = {
        route.path: route.operation.public for route in DIALECT.routes if isinstance(route.operation, Document)
    }
    assert documents == {"/v1/models": True, "/v1/models/{id}": False, "/v1/health": True}


# Errors


def error(message: str, kind: str, code: str | None, param: str | None = None) -> Json:
    return {"message": message, "type": kind, "code": code, "param": param}


INVALID = "invalid_request_error"
KEY = error("Invalid API key.", "authentication_error", "invalid_api_key")
FUNDS = error("Insufficient balance.", "insufficient_quota", "insufficient_balance")
CONTENT_TYPE = "Content-Type must be application/json, not none."

# A kind, the documented status, what is inside the documented body, and what the refusal knows.
ERRORS: list[tuple[Kind, int, Json, Json]] = [
    (
        Kind.UNKNOWN_MODEL,
        404,
        error("The model 'foo' does not exist.", INVALID, "model_not_found", "model"),
        {"facts": {"model": "foo"}},
    ),
    (
        Kind.JOB_NOT_FOUND,
        404,
        error("Task 'vtask_x' not found.", INVALID, "task_not_found", "task_id"),
        {"facts": {"id": "vtask_x"}},
    ),
    (
        Kind.MISSING_INPUT,
        400,
        error("Missing required parameter: 'prompt'.", INVALID, "missing_parameter", "prompt"),
        {"message": "prompt: Field required", "field": "prompt"},
    ),
    (Kind.MISSING_KEY, 401, KEY, {}),
    (Kind.INVALID_KEY, 401, KEY, {}),
    (Kind.INACTIVE_KEY, 401, KEY, {}),
    (Kind.INSUFFICIENT_CREDITS, 402, FUNDS, {"facts": {"required": Decimal(1), "available": Decimal(0)}}),
    (
        Kind.PLAN_REQUIRED,
        403,
        error("This API key has no access to this endpoint or model.", INVALID, "access_denied"),
        {},
    ),
    (
        Kind.RATE_LIMITED,
        429,
        error("Rate limit exceeded.", "rate_limit_error", "rate_limit_exceeded"),
        {"retry_after": 8.0},
    ),
    (Kind.QUOTA_EXCEEDED, 429, error("Rate limit exceeded.", "rate_limit_error", "rate_limit_exceeded"), {}),
    (Kind.INTERNAL, 500, error("Internal server error.", "server_error", None), {}),
    (Kind.UPSTREAM, 502, error("The upstream provider failed.", "upstream_error", "upstream_error"), {}),
    (Kind.UNAVAILABLE, 503, error("The model is temporarily unavailable.", "server_error", "model_unavailable"), {}),
    (
        Kind.UNAVAILABLE,
        503,
        error("The queue is full.", "server_error", "model_unavailable"),
        {"message": "The queue is full."},
    ),
    (Kind.TIMEOUT, 504, error("The upstream provider timed out.", "timeout", "upstream_timeout"), {}),
    (
        Kind.ROUTE_NOT_FOUND,
        404,
        error("Invalid URL (DELETE /v1/videos/tasks/x)", INVALID, None),
        {"facts": {"method": "DELETE", "path": "/v1/videos/tasks/x"}},
    ),
    (
        Kind.PAYLOAD_TOO_LARGE,
        400,
        error("The body is too large.", INVALID, "invalid_parameter"),
        {"message": "The body is too large."},
    ),
    (
        Kind.UNSUPPORTED_MEDIA_TYPE,
        400,
        error(CONTENT_TYPE, INVALID, "invalid_parameter", "content-type"),
        {"message": CONTENT_TYPE, "field": "content-type"},
    ),
]


@pytest.mark.parametrize(("kind", "status", "document", "known"), ERRORS)
def test_an_error_has_the_documented_status_and_body(kind: Kind, status: int, document: Json, known: Json) -> None:
    assert said(Refusal(kind, **known)) == (status, document)


@pytest.mark.parametrize("kind", Kind)
def test_a_planned_error_without_facts_reads_well(kind: Kind) -> None:
    status, document = said(Refusal(kind))
    assert status >= 400
    assert document["message"]
    assert "{" not in document["message"]


@pytest.mark.parametrize(
    ("document", "status", "code", "param"),
    [
        ({"prompt": "a whale"}, 400, "missing_parameter", "model"),
        (body("foo"), 404, "model_not_found", "model"),
        (body(duration=26), 400, "invalid_parameter", "duration"),
        (body(resolution="4k"), 400, "invalid_parameter", "resolution"),
        (body(aspect_ratio="5:1"), 400, "invalid_parameter", "aspect_ratio"),
        (body(image_url="whale.png"), 400, "invalid_parameter", "image_url"),
        ({"model": "wan2.6-i2v", "prompt": "a whale"}, 400, "missing_parameter", "image_url"),
    ],
)
def test_a_refused_request_names_code_and_parameter(document: Json, status: int, code: str, param: str) -> None:
    answer = said(refused(document))
    assert (answer[0], answer[1]["code"], answer[1]["param"]) == (status, code, param)
    assert param in answer[1]["message"]


# The dialect


def test_the_routes_are_the_documented_ones() -> None:
    assert [(route.method, route.path, route.name) for route in DIALECT.routes] == [
        ("POST", "/v1/videos/generations", "submit"),
        ("GET", "/v1/videos/tasks/{id}", "poll"),
        ("GET", "/v1/models", "document"),
        ("GET", "/v1/models/{id}", "document"),
        ("GET", "/v1/health", "document"),
    ]


def test_a_submission_is_answered_with_200_takes_only_json_and_no_idempotency_key() -> None:
    submit = operation(Submit, "/v1/videos/generations")
    assert (submit.status, submit.accepts, submit.replay_header) == (200, ("application/json",), None)


def test_the_body_is_checked_before_the_model_and_both_after_the_key() -> None:
    checks = DIALECT.checks
    assert checks[:2] == (Check.KEY, Check.LIMITS)
    assert checks.index(Check.SCHEMA) < checks.index(Check.MODEL) < checks.index(Check.FUNDS)


def test_clients_are_advised_to_poll_every_five_seconds_and_are_charged_at_submit() -> None:
    assert DIALECT.terms.interval == 5
    assert DIALECT.terms.tariff.held is False


@pytest.mark.parametrize("schema", [DIALECT.catalog.schema, Accepted, Task, Error, Model, Models, Health])
def test_every_field_has_exactly_one_source(schema: Any) -> None:
    for field in schema.model_fields.values():
        assert sum(isinstance(note, Source) for note in anatomy(field)[1]) == 1


def test_the_readings_of_the_table_are_marked_as_guesses() -> None:
    rows = DIALECT.catalog.rows
    guessed = [name for name, row in rows.items() if row.origin("limits.duration").origin is Origin.GUESS]
    ranges = ["minimax-hailuo-2.3", "wan2.7-videoedit", "happyhorse-1.0"]
    assert sorted(guessed) == sorted(["veo-3-1", "kling-v3", "kling-v3-omni", "kling-video-o1", *ranges])


# The published examples


def published(key: str) -> pytest.MarkDecorator:
    documents = {path.stem: json.loads(path.read_text("utf-8")) for path in FIXTURES}
    having = {name: document for name, document in documents.items() if key in document}
    return pytest.mark.parametrize("fixture", having.values(), ids=having.keys())


@published("request")
def test_a_published_request_has_a_route(fixture: Json) -> None:
    method, path = fixture["request"]["method"], fixture["request"]["path"]
    assert any(route.method == method and path.startswith(route.path.partition("{")[0]) for route in DIALECT.routes)


@published("request")
def test_a_published_submission_is_accepted(fixture: Json) -> None:
    sent = fixture["request"].get("json")
    if sent is not None:
        assert understood(sent).model == sent["model"]


@published("state")
def test_a_published_poll_answer_is_ours(fixture: Json) -> None:
    state = State(fixture["state"])
    ours = polled(SUCCEEDED if state is State.SUCCEEDED else Phase(state))
    assert ours | fixture["response"]["json"] == ours


@published("kind")
def test_a_published_error_is_ours(fixture: Json) -> None:
    status, ours = said(Refusal(Kind(fixture["kind"]), facts={"model": "foo"}))
    assert status == fixture["response"]["status"]
    assert ours | fixture["response"]["json"]["error"] == ours
