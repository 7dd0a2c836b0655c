"""The relay's documents, field for field."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Literal

from annotated_types import Interval
from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from mockvideo.core.files import File
from mockvideo.provenance import SEED, code, guess, page
from mockvideo.schema import RATIO, RESOLUTION, SIZE, Also, Examples, Integer, Lenient, OneOf, promised

CREATE = page("docs.aiid.edu.kg, Create video")
CONVENTIONS = page("docs.aiid.edu.kg, Conventions")
ENGINE = code("QuantumNous/new-api, the program that the relay is built on")
KLING_TYPES = guess("the relay names the field only; the type is Kling's own")

MODES = ("t2v", "i2v", "i2v_first_last", "reference_images", "reference_material", "multi_i2v", "extend", "r2v", "edit")
# Where a request's pictures stand; of content items, the first is often a text.
IMAGES = (
    "/image_url",
    "/image",
    "/images",
    "/image_urls",
    "/input_reference",
    "/reference_images",
    "/last_image_url",
    "/end_image_url",
    "/image_list",
    "/content/0/image_url",
    "/content/1/image_url",
)
PLACES = ("image_url", "url", "image", "file_id", "id")
SWITCH = {"true": "on", "false": "off"}


def _number(value: object) -> object:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _digested(value: object) -> object:
    """Name files and data URLs by their digest, however deep they lie."""
    if isinstance(value, File):
        return f"sha256:{value.digest}"
    if isinstance(value, str) and value.startswith("data:"):
        return f"sha256:{sha256(value.encode()).hexdigest()}"
    if isinstance(value, dict):
        return {name: _digested(inner) for name, inner in value.items()}
    return list(map(_digested, value)) if isinstance(value, list) else value


def _reference(value: object) -> object:
    """Name a picture, clip or sound by its URL, wherever in an object it is; files and data URLs by their digest."""
    while isinstance(value, dict):
        value = next((inner for key in PLACES if (inner := value.get(key))), None)
        # Of objects inside a list, as forms send them, the first counts.
        value = value[0] if isinstance(value, list) else value
    return _digested(value)


def _listed(value: object) -> object:
    """One value as a list of it; an empty text is none."""
    values = [value] if isinstance(value, str | File | dict) else value
    return [item for item in values if item != ""] if isinstance(values, list) else values


def _switched(value: object) -> object:
    """Say a boolean, or its name, in Kling's words."""
    word = str(value).lower()
    return SWITCH.get(word, word) if isinstance(value, str | bool) else value


Digits = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}$")]
Seconds = Annotated[float, BeforeValidator(_number), Also((Digits,)), Interval(ge=1, le=3600)]
Reference = Annotated[
    str,
    BeforeValidator(_reference),
    Also((File,)),
    Examples(("https://example.com/cat.png", "data:image/png;base64,iVBORw0KGgo=")),
]
References = Annotated[list[Annotated[Reference, promised("^.")]], BeforeValidator(_listed), Also((str,))]
# The seed does not say which texts these are: we read a size as WxH or a resolution, a quality as a resolution.
Size = Annotated[str, promised(SIZE, RESOLUTION), Examples(("1280x720", "720x1280", "1080p"))]
Ratio = Annotated[str, promised(RATIO, "^adaptive$"), Examples(("16:9", "9:16", "1:1", "adaptive"))]
Resolution = Annotated[str, promised(RESOLUTION), Examples(("480p", "720p", "1080P", "4k"))]
Pixels = Annotated[
    Integer,
    WithJsonSchema({"type": "integer", "minimum": 16, "maximum": 4096, "multipleOf": 2}),
    Examples((640, 720, 1280)),
]
Switch = Annotated[str, BeforeValidator(_switched), Also((bool,)), OneOf(("on", "off"))]
Anything = Annotated[Any, BeforeValidator(_digested)]


