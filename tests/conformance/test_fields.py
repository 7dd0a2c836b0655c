"""What a field accepts is read off its type."""

from __future__ import annotations

from typing import Annotated

import pytest
from annotated_types import Interval, MaxLen
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.fields import Field, fields, of_type, placed, present, walk, without
from mockvideo.schema import Integer, OneOf
from tests.conformance.toy import Camera, Request

PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)
DOCUMENTS = st.recursive(st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner)).filter(
    lambda document: isinstance(document, dict)
)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("model", Field(str)),
        ("prompt", Field(str, shortest=1, longest=20)),
        ("size", Field(str, required=False, examples=("1280x720",))),
        ("link", Field(str, required=False, examples=("a",), pattern="^a+$")),
        ("seconds", Field(int, required=False, low=4, high=12)),
        ("fps", Field(int, required=False, choices=(24,), high=24)),
        ("loop", Field(bool, required=False)),
        ("sound", Field(str | bool, required=False)),
        ("camera", Field(Camera, required=False)),
    ],
)
def test_a_field_is_read_with_all_its_annotations(name, field) -> None:
    assert fields(Request)[name] == field


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (Annotated[int, Interval(ge=1, le=9), Interval(ge=3.0, le=20.0)], Field(int, low=3, high=9)),
        (Annotated[float, Interval(le=1)], Field(float, high=1.0)),
        (Annotated[str, OneOf(("a", "b")), OneOf(("b", "c"))], Field(str, choices=("b",))),
        (Annotated[str, MaxLen(5), MaxLen(9)], Field(str, longest=5)),
    ],
)
def test_of_two_limits_the_narrower_holds(kind, field) -> None:
    assert of_type(kind) == field


def test_a_bound_is_a_number_of_the_fields_own_type() -> None:
    assert type(of_type(Annotated[Integer, Interval(le=5.0)]).high) is int


def test_a_field_tells_what_it_is_made_of() -> None:
    known = fields(Request)
    assert known["camera"].schema is Camera
    assert known["images"].item == Field(str, shortest=2, longest=2)
    assert known["sound"].alternatives == (Field(str), Field(bool))
    assert known["style"].choices == ("plain", "vivid")
    assert (known["model"].schema, known["model"].item, known["model"].alternatives) == (None, None, ())


def test_every_field_is_walked_with_those_inside_it() -> None:
    paths = [path for path, _ in walk(Request)]
    assert paths == [*Request.model_fields, "camera.move", "camera.speed"]


@given(DOCUMENTS, PATHS, st.integers())
def test_what_is_placed_is_present_until_it_is_taken_away(document, path, value) -> None:
    filled = placed(document, path, value)
    assert present(filled, path)
    assert not present(without(filled, path), path)


@given(DOCUMENTS, PATHS)
def test_what_is_taken_away_leaves_the_rest(document, path) -> None:
    top = path.partition(".")[0]
    rest = {name: value for name, value in document.items() if name != top}
    assert without(document, path).items() >= rest.items()
    assert placed(document, path, 1).items() >= rest.items()


def test_a_list_is_taken_away_whole() -> None:
    assert present({"images": ["a"]}, "images.0")
    assert without({"images": ["a"]}, "images.0") == {}
