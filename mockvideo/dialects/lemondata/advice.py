"""What LemonData recommends."""

from __future__ import annotations

from mockvideo.advice import Advice, Asked, polled_too_soon, private_url, unknown_field
from mockvideo.dialects.lemondata.discovery import CATALOG, FRAMES, PICTURES, operations
from mockvideo.dialects.lemondata.schemas import CREATE, STATUS, CreateVideo
from mockvideo.provenance import SEED, guess, page

GUIDE = page("docs.lemondata.cc, Video Generation guide, text of March 2026")

# The guide's maxima of each series, in seconds, some of them with a tilde. Runway's are limits.
LONGEST = {
    "sora": 20,
    "kling": 10,
    "veo": 8,
    "seedance": 10,
    "hailuo": 6,
    "wan": 5,
    "luma": 5,
    "vidu": 8,
    "grok": 10,
    "higgsfield": 5,
}
LONGEST_OF = {
    model: seconds for series, seconds in LONGEST.items() for model in CATALOG.rows if model.startswith(series)
}


def _is_too_long(asked: Asked) -> bool:
    duration = asked.document.get("duration")
    longest = LONGEST_OF.get(asked.row.id) if asked.row is not None else None
    return longest is not None and isinstance(duration, int | float) and duration > longest


def _ignores_picture(asked: Asked) -> bool:
    given = not PICTURES.isdisjoint(asked.document)
    return given and asked.row is not None and set(operations(asked.row)) == {"text-to-video"}


def _ignores_frames(asked: Asked) -> bool:
    given = not FRAMES.isdisjoint(asked.document)
    return given and asked.row is not None and "start-end-to-video" not in operations(asked.row)


def _cannot(asked: Asked) -> bool:
    operation = asked.document.get("operation")
    return operation is not None and asked.row is not None and operation not in operations(asked.row)


ADVICE = (
    polled_too_soon(5.0, STATUS),
    Advice(
        id="poll-url",
        source=SEED,
        sentence="Poll exactly the poll_url of the answer to the submission.",
        when=lambda asked: asked.path.startswith("/v1/videos/generations/"),
        on=("poll",),
    ),
    Advice(
        id="submit-path",
        source=CREATE,
        sentence="Submit to /v1/videos/generations: the singular path is an older text's.",
        when=lambda asked: asked.path == "/v1/video/generations",
    ),
    Advice(
        id="prefer-image-url",
        source=SEED,
        sentence="Send image_url instead of image: it works with more models than a data URL.",
        when=lambda asked: "image" in asked.document,
    ),
    private_url(SEED, "image_url", "start_image", "end_image"),
    Advice(
        id="ignored-picture",
        source=GUIDE,
        sentence="Leave image_url and image out: this model makes videos from text and ignores them.",
        when=_ignores_picture,
    ),
    Advice(
        id="ignored-frames",
        source=GUIDE,
        sentence="Send start_image and end_image to a model with keyframes, such as viduq2-pro: this one ignores them.",
        when=_ignores_frames,
    ),
    Advice(
        id="other-operation",
        source=guess("the tables say what a model can do, not what becomes of another operation"),
        sentence="Choose an operation that GET /v1/models/{model} lists for this model.",
        when=_cannot,
    ),
    Advice(
        id="long-duration",
        source=GUIDE,
        sentence="Ask for no more seconds than the model's series makes: "
        + ", ".join(f"{series} {seconds}" for series, seconds in LONGEST.items())
        + ".",
        when=_is_too_long,
    ),
    unknown_field(
        CreateVideo,
        GUIDE,
        "Leave out fields that Create Video does not list, such as reference_images, video_url and task_id: "
        "parameters that are not supported are ignored without a word.",
    ),
)
