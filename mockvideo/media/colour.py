"""The colours of a card, in the video range of BT.709, and how they are drawn from a tint."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

Colour = tuple[int, int, int]  # luma, blue difference, red difference


@dataclass(frozen=True, slots=True)
class Palette:
    """What the card is painted with; the order is that of the picture's colour numbers."""

    ground: Colour
    panel: Colour
    track: Colour
    accent: Colour
    title: Colour
    text: Colour


def chroma(hue: int, strength: int) -> tuple[int, int]:
    """A point on the colour circle of 256 hues. No two hues meet at a strength of 60."""
    angle = hue * pi / 128
    return round(128 + strength * sin(angle)), round(128 + strength * cos(angle))


def palette(tint: int) -> Palette:
    """A dark card with a bright accent. Every bit of the tint is seen: 8 of hue, 16 of lightness."""
    hue = tint >> 16
    quiet, vivid = chroma(hue, 6), chroma(hue, 60)
    return Palette(
        ground=(26 + (tint >> 13 & 7), *quiet),
        panel=(46 + (tint >> 10 & 7), *quiet),
        track=(72 + (tint >> 6 & 15), *quiet),
        accent=(128 + (tint & 63), *vivid),
        title=(228, *quiet),
        text=(168, *quiet),
    )
