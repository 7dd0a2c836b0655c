"""LemonData as its documents of March 2026 have it; the tables here are copied from them, not from the catalog."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Issue, Kind, Refusal
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, Reason, State, Timeline, VideoRequest
from mockvideo.core.rng import Chance
from mockvideo.dialect import Check
from mockvideo.dialects.lemondata import DIALECT, LARGEST_IMAGE, schemas
from mockvideo.operation import Document, Links, Poll, Submit, View
from mockvideo.provenance import Origin, Source
from mockvideo.schema import Json, Lenient, anatomy, validate

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "lemondata").glob("*.json"))
URL = "https://example.com/image.jpg"
RESULT = "https://cdn.lemondata.cc/videos/abc123.mp4"
DATA_URL = "data:image/jpeg;base64," + base64.b64encode(b"a picture").decode()

# Model, provider, capabilities, as the five tables have them.
MODELS = (
    ("sora-2", "OpenAI", "T2V"),
    ("sora-2-pro", "OpenAI", "T2V, higher quality"),
    ("sora-2-characters", "OpenAI", "T2V, character-focused"),
    ("kling-v2.6-pro", "Kuaishou", "T2V, latest gen"),
    ("kling-v2.6-std", "Kuaishou", "T2V, fast"),
    ("kling-v2.5-turbo-std", "Kuaishou", "T2V, turbo tier"),
    ("kling-v2.1-master", "Kuaishou", "T2V, I2V, master quality"),
    ("kling-v2.1-pro", "Kuaishou", "T2V, I2V"),
    ("kling-video", "Kuaishou", "T2V, I2V"),
    ("kling-video-extend", "Kuaishou", "Video extension"),
    ("kling-video-o1-pro", "Kuaishou", "T2V, O1 reasoning"),
    ("kling-effects", "Kuaishou", "Visual effects"),
    ("veo2", "Google", "T2V"),
    ("veo3.1", "Google", "T2V, I2V, keyframe"),
    ("veo3.1-pro", "Google", "T2V, I2V, keyframe, professional"),
    ("veo3.1-4k", "Google", "T2V, I2V, keyframe, 4K output"),
    ("veo3.1-fast", "Google", "T2V, I2V, keyframe, fast"),
    ("veo3", "Google", "T2V, I2V, previous gen"),
    ("seedance-2-0", "ByteDance", "T2V, I2V, keyframe, extension, editing"),
    ("seedance-1-5-pro", "ByteDance", "T2V, I2V"),
    ("seedance-1-0-pro", "ByteDance", "T2V, I2V"),
    ("seedance-1-0-lite-t2v", "ByteDance", "T2V, lightweight"),
    ("seedance-1-0-lite-i2v", "ByteDance", "I2V, lightweight"),
    ("hailuo-2.3", "MiniMax", "T2V, I2V"),
    ("hailuo-2.3-pro", "MiniMax", "T2V, I2V, higher quality"),
    ("hailuo-2.3-fast", "MiniMax", "I2V, fast tier"),
    ("wan-2.6", "Alibaba", "T2V"),
    ("wan2.6-i2v", "Alibaba", "I2V"),
    ("runwayml-gen4-turbo-5", "Runway", "I2V"),
    ("runwayml-gen4-turbo-10", "Runway", "I2V"),
    ("luma-video-api", "Luma", "T2V"),
    ("luma-video-extend-api", "Luma", "Video extension"),
    ("viduq3-pro", "Shengshu", "T2V, I2V, keyframe"),
    ("viduq3-turbo", "Shengshu", "T2V, I2V, keyframe, turbo tier"),
    ("viduq2-pro", "Shengshu", "I2V, keyframe, reference"),
    ("grok-video-3", "xAI", "T2V"),
    ("higgsfield-turbo", "Higgsfield", "T2V"),
)
NAMES = [row[0] for row in MODELS]
WORDS = {row[0]: row[2].split(", ") for row in MODELS}
NEED_PICTURE = [name for name in NAMES if "T2V" not in WORDS[name]]
LENGTHS = {"runwayml-gen4-turbo-5": 5, "runwayml-gen4-turbo-10": 10}
PRICES = {"sora-2": "0.20", "veo3.1": "0.28", "kling-v2.6-pro": "0.49", "hailuo-2.3": "0.03"}

every_model = pytest.mark.parametrize("model", NAMES)


def understood(document: Json) -> VideoRequest:
    """Push a document through the dialect's checks, as a server does."""
    document = DIALECT.fold(document)
    validate(DIALECT.catalog.schema, document)
    row = DIALECT.catalog.row(document.get("model", DIALECT.model))
    try:
        request = validate(DIALECT.catalog.request(row), document, broken=Kind.MODEL_LIMIT)
        DIALECT.catalog.relate(row, request)
        return DIALECT.understand(request, row)
    except ApiError as error:
        raise ApiError.of(error.refusal, model=row.id) from None


