"""Apiframe says what its documents say: the models and their parameters, the errors, the jobs and the account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from mockvideo.core.errors import ApiError, Issue, Kind, Refusal
from mockvideo.core.files import File
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, Reason, Snapshot, State, Timeline, VideoRequest
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Page, Standing
from mockvideo.core.uploads import Upload
from mockvideo.dialect import Check
from mockvideo.dialects.apiframe import DIALECT, schemas
from mockvideo.dialects.apiframe.account import check_file, me, models, uploaded
from mockvideo.dialects.apiframe.jobs import accepted, check_id, cursor, iso, job_list, listed, polled, read_query
from mockvideo.operation import Document, Item, Links, Submit, View
from mockvideo.provenance import Origin, Source
from mockvideo.schema import Json, anatomy, validate

FIXTURES = Path(__file__).parents[2] / "fixtures" / "apiframe"

# The seed's table: name, identifier, description.
SEED = """
Grok Imagine Video | grok-imagine-video | xAI Grok Imagine — text-to-video and image-to-video with reference images
Hailuo 02 | hailuo-02 | MiniMax Hailuo 02 — text-to-video and image-to-video with end-frame support
Hailuo 2.3 | hailuo-2.3 | MiniMax Hailuo 2.3 — realistic motion and high-fidelity stylization
Hailuo 2.3 Fast | hailuo-2.3-fast | MiniMax Hailuo 2.3 Fast — speed-optimized variant
Luma Ray 2 | luma-ray-2 | Luma Ray 2 — text-to-video and image-to-video with camera concepts
Luma Ray Flash 2 | luma-ray-flash-2 | Luma Ray Flash 2 — faster, cost-effective variant of Ray 2
Kling 2.1 | kling-2.1 | Standard/pro modes with end-image support
Kling 2.1 Master | kling-2.1-master | Premium quality video generation
Kling 2.5 Turbo Pro | kling-2.5-turbo-pro | Fast, cost-effective with end-image support
Kling 2.6 | kling-2.6 | High-quality video generation with audio support
Kling 3.0 | kling-3.0 | Latest generation with flexible duration, modes, audio, and multi-prompt
Midjourney Video | midjourney-video | Image-to-video generation — 4 videos per request
Runway Gen-4 Turbo | runway-gen4-turbo | Runway Gen-4 Turbo — fast 720p text-to-video and image-to-video
Runway Gen-4.5 | runway-gen4.5 | Runway Gen-4.5 — flagship text-to-video and image-to-video model
Seedance 1 Lite | seedance-1-lite | ByteDance Seedance Lite with text-to-video and image-to-video support
Seedance 1 Pro | seedance-1-pro | Higher-quality Seedance v1 generation with dynamic pricing by resolution and duration
Seedance 1 Pro Fast | seedance-1-pro-fast | Faster Seedance v1 variant with text-to-video and image-to-video support
Seedance 1.5 Pro | seedance-1.5-pro | Seedance 1.5 Pro with optional synchronized audio generation
Seedance 2.0 | seedance-2 | Seedance 2.0 with multimodal references, native audio, web search, and adaptive aspect ratio
Seedance 2.0 Fast | seedance-2-fast | Seedance 2.0 Fast — speed-optimized variant with multimodal references and audio
Sora 2 | sora-2 | OpenAI Sora 2 with text-to-video and image-to-video support
Sora 2 Pro | sora-2-pro | OpenAI Sora 2 Pro with standard and high resolution variants
Veo 2 | veo-2 | Google Veo 2 — text-to-video and image-to-video
Veo 3 | veo-3 | Google Veo 3 — video generation with audio support
Veo 3 Fast | veo-3-fast | Google Veo 3 Fast — faster generation with audio
Veo 3.1 | veo-3.1 | Google Veo 3.1 — audio, reference images, last-frame control
Veo 3.1 Fast | veo-3.1-fast | Google Veo 3.1 Fast — speed-optimized with full features
Wan 2.5 | wan-2.5 | Alibaba Wan 2.5 — text-to-video and image-to-video with audio sync
Wan 2.5 Fast | wan-2.5-fast | Alibaba Wan 2.5 Fast — speed-optimized variant
Wan 2.6 | wan-2.6 | Alibaba Wan 2.6 — up to 15s with multi-shot storytelling and audio
Wan 2.6 Flash | wan-2.6-flash | Alibaba Wan 2.6 Flash — fast image-to-video with optional audio
"""
MODELS = [line.split(" | ") for line in SEED.strip().splitlines()]

# The parameters: an enumeration of words or numbers, a range of whole numbers, the most items of a list of URLs, the
# most characters of a text, or a type.
HTTP, FLAG, WHOLE, TEXT, RATIO, SHARE, CONCEPTS = "url", "boolean", "integer", "text", "W:H", "0 to 1", "concepts"
SIX, THREE, TWO = "16:9 9:16 1:1 4:3 3:4 21:9", "16:9 9:16 1:1", "16:9 9:16"
NEGATIVE = {"negative_prompt": ["most characters", 2500]}
HAILUO = {"duration": (6, 10), "image": HTTP, "prompt_optimizer": FLAG, "resolution": "768p 1080p"}
LUMA = {
    "aspect_ratio": SIX,
    "concepts": CONCEPTS,
    "duration": (5, 9),
    "end_image": HTTP,
    "loop": FLAG,
    "start_image": HTTP,
}
KLING = {"aspect_ratio": THREE, "duration": (5, 10), "start_image": HTTP, **NEGATIVE}
RUNWAY = {"aspect_ratio": SIX, "duration": (5, 10), "image": HTTP, "seed": WHOLE}
FRAMES = {"end_image": HTTP, "start_image": HTTP, "seed": WHOLE, "camera_fixed": FLAG, "generate_audio": FLAG}
SEEDANCE_1 = {
    "aspect_ratio": "21:9 16:9 4:3 1:1 3:4 9:16 9:21",
    "duration": (5, 10),
    "resolution": "480p 720p 1080p",
    **FRAMES,
}
SEEDANCE_2 = {
    "aspect_ratio": "21:9 16:9 4:3 1:1 3:4 9:16 adaptive",
    "duration": range(4, 16),
    "resolution": "480p 720p",
    "reference_audio_urls": 3,
    "reference_image_urls": 9,
    "reference_video_urls": 3,
    **FRAMES,
    "return_last_frame": FLAG,
    "web_search": FLAG,
}
SORA = {"aspect_ratio": TWO, "duration": (4, 8, 10, 12, 15), "resolution": "standard high", "start_image": HTTP}
VEO = {
    "aspect_ratio": RATIO,
    "duration": (4, 6, 8),
    "generate_audio": FLAG,
    "image": HTTP,
    "last_frame": HTTP,
    "negative_prompt": ["most characters", 2000],
    "reference_images": 3,
    "resolution": "720p 1080p",
    "seed": WHOLE,
}
WAN = {
    "audio": HTTP,
    "duration": (5, 10),
    "enable_prompt_expansion": FLAG,
    "image": HTTP,
    "seed": WHOLE,
    **NEGATIVE,
    "resolution": "720p 1080p",
}
GROK = {"aspect_ratio": "1:1 16:9 9:16 4:3 3:4 3:2 2:3", "duration": (6, 10, 15), "reference_images": 7}
PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "grok-imagine-video": ("grokImagineVideoParams", GROK),
    "hailuo-02": ("hailuoParams", {**HAILUO, "end_image": HTTP}),
    "hailuo-2.3": ("hailuoParams", HAILUO),
    "hailuo-2.3-fast": ("hailuoParams", HAILUO),
    "luma-ray-2": ("lumaParams", LUMA),
    "luma-ray-flash-2": ("lumaParams", LUMA),
    "kling-2.1": (
        "klingParams",
        {"duration": (5, 10), "end_image": HTTP, "mode": "standard pro", "start_image": HTTP, **NEGATIVE},
    ),
    "kling-2.1-master": ("klingParams", KLING),
    "kling-2.5-turbo-pro": ("klingParams", {**KLING, "end_image": HTTP, "guidance_scale": SHARE}),
    "kling-2.6": ("klingParams", {**KLING, "generate_audio": FLAG}),
    "kling-3.0": (
        "klingParams",
        {
            **KLING,
            "duration": range(3, 16),
            "end_image": HTTP,
            "generate_audio": FLAG,
            "mode": "standard pro 4k",
            "multi_prompt": TEXT,
        },
    ),
    "midjourney-video": (
        "midjourneyVideoParams",
        {"motion": "low high", "resolution": "sd hd", "start_image": HTTP},
    ),
    "runway-gen4-turbo": ("runwayParams", RUNWAY),
    "runway-gen4.5": ("runwayParams", RUNWAY),
    "seedance-1-lite": ("seedanceParams", SEEDANCE_1),
    "seedance-1-pro": ("seedanceParams", SEEDANCE_1),
    "seedance-1-pro-fast": ("seedanceParams", SEEDANCE_1),
    "seedance-1.5-pro": (
        "seedanceParams",
        {**SEEDANCE_1, "aspect_ratio": "21:9 16:9 4:3 1:1 3:4 9:16", "duration": (4, 8, 12)},
    ),
    "seedance-2": ("seedanceParams", {**SEEDANCE_2, "resolution": "480p 720p 1080p 4k"}),
    "seedance-2-fast": ("seedanceParams", SEEDANCE_2),
    "sora-2": ("soraParams", SORA),
    "sora-2-pro": ("soraParams", SORA),
    "veo-2": ("veoParams", {**VEO, "duration": (5, 6, 7, 8)}),
    "veo-3": ("veoParams", VEO),
    "veo-3-fast": ("veoParams", VEO),
    "veo-3.1": ("veoParams", VEO),
    "veo-3.1-fast": ("veoParams", VEO),
    "wan-2.5": ("wanParams", {**WAN, "resolution": "480p 720p 1080p"}),
    "wan-2.5-fast": ("wanParams", WAN),
    "wan-2.6": ("wanParams", {**WAN, "duration": (5, 10, 15), "multi_shots": FLAG}),
    "wan-2.6-flash": ("wanParams", {**WAN, "duration": (5, 10, 15), "multi_shots": FLAG, "audio_enabled": FLAG}),
}
PICTURE = "https://example.com/forest.jpg"
NEEDED: dict[str, Json] = {"midjourney-video": {"start_image": PICTURE}, "wan-2.6-flash": {"image": PICTURE}}
EVERY_MODEL = pytest.mark.parametrize("model", PARAMETERS)
EVERY_PARAMETER = pytest.mark.parametrize(
    ("model", "field"), [(model, field) for model, (_, fields) in PARAMETERS.items() for field in fields]
)


def request_of(model: str, params: Mapping[str, Any] | None = None, **fields: Any) -> Json:
    """Write a request; a change to ... leaves the field out."""
    inner = {**NEEDED.get(model, {}), **(params or {})}
    inner = {name: value for name, value in inner.items() if value is not ...}
    document = {"model": model, "prompt": "Waves", **({PARAMETERS[model][0]: inner} if inner else {}), **fields}
    return {name: value for name, value in document.items() if value is not ...}


def understood(document: Json) -> VideoRequest:
    """Push a request through the dialect's checks, in its order."""
    document = DIALECT.fold(document)
    row = DIALECT.catalog.row(document.get("model"))
    validate(DIALECT.catalog.schema, document)
    request = validate(DIALECT.catalog.request(row), document, broken=Kind.MODEL_LIMIT)
    DIALECT.catalog.relate(row, request)
    return DIALECT.understand(request, row)


