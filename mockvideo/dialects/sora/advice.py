"""What the relay recommends."""

from __future__ import annotations

from mockvideo.advice import Advice, Asked, polled_too_soon, private_url, private_webhook, unknown_field
from mockvideo.dialects.sora.fold import INPUTS
from mockvideo.dialects.sora.schemas import ENGINE, CreateVideo
from mockvideo.provenance import SEED, guess

REACHED = guess("the page says URL, and the provider is to reach it")
MEDIA = (
    "image_url",
    "end_image_url",
    "video_url",
    "audio_urls",
    "reference_images",
    "image",
    "images",
    "image_urls",
    "input_reference",
    "last_image_url",
    "video",
    "videos",
    "video_urls",
    "content",
    "image_list",
)
# What the page calls Kling's extended parameters.
KLING = (
    "model_name",
    "negative_prompt",
    "cfg_scale",
    "sound",
    "camera_control",
    "image_list",
    "video_id",
    "task_id",
    "watermark_info",
)
SEEDANCE = "doubao-seedance-"
FOR_TEXT = ("-t2v-", "-pro-", "-fast-")


def _model(asked: Asked) -> str:
    return _text(asked.document.get("model"))


def _mode(asked: Asked) -> str:
    return _text(asked.document.get("mode"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_seedance_for_others(asked: Asked) -> bool:
    """Whether a Seedance model makes a video from text that the page does not name for that."""
    model = _model(asked)
    return model.startswith(SEEDANCE) and _mode(asked) == "t2v" and not any(word in model for word in FOR_TEXT)


def _has_unused_inputs(asked: Asked) -> bool:
    given = _mode(asked) == "t2v" and not INPUTS.isdisjoint(asked.document)
    return given and any(map(asked.document.get, INPUTS))


def _leaves_mode_open(asked: Asked) -> bool:
    unsaid = asked.sent is not None and asked.sent.get("mode") is None
    return unsaid and _model(asked).startswith("veo") and _mode(asked) != "t2v"


def _disagrees_on_length(asked: Asked) -> bool:
    if "duration" not in asked.document:
        return False
    seconds, duration = _number(asked.document.get("seconds")), _number(asked.document["duration"])
    return None not in {seconds, duration} and seconds != duration


def _number(value: object) -> float | None:
    """A number as JSON or a form writes it."""
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except (OverflowError, ValueError):
        return None


ADVICE = (
    polled_too_soon(
        10.0, guess("the relay names no interval; OpenAI's guide, whose shape it has taken, says 10 to 20 s")
    ),
    Advice(
        id="prefer-video-url",
        source=SEED,
        sentence="Fetch the finished video from the video_url of the answer rather than from /content.",
        when=lambda asked: asked.path.endswith("/content"),
        on=("content",),
    ),
    private_url(REACHED, *MEDIA),
    private_webhook(REACHED, "callback_url"),
    Advice(
        id="group-suffix",
        models=("*-stable", "*-official"),
        source=SEED,
        sentence="Call a model by its base name, sora-2 and not sora-2-stable: groups are the account's or token's.",
        when=lambda asked: _model(asked).endswith(("-stable", "-official")),
    ),
    Advice(
        id="say-mode",
        models=("veo*",),
        source=SEED,
        sentence="Say mode, with image_url or reference_images, when Veo is to make a video from pictures.",
        when=_leaves_mode_open,
    ),
    Advice(
        id="unused-input",
        about=frozenset(INPUTS),
        source=guess("the matrix of modes gives t2v nothing but a prompt"),
        sentence="Choose the mode that uses your pictures, clips or sounds: t2v takes text alone.",
        when=_has_unused_inputs,
    ),
    Advice(
        id="prompt",
        source=SEED,
        sentence="Describe the video in prompt, also where it is not required.",
        when=lambda asked: bool(asked.document) and not asked.document.get("prompt"),
    ),
    Advice(
        id="veo-for-text",
        models=("*-frames", "*-components"),
        source=SEED,
        sentence="Make videos from text with a base model of Veo, such as veo3.1, not with -frames or -components.",
        when=lambda asked: _mode(asked) == "t2v" and _model(asked).endswith(("-frames", "-components")),
    ),
    Advice(
        id="seedance-for-text",
        models=(f"{SEEDANCE}*",),
        source=SEED,
        sentence="Make videos from text with a Seedance model that has t2v, pro or fast in its name.",
        when=_is_seedance_for_others,
    ),
    Advice(
        id="seedance-for-pictures",
        models=(f"{SEEDANCE}*",),
        source=SEED,
        sentence="Make videos from a picture with a Seedance model that has i2v in its name.",
        when=lambda asked: (
            _mode(asked).startswith("i2v") and _model(asked).startswith(SEEDANCE) and "-i2v-" not in _model(asked)
        ),
    ),
    Advice(
        id="seedance-content",
        models=(f"{SEEDANCE}*",),
        source=SEED,
        sentence="Give Seedance its reference material in content where there is more than a picture.",
        when=lambda asked: (
            _mode(asked) == "reference_material"
            and _model(asked).startswith(SEEDANCE)
            and "content" not in asked.document
        ),
    ),
    Advice(
        id="kling-fields",
        about=frozenset(KLING),
        source=SEED,
        sentence=f"Send {', '.join(KLING[:-1])} and {KLING[-1]} to kling-video only: they are Kling's.",
        when=lambda asked: not asked.document.keys().isdisjoint(KLING) and _model(asked) != "kling-video",
    ),
    Advice(
        id="one-length",
        about=frozenset({"duration"}),
        source=ENGINE,
        sentence="Send seconds or duration, not both: where they differ, it depends on the model which one holds.",
        when=_disagrees_on_length,
    ),
    Advice(
        id="one-video",
        about=frozenset({"n"}),
        source=guess("the page has n, but no answer has room for a second video"),
        sentence="Submit once for each video: whatever n says, a task makes one.",
        when=lambda asked: (_number(asked.document.get("n")) or 1) > 1,
    ),
    unknown_field(
        CreateVideo,
        SEED,
        "Put what a model needs beyond the documented fields into metadata: at the top level it may be ignored.",
    ),
)