def refused(document: Json) -> Refusal:
    with pytest.raises(ApiError) as caught:
        understood(document)
    return caught.value.refusal


def body(model: str = "kling-v2.1-pro", **fields: Any) -> Json:
    image = {"image_url": URL} if model in NEED_PICTURE else {}
    return {"model": model, "prompt": "a lemon", **image, **fields}


def job(*phases: Phase, model: str = "kling-v2.6-pro", reason: Reason | None = None) -> Job:
    timeline = Timeline(1706000000.4, phases)
    return Job("video_abc123", "lemondata", understood(body(model)), timeline, 1706000000.4, reason)


def operations(kind: type) -> dict[str, Any]:
    return {route.path: route.operation for route in DIALECT.routes if isinstance(route.operation, kind)}


def polled(*phases: Phase, reason: Reason | None = None, after: float = 100.0) -> Json:
    snapshot = job(*phases, reason=reason).at(1706000000.4 + after)
    poll = operations(Poll)["/v1/tasks/{id}"]
    document = poll.render(snapshot, Links(videos=(RESULT,)))
    assert poll.answer.model_validate(document, strict=True)
    return document


def viewed(path: str, name: str = "", **query: str) -> Json:
    document = operations(Document)[path]
    answer = document.render(View(None, query, name))
    assert document.answer.model_validate(answer, strict=True)
    return answer


def said(refusal: Refusal) -> tuple[int, Json]:
    status, document = DIALECT.say(refusal)
    assert schemas.Error.model_validate(document, strict=True)
    return status, document


# The catalog


def test_the_catalog_has_the_documents_models_in_its_order() -> None:
    rows = DIALECT.catalog.rows.values()
    assert [(row.id, row.owner, ", ".join(row.facts["capabilities"])) for row in rows] == list(MODELS)


@every_model
@pytest.mark.parametrize("duration", [1, 60])
def test_every_model_but_runways_takes_one_to_sixty_seconds(model: str, duration: int) -> None:
    if model in LENGTHS:
        refusal = refused(body(model, duration=duration))
        assert (refusal.kind, refusal.field) == (Kind.MODEL_LIMIT, "duration")
    else:
        assert understood(body(model, duration=duration)).duration == duration


@every_model
@pytest.mark.parametrize("duration", [0, 61])
def test_no_model_takes_less_than_one_or_more_than_sixty_seconds(model: str, duration: int) -> None:
    refusal = refused(body(model, duration=duration))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, "duration")


@pytest.mark.parametrize(("model", "length"), LENGTHS.items())
def test_runway_takes_only_the_length_in_its_name(model: str, length: int) -> None:
    assert understood(body(model, duration=length)).duration == length
    assert refused(body(model, duration=15 - length)).kind is Kind.MODEL_LIMIT


@every_model
def test_a_silent_request_gets_the_defaults(model: str) -> None:
    request = understood(body(model))
    assert request.duration == LENGTHS.get(model, 8 if model.startswith("veo") else 5)
    assert (request.width, request.height) == ((3840, 2160) if model == "veo3.1-4k" else (1280, 720))
    assert (request.fps, request.sound, request.clips) == (24, False, 1)


@every_model
def test_a_model_without_text_to_video_needs_a_picture(model: str) -> None:
    document = {"model": model, "prompt": "a lemon"}
    if "T2V" in WORDS[model]:
        assert not understood(document).image
    else:
        refusal = refused(document)
        assert (refusal.kind, refusal.field) == (Kind.MISSING_INPUT, "image_url")


@pytest.mark.parametrize("model", NEED_PICTURE)
@pytest.mark.parametrize("picture", [{"image_url": URL}, {"image": DATA_URL}])
def test_a_picture_comes_as_a_url_or_inline(model: str, picture: Json) -> None:
    assert understood({"model": model, "prompt": "a lemon", **picture}).image


@pytest.mark.parametrize("model", NEED_PICTURE)
def test_only_keyframe_models_take_a_first_frame_for_their_picture(model: str) -> None:
    document = {"model": model, "prompt": "a lemon", "start_image": URL, "end_image": URL}
    if "keyframe" in WORDS[model]:
        assert understood(document).image
    else:
        assert refused(document).kind is Kind.MISSING_INPUT