def asked(model: str, params: Mapping[str, Any] | None = None, **fields: Any) -> VideoRequest:
    return understood(request_of(model, params, **fields))


def refusal(document: Json) -> Refusal:
    with pytest.raises(ApiError) as raised:
        understood(document)
    return raised.value.refusal


def details(document: Json) -> dict[str, list[str]]:
    """Return the details of the answer that refuses a request."""
    status, answer = DIALECT.say(refusal(document))
    schemas.Error.model_validate(answer, strict=True)
    assert (status, answer.pop("error")) == (400, "Validation error")
    return answer["details"]


def inside(limit: Any) -> list[Any]:
    """The values at the limits of a parameter."""
    match limit:
        case range():
            return [limit[0], limit[-1], float(limit[0])]
        case tuple():
            return [*limit, float(limit[0])]
        case int():
            return [[], [PICTURE] * limit]
        case list():
            return ["", "x" * limit[1]]
    named = {
        HTTP: [PICTURE, "asset://a1", "ftp://x", "data:image/png;base64,AAAA"],
        FLAG: [True, False],
        WHOLE: [0, -(2**53) + 1, 2**53 - 1, 5.0],
        TEXT: ["", "[]"],
        RATIO: ["16:9", "1:1000", "007:1"],
        SHARE: [0, 1, 0.5],
        CONCEPTS: [[], ["pov", "tiny_planet"]],
    }
    return named.get(limit) or limit.split()


def outside(limit: Any) -> list[tuple[Any, str]]:
    """Values just beyond a parameter's limits, and what is said of each."""
    match limit:
        case range():
            low, high = limit[0], limit[-1]
            return [
                (low - 1, f"Too small: expected number to be >={low}"),
                (high + 1, f"Too big: expected number to be <={high}"),
                (low + 0.5, "Invalid input: expected int, received number"),
                (str(low), "Invalid input: expected number, received string"),
                (True, "Invalid input: expected number, received boolean"),
            ]
        case tuple():
            wrong = (limit[0] - 1, limit[-1] + 1, str(limit[0]), limit[0] + 0.5, True, None)
            return [(value, "Invalid input") for value in wrong]
        case int():
            return [
                ([PICTURE] * (limit + 1), f"Too big: expected array to have <={limit} items"),
                (PICTURE, "Invalid input: expected array, received string"),
            ]
        case list():
            return [
                ("x" * (limit[1] + 1), f"Too big: expected string to have <={limit[1]} characters"),
                ({}, "Invalid input: expected string, received object"),
            ]
    named = {
        HTTP: [("example.com", "Invalid URL"), (5, "Invalid input: expected string, received number")],
        FLAG: [("true", "Invalid input: expected boolean, received string")],
        WHOLE: [
            ("5", "Invalid input: expected number, received string"),
            (2**53, f"Too big: expected number to be <={2**53 - 1}"),
        ],
        TEXT: [([], "Invalid input: expected string, received array")],
        RATIO: [(ratio, r"Invalid string: must match pattern /^\d+:\d+$/") for ratio in ("169", "16:9\n", "१:१")],
        SHARE: [(-0.1, "Too small: expected number to be >=0"), (1.1, "Too big: expected number to be <=1")],
        CONCEPTS: [("pov", "Invalid input: expected array, received string")],
    }
    options = "|".join(f'"{word}"' for word in limit.split())
    return named.get(limit) or [(value, f"Invalid option: expected one of {options}") for value in ("none", 5, None)]


def kind_beyond(limit: Any, value: object) -> Kind:
    """Only a value of the right type can be beyond a model's limit; any other is wrong for all models."""
    types = {range: int, tuple: int, int: list, list: str}
    named = {HTTP: None, FLAG: None, WHOLE: None, TEXT: None, RATIO: None, SHARE: float, CONCEPTS: None}
    right = types.get(type(limit)) or named.get(str(limit), str)
    return Kind.MODEL_LIMIT if type(value) is right else Kind.INVALID_REQUEST


# Models and limits


def test_the_models_are_the_seeds_in_its_order_with_its_names_and_descriptions() -> None:
    rows = DIALECT.catalog.rows.values()
    assert [[row.name, row.id, row.facts["description"]] for row in rows] == MODELS


