"""What a validated request asks for, in the words of every dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockvideo.catalog import Row
from mockvideo.core.geometry import SIDES, ShapeError, from_words, proportion_of
from mockvideo.core.jobs import Reason, VideoRequest
from mockvideo.dialects.apiframe.request import CATALOG, GenerateVideo
from mockvideo.dialects.apiframe.rows import DEFAULTS, FAMILIES, SOUND, price
from mockvideo.dialects.apiframe.webhooks import WEBHOOKS

PICTURES = ("start_image", "image", "end_image", "last_frame", "reference_images", "reference_image_urls")
# The same as JSON pointers, in the parameters objects that have them.
IMAGES = tuple(
    dict.fromkeys(
        f"/{path.replace('.', '/')}"
        for row in CATALOG.rows.values()
        for path in row.limits
        if path.rpartition(".")[2] in PICTURES
    )
)

# Kling's modes and Sora's resolutions; Sora's high one has sizes of its own.
SHORTER = {"standard": "720p", "pro": "1080p"}
HIGH = {"16:9": (1792, 1024), "9:16": (1024, 1792)}


def understand(request: GenerateVideo, row: Row) -> VideoRequest:
    """Read a validated request of one model."""
    document = request.model_dump(exclude_unset=True)
    asked = DEFAULTS[row.id] | document.get(FAMILIES[row.id], {})
    duration = asked.get("duration") or row.facts["seconds"]
    quality = asked.get("mode") or asked.get("resolution") or "720p"
    sound = _sound(asked, row)
    width, height, flaw = picture(row.facts.get("resolution", quality), asked.get("aspect_ratio", "16:9"))
    return VideoRequest(
        model=row.id,
        prompt=request.prompt,
        width=width,
        height=height,
        duration=float(duration),
        sound=sound,
        clips=row.facts.get("clips", 1),
        image=any(asked.get(field) for field in PICTURES),
        price=price(row, quality, duration, sound=sound),
        flaw=flaw,
        extra={"input": document},
        webhook=WEBHOOKS.asked(request.webhookUrl, request.webhookEvents),
    )


def _sound(asked: Mapping[str, Any], row: Row) -> bool:
    """Whether the clip has sound: as the model's own switch says, else if there is a sound to follow."""
    switch = next((field for field in SOUND if field in DEFAULTS[row.id]), None)
    return asked[switch] if switch is not None else "audio" in asked


def picture(quality: str, ratio: str) -> tuple[int, int, Reason | None]:
    """Return width and height, and what is wrong with a ratio that the backend takes but no model can make."""
    if quality == "high":
        return *HIGH[ratio], None
    resolution = SHORTER.get(quality, quality)
    try:
        return *from_words(resolution, ratio), None
    except ShapeError as error:
        if error.part == "ratio":
            return *from_words(resolution, "16:9"), Reason.UNSUPPORTED_INPUT
        return *_largest(ratio), None


def _largest(ratio: str) -> tuple[int, int]:
    """Return the largest picture of that ratio, for resolutions that would make its longer side too long."""
    proportion = proportion_of(ratio)
    shorter = int(SIDES[1] / max(proportion, 1 / proportion) / 2) * 2
    return from_words(f"{shorter}p", ratio)
