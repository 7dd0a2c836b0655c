"""At each limit a request is accepted, and one beyond it refused."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import StringConstraints

from mockvideo.catalog import Catalog, Row
from mockvideo.conformance.acceptance import mended, refused, simplest
from mockvideo.conformance.fields import Field, of_type
from mockvideo.conformance.limits import edges, extremes
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import VideoRequest
from mockvideo.schema import Integer, Lenient
from tests.conformance.toy import ROWS, Camera, Request, toy

TOY = toy()


def found(model: str) -> dict[str, tuple[Any, Any]]:
    return {edge.limit: (edge.at, edge.beyond) for edge in edges(TOY, ROWS[model])}


@pytest.mark.parametrize("model", ROWS)
def test_what_is_at_a_limit_is_accepted_and_what_is_beyond_refused(model) -> None:
    for edge in edges(TOY, ROWS[model]):
        assert refused(TOY, edge.at) is None, edge
        assert refused(TOY, edge.beyond) is not None, edge


@pytest.mark.parametrize(
    ("limit", "at", "beyond"),
    [
        ("seconds is at most 10", {"seconds": 10}, {"seconds": 11}),
        ("seconds is at least 4", {"seconds": 4}, {"seconds": 3}),
        ("seconds is required", {"seconds": 4}, {}),
        ("model is 'long'", {"seconds": 4}, {"seconds": 4, "model": "longx"}),
        ("no_such_field is no field", {"seconds": 4}, {"seconds": 4, "no_such_field": 1}),
        ("images has at most 2", {"seconds": 4, "images": ["aa"] * 2}, {"seconds": 4, "images": ["aa"] * 3}),
        ("images has at least 1", {"seconds": 4, "images": ["aa"]}, {"seconds": 4, "images": []}),
        ("fps is 24", {"seconds": 4, "fps": 24}, {"seconds": 4, "fps": 25}),
        (
            "loop requires style",
            {"seconds": 4, "loop": True, "style": "vivid"},
            {"seconds": 4, "loop": True, "style": "plain"},
        ),
        ("camera.move is required", {"seconds": 4, "camera": {"move": "pan"}}, {"seconds": 4, "camera": {}}),
    ],
)
def test_an_edge_is_the_smallest_request_of_its_kind(limit, at, beyond) -> None:
    plain = {"model": "long", "prompt": "a"}
    assert found("long")[limit] == ({**plain, **at}, {**plain, **beyond})


def test_a_rule_that_excludes_is_broken_by_what_it_excludes() -> None:
    at, beyond = found("plain")["link excludes camera.speed"]
    assert (at["link"], beyond["camera"]) == ("a", {"speed": 0.0})


def test_a_models_own_rule_is_an_edge_of_that_model_only() -> None:
    assert "still needs images" in found("still")
    assert "still needs images" not in found("plain")


def test_a_rule_about_what_a_model_does_not_have_is_no_edge() -> None:
    assert not [limit for limit in found("plain") if "needs link" in limit]


def test_a_float_goes_beyond_its_bound_by_the_least() -> None:
    (_, _, below), (_, _, above) = [
        extreme for extreme in extremes(Field(float, low=0.0, high=1.0)) if "at" in extreme[0]
    ]
    assert -1e-300 < below < 0
    assert 1 < above < 1 + 1e-15


def test_types_that_no_rule_lets_meet_are_reported() -> None:
    def contradict(request: Request, row: Row) -> VideoRequest:
        raise ApiError(Kind.INVALID_REQUEST, field="nothing")

    with pytest.raises(ValueError, match="sora accepts no request like"):
        list(edges(toy(understand=contradict), ROWS["plain"]))


def test_a_limit_that_cannot_be_reached_is_reported() -> None:
    def short(request: Request, row: Row) -> VideoRequest:
        if request.seconds == 12:
            raise ApiError(Kind.INVALID_REQUEST, field="seconds")
        return TOY.understand(request, row)

    with pytest.raises(ValueError, match=r"like {'model': 'plain', 'seconds': 12}"):
        list(edges(toy(understand=short), ROWS["plain"]))


# Acceptance


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({}, Kind.INVALID_REQUEST),
        ({"model": "nobody"}, Kind.UNKNOWN_MODEL),
        ({"model": "plain"}, Kind.MISSING_INPUT),
        ({"model": "plain", "prompt": ""}, Kind.MODEL_LIMIT),
        ({"model": "plain", "prompt": "a", "size": "1x1"}, Kind.INVALID_REQUEST),
        ({"model": "still", "prompt": "a"}, Kind.MISSING_INPUT),
    ],
)
def test_a_document_is_refused_as_the_dialect_does(document, kind) -> None:
    assert refused(TOY, document).kind is kind


def test_a_clip_of_too_many_frames_is_refused() -> None:
    def long(request: Request, row: Row) -> VideoRequest:
        return VideoRequest(model=row.id, prompt="", width=16, height=16, duration=3600.0, fps=31)

    assert refused(toy(understand=long), {"model": "plain", "prompt": "a"}).field == "fps"


@pytest.mark.parametrize(
    ("document", "mended_"),
    [
        ({}, {"prompt": "a"}),
        ({"prompt": "a", "size": "1x1"}, {"prompt": "a"}),
        ({"prompt": "", "images": ["aa", "a"]}, {"prompt": "a"}),
        ({"prompt": "a", "unknown": 1}, {"prompt": "a"}),
        (
            {"prompt": "a", "link": "a", "camera": {"move": "pan", "speed": 1}},
            {"prompt": "a", "link": "a", "camera": {"move": "pan"}},
        ),
    ],
)
def test_what_is_refused_is_chosen_or_left_out(document, mended_) -> None:
    assert mended(TOY, ROWS["plain"], {"model": "plain", **document}, simplest) == {"model": "plain", **mended_}


def test_there_is_an_end_to_mending() -> None:
    assert mended(TOY, ROWS["plain"], {"model": "plain"}, lambda _: "") is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "a"),
        (int, 1),
        (Integer, 1),
        (bool, True),
        (list[int], [1]),
        (str | int, "a"),
        (Camera, {"move": "pan"}),
        (Any, "a"),
    ],
)
def test_the_plainest_value_is_not_empty(kind, value) -> None:
    assert simplest(of_type(kind)) == value


def test_a_pattern_needs_examples() -> None:
    with pytest.raises(ValueError, match="with Examples"):
        simplest(of_type(Annotated[str, StringConstraints(pattern="^a$")]))


def test_a_lenient_schema_has_no_strangers() -> None:
    class Plain(Lenient):
        """A request that ignores what it does not know."""

        model: str

    def understand(request: Plain, row: Row) -> VideoRequest:
        return VideoRequest(model=row.id, prompt="", width=16, height=16, duration=1.0)

    row = Row(id="a")
    dialect = toy(catalog=Catalog(Plain, {"a": row}), understand=understand)
    assert [edge.limit for edge in edges(dialect, row)] == ["model is of its type", "model is 'a'", "model is required"]
