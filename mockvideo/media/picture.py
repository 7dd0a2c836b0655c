"""The first picture of a clip, and the parts that fill its bar, as macroblocks of 4:2:0 samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from struct import unpack

from mockvideo.media import font
from mockvideo.media.clip import Clip
from mockvideo.media.colour import Colour, Palette, palette
from mockvideo.media.layout import BLOCK, Layout, Line, Panel, arrange
from mockvideo.media.shapes import ACCENT, GROUND, PANEL, TRACK, corners, flat, segment

# What a macroblock does: goes on from the one above, goes on from the one on its left, has samples of its own.
DOWN, ACROSS, OWN = b"D", b"A", b"O"
CHANGED = bytes.maketrans(b"\0\1", DOWN + OWN)

Paint = tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of macroblocks: a kind and, for those that are `OWN`, the samples of each.

    There are 384 samples, luma then both chroma, and none of them is below 4.
    """

    kinds: bytearray
    blocks: list[bytes]

    def put(self, column: int, kinds: bytes, blocks: list[bytes]) -> None:
        self.kinds[column : column + len(kinds)] = kinds
        self.blocks[column : column + len(kinds)] = blocks


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame of so many columns and rows of macroblocks; the rows that are not there go on downwards.

    `fills` are painted over the bar, from its place (row, column) to the right.
    """

    columns: int
    rows: int
    drawn: Mapping[int, Row]
    bar: tuple[int, int]
    fills: list[bytes]


def compose(clip: Clip) -> Picture:
    colours, layout = palette(clip.tint), arrange(clip)
    columns, rows = -(-clip.width // BLOCK), -(-clip.height // BLOCK)
    drawn: defaultdict[int, Row] = defaultdict(lambda: Row(bytearray(DOWN * columns), [b""] * columns))
    paint = tables(colours)
    if layout.panel:
        drawn[0].put(0, OWN + ACROSS * (columns - 1), [samples(flat(GROUND), paint)] * columns)
        draw_panel(drawn, layout.panel, paint)
    else:
        drawn[0].put(0, OWN * columns, [samples(flat(PANEL), paint)] * columns)
    draw_text(drawn, layout, colours)
    track = rod(layout, TRACK, paint)
    drawn[layout.bar].put(layout.left, span(len(track), ACROSS), track)
    return Picture(columns, rows, drawn, (layout.bar, layout.left), rod(layout, ACCENT, paint))


def span(width: int, between: bytes) -> bytes:
    """The kinds of macroblocks of which the first and the last are drawn."""
    return OWN + between * (width - 2) + OWN if width > 1 else OWN


def tables(colours: Palette) -> Paint:
    """From colour numbers to samples, for `bytes.translate`: one table for each plane."""
    luma, blue, red = (bytes(plane).ljust(256, b"\0") for plane in zip(*astuple(colours), strict=True))
    return luma, blue, red


def samples(image: bytes, paint: Paint) -> bytes:
    """The 384 samples of a macroblock drawn in colour numbers; every second pixel and row decides the chroma."""
    half = b"".join(image[row : row + BLOCK : 2] for row in range(0, len(image), 2 * BLOCK))
    luma, blue, red = paint
    return image.translate(luma) + half.translate(blue) + half.translate(red)


def draw_panel(drawn: Mapping[int, Row], panel: Panel, paint: Paint) -> None:
    """The panel's corners; its edges and what is in it follow from those."""
    width = panel.right - panel.left + 1
    inner = [b""] * (width - 2)
    above_left, above_right, below_left, below_right = (samples(image, paint) for image in corners())
    drawn[panel.top].put(panel.left, span(width, ACROSS), [above_left, *inner, above_right])
    drawn[panel.bottom].put(panel.left, span(width, DOWN), [below_left, *inner, below_right])
    drawn[panel.bottom + 1].put(panel.left, ACROSS * width, [b""] * width)


def draw_text(drawn: Mapping[int, Row], layout: Layout, colours: Palette) -> None:
    row = layout.top
    for line in layout.lines:
        ink = colours.title if line.lead else colours.text
        for kinds, blocks in band(line, colours.panel, ink, atop=row == 0):
            drawn[row].put(layout.left, kinds, blocks)
            row += 1


def band(line: Line, back: Colour, ink: Colour, *, atop: bool) -> Iterator[tuple[bytes, list[bytes]]]:
    """A line of text as rows of macroblocks: kinds and samples. Those are `OWN` that differ from what is above.

    `atop` of the frame there is nothing above.
    """
    luma, blue, red = back
    # Letters differ from their ground in luma only: chroma has half the sharpness.
    chroma = bytes([blue] * 64 + [red] * 64)
    dots = scan(line, luma, ink[0])
    blank = (bytes([luma] * BLOCK),) * len(dots[0])
    spare = line.rows * BLOCK - font.HEIGHT * line.scale
    letters = [row for row in dots for _ in range(line.scale)]
    pixels = [blank] * (spare // 2) + letters + [blank] * (spare - spare // 2)
    above = (b"",) * len(blank) if atop else blank
    for top in range(0, len(pixels), BLOCK):
        squares = list(zip(*pixels[top : top + BLOCK], strict=True))
        blocks = [
            b"" if square.count(last) == BLOCK else b"".join(square) + chroma
            for square, last in zip(squares, above, strict=True)
        ]
        yield bytes(map(bool, blocks)).translate(CHANGED), blocks
        above = pixels[top + BLOCK - 1]


def scan(line: Line, back: int, ink: int) -> list[tuple[bytes, ...]]:
    """The rows of dots of a line of text, each as pixels in pieces of a macroblock's width."""
    columns = -(-len(line.text) * font.WIDTH * line.scale // BLOCK)
    paper, pen = bytes([back]) * line.scale, bytes([ink]) * line.scale
    rows = (b"".join(dots) for dots in zip(*map(font.glyph, line.text), strict=True))
    pixels = (row.replace(b"\0", paper).replace(b"\1", pen).ljust(columns * BLOCK, paper[:1]) for row in rows)
    return [unpack("16s" * columns, row) for row in pixels]


def rod(layout: Layout, ink: bytes, paint: Paint) -> list[bytes]:
    """The samples of the whole bar in one colour, a macroblock a column."""
    if layout.width == 1:
        return [samples(segment(ink, layout.thickness, (True, True)), paint)]
    first, middle, last = (
        samples(segment(ink, layout.thickness, ends), paint) for ends in ((True, False), (False, False), (False, True))
    )
    return [first, *[middle] * (layout.width - 2), last]