class CreateVideo(Lenient):
    """The body of POST /v1/videos, as JSON or as form fields.

    Other names stand before the one that they are folded into, so that a refusal names what was sent.
    """

    model: Annotated[str, SEED]
    prompt: Annotated[str, SEED] | None = None
    duration: Annotated[Seconds, SEED] | None = None
    seconds: Annotated[Seconds, SEED] | None = None
    size: Annotated[Size, SEED] | None = None
    mode: Annotated[str, OneOf(MODES), guess("the seed calls its list common values; others are refused")] | None = None
    ratio: Annotated[Ratio, SEED] | None = None
    aspect_ratio: Annotated[Ratio, SEED] | None = None
    quality: Annotated[Resolution, SEED] | None = None
    resolution: Annotated[Resolution, SEED] | None = None
    width: Annotated[Pixels, SEED] | None = None
    height: Annotated[Pixels, SEED] | None = None
    fps: Annotated[Integer, Interval(ge=1, le=120), guess("the bound is ours")] | None = None
    seed: Annotated[Integer, SEED] | None = None
    n: Annotated[Integer, SEED] | None = None
    response_format: Annotated[str, OneOf(("url",)), SEED] | None = None
    user: Annotated[str, SEED] | None = None
    image: Annotated[Reference, SEED] | None = None
    images: Annotated[References, SEED] | None = None
    image_urls: Annotated[References, SEED] | None = None
    input_reference: Annotated[Reference, SEED] | None = None
    image_url: Annotated[Reference, SEED] | None = None
    reference_images: Annotated[References, SEED] | None = None
    last_image_url: Annotated[Reference, SEED] | None = None
    end_image_url: Annotated[Reference, SEED] | None = None
    video: Annotated[Reference, SEED] | None = None
    videos: Annotated[References, SEED] | None = None
    video_urls: Annotated[References, SEED] | None = None
    video_url: Annotated[Reference, SEED] | None = None
    audio_urls: Annotated[References, SEED] | None = None
    function_mode: Annotated[str, SEED] | None = None
    content: Annotated[Anything, SEED] = None
    metadata: Annotated[Anything, CREATE] = None
    parameters: Annotated[Anything, CREATE] = None
    callback_url: Annotated[str, SEED] | None = None
    external_task_id: Annotated[str, SEED] | None = None
    model_name: Annotated[str, SEED] | None = None
    negative_prompt: Annotated[str, SEED] | None = None
    cfg_scale: Annotated[float, BeforeValidator(_number), Also((Digits,)), KLING_TYPES] | None = None
    sound: Annotated[Switch, KLING_TYPES] | None = None
    camera_control: Annotated[Anything, SEED] = None
    image_list: Annotated[Anything, SEED] = None
    video_id: Annotated[str, SEED] | None = None
    task_id: Annotated[str, SEED] | None = None
    watermark_info: Annotated[Anything, SEED] = None


class Failure(Lenient):
    """Why a video failed."""

    code: Annotated[str, ENGINE]
    message: Annotated[str, ENGINE]


class Metadata(Lenient):
    """Where new-api puts the result's URL."""

    url: Annotated[str, ENGINE] | None = None


class Video(Lenient):
    """The answer to a submission and to a poll."""

    id: Annotated[str, SEED]
    task_id: Annotated[str, SEED]
    object: Annotated[Literal["video"], CREATE]
    model: Annotated[str, CREATE]
    status: Annotated[Literal["queued", "in_progress", "completed", "failed"], SEED]
    progress: Annotated[int, Interval(ge=0, le=100), CREATE]
    created_at: Annotated[int, CREATE]
    completed_at: Annotated[int, SEED] | None = None
    seconds: Annotated[str, CREATE]
    size: Annotated[str, ENGINE]
    video_url: Annotated[str, SEED] | None = None
    url: Annotated[str, SEED] | None = None
    metadata: Annotated[Metadata, ENGINE] | None = None
    error: Annotated[Failure, ENGINE] | None = None


class ErrorBody(Lenient):
    """What is inside an error."""

    code: Annotated[str, CONVENTIONS]
    message: Annotated[str, CONVENTIONS]
    type: Annotated[str, ENGINE]


class Error(Lenient):
    """The one error envelope."""

    error: Annotated[ErrorBody, CONVENTIONS]


class Model(Lenient):
    """One entry of the model list."""

    id: Annotated[str, ENGINE]
    object: Annotated[Literal["model"], ENGINE]
    created: Annotated[int, ENGINE]
    owned_by: Annotated[str, ENGINE]
    supported_endpoint_types: Annotated[list[str], ENGINE]


class Models(Lenient):
    """The model list, as new-api writes it."""

    success: Annotated[bool, ENGINE]
    object: Annotated[Literal["list"], ENGINE]
    data: Annotated[list[Model], ENGINE]