@every_model
def test_a_generation_has_one_price_however_long_it_is(model: str) -> None:
    expected = Decimal(PRICES.get(model, "0.20"))
    assert understood(body(model)).price == expected
    if model not in LENGTHS:
        assert understood(body(model, duration=60)).price == expected


# Requests


def test_a_request_is_understood_whole() -> None:
    everything = {
        "model": "veo3.1",
        "prompt": "a lemon",
        "image_url": URL,
        "image": DATA_URL,
        "duration": 6,
        "aspect_ratio": "9:16",
        "resolution": "1080p",
        "fps": 30,
        "negative_prompt": "limes",
        "seed": 7,
        "cfg_scale": 7.5,
        "motion_strength": 0.5,
        "start_image": URL,
        "end_image": URL,
        "user": "somebody",
        "operation": "image-to-video",
    }
    assert set(everything) == set(DIALECT.catalog.schema.model_fields)
    assert understood(everything) == VideoRequest(
        model="veo3.1",
        prompt="a lemon",
        width=1080,
        height=1920,
        duration=6.0,
        fps=30,
        image=True,
        price=Decimal("0.28"),
    )


def test_the_default_model_is_sora_2() -> None:
    assert understood({"prompt": "a lemon"}).model == "sora-2"
    assert understood({"prompt": "a lemon", "model": None}).model == "sora-2"


