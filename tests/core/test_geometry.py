"""Width and height follow from whatever a request says of the picture."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.geometry import NAMED, SIDES, Shape, ShapeError, from_words, pixels, proportion_of, short_side

LOW, HIGH = SIDES
PARTS = {"size", "width", "height", "resolution", "ratio", "quality"}

sides = st.integers(LOW // 2, HIGH // 2).map(lambda half: 2 * half)
shorter_sides = st.integers(LOW // 2, 512).map(lambda half: 2 * half)
ratios = st.tuples(st.integers(1, 40), st.integers(1, 40)).filter(lambda pair: max(pair) <= 4 * min(pair))
words = st.one_of(st.text(max_size=12), st.from_regex(r"\A[0-9]{1,10}[xX:pP]?[0-9]{0,10}\Z"), st.just("adaptive"))


def pixels_or_blame(shape: Shape) -> tuple[int, int] | str:
    """Width and height, or the part of the shape that is refused."""
    try:
        return pixels(shape)
    except ShapeError as error:
        return error.part


@given(shorter_sides, ratios)
def test_the_shorter_side_is_the_named_one_and_the_longer_follows_the_ratio(shorter, ratio) -> None:
    width, height = from_words(f"{shorter}p", f"{ratio[0]}:{ratio[1]}")
    longer = shorter * Fraction(max(ratio), min(ratio))
    assert min(width, height) == shorter
    assert abs(max(width, height) - longer) <= 1
    assert width >= height if ratio[0] >= ratio[1] else width <= height


@given(shorter_sides, ratios)
def test_a_ratio_turned_round_turns_the_picture_round(shorter, ratio) -> None:
    upright = from_words(str(shorter), f"{ratio[0]}:{ratio[1]}")
    assert from_words(str(shorter), f"{ratio[1]}:{ratio[0]}") == upright[::-1]


@given(shorter_sides, ratios)
def test_both_sides_are_even_and_within_the_bounds(shorter, ratio) -> None:
    for side in from_words(f"{shorter}P", f"{ratio[0]}:{ratio[1]}"):
        assert LOW <= side <= HIGH
        assert side % 2 == 0


@given(sides, sides)
def test_a_size_is_taken_as_it_is(width, height) -> None:
    assert pixels(Shape(size=f"{width}x{height}")) == (width, height)
    assert pixels(Shape(size=f"{width}X{height}")) == (width, height)
    assert pixels(Shape(width=width, height=height)) == (width, height)


@settings(max_examples=200)
@given(st.builds(Shape, size=words | st.none(), resolution=words | st.none(), quality=words | st.none(), ratio=words))
def test_any_text_makes_a_possible_picture_or_is_refused_by_its_part(shape) -> None:
    found = pixels_or_blame(shape)
    if isinstance(found, str):
        assert found in PARTS
    else:
        assert all(LOW <= side <= HIGH and side % 2 == 0 for side in found)


@given(st.sampled_from(sorted(NAMED)), st.data())
def test_resolution_words_come_in_any_case(word, data) -> None:
    mixed = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word)
    assert short_side(mixed) == NAMED[word]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape(), (1280, 720)),
        (Shape(resolution="1080p"), (1920, 1080)),
        (Shape(resolution="4K"), (3840, 2160)),
        (Shape(resolution="480p"), (854, 480)),
        (Shape(resolution="768p"), (1366, 768)),
        (Shape(resolution="720P", ratio="9:16"), (720, 1280)),
        (Shape(ratio="adaptive"), (1280, 720)),
        (Shape(ratio="Adaptive", fallback_ratio="1:1"), (1280, 720)),
        (Shape(fallback_resolution="1080p", fallback_ratio="9:16"), (1080, 1920)),
        (Shape(size="1080p", ratio="1:1"), (1080, 1080)),
        (Shape(quality="720p", ratio="4:3"), (960, 720)),
        (Shape(resolution="480p", ratio="4:1"), (1920, 480)),
    ],
)
def test_known_words_give_known_pixels(shape, expected) -> None:
    assert pixels(shape) == expected


def test_each_way_of_asking_outranks_the_next() -> None:
    said = {"size": "64x32", "width": 128, "height": 64, "resolution": "480p", "quality": "1080p"}
    found = []
    for silent in ("size", "width", "resolution", "quality", None):
        found.append(pixels(Shape(**said)))
        said.pop(silent, None)
    assert found == [(64, 32), (128, 64), (854, 480), (1920, 1080), (1280, 720)]


@pytest.mark.parametrize("alone", [{"width": 640}, {"height": 640}])
def test_one_side_alone_says_nothing(alone) -> None:
    assert pixels(Shape(**alone)) == (1280, 720)


@pytest.mark.parametrize(
    ("shape", "part"),
    [
        (Shape(size="1281x720"), "size"),
        (Shape(size="1280x"), "size"),
        (Shape(size="1280x720x3"), "size"),
        (Shape(size="4098x720"), "size"),
        (Shape(size="tall"), "size"),
        (Shape(size=""), "size"),
        (Shape(width=15, height=720), "width"),
        (Shape(width=1280, height=721), "height"),
        (Shape(width=-2, height=-2), "width"),
        (Shape(resolution="721p"), "resolution"),
        (Shape(resolution="8p"), "resolution"),
        (Shape(resolution="99999p"), "resolution"),
        (Shape(resolution="p"), "resolution"),
        (Shape(resolution="²40p"), "resolution"),
        (Shape(quality="best"), "quality"),
        (Shape(resolution="4k", ratio="4:1"), "resolution"),
        (Shape(ratio="5:1"), "ratio"),
        (Shape(ratio="1:5"), "ratio"),
        (Shape(ratio="0:0"), "ratio"),
        (Shape(ratio="16:0"), "ratio"),
        (Shape(ratio="16x9"), "ratio"),
        (Shape(ratio="1" * 10 + ":1"), "ratio"),
    ],
)
def test_an_impossible_picture_is_refused_by_its_part(shape, part) -> None:
    assert pixels_or_blame(shape) == part


def test_a_refusal_quotes_no_more_than_a_line() -> None:
    for shape in (Shape(resolution="x" * 10_000 + "p"), Shape(ratio="9" * 10_000), Shape(size="x" * 10_000)):
        with pytest.raises(ShapeError) as raised:
            pixels(shape)
        assert len(str(raised.value)) < 200


def test_a_part_that_is_outranked_is_never_remembered() -> None:
    long = "x" * 1_000_000
    tracemalloc.start()
    for number in range(8):
        pixels(Shape(size="1280x720", quality=f"{long}{number}"))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3_000_000


def test_a_ratio_is_exact() -> None:
    assert (proportion_of("16:9"), proportion_of("32:18")) == (Fraction(16, 9), Fraction(16, 9))
