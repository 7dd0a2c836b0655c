"""What a clip shows, as a decoder sees it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.media import Clip, write
from mockvideo.media.colour import chroma, palette
from mockvideo.media.layout import arrange
from mockvideo.media.picture import ACROSS, OWN, compose
from mockvideo.media.slices import steps

LINES = ("lemondata", "sora-2-pro", "video_68f0c2a19be4819084c2b6ea17f3d5e9")
SIZES = [(1280, 720), (720, 1280), (480, 480), (160, 90), (320, 180), (1918, 1078)]

sides = st.integers(8, 200).map(lambda half: 2 * half)
texts = st.lists(st.text(st.characters(max_codepoint=0x2FF), max_size=60), max_size=4).map(tuple)
cards = st.builds(
    Clip, sides, sides, st.just(4), st.just(1.0), sound=st.just(False), lines=texts, tint=st.integers(0, (1 << 24) - 1)
)


def card(size=(1280, 720), *, lines=LINES, tint=0x3366CC, fps=8, duration=1.0):
    return Clip(*size, fps, duration, sound=False, lines=lines, tint=tint)


def expand(picture):
    """The macroblocks of a picture, grown from what it draws."""
    rows = []
    for number in range(picture.rows):
        drawn = picture.drawn.get(number)
        row = []
        for column in range(picture.columns):
            kind = drawn.kinds[column : column + 1] if drawn else b""
            if kind == OWN:
                row.append(drawn.blocks[column])
            elif kind == ACROSS:
                row.append(stretched(row[-1], across=True))
            else:
                row.append(stretched(rows[-1][column], across=False))
        rows.append(row)
    return rows


def stretched(block, *, across):
    """What Intra16x16 predicts from a neighbour: its last column, or its last row, over all of the block."""
    out = b""
    for start, side in ((0, 16), (256, 8), (320, 8)):
        lines = [block[start + side * row :][:side] for row in range(side)]
        out += b"".join(line[-1:] * side for line in lines) if across else lines[-1] * side
    return out


def luma(picture, clip):
    lines = (
        b"".join(block[16 * line : 16 * line + 16] for block in row)[: clip.width]
        for row in expand(picture)
        for line in range(16)
    )
    return b"".join(lines)[: clip.width * clip.height]


@settings(deadline=None, max_examples=40)
@given(cards)
def test_the_decoder_sees_exactly_the_picture_that_was_composed(decode, clip):
    assert decode(write(clip)).first[0] == luma(compose(clip), clip)


@settings(deadline=None, max_examples=40)
@given(cards)
def test_a_picture_is_made_of_few_colours_and_no_sample_that_needs_an_escape(decode, clip):
    seen = decode(write(clip)).first

    assert set(seen[0]) <= {colour[0] for colour in compositing(clip)}
    assert set(seen[1]) | set(seen[2]) <= {part for colour in compositing(clip) for part in colour[1:]}
    assert min(map(min, seen)) >= 16


def compositing(clip):
    colours = palette(clip.tint)
    return colours.ground, colours.panel, colours.track, colours.accent, colours.title, colours.text


@pytest.mark.parametrize("size", SIZES)
def test_the_lines_are_on_the_card(decode, size):
    with_text, blank = (decode(write(card(size, lines=lines))).first for lines in (LINES, ()))

    assert with_text != blank


@pytest.mark.parametrize("size", SIZES)
def test_another_text_is_another_picture(decode, size):
    other = (*LINES[:2], LINES[2][:-1] + "0")

    assert decode(write(card(size))).first != decode(write(card(size, lines=other))).first


@pytest.mark.parametrize("size", [*SIZES, (16, 16), (4096, 16), (16, 4096)])
def test_the_bar_fills_from_the_first_picture_to_the_last(decode, size):
    seen = decode(write(card(size)))
    bright = palette(0x3366CC).accent[0]

    assert seen.last[0].count(bright) > seen.first[0].count(bright)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 256), st.integers(1, 2000))
def test_the_bar_grows_evenly_and_is_full_at_the_end(width, count):
    grown = list(steps(width, count))

    assert all(columns.stop == width * number // (count - 1) for number, columns in grown)
    assert all(one[0] < two[0] and one[1].stop == two[1].start for one, two in pairwise(grown))
    assert [column for _, columns in grown for column in columns] == (list(range(width)) if count > 1 else [])


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, (1 << 24) - 1), min_size=2, max_size=2, unique=True))
def test_two_tints_are_two_pictures(decode, tints):
    one, two = (decode(write(card((480, 272), tint=tint, fps=1))).first for tint in tints)

    assert one != two


def test_every_hue_of_the_accent_is_its_own():
    assert len({chroma(hue, 60) for hue in range(256)}) == 256


@settings(max_examples=100)
@given(st.integers(0, 23), st.integers(0, (1 << 24) - 1))
def test_every_bit_of_the_tint_changes_a_colour(bit, tint):
    assert palette(tint) != palette(tint ^ 1 << bit)


def test_letters_beyond_ascii_are_question_marks():
    strange, marks = (("caf\u00e9 \u2603\n\0",), ("caf? ???",))

    assert write(card(lines=strange)) == write(card(lines=marks))


@settings(max_examples=100)
@given(cards)
def test_everything_on_the_card_stays_inside_the_frame(clip):
    layout = arrange(clip)
    bottom = layout.top + sum(line.rows for line in layout.lines)

    assert 0 <= layout.top <= bottom <= layout.bar < clip.height // 16
    assert 0 <= layout.left < layout.left + layout.width <= clip.width // 16
    assert all(len(line.text) * 6 * line.scale <= layout.width * 16 for line in layout.lines)


@settings(max_examples=100)
@given(cards)
def test_a_panel_has_ground_all_around_it(clip):
    panel = arrange(clip).panel

    assert panel is None or (panel.left > 0 and panel.top > 0)
    assert panel is None or (panel.right < clip.width // 16 - 1 and panel.bottom < clip.height // 16 - 1)


def test_a_long_line_goes_on_below():
    lines = arrange(card((480, 480))).lines

    assert "".join(line.text for line in lines) == "".join(LINES)
    assert len(lines) > len(LINES)


def test_a_text_without_end_takes_no_more_than_the_frame(decode):
    clip = card((160, 90), lines=("x" * 10**6,) * 1000)

    assert len(arrange(clip).lines) == 4
    assert decode(write(clip)).pictures == 8