def test_every_model_has_its_parameters_in_the_table() -> None:
    assert list(PARAMETERS) == [model for _, model, _ in MODELS]


@EVERY_MODEL
def test_a_row_names_exactly_the_fields_of_its_models_parameters(model: str) -> None:
    params, fields = PARAMETERS[model]
    assert {path for path in DIALECT.catalog.rows[model].limits if "." in path} == {
        f"{params}.{name}" for name in fields
    }


@EVERY_PARAMETER
def test_a_value_at_a_limit_is_understood(model: str, field: str) -> None:
    _, fields = PARAMETERS[model]
    more = {"enable_prompt_expansion": True} if field == "multi_shots" else {}
    for value in inside(fields[field]):
        assert asked(model, {field: value, **more}).model == model


@EVERY_PARAMETER
def test_a_value_beyond_a_limit_is_refused_at_its_field(model: str, field: str) -> None:
    params, fields = PARAMETERS[model]
    for value, text in outside(fields[field]):
        refused = refusal(request_of(model, {field: value}))
        assert (refused.kind, refused.field) == (kind_beyond(fields[field], value), f"{params}.{field}")
        assert details(request_of(model, {field: value})) == {f"{params}.{field}": [text]}


@EVERY_PARAMETER
def test_null_is_no_value_of_any_parameter(model: str, field: str) -> None:
    params, _ = PARAMETERS[model]
    document = request_of(model, {field: None})
    assert details(document).keys() == {f"{params}.{field}"}


@EVERY_MODEL
def test_a_model_takes_no_parameter_of_its_relatives(model: str) -> None:
    params, fields = PARAMETERS[model]
    relatives = {name for family, others in PARAMETERS.values() if family == params for name in others}
    for stranger in relatives - set(fields):
        assert details(request_of(model, {stranger: "x"})) == {params: [f'Unrecognized key: "{stranger}"']}


@EVERY_MODEL
def test_a_model_takes_no_parameters_of_another_family(model: str) -> None:
    for family in {params for params, _ in PARAMETERS.values()} - {PARAMETERS[model][0]}:
        assert details(request_of(model, **{family: {}})) == {"": [f'Unrecognized key: "{family}"']}


@EVERY_MODEL
def test_a_prompt_has_1_to_4000_characters_and_at_hailuo_2000(model: str) -> None:
    most = 2000 if model.startswith("hailuo") else 4000
    assert asked(model, prompt="x" * most).prompt == "x" * most
    assert details(request_of(model, prompt="x" * (most + 1))) == {
        "prompt": [f"Too big: expected string to have <={most} characters"]
    }
    assert details(request_of(model, prompt="")) == {"prompt": ["Too small: expected string to have >=1 characters"]}


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_request_within_the_table_is_understood(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(list(PARAMETERS)))
    fields = PARAMETERS[model][1]
    params = {
        name: data.draw(st.sampled_from(inside(limit))) for name, limit in fields.items() if name != "multi_shots"
    }
    if params.get("resolution") == "1080p" and model.startswith("hailuo"):
        params["duration"] = 6
    params.update({"mode": "pro"} if model == "kling-2.1" else {})
    request = asked(model, params)
    assert request.width % 2 == request.height % 2 == 0
    assert max(request.width, request.height) <= 4096
    assert request.price == int(request.price) > 0


# Rules across fields


@pytest.mark.parametrize("model", ["hailuo-02", "hailuo-2.3", "hailuo-2.3-fast"])
def test_hailuo_makes_no_ten_seconds_in_1080p(model: str) -> None:
    refused = refusal(request_of(model, {"resolution": "1080p", "duration": 10}))
    assert (refused.kind, refused.field) == (Kind.MODEL_LIMIT, "hailuoParams.duration")


def test_the_end_image_of_kling_2_1_needs_the_pro_mode_which_is_the_default() -> None:
    assert asked("kling-2.1", {"end_image": PICTURE}).image
    assert refusal(request_of("kling-2.1", {"end_image": PICTURE, "mode": "standard"})).field == "klingParams.mode"


@pytest.mark.parametrize("model", ["wan-2.6", "wan-2.6-flash"])
def test_several_shots_need_an_expanded_prompt(model: str) -> None:
    assert refusal(request_of(model, {"multi_shots": True})).field == "wanParams.enable_prompt_expansion"
    assert asked(model, {"multi_shots": True, "enable_prompt_expansion": True})
    assert asked(model, {"multi_shots": False})


@pytest.mark.parametrize("params", [{"image": ...}, {"image": ..., "duration": 5}])
def test_wan_2_6_flash_needs_an_image(params: Json) -> None:
    document = request_of("wan-2.6-flash", params)
    assert refusal(document).kind is Kind.MISSING_INPUT
    assert details(document) == {"wanParams.image": ["this model requires wanParams.image"]}


def test_midjourney_needs_its_parameters_and_in_them_a_picture() -> None:
    missing = request_of("midjourney-video", {"start_image": ...})
    assert refusal(missing).kind is Kind.MISSING_INPUT
    assert details(missing) == {"midjourneyVideoParams": ["Invalid input: expected object, received undefined"]}
    empty = request_of("midjourney-video", midjourneyVideoParams={})
    assert details(empty) == {
        "midjourneyVideoParams.start_image": ["Invalid input: expected string, received undefined"]
    }


# The request


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"prompt": ...}, {"prompt": ["Invalid input: expected string, received undefined"]}),
        ({"prompt": None}, {"prompt": ["Invalid input: expected string, received null"]}),
        ({"prompt": ["x"]}, {"prompt": ["Invalid input: expected string, received array"]}),
        ({"webhookUrl": "/hook"}, {"webhookUrl": ["Invalid URL"]}),
        ({"webhookUrl": None}, {"webhookUrl": ["Invalid input: expected string, received null"]}),
        ({"webhookEvents": []}, {"webhookEvents": ["Too small: expected array to have >=1 items"]}),
        ({"webhookEvents": "failed"}, {"webhookEvents": ["Invalid input: expected array, received string"]}),
        ({"klingParams": None}, {"klingParams": ["Invalid input: expected object, received null"]}),
        ({"klingParams": []}, {"klingParams": ["Invalid input: expected object, received array"]}),
        ({"foo": 1}, {"": ['Unrecognized key: "foo"']}),
        ({"foo": None, "bár": 1}, {"": ['Unrecognized keys: "foo", "bár"']}),
    ],
)
def test_a_wrong_field_is_named_in_zods_words(fields: Json, expected: dict[str, list[str]]) -> None:
    assert details(request_of("kling-3.0", **fields)) == expected


@pytest.mark.parametrize("event", ["started", None, 5])
def test_a_wrong_event_is_named_by_its_place(event: object) -> None:
    text = 'Invalid option: expected one of "progress"|"completed"|"failed"'
    assert details(request_of("veo-3", webhookEvents=["failed", event])) == {"webhookEvents.1": [text]}


def test_a_wrong_item_of_a_list_is_named_by_its_place() -> None:
    items = [PICTURE, "nowhere", None]
    assert details(request_of("veo-3", {"reference_images": items})) == {
        "veoParams.reference_images.1": ["Invalid URL"],
        "veoParams.reference_images.2": ["Invalid input: expected string, received null"],
    }


def test_an_unknown_concept_is_named_by_its_place() -> None:
    found = details(request_of("luma-ray-2", {"concepts": ["pov", "zoom"]}))
    assert found.keys() == {"lumaParams.concepts.1"}
    assert found["lumaParams.concepts.1"][0].startswith('Invalid option: expected one of "truck_left"|"truck_right"|')


