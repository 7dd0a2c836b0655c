"""Width, height and frame rate from the many ways in which providers ask for them."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

# From one macroblock of H.264 to a little above 4K, beyond which no provider goes.
SIDES: Final = (16, 4096)
FRAMES: Final = 108_000  # the longest clip: an hour at 30 frames a second
# A guess: the widest ratio that any document names is 21:9, and none says where to stop.
WIDEST: Final = 4
NAMED: Final = {"sd": 480, "hd": 720, "fhd": 1080, "2k": 1440, "4k": 2160}


class Shape(NamedTuple):
    """What a request says of the picture, each part None where it is silent.

    ``size`` is ``WxH`` or a resolution, ``resolution`` is ``720p``, ``4K`` …, ``ratio`` is ``W:H`` or ``adaptive``. A
    tuple because every submission makes one.
    """

    size: str | None = None
    width: int | None = None
    height: int | None = None
    resolution: str | None = None
    ratio: str | None = None
    quality: str | None = None
    fallback_resolution: str = "720p"
    fallback_ratio: str = "16:9"


class ShapeError(ValueError):
    """A picture that cannot be made; ``part`` names the part of the shape that is wrong."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


def pixels(shape: Shape) -> tuple[int, int]:
    """Return width and height: the size, else width and height, else resolution and ratio, else the fallbacks."""
    size = shape.size
    if size is not None and ("x" in size or "X" in size):
        return from_size(size)
    if shape.width is not None and shape.height is not None:
        return _bounded(shape.width, shape.height, "width" if not _possible(shape.width) else "height")
    part, word = _resolution(shape)
    return from_words(word, shape.ratio or shape.fallback_ratio, part)


def _resolution(shape: Shape) -> tuple[str, str]:
    """Return the part that says how large the picture is, and its word."""
    for part, word in (("size", shape.size), ("resolution", shape.resolution), ("quality", shape.quality)):
        if word is not None:
            return part, word
    return "resolution", shape.fallback_resolution


# Only what was read is remembered, and that is short; a whole shape may hold a long text that another part outranks.
@lru_cache(maxsize=1024)
def from_size(size: str) -> tuple[int, int]:
    """Return width and height for ``WxH``."""
    return _bounded(*_pair(size.lower(), "x", "size"), "size")


@lru_cache(maxsize=1024)
def from_words(resolution: str, ratio: str, part: str = "resolution") -> tuple[int, int]:
    """Return width and height for a shorter side in words (``720p``, ``4K``) and a ratio in words (``16:9``)."""
    shorter = short_side(resolution, part)
    proportion = proportion_of(ratio)
    # Even, because 4:2:0 pictures have one sample of chroma for two pixels each way.
    longer = 2 * round(shorter * max(proportion, 1 / proportion) / 2)
    width, height = (longer, shorter) if proportion >= 1 else (shorter, longer)
    return _bounded(width, height, part)


def short_side(resolution: str, part: str = "resolution") -> int:
    """Return the shorter side in pixels that a resolution word names, letters in any case."""
    word = resolution.lower()
    digits = word.removesuffix("p")
    if word in NAMED:
        return NAMED[word]
    if digits.isascii() and digits.isdigit() and len(digits) <= 4:
        return int(digits)
    raise ShapeError(part, f"{part} must be like 720p, 1080p or 4k, not {resolution[:40]!r}")


def proportion_of(ratio: str) -> Fraction:
    """Return width over height for ``W:H``; ``adaptive`` is 16:9. At most 4:1 either way."""
    if ratio.lower() == "adaptive":
        return Fraction(16, 9)
    width, height = _pair(ratio, ":", "ratio")
    if not (width and height and max(width, height) <= WIDEST * min(width, height)):
        raise ShapeError("ratio", f"ratio must lie between 1:{WIDEST} and {WIDEST}:1, not {ratio[:40]}")
    return Fraction(width, height)


def _pair(text: str, sign: str, part: str) -> tuple[int, int]:
    first, _, second = text.partition(sign)
    # isdigit alone takes superscripts, and int() raises for those and for thousands of digits.
    if not all(number.isascii() and number.isdigit() and len(number) <= 9 for number in (first, second)):
        raise ShapeError(part, f"{part} must be two whole numbers like 1280x720 or 16:9, not {text[:40]!r}")
    return int(first), int(second)


def _bounded(width: int, height: int, part: str) -> tuple[int, int]:
    if not (_possible(width) and _possible(height)):
        low, high = SIDES
        raise ShapeError(part, f"width and height must be even and from {low} to {high} pixels, not {width}x{height}")
    return width, height


def _possible(side: int) -> bool:
    low, high = SIDES
    return low <= side <= high and side % 2 == 0
