"""Documents of every dialect that loads: valid, whole, and true to what the dialect accepts and answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockvideo.conformance.acceptance import refused
from mockvideo.conformance.limits import edges
from mockvideo.core.errors import Kind, Refusal
from mockvideo.dialect import Dialect
from mockvideo.openapi import document
from mockvideo.openapi.examples import accepted
from mockvideo.openapi.links import operation_id
from mockvideo.operation import Content, Document, Generate, List, Operation, Poll, Route, Submit, Upload
from mockvideo.pointer import find
from mockvideo.schema import Json
from tests.every import DIALECTS, each, every_dialect, every_model

PROVENANCE = {"origin", "where"}


@cache
def written(name: str) -> Json:
    return document(DIALECTS[name], f"http://127.0.0.1:8420/{name}")


def operation_of(dialect: Dialect, route: Route) -> Json:
    return written(dialect.name)["paths"][route.path][route.method.lower()]


def bodies(dialect: Dialect, route: Route) -> Json:
    return operation_of(dialect, route)["requestBody"]["content"]


@cache
def validator(name: str, reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": written(name)["components"]})


def fits(dialect: Dialect, content: Json, value: Any) -> bool:
    return validator(dialect.name, content["schema"]["$ref"]).is_valid(value)


def objects(value: Any) -> Iterator[Json]:
    """Every object in a document, examples aside."""
    if isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name not in {"examples", "example", "value"}:
                yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


# The form


@every_dialect
def test_the_document_is_valid(dialect) -> None:
    OpenAPIV31SpecValidator(written(dialect.name)).validate()


@every_dialect
def test_the_document_says_when_the_dialect_was_reviewed(dialect) -> None:
    found = written(dialect.name)
    assert (found["info"]["version"], found["x-mockvideo"]["reviewed"]) == (dialect.reviewed, dialect.reviewed)
    assert found["servers"] == [{"url": f"http://127.0.0.1:8420/{dialect.name}"}]


@every_dialect
def test_a_document_for_no_server_begins_at_the_root(dialect) -> None:
    assert document(dialect)["servers"] == [{"url": "/"}]


@every_dialect
def test_references_lead_somewhere_and_every_schema_is_used(dialect) -> None:
    found = written(dialect.name)
    asked = {one["$ref"] for one in objects(found) if "$ref" in one}
    assert asked == {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}


# What is in it


@every_dialect
def test_every_documented_route_is_there_and_no_other(dialect) -> None:
    places = {(path, method.upper()) for path, methods in written(dialect.name)["paths"].items() for method in methods}
    assert places == {(route.path, route.method) for route in dialect.routes}


@each(Operation)
def test_a_route_says_which_name_its_path_needs(dialect, route) -> None:
    named = [one["name"] for one in operation_of(dialect, route).get("parameters", []) if one["in"] == "path"]
    assert named == (["id"] if "{id}" in route.path else [])


@each(Poll | Submit | List | Upload | Document)
def test_every_field_of_an_answer_is_there(dialect, route) -> None:
    status = str(getattr(route.operation, "status", 200))
    content = operation_of(dialect, route)["responses"][status]["content"]["application/json"]
    shape = find(written(dialect.name), content["schema"]["$ref"][1:])
    assert shape["properties"].keys() == route.operation.answer.model_fields.keys()


@each(Submit)
def test_every_model_and_field_of_a_submission_is_there(dialect, route) -> None:
    schemas = written(dialect.name)["components"]["schemas"]
    for media_type in bodies(dialect, route):
        end = "" if media_type == "application/json" else "Form"
        name = dialect.catalog.schema.__name__ + end
        variants = [shape for other, shape in schemas.items() if other == name or other.startswith(f"{name}-")]
        fields = [shape["properties"] for shape in variants if "properties" in shape]
        models = [model for properties in fields for model in properties["model"]["enum"] if model is not None]
        assert sorted(models) == sorted(dialect.catalog.rows)
        assert set().union(*fields) == dialect.catalog.schema.model_fields.keys()


@each(List | Document, lambda operation: operation.query is not None)
def test_every_parameter_of_a_query_is_there(dialect, route) -> None:
    named = [one["name"] for one in operation_of(dialect, route)["parameters"] if one["in"] == "query"]
    assert named == list(route.operation.query.model_fields)


@each(Submit)
def test_every_way_to_send_a_body_is_there(dialect, route) -> None:
    assert tuple(bodies(dialect, route)) == route.operation.accepts


@each(Submit)
@pytest.mark.parametrize("kind", [Kind.MODEL_LIMIT, Kind.INSUFFICIENT_CREDITS, Kind.UNKNOWN_MODEL, Kind.TIMEOUT])
def test_every_status_of_a_refusal_is_there(dialect, route, kind) -> None:
    answers = operation_of(dialect, route)["responses"]
    own = [spelling for (what, _), spelling in dialect.spellings.items() if what is kind and _ != "id"]
    assert {str(one.status) for one in (dialect.spelling(Refusal(kind)), *own)} <= answers.keys()


@each(Generate)
def test_every_failure_of_a_call_that_blocks_is_there(dialect, route) -> None:
    answers = operation_of(dialect, route)["responses"]
    assert {str(spelling.status) for spelling in dialect.failures.values()} <= answers.keys()


@each(Content)
def test_a_clip_comes_whole_or_in_part(dialect, route) -> None:
    answers = operation_of(dialect, route)["responses"]
    assert [list(answers[status].get("content", {})) for status in ("200", "206", "304", "416")] == [
        ["video/mp4"],
        ["video/mp4"],
        [],
        [],
    ]


@every_dialect
def test_what_no_route_answers_is_told_as_well(dialect) -> None:
    told = written(dialect.name)["x-mockvideo"]["elsewhere"]
    assert told["route_not_found"]["status"] == dialect.spelling(Refusal(Kind.ROUTE_NOT_FOUND)).status
    assert dialect.error.model_validate(told["method_not_allowed"]["value"], strict=True)


@every_dialect
def test_the_key_stands_where_the_dialect_has_it(dialect) -> None:
    found = written(dialect.name)
    schemes = found["components"]["securitySchemes"]
    assert {name for way in found["security"] for name in way} == schemes.keys()
    assert len(schemes) == 1 + dialect.credential.bare


@each(Document)
def test_only_what_is_public_needs_no_key(dialect, route) -> None:
    assert ({} in operation_of(dialect, route).get("security", [])) == route.operation.public


# Where it comes from


def sourced(found: Json) -> bool:
    return PROVENANCE >= found.keys() - {"limit", "default"} >= {"origin"}


@every_dialect
def test_every_field_of_a_document_says_where_it_comes_from(dialect) -> None:
    shapes = [shape for shape in objects(written(dialect.name)["components"]["schemas"]) if "type" in shape]
    fields = [field for shape in shapes for field in shape.get("properties", {}).values()]
    assert fields
    assert all(sourced(field["x-provenance"]) for field in fields)


@every_model
def test_every_limit_and_default_of_a_model_says_where_it_comes_from(dialect, model) -> None:
    row = dialect.catalog.rows[model]
    for path, what in [(path, "limit") for path in row.limits] + [(path, "default") for path in row.defaults]:
        field = find(variant(dialect, model), "/properties/" + path.replace(".", "/properties/"))
        source = row.origin(f"{what}s.{path}")
        assert field["x-provenance"][what] == {
            "origin": source.origin,
            **({"where": source.where} if source.where else {}),
        }


def variant(dialect: Dialect, model: str) -> Json:
    """What the document says of one model's submissions."""
    schemas = written(dialect.name)["components"]["schemas"].values()
    named = [shape["properties"]["model"] for shape in schemas if "model" in shape.get("properties", {})]
    return next(
        shape
        for shape in schemas
        if (field := shape.get("properties", {}).get("model")) in named and model in field.get("enum", [])
    )