@pytest.mark.parametrize("document", [{}, {"prompt": None}, {"model": "sora-2"}])
def test_a_prompt_is_required(document: Json) -> None:
    refusal = refused(document)
    assert (refusal.kind, refusal.field) == (Kind.MISSING_INPUT, "prompt")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fps", 1),
        ("fps", 120),
        ("cfg_scale", 0),
        ("cfg_scale", 20),
        ("cfg_scale", 20.0),
        ("motion_strength", 0),
        ("motion_strength", 1),
        ("seed", -1),
        ("seed", 2**40),
        ("duration", 4.0),
        ("aspect_ratio", "21:9"),
        ("aspect_ratio", "3:4"),
        ("resolution", "4K"),
        ("resolution", "480p"),
        ("image_url", "http://localhost:9000/image.jpg"),
        ("operation", "motion-control"),
        ("image", DATA_URL),
    ],
)
def test_a_value_within_its_bounds_is_accepted(field: str, value: object) -> None:
    assert understood(body(**{field: value}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", 2),
        ("prompt", 2),
        ("duration", "5"),
        ("duration", 5.5),
        ("duration", True),
        ("fps", 0),
        ("fps", 121),
        ("fps", "24"),
        ("cfg_scale", -0.1),
        ("cfg_scale", 20.1),
        ("cfg_scale", "7"),
        ("motion_strength", -0.1),
        ("motion_strength", 1.1),
        ("seed", "seven"),
        ("negative_prompt", 1),
        ("user", 1),
        ("operation", "text2video"),
        ("aspect_ratio", 1),
        ("aspect_ratio", "wide"),
        ("aspect_ratio", "5:1"),
        ("resolution", 720),
        ("resolution", "tall"),
        ("resolution", "10p"),
        ("image_url", "image.jpg"),
        ("image_url", DATA_URL),
        ("image_url", "https:///image.jpg"),
        ("start_image", "ftp://example.com/image.jpg"),
        ("image", URL),
        ("image", "data:image/jpeg;base64,"),
        ("image", "data:image/jpeg;base64,AAA"),
        ("image", "data:text/plain;base64,AAAA"),
        ("image", "AAAA"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(field: str, value: object) -> None:
    refusal = refused(body(**{field: value}))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, field)


def test_a_last_frame_needs_a_first() -> None:
    refusal = refused(body("veo3.1", end_image=URL))
    assert (refusal.kind, refusal.field) == (Kind.MISSING_INPUT, "start_image")
    assert understood(body("veo3.1", end_image=URL, start_image=URL)).image


@pytest.mark.parametrize("end_image", ["", "end.jpg"])
def test_a_last_frame_is_a_url(end_image: str) -> None:
    refusal = refused(body("veo3.1", start_image=URL, end_image=end_image))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, "end_image")


def test_null_is_absent_and_unknown_parameters_are_ignored() -> None:
    nulls = dict.fromkeys(DIALECT.catalog.schema.model_fields) | body()
    later = {"video_url": URL, "task_id": "video_1", "reference_images": [URL], "seconds": "x", "callback_url": URL}
    assert understood(nulls | later) == understood(body())


@given(st.binary(min_size=2, max_size=60))
@settings(max_examples=50, deadline=None)
def test_any_bytes_can_come_as_a_data_url_and_are_kept_as_a_digest(data: bytes) -> None:
    url = "data:image/png;base64," + base64.b64encode(data + b"!!").decode()
    request = DIALECT.catalog.schema.model_validate(body(image=url), strict=True)
    assert request.image.startswith("sha256:")


def test_a_picture_of_twenty_mebibytes_is_the_largest() -> None:
    largest = base64.b64encode(bytes(LARGEST_IMAGE)).decode()
    assert DIALECT.fold(body(image="data:image/png;base64," + largest))
    refusal = refused(body(image="data:image/png;base64," + base64.b64encode(bytes(LARGEST_IMAGE + 1)).decode()))
    assert (refusal.kind, refusal.field) == (Kind.PAYLOAD_TOO_LARGE, "image")


@pytest.mark.parametrize("image", [7, "", "="])
def test_what_is_no_data_url_is_not_measured(image: object) -> None:
    assert DIALECT.fold({"image": image}) == {"image": image}


def test_an_unknown_model_is_refused_with_the_nearest() -> None:
    refusal = refused(body("veo-3.1"))
    assert refusal.kind is Kind.UNKNOWN_MODEL
    assert refusal.facts["nearest"][0] == "veo3.1"


# Answers


def test_a_submission_is_answered_with_id_and_poll_url() -> None:
    answer = operations(Submit)["/v1/videos/generations"].render(job(SUCCEEDED, model="sora-2").accepted(), Links())
    assert answer == {
        "task_id": "video_abc123",
        "id": "video_abc123",
        "poll_url": "/v1/tasks/video_abc123",
        "status": "pending",
        "model": "sora-2",
        "created_at": 1706000000,
    }
    assert schemas.Accepted.model_validate(answer, strict=True)


def test_the_poll_url_carries_the_prefix_of_the_request() -> None:
    answer = operations(Submit)["/v1/videos/generations"].render(job(SUCCEEDED).accepted(), Links("/lemondata"))
    assert answer["poll_url"] == "/lemondata/v1/tasks/video_abc123"


def test_a_pending_task_stands_at_nought() -> None:
    assert polled(Phase(State.QUEUED)) == {
        "task_id": "video_abc123",
        "status": "pending",
        "progress": 0,
        "model": "kling-v2.6-pro",
        "created_at": 1706000000,
    }


def test_a_processing_task_tells_its_progress() -> None:
    assert polled(Phase(State.RUNNING, seconds=60.0, last=1.0), SUCCEEDED, after=27.3) == {
        "task_id": "video_abc123",
        "status": "processing",
        "progress": 45,
        "model": "kling-v2.6-pro",
        "created_at": 1706000000,
    }


def test_a_completed_task_has_its_video_and_when_it_ended() -> None:
    assert polled(Phase(State.RUNNING, seconds=60.0), SUCCEEDED) == {
        "task_id": "video_abc123",
        "status": "completed",
        "progress": 100,
        "video_url": RESULT,
        "model": "kling-v2.6-pro",
        "created_at": 1706000000,
        "completed_at": 1706000060,
    }


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
    assert polled(Phase(State.FAILED), reason=reason) == {
        "task_id": "video_abc123",
        "status": "failed",
        "error": text,
        "model": "kling-v2.6-pro",
        "created_at": 1706000000,
    }


def test_a_cancelled_task_is_said_to_have_failed() -> None:
    assert polled(Phase(State.CANCELLED))["status"] == "failed"


def test_ids_are_twenty_four_letters_and_digits_after_video() -> None:
    letters = DIALECT.terms.mint(Chance(b"seed")).removeprefix("video_")
    assert letters.isalnum()
    assert len(letters) == 24


# Models and prices


def test_a_model_has_openais_fields_and_the_providers_own() -> None:
    assert viewed("/v1/models")["data"][13] == {
        "id": "veo3.1",
        "object": "model",
        "created": 1706000000,
        "owned_by": "google",
        "lemondata": {
            "category": "video",
            "pricing_unit": "per_request",
            "capabilities": ["video", "text-to-video", "image-to-video", "start-end-to-video"],
            "supported_operations": ["text-to-video", "image-to-video", "start-end-to-video"],
            "public_contract_summary": {
                "request_endpoint": "/v1/videos/generations",
                "supported_parameters": list(DIALECT.catalog.schema.model_fields),
                "recommended_request_summary": {
                    "operation": "text-to-video",
                    "duration": 8,
                    "aspect_ratio": "16:9",
                },
            },
        },
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, NAMES),
        ({"category": "video"}, NAMES),
        ({"category": "chat"}, []),
        ({"tag": "video"}, NAMES),
        ({"tag": "start-end-to-video"}, [name for name in NAMES if "keyframe" in WORDS[name]]),
        ({"tag": "coding"}, []),
        ({"provider": "openai"}, ["sora-2", "sora-2-pro", "sora-2-characters"]),
        ({"provider": "Runway"}, list(LENGTHS)),
        ({"provider": "minimax", "tag": "text-to-video"}, ["hailuo-2.3", "hailuo-2.3-pro"]),
        ({"recommended_for": "video"}, NAMES),
        ({"recommended_for": "image"}, []),
        ({"category": ""}, NAMES),
    ],
)
def test_the_model_list_is_filtered(query: dict[str, str], found: list[str]) -> None:
    answer = viewed("/v1/models", **query)
    assert answer["object"] == "list"
    assert [entry["id"] for entry in answer["data"]] == found