def test_everything_that_is_wrong_is_named_at_once() -> None:
    document = request_of("kling-3.0", {"mode": "best", "duration": 16, "fps": 24, "cfg": 1}, prompt="", foo=1)
    assert details(document) == {
        "prompt": ["Too small: expected string to have >=1 characters"],
        "klingParams.duration": ["Too big: expected number to be <=15"],
        "klingParams.mode": ['Invalid option: expected one of "standard"|"pro"|"4k"'],
        "klingParams": ['Unrecognized keys: "fps", "cfg"'],
        "": ['Unrecognized key: "foo"'],
    }


def test_of_very_many_wrong_places_the_first_hundred_are_named() -> None:
    assert len(details(request_of("sora-2", webhookEvents=["x"] * 50_000))) == 100


@pytest.mark.parametrize("model", ["kling", "Kling-3.0", "veo-3.1-lite", "wan-2.7", "", None, 5, ...])
def test_a_model_that_is_not_there_is_an_invalid_input(model: object) -> None:
    document = request_of("sora-2") | {"model": model, "prompt": 5}
    assert details({name: value for name, value in document.items() if value is not ...}) == {
        "model": ["Invalid input"]
    }


def test_what_is_common_to_all_models_can_be_checked_without_one() -> None:
    with pytest.raises(ApiError) as raised:
        validate(DIALECT.catalog.schema, {"model": "nope", "prompt": None, "klingParams": {"mode": "best"}})
    assert [issue.field for issue in raised.value.refusal.issues] == ["prompt"]


def test_a_missing_model_has_no_other_words_than_an_unknown_one() -> None:
    refused = Refusal(Kind.MISSING_INPUT, "model: Field required", "model")
    assert DIALECT.say(refused) == (400, {"error": "Validation error", "details": {"model": ["Invalid input"]}})


def test_the_model_is_found_before_anything_else_is_checked() -> None:
    order = [Check.KEY, Check.LIMITS, Check.BODY, Check.MODEL, Check.SCHEMA, Check.CAPS, Check.IDEMPOTENCY]
    assert list(DIALECT.checks) == [*order, Check.FUNDS, Check.AVAILABLE]


def test_a_submission_takes_json_and_an_idempotency_key_for_a_day() -> None:
    submit = DIALECT.routes[0].operation
    assert isinstance(submit, Submit)
    assert (submit.accepts, submit.form, submit.replay_header) == (("application/json",), None, b"idempotency-key")
    assert DIALECT.terms.replay_window == 24 * 3600


def test_the_request_is_remembered_as_it_came_for_the_jobs_input() -> None:
    document = request_of("kling-3.0", {"duration": 5.0}, webhookUrl="https://example.com/hook?job=1")
    assert asked("kling-3.0", {"duration": 5.0}, webhookUrl=document["webhookUrl"]).extra["input"] == document


def test_a_data_url_is_remembered_by_its_digest() -> None:
    secret = "data:image/png;base64," + "iVBORw0KGgo" * 1000
    request = asked("veo-3", {"image": f" {secret}\n", "reference_images": [secret, PICTURE]})
    params: Any = request.extra["input"]["veoParams"]  # type: ignore[index]  # extra holds objects of any kind
    digest = params["image"]
    assert digest.startswith(f"data:image/png;size={len(secret)};sha256=")
    assert len(digest) < 150
    assert params["reference_images"] == [digest, PICTURE]


@pytest.mark.parametrize(
    ("fields", "url", "events"),
    [
        ({"webhookUrl": "https://example.com/h?x=1"}, "https://example.com/h?x=1", ["completed", "failed"]),
        ({"webhookUrl": "http://h/", "webhookEvents": ["progress"]}, "http://h/", ["progress"]),
        ({"webhookUrl": "http://h/", "webhookEvents": ["failed", "failed"]}, "http://h/", ["failed"]),
    ],
)
def test_the_webhook_is_remembered_with_its_events(fields: Json, url: str, events: list[str]) -> None:
    webhook = asked("sora-2", **fields).webhook
    assert webhook is not None
    assert (webhook.url, [event.name for event in webhook.events]) == (url, events)


@pytest.mark.parametrize("fields", [{}, {"webhookEvents": ["failed"]}])
def test_without_a_url_nobody_is_called(fields: Json) -> None:
    assert asked("sora-2", **fields).webhook is None


@pytest.mark.parametrize(
    ("model", "params"),
    [
        ("kling-3.0", {}),
        ("kling-3.0", {"start_image": PICTURE}),
        ("grok-imagine-video", {"reference_images": [PICTURE]}),
        ("grok-imagine-video", {"reference_images": []}),
        ("seedance-2", {"reference_image_urls": [PICTURE]}),
        ("veo-3.1", {"last_frame": PICTURE}),
    ],
)
def test_a_request_has_an_image_if_any_of_its_fields_does(model: str, params: Json) -> None:
    assert asked(model, params).image is any(params.values())


def test_the_example_is_understood() -> None:
    assert understood(dict(DIALECT.example)).model == "kling-3.0"


# Pictures, lengths, sound


@pytest.mark.parametrize(
    ("model", "params", "size"),
    [
        ("sora-2", {"resolution": "high"}, (1280, 720)),
        ("sora-2", {"aspect_ratio": "9:16"}, (720, 1280)),
        ("sora-2-pro", {"resolution": "standard"}, (1280, 720)),
        ("sora-2-pro", {"resolution": "high"}, (1792, 1024)),
        ("sora-2-pro", {"resolution": "high", "aspect_ratio": "9:16"}, (1024, 1792)),
        ("kling-3.0", {}, (1920, 1080)),
        ("kling-3.0", {"mode": "standard", "aspect_ratio": "9:16"}, (720, 1280)),
        ("kling-3.0", {"mode": "4k"}, (3840, 2160)),
        ("kling-2.1", {"mode": "standard"}, (1280, 720)),
        ("kling-2.6", {"aspect_ratio": "1:1"}, (720, 720)),
        ("midjourney-video", {}, (854, 480)),
        ("midjourney-video", {"resolution": "hd"}, (1280, 720)),
        ("hailuo-02", {}, (1366, 768)),
        ("hailuo-02", {"resolution": "1080p"}, (1920, 1080)),
        ("grok-imagine-video", {"aspect_ratio": "3:2"}, (1080, 720)),
        ("luma-ray-2", {"aspect_ratio": "21:9"}, (1680, 720)),
        ("runway-gen4-turbo", {"aspect_ratio": "3:4"}, (720, 960)),
        ("seedance-1-pro", {}, (1920, 1080)),
        ("seedance-1-lite", {"aspect_ratio": "9:21"}, (720, 1680)),
        ("seedance-2", {"aspect_ratio": "adaptive", "resolution": "480p"}, (854, 480)),
        ("seedance-2", {"aspect_ratio": "21:9", "resolution": "4k"}, (4092, 1754)),
        ("veo-3", {}, (1280, 720)),
        ("veo-3.1", {"resolution": "1080p", "aspect_ratio": "9:16"}, (1080, 1920)),
        ("veo-3.1", {"resolution": "1080p", "aspect_ratio": "4:1"}, (4096, 1024)),
        ("wan-2.5", {"resolution": "480p"}, (854, 480)),
        ("wan-2.6", {}, (1280, 720)),
    ],
)
def test_a_picture_has_its_models_size(model: str, params: Json, size: tuple[int, int]) -> None:
    request = asked(model, params)
    assert (request.width, request.height, request.flaw) == (*size, None)


@pytest.mark.parametrize("ratio", ["5:1", "1:5", "0:0", "16:0", "1" * 30 + ":1"])
def test_a_ratio_that_only_the_pattern_admits_fails_later(ratio: str) -> None:
    request = asked("veo-3.1", {"aspect_ratio": ratio})
    assert (request.flaw, request.width, request.height) == (Reason.UNSUPPORTED_INPUT, 1280, 720)