@each(Operation)
def test_every_error_says_where_it_comes_from_and_fits_its_schema(dialect, route) -> None:
    for status, answer in operation_of(dialect, route)["responses"].items():
        if status >= "400" and "content" in answer:
            (content,) = answer["content"].values()
            assert all(sourced(example["x-provenance"]) for example in content["examples"].values())
            assert all(fits(dialect, content, example["value"]) for example in content["examples"].values())


@every_dialect
def test_every_parameter_and_operation_says_where_it_comes_from(dialect) -> None:
    operations = [one for methods in written(dialect.name)["paths"].values() for one in methods.values()]
    parameters = [parameter for one in operations for parameter in one.get("parameters", [])]
    assert all(sourced(one["x-provenance"]) for one in (*operations, *parameters))


# Examples and links


@each(Submit)
def test_the_examples_of_submissions_fit_and_the_dialects_own_is_among_them(dialect, route) -> None:
    contents = bodies(dialect, route)
    for content in contents.values():
        assert all(fits(dialect, content, example["value"]) for example in content.get("examples", {}).values())
    assert contents["application/json"]["examples"]["example"]["value"] == dict(dialect.example)


@each(Poll | Submit | List | Upload | Document)
def test_the_examples_of_answers_fit(dialect, route) -> None:
    for answer in operation_of(dialect, route)["responses"].values():
        for content in answer.get("content", {}).values():
            assert all(fits(dialect, content, example["value"]) for example in content.get("examples", {}).values())


