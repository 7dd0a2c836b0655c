"""The parameters objects, one a family of models; which fields a model takes, and how far, is in its catalog row."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated

from annotated_types import Interval
from pydantic import AfterValidator, StringConstraints, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError, Url

from mockvideo.dialects.apiframe.zod import Part
from mockvideo.provenance import spec
from mockvideo.schema import VARIANT, Examples, Integer, OneOf

GENERATE = spec("openapi.json, GenerateVideoRequest")
SAFE = 2**53 - 1

CONCEPTS = (
    "truck_left",
    "truck_right",
    "pan_left",
    "pan_right",
    "pedestal_up",
    "pedestal_down",
    "tilt_up",
    "tilt_down",
    "roll_left",
    "roll_right",
    "zoom_in",
    "zoom_out",
    "push_in",
    "pull_out",
    "dolly_zoom",
    "orbit_left",
    "orbit_right",
    "crane_up",
    "crane_down",
    "aerial",
    "aerial_drone",
    "low_angle",
    "high_angle",
    "eye_level",
    "ground_level",
    "over_the_shoulder",
    "pov",
    "selfie",
    "handheld",
    "static",
    "bolt_cam",
    "overhead",
    "elevator_doors",
    "tiny_planet",
)


def _address(text: str) -> str:
    try:
        scheme = Url(text).scheme
    except ValidationError:
        raise PydanticCustomError("url_parsing", "Invalid URL") from None
    return digested(text.strip()) if scheme == "data" else text


def digested(url: str) -> str:
    """Name a data URL by type, size and digest, in the form of a data URL."""
    media_type = url[len("data:") :].partition(",")[0].partition(";")[0]
    return f"data:{media_type[:100]};size={len(url)};sha256={sha256(url.encode()).hexdigest()},"


# Any URL will do, as the backend only parses it: asset://…, ftp://… and data:… too.
Address = Annotated[
    str,
    AfterValidator(_address),
    WithJsonSchema({"type": "string", "format": "uri"}),
    Examples(("https://example.com/forest.jpg", "asset://a1b2c3")),
]
Ratio = Annotated[str, StringConstraints(pattern="^[0-9]+:[0-9]+$"), Examples(("16:9", "9:16", "4:3"))]
Whole = Annotated[Integer, Interval(ge=-SAFE, le=SAFE)]
# Whole numbers are those that JavaScript holds exactly.


class GrokImagineVideoParams(Part):
    """xAI Grok Imagine."""

    aspect_ratio: Annotated[str, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    reference_images: Annotated[list[Address], VARIANT, GENERATE] | None = None


class HailuoParams(Part):
    """MiniMax Hailuo."""

    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    end_image: Annotated[Address, VARIANT, GENERATE] | None = None
    image: Annotated[Address, VARIANT, GENERATE] | None = None
    prompt_optimizer: Annotated[bool, VARIANT, GENERATE] | None = None
    resolution: Annotated[str, VARIANT, GENERATE] | None = None


class LumaParams(Part):
    """Luma Ray."""

    aspect_ratio: Annotated[str, VARIANT, GENERATE] | None = None
    concepts: Annotated[list[Annotated[str, OneOf(CONCEPTS)]], VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    end_image: Annotated[Address, VARIANT, GENERATE] | None = None
    loop: Annotated[bool, VARIANT, GENERATE] | None = None
    start_image: Annotated[Address, VARIANT, GENERATE] | None = None


class KlingParams(Part):
    """Kling; ``multi_prompt`` holds JSON in a string."""

    aspect_ratio: Annotated[str, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    end_image: Annotated[Address, VARIANT, GENERATE] | None = None
    generate_audio: Annotated[bool, VARIANT, GENERATE] | None = None
    guidance_scale: Annotated[float, VARIANT, GENERATE] | None = None
    mode: Annotated[str, VARIANT, GENERATE] | None = None
    multi_prompt: Annotated[str, VARIANT, GENERATE] | None = None
    negative_prompt: Annotated[str, VARIANT, GENERATE] | None = None
    start_image: Annotated[Address, VARIANT, GENERATE] | None = None


class MidjourneyVideoParams(Part):
    """Midjourney."""

    motion: Annotated[str, VARIANT, GENERATE] | None = None
    resolution: Annotated[str, VARIANT, GENERATE] | None = None
    start_image: Annotated[Address, VARIANT, GENERATE] | None = None


class RunwayParams(Part):
    """Runway."""

    aspect_ratio: Annotated[str, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    image: Annotated[Address, VARIANT, GENERATE] | None = None
    seed: Annotated[Whole, VARIANT, GENERATE] | None = None


class SeedanceParams(Part):
    """ByteDance Seedance."""

    aspect_ratio: Annotated[str, VARIANT, GENERATE] | None = None
    camera_fixed: Annotated[bool, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    end_image: Annotated[Address, VARIANT, GENERATE] | None = None
    generate_audio: Annotated[bool, VARIANT, GENERATE] | None = None
    reference_audio_urls: Annotated[list[Address], VARIANT, GENERATE] | None = None
    reference_image_urls: Annotated[list[Address], VARIANT, GENERATE] | None = None
    reference_video_urls: Annotated[list[Address], VARIANT, GENERATE] | None = None
    resolution: Annotated[str, VARIANT, GENERATE] | None = None
    return_last_frame: Annotated[bool, VARIANT, GENERATE] | None = None
    seed: Annotated[Whole, VARIANT, GENERATE] | None = None
    start_image: Annotated[Address, VARIANT, GENERATE] | None = None
    web_search: Annotated[bool, VARIANT, GENERATE] | None = None


class SoraParams(Part):
    """OpenAI Sora."""

    aspect_ratio: Annotated[str, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    resolution: Annotated[str, VARIANT, GENERATE] | None = None
    start_image: Annotated[Address, VARIANT, GENERATE] | None = None


class VeoParams(Part):
    """Google Veo."""

    aspect_ratio: Annotated[Ratio, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    generate_audio: Annotated[bool, VARIANT, GENERATE] | None = None
    image: Annotated[Address, VARIANT, GENERATE] | None = None
    last_frame: Annotated[Address, VARIANT, GENERATE] | None = None
    negative_prompt: Annotated[str, VARIANT, GENERATE] | None = None
    reference_images: Annotated[list[Address], VARIANT, GENERATE] | None = None
    resolution: Annotated[str, VARIANT, GENERATE] | None = None
    seed: Annotated[Whole, VARIANT, GENERATE] | None = None


class WanParams(Part):
    """Alibaba Wan."""

    audio: Annotated[Address, VARIANT, GENERATE] | None = None
    audio_enabled: Annotated[bool, VARIANT, GENERATE] | None = None
    duration: Annotated[Integer, VARIANT, GENERATE] | None = None
    enable_prompt_expansion: Annotated[bool, VARIANT, GENERATE] | None = None
    image: Annotated[Address, VARIANT, GENERATE] | None = None
    multi_shots: Annotated[bool, VARIANT, GENERATE] | None = None
    negative_prompt: Annotated[str, VARIANT, GENERATE] | None = None
    resolution: Annotated[str, VARIANT, GENERATE] | None = None
    seed: Annotated[Whole, VARIANT, GENERATE] | None = None