@pytest.mark.parametrize(
    ("model", "duration"),
    [
        ("grok-imagine-video", 6),
        ("hailuo-02", 6),
        ("hailuo-2.3", 6),
        ("hailuo-2.3-fast", 6),
        ("luma-ray-2", 5),
        ("luma-ray-flash-2", 5),
        ("kling-2.1", 5),
        ("kling-2.1-master", 5),
        ("kling-2.5-turbo-pro", 5),
        ("kling-2.6", 5),
        ("kling-3.0", 5),
        ("midjourney-video", 5),
        ("runway-gen4-turbo", 5),
        ("runway-gen4.5", 5),
        ("seedance-1-lite", 5),
        ("seedance-1-pro", 5),
        ("seedance-1-pro-fast", 5),
        ("seedance-1.5-pro", 8),
        ("seedance-2", 8),
        ("seedance-2-fast", 8),
        ("sora-2", 4),
        ("sora-2-pro", 4),
        ("veo-2", 5),
        ("veo-3", 8),
        ("veo-3-fast", 8),
        ("veo-3.1", 8),
        ("veo-3.1-fast", 8),
        ("wan-2.5", 5),
        ("wan-2.5-fast", 5),
        ("wan-2.6", 5),
        ("wan-2.6-flash", 5),
    ],
)
def test_a_clip_has_its_models_length_where_nothing_is_asked(model: str, duration: int) -> None:
    assert asked(model).duration == duration


@pytest.mark.parametrize(
    ("model", "params", "sound"),
    [
        ("kling-2.6", {}, True),
        ("kling-2.6", {"generate_audio": False}, False),
        ("kling-3.0", {}, True),
        ("kling-2.1", {}, False),
        ("seedance-2", {}, True),
        ("seedance-2-fast", {"generate_audio": False}, False),
        ("seedance-1.5-pro", {}, False),
        ("seedance-1.5-pro", {"generate_audio": True}, True),
        ("seedance-1-lite", {"generate_audio": True}, False),
        ("veo-2", {"generate_audio": True}, False),
        ("veo-3", {}, True),
        ("veo-3.1-fast", {"generate_audio": False}, False),
        ("wan-2.6-flash", {}, True),
        ("wan-2.6-flash", {"audio_enabled": False}, False),
        ("wan-2.5", {}, False),
        ("wan-2.5", {"audio": PICTURE}, True),
        ("wan-2.6-flash", {"audio_enabled": False, "audio": PICTURE}, False),
    ],
)
def test_a_clip_has_sound_where_its_model_gives_it(model: str, params: Json, sound) -> None:
    assert asked(model, params).sound is sound


def test_midjourney_makes_four_clips_and_every_other_model_one() -> None:
    assert {model for model in PARAMETERS if asked(model).clips != 1} == {"midjourney-video"}
    assert asked("midjourney-video").clips == 4


# Credits


@pytest.mark.parametrize(
    ("model", "params", "cost"),
    [
        ("kling-2.1", {"mode": "standard"}, 3),
        ("kling-2.1", {"mode": "standard", "duration": 10}, 5),
        ("kling-2.1", {}, 5),
        ("kling-2.1", {"duration": 10}, 10),
        ("kling-2.5-turbo-pro", {}, 4),
        ("kling-2.5-turbo-pro", {"duration": 10}, 7),
        ("kling-2.6", {"generate_audio": False}, 15),
        ("kling-2.6", {}, 25),
        ("kling-2.6", {"duration": 10}, 40),
        ("kling-2.6", {"duration": 10, "generate_audio": False}, 25),
        ("kling-3.0", {}, 35),
        ("kling-3.0", {"generate_audio": False}, 25),
        ("kling-3.0", {"mode": "standard"}, 20),
        ("kling-3.0", {"mode": "standard", "generate_audio": False, "duration": 15}, 45),
        ("kling-3.0", {"mode": "4k"}, 35),
        ("sora-2", {}, 4),
        ("sora-2", {"duration": 15, "resolution": "high"}, 15),
        ("sora-2-pro", {}, 12),
        ("sora-2-pro", {"resolution": "high", "duration": 15}, 75),
        ("luma-ray-2", {}, 10),
        ("luma-ray-2", {"duration": 9}, 20),
        ("luma-ray-flash-2", {"duration": 9}, 10),
        ("hailuo-02", {}, 5),
        ("hailuo-02", {"duration": 10}, 8),
        ("hailuo-02", {"resolution": "1080p"}, 10),
        ("hailuo-2.3", {"duration": 10}, 10),
        ("grok-imagine-video", {}, 10),
        ("grok-imagine-video", {"duration": 10}, 15),
        ("grok-imagine-video", {"duration": 15}, 25),
        ("runway-gen4-turbo", {}, 8),
        ("runway-gen4-turbo", {"duration": 10}, 15),
        ("veo-2", {}, 15),
        ("veo-2", {"duration": 8, "generate_audio": True}, 22),
        ("veo-3.1", {}, 20),
        ("veo-3.1", {"duration": 4, "generate_audio": False}, 5),
        ("veo-3.1-fast", {"duration": 6}, 6),
        ("wan-2.6", {}, 5),
        ("wan-2.6", {"duration": 15, "resolution": "1080p"}, 18),
        ("wan-2.6", {"audio": PICTURE}, 5),
        ("wan-2.6-flash", {}, 3),
        ("wan-2.6-flash", {"audio_enabled": False, "resolution": "1080p", "duration": 15}, 7),
    ],
)
def test_a_job_costs_what_the_old_price_list_says(model: str, params: Json, cost: int) -> None:
    assert asked(model, params).price == cost


@pytest.mark.parametrize(
    ("model", "params", "cost"),
    [
        ("midjourney-video", {}, 10),
        ("hailuo-2.3-fast", {}, 12),
        ("runway-gen4.5", {"duration": 10}, 20),
        ("seedance-1.5-pro", {}, 16),
        ("seedance-1.5-pro", {"generate_audio": True}, 32),
        ("veo-3", {}, 32),
        ("seedance-1-lite", {"generate_audio": True}, 10),
        ("wan-2.5", {}, 10),
        ("wan-2.5", {"audio": PICTURE}, 20),
        ("seedance-2", {"generate_audio": False}, 16),
        ("seedance-2", {}, 16),
    ],
)
def test_a_gap_of_the_price_list_costs_two_credits_a_second_and_twice_that_with_sound(model, params, cost) -> None:
    assert asked(model, params).price == cost


def test_credits_are_charged_at_submit() -> None:
    tariff = DIALECT.terms.tariff
    assert (tariff.currency, tariff.held) == ("credits", False)


# Jobs

BEGAN = datetime.fromisoformat("2026-03-15T10:00:00.000Z").timestamp()
ID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
URL = f"https://cdn2.apiframe.ai/videos/{ID}.mp4"
ENDS = {
    State.SUCCEEDED: SUCCEEDED,
    State.FAILED: Phase(State.FAILED, last=0.6),
    State.CANCELLED: Phase(State.CANCELLED),
}


def job(end: Phase = SUCCEEDED, *, lasts: float = 135.0, reason: Reason | None = None, **fields: Any) -> Job:
    """A job that renders at once and ends after so many seconds."""
    phases = (Phase(State.RUNNING, seconds=lasts, last=1.0), end)
    request = asked("kling-3.0", **fields)
    return Job(ID, "apiframe", request, Timeline(BEGAN, phases), BEGAN, reason)


def ended(state: State, **fields: Any) -> Snapshot:
    return job(ENDS[state], **fields).at(BEGAN + 200.0)


def shown(snapshot: Snapshot, videos: tuple[str, ...] = (URL,)) -> Json:
    """Render a poll's answer, check it against its schema, and leave out what the documents' examples lack."""
    document = polled(snapshot, Links(videos=videos if snapshot.state is State.SUCCEEDED else ()))
    schemas.Job.model_validate(document, strict=True)
    assert document.pop("expired") is False
    assert document.pop("input") == snapshot.job.request.extra["input"]
    return document


