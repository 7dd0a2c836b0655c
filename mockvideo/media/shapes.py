"""Macroblocks drawn in colour numbers: flat ones, the panel's corners, the parts of the bar."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

SIDE = 16
GROUND, PANEL, TRACK, ACCENT = (bytes([number]) for number in range(4))
STRIPE = 6


def curve(radius: int) -> tuple[int, ...]:
    """How many pixels a quarter circle leaves out, row by row from its top: even numbers, as chroma comes in pairs."""
    return tuple(2 * round((radius - sqrt(radius**2 - (radius - row - 0.5) ** 2)) / 2) for row in range(radius))


@lru_cache(maxsize=4)
def flat(colour: bytes) -> bytes:
    return colour * SIDE**2


@lru_cache(maxsize=1)
def corners() -> tuple[bytes, bytes, bytes, bytes]:
    """The panel's corners as read: two above, two below. The left ones begin the accent stripe."""
    edge, plain = ACCENT * STRIPE + PANEL * (SIDE - STRIPE), PANEL * SIDE
    left = [GROUND * out + edge[out:] for out in curve(SIDE)]
    right = [plain[out:] + GROUND * out for out in curve(SIDE)]
    return b"".join(left), b"".join(right), b"".join(left[::-1]), b"".join(right[::-1])


@lru_cache(maxsize=32)
def segment(ink: bytes, thickness: int, ends: tuple[bool, bool]) -> bytes:
    """A macroblock's width of the bar, its left and right end round or not. The last row of pixels is free."""
    above = curve(thickness // 2)
    free = PANEL * ((SIDE - thickness) // 2 * SIDE)
    rows = (
        PANEL * (out * ends[0]) + ink * (SIDE - out * sum(ends)) + PANEL * (out * ends[1])
        for out in above + above[::-1]
    )
    return free + b"".join(rows) + free