def test_a_recommendation_ranks_the_models() -> None:
    entries = viewed("/v1/models", category="video", recommended_for="video")["data"]
    preferences = [entry["lemondata"]["agent_preferences"]["video"] for entry in entries]
    assert [preference["preferred_rank"] for preference in preferences] == list(range(1, 38))
    assert {preference["status"] for preference in preferences} == {"ready"}


def test_parameters_that_a_model_ignores_are_not_listed() -> None:
    def listed(model: str) -> list[str]:
        summary = viewed("/v1/models/{id}", name=model)["lemondata"]["public_contract_summary"]
        return summary["supported_parameters"]

    assert not {"image", "image_url", "start_image", "end_image"} & set(listed("sora-2"))
    assert {"image", "image_url"} <= set(listed("wan2.6-i2v"))
    assert "start_image" not in listed("wan2.6-i2v")
    assert "start_image" in listed("viduq2-pro")


@every_model
def test_one_model_is_its_entry_of_the_recommendations(model: str) -> None:
    answer = viewed("/v1/models/{id}", name=model)
    assert answer in viewed("/v1/models", recommended_for="video")["data"]
    assert answer["lemondata"]["supported_operations"]


def test_the_price_list_has_every_model_or_one() -> None:
    assert [entry["model"] for entry in viewed("/v1/pricing")["data"]] == NAMES
    (entry,) = viewed("/v1/pricing", model="veo3.1")["data"]
    assert (entry["pricing"]["per_request"], entry["provider"]) == ("0.28", "google")