BEGUN = {"id": ID, "model": "kling-3.0", "result": None, "error": None, "creditCost": 35, "webhookStatus": None}
BEGUN |= {"createdAt": "2026-03-15T10:00:00.000Z", "completedAt": None}


def test_a_submission_is_answered_with_id_and_status() -> None:
    assert accepted(job().accepted(), Links()) == {"jobId": ID, "status": "QUEUED"}


@pytest.mark.parametrize(("state", "word"), [("succeeded", "COMPLETED"), ("failed", "FAILED"), ("cancelled", "FAILED")])
def test_a_replayed_submission_tells_how_the_job_stands(state: State, word: str) -> None:
    answer = accepted(ended(State(state)), Links())
    assert answer["status"] == word
    schemas.Accepted.model_validate(answer, strict=True)


def test_a_queued_job_is_the_documented_one() -> None:
    assert shown(job().accepted()) == BEGUN | {"status": "QUEUED", "progress": 0}


def test_a_running_job_is_the_documented_one() -> None:
    assert shown(job(lasts=100.0).at(BEGAN + 65.0)) == BEGUN | {"status": "PROCESSING", "progress": 65}


def test_a_completed_job_is_the_documented_one() -> None:
    expected = BEGUN | {"status": "COMPLETED", "progress": 100, "result": {"videoUrl": URL}}
    assert shown(ended(State.SUCCEEDED)) == expected | {"completedAt": "2026-03-15T10:02:15.000Z"}


def test_a_failed_job_is_the_documented_one_and_costs_nothing() -> None:
    expected = BEGUN | {"status": "FAILED", "progress": 0, "creditCost": 0}
    expected |= {"error": "Provider returned an error: content policy violation"}
    snapshot = ended(State.FAILED, lasts=5.0, reason=Reason.CONTENT_POLICY)
    assert shown(snapshot) == expected | {"completedAt": "2026-03-15T10:00:05.000Z"}


def test_a_cancelled_job_is_like_a_failed_one_without_an_error() -> None:
    expected = BEGUN | {"status": "CANCELLED", "progress": 0, "creditCost": 0}
    assert shown(ended(State.CANCELLED)) == expected | {"completedAt": "2026-03-15T10:02:15.000Z"}


@pytest.mark.parametrize("reason", [*Reason, None])
def test_every_failure_reads_as_an_error_of_the_provider(reason: Reason | None) -> None:
    assert shown(ended(State.FAILED, reason=reason))["error"].startswith("Provider returned an error: ")


def test_the_result_of_midjourney_has_four_urls() -> None:
    videos = tuple(f"https://cdn2.apiframe.ai/videos/job-id-{number}.mp4" for number in range(1, 5))
    assert shown(ended(State.SUCCEEDED), videos)["result"] == {"videos": list(videos)}


HOOK = {"webhookUrl": "https://example.com/hook"}


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED])
@pytest.mark.parametrize(("called", "status"), [(None, "pending"), (True, "delivered"), (False, "failed")])
def test_from_the_jobs_end_on_documents_tell_how_the_webhook_fares(state, called, status) -> None:
    before, after = job(**HOOK).at(BEGAN + 1.0), ended(state, **HOOK)
    assert shown(before)["webhookStatus"] is None
    assert shown(after._replace(job=after.job._replace(called=called)))["webhookStatus"] == status


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (State.CANCELLED, HOOK),
        (State.FAILED, {**HOOK, "webhookEvents": ["completed"]}),
        (State.SUCCEEDED, {**HOOK, "webhookEvents": ["progress", "failed"]}),
    ],
)
def test_an_end_of_which_nobody_wants_to_hear_has_no_webhook_status(state: State, fields: Json) -> None:
    assert shown(ended(state, **fields))["webhookStatus"] is None


@pytest.mark.parametrize(("hours", "expired"), [(23.9, False), (24.1, True)])
def test_a_result_is_called_expired_after_a_day(hours, expired) -> None:
    later = BEGAN + 135.0 + hours * 3600
    assert listed(job().at(later), Links(videos=(URL,)))["expired"] is expired
    assert listed(job(ENDS[State.FAILED]).at(later), Links())["expired"] is False


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - drawn without a zone
def test_a_moment_is_written_to_the_millisecond_in_utc(moment: datetime) -> None:
    text = iso(moment.timestamp())
    assert text.endswith("Z")
    assert abs(datetime.fromisoformat(text).timestamp() - moment.timestamp()) <= 0.001


def test_ids_are_uuids() -> None:
    check_id(DIALECT.terms.mint(Chance(b"seed")))


@pytest.mark.parametrize("job_id", ["", "job-1", ID[:-1], ID + "0", ID.replace("-", ""), f"{ID}\n", "g" + ID[1:]])
def test_an_id_that_is_no_uuid_is_a_400(job_id: str) -> None:
    with pytest.raises(ApiError) as raised:
        check_id(job_id)
    assert DIALECT.say(raised.value.refusal) == (400, {"error": "Invalid job ID"})


# The list


def items(count: int) -> list[Item]:
    return [Item(job()._replace(id=f"{number:08d}{ID[8:]}").accepted(), Links()) for number in range(count)]


def test_the_list_without_a_query_has_twenty_jobs() -> None:
    assert read_query({}) == Page(limit=20)


def test_every_condition_of_a_query_is_read() -> None:
    query = {"status": "PROCESSING", "model": "veo-3", "limit": "100", "cursor": cursor(ID), "search": ID}
    expected = Page(limit=100, after=ID, state=State.RUNNING, model="veo-3", job=ID)
    assert read_query({**query, "scope": "team", "include_models": "true", "unknown": "x"}) == expected


@pytest.mark.parametrize(
    ("query", "field", "text"),
    [
        ({"limit": "0"}, "limit", "Too small: expected number to be >=1"),
        ({"limit": "101"}, "limit", "Too big: expected number to be <=100"),
        ({"limit": "many"}, "limit", "Invalid input: expected number, received NaN"),
        ({"scope": "all"}, "scope", 'Invalid option: expected one of "user"|"team"'),
        ({"include_models": "1"}, "include_models", 'Invalid option: expected one of "true"|"false"'),
        ({"search": "kling"}, "search", "Invalid UUID"),
    ],
)
def test_a_wrong_query_is_a_400_that_names_its_field(query: dict[str, str], field: str, text: str) -> None:
    with pytest.raises(ApiError) as raised:
        read_query(query)
    assert DIALECT.say(raised.value.refusal) == (400, {"error": "Validation error", "details": {field: [text]}})


@pytest.mark.parametrize("text", ["", "?", "e30=", "W10=", "eyJpZCI6NX0=", "bm9wZQ==", "W1tb", "é"])
def test_a_cursor_that_no_list_gave_is_a_400(text: str) -> None:
    with pytest.raises(ApiError) as raised:
        read_query({"cursor": text})
    assert DIALECT.say(raised.value.refusal) == (400, {"error": "Invalid cursor"})


def test_a_cursor_is_the_documented_kind_and_leads_back() -> None:
    assert cursor("...") == "eyJpZCI6Ii4uLiJ9"
    assert read_query({"cursor": cursor(ID)}).after == ID


@pytest.mark.parametrize("more", [True, False])
def test_a_list_points_behind_its_last_job_if_more_follow(more) -> None:
    document = job_list(items(2), {}, more)
    schemas.JobList.model_validate(document, strict=True)
    assert document["nextCursor"] == (cursor(f"00000001{ID[8:]}") if more else None)
    assert document["hasMore"] is more
    assert "models" not in document


def test_a_listed_job_has_no_input() -> None:
    (listed_job,) = job_list(items(1), {}, False)["jobs"]
    assert "input" not in listed_job
    assert listed_job["expired"] is False


