"""Rules across fields mean the same as JSON Schemas as they do to the catalog."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from mockvideo.catalog import Relation
from mockvideo.core.errors import ApiError
from mockvideo.openapi.relations import rules, sentence
from mockvideo.schema import Json

DEFAULTS = {"mode": "plain", "camera.speed": 2}


class Camera(BaseModel):
    """An object inside."""

    speed: int | None = None


class Request(BaseModel):
    """What rules look at."""

    mode: str | None = None
    prompt: str | None = None
    images: list[str] | None = None
    loop: bool | None = None
    camera: Camera | None = None


SHAPE: Json = {
    "properties": {
        "mode": {"enum": ["plain", "edit", "extend", None]},
        "prompt": {},
        "images": {},
        "loop": {},
        "camera": {"properties": {"speed": {}}},
    }
}
RELATIONS = {
    "needs": (Relation(needs=("prompt",)),),
    "needs one of": (Relation(when={"loop": True}, needs=("prompt", "images")),),
    "anything": (Relation(when={"images": "*"}, needs=("prompt",)),),
    "a default is there": (Relation(when={"mode": "*"}, needs=("prompt",)),),
    "a default counts": (Relation(when={"mode": "plain"}, needs=("prompt",)),),
    "inside": (Relation(when={"camera.speed": 2}, requires={"loop": True}),),
    "requires a default": (Relation(when={"loop": True}, requires={"camera.speed": 2}),),
    "excludes": (Relation(when={"loop": True}, excludes={"camera.speed": 3}),),
    "both": (Relation(when={"loop": True, "mode": "edit"}, needs=("images",), excludes={"prompt": "*"}),),
    "cases": (
        Relation(when={"mode": "plain"}, needs=("prompt",)),
        Relation(when={"mode": "edit"}, needs=("prompt",)),
        Relation(when={"mode": "edit"}, needs=("images",)),
    ),
    "all cases": (
        Relation(when={"mode": "plain"}, needs=("prompt",)),
        Relation(when={"mode": "edit"}, needs=("images",)),
        Relation(when={"mode": "extend"}, requires={"loop": True}),
    ),
    "cases without end": (
        Relation(when={"prompt": "a"}, requires={"loop": True}),
        Relation(when={"prompt": "b"}, needs=("images",)),
    ),
}
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["plain", "edit", "extend", None]),
        "prompt": st.sampled_from(["", "a", "b", None]),
        "images": st.sampled_from([[], ["a"], None]),
        "loop": st.sampled_from([True, False, None]),
        "camera": st.sampled_from([{}, {"speed": 2}, {"speed": 3}, {"speed": None}]),
    },
)


def is_kept(relations: tuple[Relation, ...], document: Json) -> bool:
    request = Request.model_validate(document)
    try:
        for relation in relations:
            relation.check(request, DEFAULTS)
    except ApiError:
        return False
    return True


@pytest.mark.parametrize("relations", RELATIONS.values(), ids=RELATIONS)
@given(document=DOCUMENTS)
def test_a_document_keeps_a_rule_if_it_fits_its_schema(relations, document: Any) -> None:
    schema = {"allOf": rules(relations, SHAPE, DEFAULTS)}
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(document) == is_kept(relations, document)


@pytest.mark.parametrize("when", [{"nothing": "*"}, {"camera.nothing": 1}, {"mode": "other"}])
def test_a_rule_that_can_never_hold_is_left_out(when) -> None:
    assert rules([Relation(when=when, needs=("prompt",))], SHAPE, {}) == []


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        (Relation(needs=("image", "video")), "This model requires image or video."),
        (Relation(when={"end": "*"}, needs=("start",)), "end requires start."),
        (
            Relation(when={"loop": True, "mode": "edit"}, requires={"fps": 24}, excludes={"sound": "*"}),
            "loop = True with mode = edit requires fps = 24 and excludes sound.",
        ),
    ],
)
def test_a_rule_is_said_in_words(relation, said) -> None:
    assert sentence(relation) == said


def test_a_rule_says_where_it_comes_from() -> None:
    (written,) = rules([Relation(needs=("prompt",), source="page: Modes")], SHAPE, {})
    assert written["x-provenance"] == {"origin": "page", "where": "Modes"}