@pytest.mark.parametrize(
    ("path", "name", "query"), [("/v1/models/{id}", "foo", {}), ("/v1/pricing", "", {"model": "foo"})]
)
def test_a_model_that_is_not_there_is_not_found(path: str, name: str, query: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        viewed(path, name, **query)
    assert said(caught.value.refusal) == (
        404,
        {"error": {"message": "Model 'foo' not found", "type": "invalid_request_error", "code": "model_not_found"}},
    )


def test_models_and_prices_need_no_key() -> None:
    assert all(document.public for document in operations(Document).values())


# Errors


M = {"model": "M"}

# A kind, the documented status, what is inside the documented error, and what the refusal knows.
ERRORS: list[tuple[Kind, int, Json, Json]] = [
    (
        Kind.UNKNOWN_MODEL,
        400,
        {
            "message": "Model 'invalid-model' not found",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
            "did_you_mean": "gpt-5.4",
            "suggestions": [{"id": "gpt-5.4"}, {"id": "gpt-5-mini"}],
            "hint": "Did you mean 'gpt-5.4'? Use GET https://api.lemondata.cc/v1/models to list all available models.",
        },
        {"field": "model", "facts": {"model": "invalid-model", "nearest": ("gpt-5.4", "gpt-5-mini")}},
    ),
    (
        Kind.UNKNOWN_MODEL,
        400,
        {
            "message": "Model 'x' not found",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
            "hint": "Use GET https://api.lemondata.cc/v1/models to list all available models.",
        },
        {"field": "model", "facts": {"model": "x", "nearest": ()}},
    ),
    (
        Kind.INVALID_KEY,
        401,
        {"message": "Invalid API key provided", "type": "invalid_api_key", "code": "invalid_api_key"},
        {},
    ),
    (
        Kind.MISSING_KEY,
        401,
        {"message": "Invalid API key provided", "type": "invalid_api_key", "code": "invalid_api_key"},
        {},
    ),
    (
        Kind.INACTIVE_KEY,
        401,
        {"message": "API key has been revoked", "type": "expired_api_key", "code": "expired_api_key"},
        {},
    ),
    (
        Kind.INSUFFICIENT_CREDITS,
        402,
        {
            "message": "Insufficient balance: need ~$0.3500 for M, but balance is $0.1200.",
            "type": "insufficient_balance",
            "code": "insufficient_balance",
            "balance_usd": 0.12,
            "estimated_cost_usd": 0.35,
            "suggestions": [{"id": "hailuo-2.3"}, {"id": "sora-2"}, {"id": "sora-2-pro"}],
            "hint": "Insufficient balance: need ~$0.3500 for M, but balance is $0.1200. "
            "Try a cheaper model, or top up at https://lemondata.cc/dashboard/billing.",
        },
        {"facts": {"required": Decimal("0.35"), "available": Decimal("0.12"), **M}},
    ),
    (
        Kind.QUOTA_EXCEEDED,
        402,
        {"message": "API key usage limit reached", "type": "quota_exceeded", "code": "quota_exceeded"},
        {},
    ),
    (
        Kind.PLAN_REQUIRED,
        403,
        {
            "message": "You don't have permission to access this model",
            "type": "access_denied",
            "code": "model_not_allowed",
        },
        {"facts": M},
    ),
    (
        Kind.JOB_NOT_FOUND,
        404,
        {
            "message": "Task not found or no longer available.",
            "type": "invalid_request_error",
            "code": "async_task_not_found",
        },
        {"facts": {"id": "video_x"}},
    ),
    (
        Kind.ROUTE_NOT_FOUND,
        404,
        {"message": "Not found: DELETE /v1/tasks/x", "type": "invalid_request_error", "code": "not_found"},
        {"facts": {"method": "DELETE", "path": "/v1/tasks/x"}},
    ),
    (
        Kind.PAYLOAD_TOO_LARGE,
        413,
        {
            "message": "Input size exceeds maximum allowed",
            "type": "invalid_request_error",
            "code": "payload_too_large",
        },
        {},
    ),
    (
        Kind.PAYLOAD_TOO_LARGE,
        413,
        {
            "message": "Input size exceeds maximum allowed",
            "type": "invalid_request_error",
            "code": "payload_too_large",
            "hint": "image: at most 20 MiB",
        },
        {"message": "image: at most 20 MiB", "field": "image"},
    ),
    (
        Kind.UNSUPPORTED_MEDIA_TYPE,
        400,
        {
            "message": "Content-Type must be application/json, not none.",
            "type": "invalid_request_error",
            "code": "invalid_request",
        },
        {"message": "Content-Type must be application/json, not none.", "field": "content-type"},
    ),
    (
        Kind.RATE_LIMITED,
        429,
        {
            "message": "Rate limit: 60 rpm exceeded",
            "type": "rate_limit_exceeded",
            "code": "rate_limit_exceeded",
            "retryable": True,
            "retry_after": 8,
            "hint": "Rate limited. Retry after 8s. Current limit: 60/min for user role.",
        },
        {"retry_after": 7.2, "facts": {"limit": 60}},
    ),
    (
        Kind.RATE_LIMITED,
        429,
        {
            "message": "Rate limit: 1000 rpm exceeded",
            "type": "rate_limit_exceeded",
            "code": "rate_limit_exceeded",
            "retryable": True,
            "hint": "Rate limited. Current limit: 1000/min for user role.",
        },
        {},
    ),
    (Kind.INTERNAL, 500, {"message": "An internal error occurred", "type": "server_error"}, {}),
    (Kind.UPSTREAM, 502, {"message": "Upstream provider returned an error", "type": "upstream_error"}, {}),
    (
        Kind.UNAVAILABLE,
        503,
        {
            "message": "Model M temporarily unavailable",
            "code": "all_channels_failed",
            "retryable": True,
            "retry_after": 30,
            "alternatives": [
                {"id": "sora-2", "status": "available", "tags": []},
                {"id": "sora-2-pro", "status": "available", "tags": []},
            ],
            "hint": "Retry in 30s or switch to an available model.",
        },
        {"facts": M},
    ),
    (
        Kind.UNAVAILABLE,
        503,
        {
            "message": "The queue is full.",
            "code": "all_channels_failed",
            "retryable": True,
            "retry_after": 5,
            "alternatives": [
                {"id": "sora-2-pro", "status": "available", "tags": []},
                {"id": "sora-2-characters", "status": "available", "tags": []},
            ],
            "hint": "Retry in 5s or switch to an available model.",
        },
        {"message": "The queue is full.", "retry_after": 4.5, "facts": {"model": "sora-2"}},
    ),
    (Kind.TIMEOUT, 504, {"message": "Request timed out", "type": "timeout_error"}, {}),
]


@pytest.mark.parametrize(("kind", "status", "error", "known"), ERRORS)
def test_an_error_has_the_documented_status_and_body(kind: Kind, status: int, error: Json, known: Json) -> None:
    assert said(Refusal(kind, **known)) == (status, {"error": error})


@pytest.mark.parametrize("kind", Kind)
def test_a_planned_error_without_facts_reads_well(kind: Kind) -> None:
    status, document = said(Refusal(kind))
    assert status >= 400
    assert document["error"]["message"]
    assert "{" not in json.dumps(document["error"]["message"])


def test_a_validation_error_names_the_field_twice() -> None:
    issue = Issue(("model",), "missing", "Field required")
    assert said(Refusal(Kind.MISSING_INPUT, "model: Field required", "model", (issue,))) == (
        400,
        {
            "error": {
                "message": "model: Model is required",
                "type": "invalid_request_error",
                "param": "model",
                "code": "invalid_request",
            },
            "validation_errors": [{"field": "model", "message": "Model is required"}],
        },
    )


def test_a_missing_picture_is_named_with_its_model() -> None:
    message = "image_url is required for model 'wan2.6-i2v'"
    assert said(refused({"model": "wan2.6-i2v", "prompt": "a lemon"})) == (
        400,
        {
            "error": {
                "message": f"image_url: {message}",
                "type": "invalid_request_error",
                "code": "invalid_request",
                "param": "image_url",
            },
            "validation_errors": [{"field": "image_url", "message": message}],
        },
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "prompt: Prompt is required"),
        (body(fps=121), "fps: Input should be less than or equal to 120"),
        (body("runwayml-gen4-turbo-5", duration=10), "duration: Input should be one of 5"),
        (body(end_image=URL), "start_image: end_image requires start_image"),
        (body(image_url="x"), "image_url: Must be an absolute http or https URL"),
        (body(image="x"), "image: Must be a data URL like data:image/jpeg;base64,..."),
        (body(aspect_ratio="5:1"), "aspect_ratio: ratio must lie between 1:4 and 4:1, not 5:1"),
    ],
)
def test_a_refused_request_says_field_and_problem(document: Json, message: str) -> None:
    status, answer = said(refused(document))
    field, _, problem = message.partition(": ")
    assert (status, answer["error"]["message"]) == (400, message)
    assert answer["validation_errors"] == [{"field": field, "message": problem}]


