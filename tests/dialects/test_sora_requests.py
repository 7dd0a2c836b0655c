"""What the sora relay makes of a request; the tables are copied from its documents. Forms have a file of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.errors import Kind
from mockvideo.core.events import Webhook
from mockvideo.core.jobs import VideoRequest
from mockvideo.dialects.sora import DIALECT
from mockvideo.fidelity import origin_of
from mockvideo.provenance import Origin
from mockvideo.schema import Json
from tests.dialects.understanding import DATA_URL, FILE, GENERIC, OTHER, URL, body, refused, said, understood

# Length


@pytest.mark.parametrize("field", ["seconds", "duration"])
@pytest.mark.parametrize("value", [1, 3600, 1.0, 2.5, 3600.0, "1", "3600", "2.5", "8"])
def test_a_length_is_a_number_or_a_text_of_one_second_to_an_hour(field: str, value: Any) -> None:
    assert understood(body(**{field: value})).duration == float(value)
    assert understood(body(**{field: str(value)}), strict=False).duration == float(value)


NO_LENGTHS = [
    0,
    3601,
    -1,
    0.999,
    3600.001,
    "0",
    "3601",
    "-1",
    "",
    "nan",
    "inf",
    "8s",
    "<string>",
    True,
    [5],
    {},
    [],
    1e300,
]


@pytest.mark.parametrize("field", ["seconds", "duration"])
@pytest.mark.parametrize("value", NO_LENGTHS)
def test_anything_else_is_no_length(field: str, value: object) -> None:
    refusal = refused(body(**{field: value}))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, field)
    assert said(refusal) == (
        400,
        {
            "code": "invalid_seconds",
            "message": "seconds must be between 1 and 3600",
            "type": "invalid_request_error",
        },
    )


@given(st.floats(1, 3600))
@settings(max_examples=50, deadline=None)
def test_every_length_within_the_bounds_is_made(seconds: float) -> None:
    assert understood(body(seconds=seconds)).duration == seconds
    assert understood(body(duration=repr(seconds))).duration == seconds


def test_seconds_outrank_duration_unless_they_are_nought() -> None:
    assert understood(body(seconds=9, duration=5)).duration == 9
    assert understood(body(seconds=0, duration=5)).duration == 5


GEMINI = {1: 4, 3.9: 4, 4: 4, 4.9: 4, 5: 6, 6: 6, 6.9: 6, 7: 8, 8: 8, 8.9: 8, 9: 10, 10: 10, 11: 10, 3600: 10}


@pytest.mark.parametrize(("asked", "made"), GEMINI.items())
@pytest.mark.parametrize("field", ["seconds", "duration"])
def test_gemini_makes_the_nearest_of_its_lengths_and_the_longer_of_two(field: str, asked: float, made: int) -> None:
    for value in (asked, str(asked)):
        assert understood(body("gemini-omni", **{field: value})).duration == made


# Picture

SIZES = {
    "sora-2": ("720x1280", "1280x720"),
    "sora-2-pro": ("720x1280", "1280x720", "1024x1792", "1792x1024"),
}


@pytest.mark.parametrize(("model", "size"), [(model, size) for model, sizes in SIZES.items() for size in sizes])
def test_sora_makes_its_sizes(model: str, size: str) -> None:
    request = understood(body(model, size=size))
    assert f"{request.width}x{request.height}" == size


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("sora-2", "1024x1792"),
        ("sora-2", "1792x1024"),
        *(
            (model, size)
            for model in SIZES
            for size in ("1920x1080", "1281x720", "1280x718", "720p", "1280X720", "", " ")
        ),
    ],
)
def test_sora_makes_no_other_size(model: str, size: str) -> None:
    refusal = refused(body(model, size=size))
    assert (refusal.kind, refusal.field) == (Kind.MODEL_LIMIT, "size")
    message = {"code": "invalid_size", "message": f"{model} size is invalid", "type": "invalid_request_error"}
    assert said(refusal) == (400, message)


@pytest.mark.parametrize(
    ("asked", "picture"),
    [
        ({"size": "640x480"}, (640, 480)),
        ({"size": "16x4096"}, (16, 4096)),
        ({"size": "1080p"}, (1920, 1080)),
        ({"size": "1080p", "ratio": "9:16"}, (1080, 1920)),
        ({"size": "640x480", "width": 512, "height": 512, "resolution": "4k"}, (640, 480)),
        ({"width": 512, "height": 256}, (512, 256)),
        ({"width": 512, "height": 512, "resolution": "4k", "quality": "480p"}, (512, 512)),
        ({"width": 512}, (1280, 720)),
        ({"resolution": "720P", "aspect_ratio": "16:9"}, (1280, 720)),
        ({"resolution": "1080p", "quality": "480p"}, (1920, 1080)),
        ({"quality": "480p"}, (854, 480)),
        ({"aspect_ratio": "1:1"}, (720, 720)),
        ({"ratio": "9:16"}, (720, 1280)),
        ({"ratio": "9:16", "aspect_ratio": "1:1"}, (720, 720)),
        ({"ratio": "adaptive"}, (1280, 720)),
    ],
)
def test_the_picture_has_the_size_that_outranks_the_others(asked: Json, picture: tuple[int, int]) -> None:
    request = understood(body(**asked))
    assert (request.width, request.height) == picture


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"size": "wide"}, "size", "invalid_size"),
        ({"size": "1281x720"}, "size", "invalid_size"),
        ({"size": "5000x720"}, "size", "invalid_size"),
        ({"size": ""}, "size", "invalid_size"),
        ({"size": [1]}, "size", "invalid_size"),
        ({"width": 511, "height": 512}, "width", "invalid_request_error"),
        ({"width": 512, "height": 4098}, "height", "invalid_request_error"),
        ({"width": 0, "height": 0}, "width", "invalid_request_error"),
        ({"width": "512", "height": 512}, "width", "invalid_request_error"),
        ({"resolution": "tall"}, "resolution", "invalid_request_error"),
        ({"resolution": ""}, "resolution", "invalid_request_error"),
        ({"quality": "best"}, "quality", "invalid_request_error"),
        ({"aspect_ratio": "5:1"}, "aspect_ratio", "invalid_request_error"),
        ({"ratio": "1:5"}, "aspect_ratio", "invalid_request_error"),
    ],
)
def test_a_picture_that_cannot_be_made_is_refused(asked: Json, field: str, code: str) -> None:
    refusal = refused(body(**asked))
    status, error = said(refusal)
    assert (refusal.kind, refusal.field, status, error["code"]) == (Kind.INVALID_REQUEST, field, 400, code)


def test_a_model_with_a_default_size_uses_it_only_where_the_request_is_silent() -> None:
    def picture(**asked: Any) -> tuple[int, int]:
        request = understood(body("sora-2", **asked))
        return request.width, request.height

    assert picture() == picture(width=512) == picture(height=512) == (720, 1280)
    assert picture(width=512, height=512) == (512, 512)
    assert picture(aspect_ratio="16:9") == (1280, 720)
    assert refused(body("sora-2", width=0, height=0)).field == "width"
    assert refused(body("sora-2", resolution="")).field == "resolution"


@pytest.mark.parametrize("model", ["veo3.1-4k", "veo3.1-pro-4k"])
def test_a_model_named_4k_makes_4k_in_any_ratio_unless_told_otherwise(model: str) -> None:
    upright, small = understood(body(model, ratio="9:16")), understood(body(model, resolution="720p"))
    assert (upright.width, upright.height) == (2160, 3840)
    assert (small.width, small.height) == (1280, 720)


# Modes

VALUES: Json = {
    "prompt": "a cat",
    "model_name": "kling-v2-6",
    "image": URL,
    "image_url": URL,
    "image_urls": [URL],
    "end_image_url": OTHER,
    "reference_images": [URL],
    "video_url": OTHER,
    "video_urls": [OTHER],
    "audio_urls": [OTHER],
    "image_list": [{"image": URL}],
    "video_id": "video_1",
}
# Model, mode, and the least that it needs: each input, and the first of its names, which the refusal gives.
MINIMA: list[tuple[str, str, dict[str, str]]] = [
    (GENERIC, "t2v", {"prompt": "prompt"}),
    (GENERIC, "i2v", {"prompt": "prompt", "image_url": "image_url"}),
    (GENERIC, "i2v_first_last", {"prompt": "prompt", "image_url": "image_url", "end_image_url": "end_image_url"}),
    (GENERIC, "reference_images", {"prompt": "prompt", "reference_images": "reference_images"}),
    (GENERIC, "reference_material", {"prompt": "prompt", "image_urls": "image_url"}),
    (GENERIC, "reference_material", {"prompt": "prompt", "video_urls": "image_url"}),
    (GENERIC, "reference_material", {"prompt": "prompt", "audio_urls": "image_url"}),
    ("kling-video", "t2v", {"model_name": "model_name", "prompt": "prompt"}),
    ("kling-video", "i2v", {"model_name": "model_name", "prompt": "prompt", "image": "image_url"}),
    ("kling-video", "multi_i2v", {"model_name": "model_name", "prompt": "prompt", "image_list": "image_list"}),
    ("kling-video", "extend", {"model_name": "model_name", "video_id": "video_id"}),
    ("gemini-omni", "t2v", {"prompt": "prompt"}),
    ("gemini-omni", "r2v", {"prompt": "prompt", "image_url": "image_url"}),
    ("gemini-omni", "r2v", {"prompt": "prompt", "reference_images": "image_url"}),
    ("gemini-omni", "edit", {"prompt": "prompt", "video_url": "video_url"}),
]

every_minimum = pytest.mark.parametrize(("model", "mode", "inputs"), MINIMA)


def least(model: str, mode: str, inputs: dict[str, str]) -> Json:
    return {"model": model, "mode": mode, **{name: VALUES[name] for name in inputs}}


@every_minimum
def test_the_least_that_a_mode_needs_is_enough(model: str, mode: str, inputs: dict[str, str]) -> None:
    assert understood(least(model, mode, inputs)).model == model


@every_minimum
def test_each_input_that_a_mode_needs_is_missed_by_name(model: str, mode: str, inputs: dict[str, str]) -> None:
    for name, told in inputs.items():
        refusal = refused(least(model, mode, {other: "" for other in inputs if other != name}))
        status, error = said(refusal)
        assert (refusal.kind, refusal.field, status) == (Kind.MISSING_INPUT, told, 400)
        assert error["code"] == error["type"] == "invalid_request_error"
        assert told in error["message"]


@pytest.mark.parametrize(
    ("mode", "nothing"),
    [
        ("t2v", {"prompt": ""}),
        ("t2v", {"prompt": None}),
        ("i2v", {"image": ""}),
        ("i2v", {"image_url": None}),
        ("i2v", {"images": []}),
        ("i2v", {"image_urls": [""]}),
        ("reference_images", {"reference_images": ""}),
        ("reference_images", {"reference_images": [""]}),
        ("reference_images", {"reference_images": []}),
        ("reference_material", {"audio_urls": "", "video_urls": [], "image_urls": [""]}),
        ("multi_i2v", {"image_list": []}),
        ("extend", {"video_id": ""}),
        ("edit", {"video": "", "videos": [], "content": []}),
    ],
)
def test_an_empty_input_is_none(mode: str, nothing: Json) -> None:
    assert refused(body(GENERIC, mode=mode) | nothing).kind is Kind.MISSING_INPUT


@pytest.mark.parametrize(
    ("model", "modes"),
    [("kling-video", {"t2v", "i2v", "multi_i2v", "extend"}), ("gemini-omni", {"t2v", "r2v", "edit"})],
)
def test_kling_and_gemini_have_modes_of_their_own(model: str, modes: set[str]) -> None:
    every = {mode for _, mode, _ in MINIMA}
    for mode in modes:
        assert understood({**VALUES, "model": model, "mode": mode})
    for mode in every - modes:
        refusal = refused({**VALUES, "model": model, "mode": mode})
        assert (refusal.kind, refusal.field) == (Kind.MODEL_LIMIT, "mode")


@pytest.mark.parametrize("mode", ["", "T2V", "<string>", "text2video", 1, ["t2v"]])
def test_a_word_that_is_no_mode_is_refused(mode: object) -> None:
    refusal = refused({**VALUES, "model": GENERIC, "mode": mode})
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, "mode")


PICTURES: list[Json] = [
    {"image": URL},
    {"image": FILE},
    {"image": DATA_URL},
    {"image_url": URL},
    {"image_url": {"url": URL}},
    {"image_urls": [URL]},
    {"image_urls": URL},
    {"images": [URL, OTHER]},
    {"images": URL},
    {"images": [{"image": URL}]},
    {"images": [{"image_url": {"url": URL}}]},
    {"images": [FILE, FILE]},
    {"input_reference": URL},
    {"input_reference": FILE},
    {"input_reference": {"image_url": URL}},
    {"input_reference": {"file_id": "file_1"}},
    {"content": [{"type": "image_url", "image_url": {"url": URL}, "role": "reference_image"}]},
    {"content": {"image_url": URL}},
]
LAST_FRAMES: list[Json] = [{"end_image_url": OTHER}, {"last_image_url": OTHER}, {"last_image_url": FILE}]
CLIPS: list[Json] = [
    {"video": OTHER},
    {"video": FILE},
    {"video": {"id": "video_1"}},
    {"video_url": OTHER},
    {"videos": [OTHER]},
    {"video_urls": [OTHER]},
    {"content": [{"type": "video_url", "video_url": {"url": OTHER}, "role": "reference_video"}]},
]
SOUNDS: list[Json] = [
    {"audio_urls": [OTHER]},
    {"audio_urls": OTHER},
    {"content": [{"type": "audio_url", "audio_url": {"url": OTHER}, "role": "reference_audio"}]},
]


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize(
    ("model", "mode"),
    [(GENERIC, "i2v"), (GENERIC, "reference_material"), ("kling-video", "i2v"), ("gemini-omni", "r2v")],
)
def test_a_picture_may_come_by_any_name(model: str, mode: str, picture: Json) -> None:
    assert understood(body(model, mode=mode, **picture)).image


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("last", LAST_FRAMES)
def test_a_last_frame_may_come_by_either_name(picture: Json, last: Json) -> None:
    assert understood(body(mode="i2v_first_last", **picture, **last)).image
    assert refused(body(mode="i2v_first_last", **last)).field == "image_url"


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize(("model", "mode"), [(GENERIC, "reference_material"), ("gemini-omni", "edit")])
def test_a_clip_may_come_by_any_name(model: str, mode: str, clip: Json) -> None:
    assert not understood(body(model, mode=mode, **clip)).image


@pytest.mark.parametrize("sound", SOUNDS)
def test_a_sound_may_come_as_reference_material(sound: Json) -> None:
    assert understood(body(GENERIC, mode="reference_material", **sound))


def test_a_clip_to_edit_may_come_with_pictures() -> None:
    assert understood(body("gemini-omni", mode="edit", video=OTHER, reference_images=[URL], image=URL)).image


@pytest.mark.parametrize("picture", [5, {}, {"url": 5}, {"name": "cat"}, {"url": {"url": {}}}, True, [], [URL]])
@pytest.mark.parametrize("name", ["image", "image_url", "input_reference"])
def test_what_is_no_picture_is_refused_by_the_name_that_was_sent(name: str, picture: object) -> None:
    refusal = refused(body(**{name: picture}))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, name)


@pytest.mark.parametrize("name", ["images", "image_urls", "reference_images", "videos", "video_urls", "audio_urls"])
def test_what_is_no_list_of_references_is_refused_by_the_place_that_was_sent(name: str) -> None:
    assert refused(body(**{name: [5]})).field == f"{name}.0"
    assert refused(body(**{name: 5})).field == name


# What of a request without a mode implies which: the words are the seed's, the inference is our guess.
FIRST, LAST = {"image": URL}, {"last_image_url": OTHER}
INFERRED: list[tuple[str, Json, str]] = [
    (GENERIC, {}, "t2v"),
    (GENERIC, {"image_url": ""}, "t2v"),
    (GENERIC, LAST, "t2v"),
    (GENERIC, FIRST, "i2v"),
    (GENERIC, FIRST | LAST, "i2v_first_last"),
    (GENERIC, {"reference_images": [URL]}, "reference_images"),
    (GENERIC, {"reference_images": [URL], **FIRST}, "reference_images"),
    (GENERIC, {"video_urls": [OTHER]}, "reference_material"),
    (GENERIC, {"audio_urls": [OTHER]}, "reference_material"),
    (GENERIC, {"video": OTHER, "reference_images": [URL], **FIRST}, "reference_material"),
    (GENERIC, {"content": [{"type": "image_url", "image_url": {"url": URL}}]}, "i2v"),
    ("kling-video", {}, "t2v"),
    ("kling-video", FIRST, "i2v"),
    ("kling-video", FIRST | LAST, "i2v"),
    ("kling-video", {"image_list": [{"image": URL}], **FIRST}, "multi_i2v"),
    ("kling-video", {"video_id": "video_1", "image_list": [{"image": URL}]}, "extend"),
    ("gemini-omni", {}, "t2v"),
    ("gemini-omni", FIRST, "r2v"),
    ("gemini-omni", {"reference_images": [URL]}, "r2v"),
    ("gemini-omni", {"videos": [OTHER], **FIRST}, "edit"),
]


@pytest.mark.parametrize(("model", "inputs", "mode"), INFERRED)
@pytest.mark.parametrize("absent", [{}, {"mode": None}])
def test_without_a_mode_the_inputs_imply_it(model: str, inputs: Json, mode: str, absent: Json) -> None:
    document = body(model, **inputs, **absent)
    assert DIALECT.fold(document)["mode"] == mode
    assert understood(document)


@given(
    model=st.sampled_from(["kling-video", "gemini-omni", GENERIC]),
    names=st.sets(st.sampled_from(sorted(VALUES.keys() - {"prompt", "model_name"}))),
)
@settings(max_examples=60, deadline=None)
def test_an_inferred_mode_has_what_it_needs(model: str, names: set[str]) -> None:
    assert understood(body(model, **{name: VALUES[name] for name in names}))


@given(
    st.dictionaries(
        st.sampled_from(sorted(DIALECT.catalog.schema.model_fields)),
        st.sampled_from([None, "", URL, "5", 5, [], [URL], {"url": URL}, [{"type": "text", "text": "a"}]]),
    )
)
@settings(max_examples=100, deadline=None)
def test_to_fold_twice_is_to_fold_once_and_changes_nothing_that_was_given(document: Json) -> None:
    before = json.dumps(document)
    folded = DIALECT.fold(document)
    assert DIALECT.fold(folded) == folded
    assert json.dumps(document) == before


# Other fields


def test_a_request_is_understood_whole() -> None:
    everything = {
        "model": "kling-video",
        "model_name": "kling-v2-6",
        "mode": "i2v",
        "prompt": "a cat",
        "image": URL,
        "duration": "5",
        "aspect_ratio": "9:16",
        "resolution": "1080p",
        "fps": 30,
        "seed": 20231234,
        "n": 1,
        "response_format": "url",
        "user": "user-1234",
        "function_mode": "first_last_frames",
        "metadata": {"any": ["thing"]},
        "parameters": {},
        "negative_prompt": "dogs",
        "cfg_scale": 0.5,
        "sound": "on",
        "camera_control": {"type": "simple", "config": {"zoom": 5}},
        "watermark_info": {"enabled": False},
        "task_id": "task_y",
        "callback_url": "https://example.com/done",
        "external_task_id": "mine-1",
    }
    assert understood(everything) == VideoRequest(
        model="kling-video",
        prompt="a cat",
        width=1080,
        height=1920,
        duration=5.0,
        fps=30,
        sound=True,
        image=True,
        price=understood(body(seconds=5)).price,
        extra={"external_task_id": "mine-1"},
        webhook=Webhook("https://example.com/done", tuple(call.event for call in DIALECT.webhooks.calls)),
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"callback_url": URL}, (URL, {})),
        ({"external_task_id": "mine"}, (None, {"external_task_id": "mine"})),
        ({"callback_url": ""}, (None, {})),
    ],
)
def test_whom_to_call_and_the_callers_own_id_are_kept(given: Json, kept: tuple[str | None, Json]) -> None:
    request = understood(body(**given))
    assert (request.webhook and request.webhook.url, dict(request.extra)) == kept


@pytest.mark.parametrize("value", ["on", "true", True, "On", "TRUE"])
def test_sound_is_switched_on_by_word_or_boolean(value: object) -> None:
    assert understood(body(sound=value)).sound
    assert understood(body(sound=str(value)), strict=False).sound


@pytest.mark.parametrize("value", ["off", "false", False, "OFF", None])
def test_sound_is_switched_off_by_word_or_boolean(value: object) -> None:
    assert not understood(body(sound=value)).sound


@pytest.mark.parametrize("value", ["yes", "", "1", 1, 0, ["on"], {}])
def test_nothing_else_switches_sound(value: object) -> None:
    refusal = refused(body(sound=value))
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, "sound")
    assert [issue.path for issue in refusal.issues] == [("sound",)]


@pytest.mark.parametrize("n", [1, 2, 10])
def test_however_many_are_asked_for_one_is_made(n: int) -> None:
    assert understood(body(n=n)) == understood(body())
    assert understood(body(n=n)).clips == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("response_format", "b64_json"),
        ("response_format", ""),
        ("fps", 0),
        ("fps", 121),
        ("fps", 24.5),
        ("n", "1"),
        ("seed", "x"),
        ("prompt", ["a cat"]),
        ("prompt", 5),
        ("cfg_scale", "much"),
        ("cfg_scale", "nan"),
        ("callback_url", 5),
        ("external_task_id", 5),
        ("negative_prompt", []),
        ("user", {}),
    ],
)
@pytest.mark.parametrize("other", [{}, {"duration": 5}])
def test_a_wrong_value_is_refused_with_its_field_whatever_else_is_sent(field: str, value: object, other: Json) -> None:
    refusal = refused(body(**other) | {field: value})
    assert (refusal.kind, refusal.field) == (Kind.INVALID_REQUEST, field)


def test_null_is_absent_and_unknown_fields_are_ignored() -> None:
    nulls = dict.fromkeys(DIALECT.catalog.schema.model_fields)
    assert understood(nulls | body(characters=[1], webhook=URL)) == understood(body())


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "a dog"}],
        {"type": "text", "text": "a dog"},
        [None, 5, "a cat", [], {}, {"type": "text", "text": ""}, {"type": "text", "text": "a dog"}],
    ],
)
def test_a_prompt_may_come_as_content_but_the_field_outranks_it(content: object) -> None:
    assert understood({"model": GENERIC, "content": content}).prompt == "a dog"
    assert understood({"model": GENERIC, "content": content, "prompt": "a cat"}).prompt == "a cat"


@pytest.mark.parametrize("content", ["", "text", 5, [], {}, [[{"text": "a"}]], True])
def test_content_without_items_says_nothing(content: object) -> None:
    assert understood(body(content=content)) == understood(body())
    assert refused({"model": GENERIC, "content": content}).field == "prompt"


def test_what_is_our_guess_is_said() -> None:
    origins = {name: origin_of(field) for name, field in DIALECT.catalog.schema.model_fields.items()}
    assert {name for name, source in origins.items() if source.origin is Origin.GUESS} == {
        "mode",
        "fps",
        "cfg_scale",
        "sound",
    }