def test_a_list_names_its_models_when_asked() -> None:
    document = job_list(items(2), {"include_models": "true"}, False)
    schemas.JobList.model_validate(document, strict=True)
    assert document["models"] == ["kling-3.0"]
    assert job_list([], {"include_models": "false"}, False) == {"jobs": [], "nextCursor": None, "hasMore": False}


# The account, the models, uploads


def standing(**changes: Any) -> Standing:
    known = {"key": "afk_0000ffff", "tag": "cafe", "plan": "pro", "balance": Decimal(4500), "spent": Decimal(0)}
    return Standing(**{**known, "requests": 1, "now": BEGAN, "began": BEGAN, **changes})


def test_an_account_is_told_who_it_is_and_what_is_left() -> None:
    document = me(View(standing(), {}))
    schemas.Me.model_validate(document, strict=True)
    for part in document.values():
        check_id(part.pop("id"))
    team = {"name": "My Team", "credits": 4500, "plan": "pro", "customerId": None, "maxConcurrentJobs": 10}
    assert document == {
        "user": {"email": "dev@example.com", "role": "ADMIN"},
        "team": team,
        "apiKey": {"name": "Production Key", "prefix": "afk_0000"},
    }


def test_an_account_has_its_own_ids_and_keeps_them() -> None:
    one, again, other = (me(View(standing(tag=tag), {})) for tag in ("cafe", "cafe", "beef"))
    assert one == again
    assert {one[part]["id"] for part in one}.isdisjoint(other[part]["id"] for part in other)


def test_without_a_key_nobody_is_told_anything() -> None:
    with pytest.raises(ApiError) as raised:
        me(View(None, {}))
    assert DIALECT.say(raised.value.refusal) == (401, {"error": "API key is required"})


def test_the_model_list_has_the_seeds_three_columns() -> None:
    document = models(View(None, {}))
    schemas.Models.model_validate(document, strict=True)
    assert [[entry["label"], entry["id"], entry["description"]] for entry in document["models"]] == MODELS


@pytest.mark.parametrize(
    ("model", "least", "most", "mode"),
    [
        ("kling-3.0", 3, 7, "per-second"),
        ("sora-2-pro", 12, 75, "flat"),
        ("luma-ray-2", 10, 20, "flat"),
        ("veo-3", 2, 4, "per-second"),
        ("runway-gen4.5", 2, 2, "per-second"),
        ("seedance-2", 2, 2, "per-second"),
        ("wan-2.5", 2, 4, "per-second"),
        ("wan-2.6-flash", 2, 10, "flat"),
        ("midjourney-video", 2, 2, "per-second"),
    ],
)
def test_the_model_list_has_the_costs(model: str, least: int, most: int, mode: str) -> None:
    entry = next(entry for entry in models(View(None, {"modality": "video"}))["models"] if entry["id"] == model)
    assert (entry["costMin"], entry["costMax"], entry["pricingMode"]) == (least, most, mode)


@pytest.mark.parametrize("modality", ["image", "music"])
def test_there_are_no_models_of_other_modalities(modality: str) -> None:
    assert models(View(None, {"modality": modality})) == {"models": []}


def test_an_unknown_modality_is_refused() -> None:
    with pytest.raises(ApiError) as raised:
        models(View(None, {"modality": "text"}))
    text = 'Invalid option: expected one of "image"|"video"|"music"'
    assert DIALECT.say(raised.value.refusal)[1]["details"] == {"modality": [text]}


def file(media_type: str, size: int) -> File:
    return File("clip", media_type, size, "ab" * 32, b"")


@pytest.mark.parametrize(
    ("media_type", "megabytes"),
    [
        ("image/png", 25),
        ("image/jpeg", 25),
        ("image/webp", 25),
        ("image/gif", 25),
        ("video/mp4", 50),
        ("video/webm", 50),
        ("video/quicktime", 50),
        ("audio/mpeg", 25),
        ("audio/wav", 25),
        ("audio/ogg", 25),
        ("audio/mp4", 25),
    ],
)
def test_an_upload_may_be_as_large_as_its_kind_allows(media_type: str, megabytes: int) -> None:
    check_file(file(media_type, megabytes << 20))
    with pytest.raises(ApiError) as raised:
        check_file(file(media_type, (megabytes << 20) + 1))
    kind = media_type.partition("/")[0]
    expected = f"File too large: {kind} files may have {megabytes} MB"
    assert DIALECT.say(raised.value.refusal) == (400, {"error": expected})


@pytest.mark.parametrize("media_type", ["application/octet-stream", "image/bmp", "text/html"])
def test_an_upload_of_another_type_is_refused(media_type: str) -> None:
    with pytest.raises(ApiError) as raised:
        check_file(file(media_type, 10))
    assert DIALECT.say(raised.value.refusal) == (400, {"error": "Unsupported file type"})


def test_an_upload_without_a_file_is_refused() -> None:
    refused = Refusal(Kind.MISSING_INPUT, "Send the file in the form field 'file'.", "file")
    assert DIALECT.say(refused) == (400, {"error": "No file uploaded"})


def test_an_upload_lives_an_hour() -> None:
    assert DIALECT.terms.upload_life == 3600


# Errors


@pytest.mark.parametrize(
    ("refused", "status", "document"),
    [
        (Refusal(Kind.MISSING_KEY), 401, {"error": "API key is required"}),
        (Refusal(Kind.INVALID_KEY), 401, {"error": "Invalid API key"}),
        (Refusal(Kind.INACTIVE_KEY), 403, {"error": "API key is inactive"}),
        (Refusal(Kind.JOB_NOT_FOUND, facts={"id": ID}), 404, {"error": "Job not found"}),
        (Refusal(Kind.ROUTE_NOT_FOUND), 404, {"error": "Not found"}),
        (Refusal(Kind.METHOD_NOT_ALLOWED), 404, {"error": "Not found"}),
        (
            Refusal(Kind.IDEMPOTENCY_CONFLICT, facts={"key": "k"}),
            409,
            {"error": "Idempotency key already used with a different request"},
        ),
        (Refusal(Kind.RATE_LIMITED, retry_after=7), 429, {"error": "Too many requests"}),
        (Refusal(Kind.INTERNAL), 500, {"error": "Internal server error"}),
        (Refusal(Kind.UPSTREAM), 502, {"error": "Upstream provider failed"}),
        (Refusal(Kind.UNAVAILABLE, "The queue is full."), 503, {"error": "Service unavailable"}),
        (Refusal(Kind.UNSUPPORTED_MEDIA_TYPE, "Send JSON.", "content-type"), 400, {"error": "Invalid JSON"}),
        (Refusal(Kind.INVALID_REQUEST, "The body is not valid JSON: EOF."), 400, {"error": "Invalid JSON"}),
        (Refusal(Kind.INVALID_REQUEST), 400, {"error": "Validation error"}),
        (
            Refusal(Kind.PAYLOAD_TOO_LARGE, "The body is too large.", facts={"cap": 1}),
            400,
            {"error": "Payload too large"},
        ),
        (
            Refusal(Kind.MODEL_LIMIT, "too long", "klingParams.duration"),
            400,
            {"error": "Validation error", "details": {"klingParams.duration": ["too long"]}},
        ),
        (
            Refusal(Kind.INVALID_REQUEST, issues=(Issue(("klingParams", "duration"), "one_of", "Invalid input"),)),
            400,
            {"error": "Validation error", "details": {"klingParams.duration": ["Invalid input"]}},
        ),
        (
            Refusal(Kind.UNKNOWN_MODEL),
            400,
            {"error": "Validation error", "details": {"model": ["Invalid input"]}},
        ),
        (
            Refusal(Kind.INSUFFICIENT_CREDITS, facts={"required": Decimal(35), "available": Decimal(3)}),
            402,
            {"error": "Insufficient credits", "creditsRequired": 35, "creditsAvailable": 3},
        ),
        (
            Refusal(Kind.INSUFFICIENT_CREDITS),
            402,
            {"error": "Insufficient credits", "creditsRequired": 35, "creditsAvailable": 0},
        ),
    ],
)
def test_an_error_has_the_documented_status_and_body(refused: Refusal, status: int, document: Json) -> None:
    assert DIALECT.say(refused) == (status, document)