@each(Submit, lambda operation: not isinstance(operation, Generate))
def test_links_lead_from_a_submission_to_its_polls_and_clips(dialect, route) -> None:
    links = operation_of(dialect, route)["responses"][str(route.operation.status)]["links"]
    targets = [other for other in dialect.routes if isinstance(other.operation, Poll | Content)]
    assert [link["operationId"] for link in links.values()] == [operation_id(dialect, target) for target in targets]
    for link in links.values():
        assert link["parameters"] == {"id": f"$response.body#{dialect.pointers.submitted}"}


@every_dialect
def test_links_lead_to_operations_that_are_there(dialect) -> None:
    operations = [one for methods in written(dialect.name)["paths"].values() for one in methods.values()]
    known = [one["operationId"] for one in operations]
    assert len(set(known)) == len(known)
    links = [
        link for one in operations for answer in one["responses"].values() for link in answer.get("links", {}).values()
    ]
    assert {link["operationId"] for link in links} <= set(known)


# Whether it is true


@every_model
def test_what_a_model_accepts_at_each_limit_the_document_has(dialect, model) -> None:
    # Rules across fields aside: a document does not know what a dialect infers from fields together.
    shape = {name: part for name, part in variant(dialect, model).items() if name != "allOf"}
    fitting = Draft202012Validator(shape)
    for edge in edges(dialect, dialect.catalog.rows[model]):
        assert fitting.is_valid(edge.at), edge


@every_model
def test_what_is_beyond_a_limit_of_a_model_does_not_fit_the_document(dialect, model) -> None:
    whole, own = validator(dialect.name, of_submissions(dialect)), validator_of_model(dialect, model)
    for edge in edges(dialect, dialect.catalog.rows[model]):
        # The other parts are for other models, so one alone is asked, where it is asked for this one.
        asked = own if edge.beyond.get("model") == model and not own.is_valid(edge.beyond) else whole
        assert not asked.is_valid(edge.beyond) or makes_no_picture(dialect, edge.beyond), edge


@pytest.mark.full
@every_model
def test_no_part_of_the_document_takes_what_is_beyond_a_limit_of_a_model(dialect, model) -> None:
    whole = validator(dialect.name, of_submissions(dialect))
    for edge in edges(dialect, dialect.catalog.rows[model]):
        assert not whole.is_valid(edge.beyond) or makes_no_picture(dialect, edge.beyond), edge


def of_submissions(dialect: Dialect) -> str:
    return f"#/components/schemas/{dialect.catalog.schema.__name__}"


def validator_of_model(dialect: Dialect, model: str) -> Draft202012Validator:
    return Draft202012Validator({**variant(dialect, model), "components": written(dialect.name)["components"]})


def makes_no_picture(dialect: Dialect, document: Json) -> bool:
    """Whether types and rules accept a submission that is refused all the same: documents say so in prose."""
    return accepted(dialect, document, strict=True) is not None and refused(dialect, document) is not None
