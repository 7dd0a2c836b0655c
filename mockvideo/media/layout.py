"""Where things stand on a clip's card, counted in macroblocks of 16 pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat

from mockvideo.media import font
from mockvideo.media.clip import Clip

BLOCK = 16
LARGEST_SCALE = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One row of letters: pixels a dot, and whether it is part of the headline."""

    text: str
    scale: int
    lead: bool

    @property
    def rows(self) -> int:
        """Rows of macroblocks, with at least one line of pixels to spare below the letters."""
        return font.HEIGHT * self.scale // BLOCK + 1


@dataclass(frozen=True, slots=True)
class Panel:
    """The first and the last column and row of the panel behind it all."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines of text over a bar that is so many pixels thick, on a panel if there is room for one, all centred."""

    left: int
    top: int
    width: int
    lines: tuple[Line, ...]
    bar: int
    thickness: int
    panel: Panel | None


def arrange(clip: Clip) -> Layout:
    columns, rows = clip.width // BLOCK, clip.height // BLOCK
    short = min(columns, rows)
    scale = max(1, min(LARGEST_SCALE, short // 11))
    margin = short // 10
    border = min(margin, 1 + scale // 2)
    gap = (border + 1) // 2
    side = max(2, border - 1) if margin else min(1, columns // 8)
    width = min(columns - 2 * (margin + side), 17 * scale)
    lines = fit(clip.lines, scale, width, rows - 2 * (margin + border) - gap - 1)
    text = sum(line.rows for line in lines)
    left, top = (columns - width) // 2, (rows - text - gap - 1) // 2
    bar = top + text + gap
    panel = Panel(left - side, top - border, left + width + side - 1, bar + border) if margin else None
    return Layout(left, top, width, lines, bar, 4 * min(3, scale), panel)


def fit(texts: tuple[str, ...], scale: int, width: int, rows: int) -> tuple[Line, ...]:
    """The texts in the largest letters with which they all fit; in the smallest, what fits of them."""
    longest = rows * width * BLOCK // font.WIDTH
    clean = [font.printable(text[:longest]) for text in texts[:rows]]
    sizes = [(2 * size, size) for size in range(scale, 0, -1)]
    for lead, body in (*sizes, (1, 1)):
        lines = tuple(wrap(clean, lead, body, width))
        if sum(line.rows for line in lines) <= rows:
            return lines
    return lines[:rows]


def wrap(texts: list[str], lead: int, body: int, width: int) -> Iterator[Line]:
    """The first text in one size, the others in another, cut where the width ends."""
    for number, (text, scale) in enumerate(zip(texts, chain([lead], repeat(body)), strict=False)):
        letters = width * BLOCK // (font.WIDTH * scale)
        for start in range(0, len(text), letters):
            yield Line(text[start : start + letters], scale, number == 0)