@pytest.mark.parametrize("kind", Kind)
def test_a_planned_error_without_facts_is_one_flat_text(kind: Kind) -> None:
    status, document = DIALECT.say(Refusal(kind))
    schemas.Error.model_validate(document, strict=True)
    assert status >= 400
    assert "unknown" not in document["error"]


# The dialect


def test_the_routes_are_the_documented_ones_that_are_emulated() -> None:
    assert [(route.method, route.path) for route in DIALECT.routes] == [
        ("POST", "/v2/videos/generate"),
        ("GET", "/v2/jobs"),
        ("GET", "/v2/jobs/{id}"),
        ("GET", "/v2/me"),
        ("GET", "/v2/models"),
        ("POST", "/v2/uploads"),
    ]


def test_the_model_list_is_public_and_the_account_is_not() -> None:
    documents = [route.operation for route in DIALECT.routes if isinstance(route.operation, Document)]
    assert [document.public for document in documents] == [False, True]


def test_the_key_stands_alone_in_its_own_header() -> None:
    assert (DIALECT.credential.header, DIALECT.credential.scheme) == (b"x-api-key", "")


def test_clients_are_advised_to_poll_every_five_seconds() -> None:
    assert DIALECT.terms.interval == 5


def documents_of(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a schema and all that are inside it."""
    yield schema
    for field in schema.model_fields.values():
        kind, _ = anatomy(field)
        for inner in (kind, *get_args(kind)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from documents_of(inner)


ANSWERS = [route.operation.answer for route in DIALECT.routes]  # type: ignore[union-attr]  # no route is a Content
SCHEMAS = [DIALECT.catalog.schema, schemas.ListJobs, schemas.ListModels, schemas.Error, *ANSWERS]


@pytest.mark.parametrize("schema", dict.fromkeys(inner for outer in SCHEMAS for inner in documents_of(outer)))
def test_every_field_has_exactly_one_source(schema: type[BaseModel]) -> None:
    for name, field in schema.model_fields.items():
        notes = anatomy(field)[1]
        assert len([note for note in notes if isinstance(note, Source)]) == 1, name


@EVERY_MODEL
def test_a_rows_limits_are_the_specs_and_its_names_the_seeds(model: str) -> None:
    row = DIALECT.catalog.rows[model]
    assert {row.origin(f"limits.{path}").origin for path in row.limits} == {Origin.SPEC}
    assert row.origin("facts.description").origin is Origin.SEED


def test_guessed_prices_and_defaults_are_marked() -> None:
    rows = DIALECT.catalog.rows
    assert rows["kling-3.0"].origin("prices.4k").origin is Origin.GUESS
    assert rows["kling-3.0"].origin("prices.pro").origin is Origin.PAGE
    assert rows["seedance-2"].origin("prices.second").origin is Origin.GUESS
    assert rows["veo-3"].origin("defaults.veoParams.duration").origin is Origin.GUESS


# What the provider published


def published(*operations: str, key: str) -> pytest.MarkDecorator:
    """Run a test with every fixture of these operations that has this key."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FIXTURES.glob("*.json"))}
    fitting = {
        name: fixture for name, fixture in found.items() if fixture["operation"] in operations and key in fixture
    }
    return pytest.mark.parametrize("fixture", fitting.values(), ids=fitting.keys())


def agreed(fixture: Json) -> Json:
    """The published answer without what ours says in other words."""
    document: Json = fixture["response"].get("json", {})
    return {name: value for name, value in document.items() if f"/{name}" not in fixture.get("differs", {})}


@published("submit", "upload", key="request")
def test_a_published_request_is_answered_as_expected(fixture: Json) -> None:
    wanted = fixture["request"]
    expected = fixture.get("expects", {"status": 202})["status"]
    if (wanted["method"], wanted["path"]) not in {(route.method, route.path) for route in DIALECT.routes}:
        assert expected == 404
        return
    document = {"prompt": "left out", **wanted["json"]}
    if expected == 202:
        assert understood(document).model == document["model"]
    else:
        assert DIALECT.say(refusal(document))[0] == expected


@published("poll", key="response")
def test_a_published_poll_answer_is_ours(fixture: Json) -> None:
    known = {"id": ID, "model": "kling-3.0", "creditCost": 0, **agreed(fixture)}
    state, begun = State(fixture["state"]), known.get("createdAt", "2026-03-15T10:00:00.000Z")
    start = datetime.fromisoformat(begun).timestamp()
    lasts = datetime.fromisoformat(known.get("completedAt") or "2026-03-15T10:01:40.000Z").timestamp() - start
    request = job().request._replace(model=known["model"], price=Decimal(known["creditCost"]))
    phases = (Phase(State.RUNNING, seconds=lasts, last=1.0), ENDS.get(state, SUCCEEDED))
    ours = Job(known["id"], "apiframe", request, Timeline(start, phases), start, Reason.CONTENT_POLICY)
    moment = start + lasts * (1 if state.final else known.get("progress", 0) / 100)
    snapshot = ours.accepted() if state is State.QUEUED else ours.at(moment)
    result = known.get("result") or {}
    answer = polled(snapshot, Links(videos=tuple(result.get("videos") or [result.get("videoUrl", URL)])))
    assert {name: answer[name] for name in agreed(fixture)} == agreed(fixture)


@published("list", key="response")
def test_a_published_list_is_ours(fixture: Json) -> None:
    published_list = fixture["response"]["json"]
    page = read_query(fixture["request"]["query"])
    assert (page.limit, page.state) == (10, State.SUCCEEDED)
    found = [Item(ended(State.SUCCEEDED), Links(videos=(URL,))) for _ in published_list["jobs"]]
    document = job_list(found, {}, published_list["hasMore"])
    for entry, expected in zip(document["jobs"], published_list["jobs"], strict=True):
        assert entry | {"webhookStatus": "sent"} == expected
    assert document.keys() == published_list.keys()


@published("me", key="response")
def test_the_published_account_is_ours_but_for_its_ids(fixture: Json) -> None:
    ours, theirs = me(View(standing(), {})), fixture["response"]["json"]
    for part in ours:
        assert ours[part] | {"id": theirs[part]["id"]} == theirs[part]


@published("models", key="response")
def test_a_published_model_is_in_our_list(fixture: Json) -> None:
    ours = {entry["id"]: entry for entry in models(View(None, fixture["request"]["query"]))["models"]}
    for entry in fixture["response"]["json"]["models"]:
        assert entry.items() <= ours[entry["id"]].items()


@published("upload", key="response")
def test_a_published_upload_is_ours(fixture: Json) -> None:
    theirs = fixture["response"]["json"]
    expires_at = datetime.fromisoformat(theirs["expiresAt"]).timestamp()
    upload = Upload(theirs["id"], file(theirs["contentType"], theirs["byteSize"]), expires_at)
    document = uploaded(upload, theirs["url"])
    schemas.Upload.model_validate(document, strict=True)
    assert document == theirs


@published("submit", key="kind")
def test_a_published_error_is_ours(fixture: Json) -> None:
    facts = {"required": Decimal(50), "available": Decimal(10)}
    issue = Issue(("klingParams", "duration"), "one_of", "Invalid input")
    issues = (issue,) if fixture["kind"] == Kind.INVALID_REQUEST else ()
    status, document = DIALECT.say(Refusal(Kind(fixture["kind"]), issues=issues, facts=facts))
    expected = agreed(fixture)
    assert status == fixture["response"]["status"]
    assert {name: document[name] for name in expected} == expected