def test_every_problem_of_a_request_is_listed() -> None:
    _, answer = said(refused(body(fps=0, seed="x")))
    assert [problem["field"] for problem in answer["validation_errors"]] == ["fps", "seed"]


# The dialect


def test_the_routes_are_the_documented_ones() -> None:
    assert [(route.method, route.path, route.name) for route in DIALECT.routes] == [
        ("POST", "/v1/videos/generations", "submit"),
        ("POST", "/v1/video/generations", "submit"),
        ("GET", "/v1/tasks/{id}", "poll"),
        ("GET", "/v1/videos/generations/{id}", "poll"),
        ("GET", "/v1/models", "document"),
        ("GET", "/v1/models/{id}", "document"),
        ("GET", "/v1/pricing", "document"),
    ]


def test_a_submission_is_answered_with_200_takes_only_json_and_no_idempotency_key() -> None:
    for submit in operations(Submit).values():
        assert (submit.status, submit.accepts, submit.replay_header) == (200, ("application/json",), None)
        assert submit.large


def test_the_body_is_checked_before_the_model_and_both_after_the_key() -> None:
    checks = DIALECT.checks
    assert checks[:2] == (Check.KEY, Check.LIMITS)
    assert checks.index(Check.SCHEMA) < checks.index(Check.MODEL) < checks.index(Check.FUNDS)


def test_clients_are_advised_to_poll_every_five_seconds_and_money_is_held() -> None:
    assert DIALECT.terms.interval == 5
    assert DIALECT.terms.tariff.held is True


