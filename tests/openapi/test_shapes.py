"""Types as JSON Schemas: what validates a document also writes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Interval, Len, Lt, MinLen
from jsonschema import Draft202012Validator
from pydantic import StringConstraints, WithJsonSchema

from mockvideo.core.files import File
from mockvideo.openapi.named import Named
from mockvideo.openapi.shapes import BYTES, Writer, or_null, provenance
from mockvideo.provenance import SEED, guess, page
from mockvideo.schema import Also, AnyCase, Examples, Integer, Lenient, Limit, Lowered, OneOf, Strict, narrow


class Inner(Lenient):
    """An object inside."""

    name: Annotated[str, SEED]


class Outer(Strict):
    """An object with another inside."""

    inner: Annotated[Inner, page("Objects")]
    others: Annotated[list[Inner], SEED] | None = None
    size: Annotated[Integer, Interval(ge=1, le=9), guess("nobody says")] | None = None
    limit: Annotated[int, SEED] = 20
    plain: str = "unsourced"


@pytest.mark.parametrize(
    ("kind", "notes", "shape"),
    [
        (str, [], {"type": "string"}),
        (bool, [], {"type": "boolean"}),
        (int, [Ge(1), Ge(3), Lt(9)], {"type": "integer", "minimum": 3, "exclusiveMaximum": 9}),
        (float, [Gt(0.5), Interval(le=5.0)], {"type": "number", "exclusiveMinimum": 0.5, "maximum": 5}),
        (str, [Len(1, 9), MinLen(3)], {"type": "string", "minLength": 3, "maxLength": 9}),
        (str, [Len(0, 9), Len(0, 5)], {"type": "string", "maxLength": 5}),
        (list[str], [Len(2, 4)], {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 4}),
        (dict[str, int], [], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Literal["a", "b"], [], {"type": "string", "enum": ["a", "b"]}),
        (str | int, [], {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        (str, [OneOf(("a", "b")), OneOf(("b", "c"))], {"type": "string", "enum": ["b"]}),
        (str, [StringConstraints(pattern="^a$")], {"type": "string", "pattern": "^a$"}),
        (str, [StringConstraints(to_lower=True)], {"type": "string"}),
        (str, [WithJsonSchema({"format": "uri"})], {"type": "string", "format": "uri"}),
        (str, [Examples(("a:b",))], {"type": "string", "examples": ["a:b"]}),
        (str, [AnyCase(), OneOf(("4k", "720"))], {"type": "string", "enum": ["4k", "4K", "720"]}),
        (str, [AnyCase()], {"type": "string"}),
        (float, [Also((str, File)), Ge(1)], {"anyOf": [{"type": "number", "minimum": 1}, {"type": "string"}]}),
        (Any, [SEED, "a note"], {}),
    ],
)
def test_a_type_is_written_with_its_limits(kind, notes, shape) -> None:
    assert Writer().value(kind, notes) == shape
    Draft202012Validator.check_schema(shape)


def test_a_file_stands_only_where_a_form_has_one() -> None:
    assert Writer(files=True).value(str, [Also((File,))]) == {"anyOf": [{"type": "string"}, BYTES]}
    assert Writer().value(str, [Also((File,))]) == {"type": "string"}


def test_objects_stand_where_they_are() -> None:
    shape = Writer().document(Outer)
    assert shape["properties"]["inner"]["properties"].keys() == {"name"}
    assert (shape["required"], shape["additionalProperties"]) == (["inner"], False)


def test_objects_that_are_named_are_written_once() -> None:
    named = Named()
    assert named.reference(Outer) == named.reference(Outer) == {"$ref": "#/components/schemas/Outer"}
    assert named.shapes.keys() == {"Outer", "Inner"}
    assert named.shapes["Outer"]["properties"]["inner"]["$ref"] == "#/components/schemas/Inner"
    assert named.shapes["Inner"]["description"] == "An object inside."


def test_two_objects_of_one_name_are_kept_apart() -> None:
    named = Named()
    references = [named.reference(type("Same", (Lenient,), {})) for _ in range(3)]
    assert [one["$ref"].rpartition("/")[2] for one in references] == ["Same", "Same_", "Same__"]
    assert "description" not in named.shapes["Same_"] or named.shapes["Same_"]["description"]


def test_what_need_not_be_there_may_be_null_where_nulls_are_nothing() -> None:
    assert Writer().document(Outer)["properties"]["size"]["type"] == ["integer", "null"]
    assert Writer(nulls=False).document(Outer)["properties"]["size"]["type"] == "integer"


@pytest.mark.parametrize(
    ("shape", "nullable"),
    [
        ({}, {}),
        ({"type": "string", "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"$ref": "#/a"}, {"anyOf": [{"$ref": "#/a"}, {"type": "null"}]}),
        ({"anyOf": [{}], "examples": []}, {"anyOf": [{}, {"type": "null"}], "examples": []}),
    ],
)
def test_any_shape_can_be_null_as_well(shape, nullable) -> None:
    assert or_null(shape) == nullable


def test_a_field_says_where_it_comes_from_and_what_its_default_is() -> None:
    fields = Writer().document(Outer)["properties"]
    assert fields["inner"]["x-provenance"] == {"origin": "page", "where": "Objects"}
    assert fields["limit"]["default"] == 20
    assert "x-provenance" not in fields["plain"]


def test_a_limit_of_one_model_says_where_it_comes_from() -> None:
    narrowed = narrow(Outer, {"size": Limit(max=5, source=page("Limits"))}, "small")
    size = Writer(nulls=False).document(narrowed)["properties"]["size"]
    assert (size["minimum"], size["maximum"]) == (1, 5)
    assert size["x-provenance"]["limit"] == {"origin": "page", "where": "Limits"}
    assert size["x-provenance"]["origin"] == "guess"


def test_words_in_any_case_may_be_written_large() -> None:
    assert Writer().value(Lowered.__origin__, [*Lowered.__metadata__, OneOf(("4k",))])["enum"] == ["4k", "4K"]


def test_a_source_without_a_place_is_just_its_origin() -> None:
    assert provenance(page("")) == {"origin": "page"}
