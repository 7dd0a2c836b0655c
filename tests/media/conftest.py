"""PyAV as the independent judge of what was written."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
import pytest

Planes = tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder found: the stated facts, and the first and last of the pictures it counted."""

    width: int
    height: int
    rate: Fraction
    seconds: Fraction
    pictures: int
    first: Planes
    last: Planes
    sounds: int
    loudest: int


def visible(plane: av.video.plane.VideoPlane) -> bytes:
    """The samples, without the padding that a decoder adds to each line."""
    padded = bytes(plane)
    return b"".join(
        padded[line : line + plane.width] for line in range(0, plane.height * plane.line_size, plane.line_size)
    )


def planes(frame: av.VideoFrame) -> Planes:
    luma, blue, red = map(visible, frame.planes)
    return luma, blue, red


def read(data: bytes) -> Decoded:
    with av.open(io.BytesIO(data)) as container:
        video = container.streams.video[0]
        video.codec_context.options = {"err_detect": "explode"}
        pictures, sounds, loudest, first, last = 0, 0, 0, None, None
        for frame in container.decode():
            if isinstance(frame, av.AudioFrame):
                sounds += frame.samples
                loudest = max(loudest, *(max(bytes(plane)) for plane in frame.planes))
                continue
            pictures, first, last = pictures + 1, first or planes(frame), frame
        return Decoded(
            width=video.width,
            height=video.height,
            rate=video.average_rate,
            seconds=Fraction(container.duration, av.time_base),
            pictures=pictures,
            first=first,
            last=planes(last),
            sounds=sounds,
            loudest=loudest,
        )


@pytest.fixture(scope="session")
def decode() -> Callable[[bytes], Decoded]:
    return read