@pytest.mark.parametrize(
    "schema",
    [value for value in vars(schemas).values() if isinstance(value, type) and issubclass(value, Lenient)],
)
def test_every_field_has_exactly_one_source(schema: Any) -> None:
    for field in schema.model_fields.values():
        assert sum(isinstance(note, Source) for note in anatomy(field)[1]) == 1


@every_model
def test_what_a_row_guesses_is_said(model: str) -> None:
    row = DIALECT.catalog.rows[model]
    assert row.origin("facts.capabilities").origin is Origin.SEED
    assert all(relation.source.startswith("guess") for relation in row.relations)
    for name in row.defaults:
        expected = Origin.SEED if (model, name) == ("veo3.1-4k", "resolution") else Origin.GUESS
        assert row.origin(f"defaults.{name}").origin is expected


# The published examples


def published(key: str, *operation: str) -> pytest.MarkDecorator:
    documents = {path.stem: json.loads(path.read_text("utf-8")) for path in FIXTURES}
    having = {
        name: document
        for name, document in documents.items()
        if key in document and (not operation or document["operation"] in operation)
    }
    return pytest.mark.parametrize("fixture", having.values(), ids=having.keys())


@published("request")
def test_a_published_request_has_a_route(fixture: Json) -> None:
    method, path = fixture["request"]["method"], fixture["request"]["path"]
    assert any(route.method == method and path.startswith(route.path.partition("{")[0]) for route in DIALECT.routes)


@published("request", "submit")
def test_a_published_submission_is_accepted(fixture: Json) -> None:
    request = understood({"prompt": "left out of the fixture", **fixture["request"]["json"]})
    assert request.model == fixture["request"]["json"]["model"]


def test_the_published_answer_to_a_submission_is_ours_but_for_the_id() -> None:
    fixture = json.loads(next(path for path in FIXTURES if path.stem == "submit-sora-2").read_text("utf-8"))
    answer = operations(Submit)["/v1/videos/generations"].render(job(SUCCEEDED, model="sora-2").accepted(), Links())
    assert answer == fixture["response"]["json"] | {"id": "video_abc123"}
    assert set(fixture["differs"]) == {"/id"}


@published("state")
def test_a_published_poll_answer_is_ours(fixture: Json) -> None:
    state = State(fixture["state"])
    running = Phase(State.RUNNING, seconds=60.0, last=1.0)
    phases = {
        State.QUEUED: (Phase(State.QUEUED),),
        State.RUNNING: (running, SUCCEEDED),
        State.SUCCEEDED: (running, SUCCEEDED),
        State.FAILED: (Phase(State.FAILED),),
    }
    after = 27.3 if state is State.RUNNING else 100.0
    ours = polled(*phases[state], reason=Reason.CONTENT_POLICY, after=after)
    assert list(ours.items()) == list(fixture["response"]["json"].items())


@published("response", "models")
def test_the_published_model_list_is_the_head_of_ours(fixture: Json) -> None:
    (entry,) = fixture["response"]["json"]["data"]
    ours = viewed("/v1/models")["data"][0]
    assert ours | entry == ours


@published("response", "pricing")
def test_the_published_price_is_ours(fixture: Json) -> None:
    assert viewed("/v1/pricing", **fixture["request"]["query"]) == fixture["response"]["json"]


# What refusals of the published errors know, and which of their words name models that are not ours.
KNOWN: dict[str, Json] = {
    "unknown_model": {"facts": {"model": "invalid-model", "nearest": ("gpt-5.4", "gpt-5-mini")}},
    "missing_input": {"message": "model: Field required", "field": "model"},
    "insufficient_credits": {"facts": {"required": Decimal("0.35"), "available": Decimal("0.12"), **M}},
    "rate_limited": {"retry_after": 8.0, "facts": {"limit": 60}},
    "unavailable": {"facts": M},
}
THEIRS = {"insufficient_credits": "suggestions", "unavailable": "alternatives"}


@published("kind")
def test_a_published_error_is_ours(fixture: Json) -> None:
    kind, field = fixture["kind"], "id" if fixture["operation"] == "model" else None
    refusal = Refusal(Kind(kind), **({"field": field} | KNOWN.get(kind, {}) if field else KNOWN.get(kind, {})))
    status, ours = said(refusal)
    theirs = {name: value for name, value in fixture["response"]["json"]["error"].items() if name != THEIRS.get(kind)}
    assert status == fixture["response"]["status"]
    assert ours["error"] | theirs == ours["error"]
    assert ours.get("validation_errors") == fixture["response"]["json"].get("validation_errors")
