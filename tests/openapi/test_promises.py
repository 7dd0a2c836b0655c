"""What documents promise of pictures is accepted: every text of these forms makes one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.geometry import Shape, pixels, short_side
from mockvideo.schema import RATIO, RESOLUTION, SIZE, promised


def texts(form: str) -> st.SearchStrategy[str]:
    return st.from_regex(form, fullmatch=True)


@given(texts(SIZE))
def test_every_promised_size_makes_a_picture(size) -> None:
    width, height = size.lower().split("x")
    assert pixels(Shape(size=size)) == (int(width), int(height))


@given(texts(RESOLUTION))
def test_every_promised_resolution_makes_a_picture(resolution) -> None:
    assert min(pixels(Shape(resolution=resolution))) == short_side(resolution)


@given(texts(RATIO))
def test_every_promised_ratio_makes_a_picture(ratio) -> None:
    assert min(pixels(Shape(resolution="720p", ratio=ratio))) == 720


def test_a_promise_of_several_forms_is_kept_by_each() -> None:
    assert promised("^a$", "^b$").json_schema == {"type": "string", "pattern": "^a$|^b$"}
