"""Parts of documents that no dialect here has, or that all have in one form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.dialect import Credential, Dialect
from mockvideo.openapi import bodies, document, paths
from mockvideo.openapi.examples import published
from mockvideo.openapi.links import links, operation_id
from mockvideo.openapi.refusals import kinds, refusals
from mockvideo.operation import Document, Poll, Route, Submit, Upload
from mockvideo.provenance import SEED
from mockvideo.schema import Json, Lenient
from tests.conformance.toy import RELATIONS, ROWS, Request, toy
from tests.every import DIALECTS

FORM = "multipart/form-data"
ANSWER: dict[str, Any] = {"answer": Lenient, "render": dict}


class Query(Lenient):
    """A query that does not say where it comes from."""

    model: str | None = None


def refuse(_: object) -> Json:
    raise ApiError(Kind.INVALID_REQUEST)


def only_images(file: File) -> None:
    if not file.media_type.startswith("image/"):
        raise ApiError(Kind.INVALID_REQUEST)


def with_routes(*routes: Route) -> Dialect:
    return toy(routes=routes)


# Bodies


def test_models_that_accept_the_same_share_an_object() -> None:
    rows = {name: replace(row, relations=()) for name, row in ROWS.items()}
    catalog = replace(toy().catalog, rows=rows, relations=())
    assert bodies.submissions(toy(catalog=catalog)).keys() == {"Request-plain", "Request-long", "Request"}


def test_one_object_for_all_models_has_no_union() -> None:
    catalog = replace(toy().catalog, rows={"plain": ROWS["plain"]})
    (named,) = bodies.submissions(toy(catalog=catalog)).values()
    assert (named["title"], named["properties"]["model"]["enum"]) == ("plain", ["plain"])


def test_a_union_tells_its_objects_apart_by_the_model() -> None:
    union = bodies.submissions(toy())["Request"]
    assert union["discriminator"]["mapping"] == {
        name: f"#/components/schemas/Request-{name}" for name in ("plain", "long", "still")
    }


def test_the_usual_model_may_go_without_its_name() -> None:
    named = bodies.submissions(toy(model="long"))
    assert ["model" in named[f"Request-{name}"]["required"] for name in ("plain", "long")] == [True, False]
    assert "discriminator" not in named["Request"]


def test_a_default_of_what_is_no_field_is_left_out() -> None:
    rows = {"plain": replace(ROWS["plain"], defaults={"seconds": 5, "nothing.at_all": 1})}
    named = bodies.submissions(toy(catalog=replace(toy().catalog, rows=rows)))
    assert named["Request"]["properties"]["seconds"]["default"] == 5
    assert "nothing" not in named["Request"]["properties"]


def test_what_a_dialect_cannot_read_is_taken_as_it_is() -> None:
    named = bodies.submissions(toy(fold=refuse))
    assert named["Request-plain"]["properties"]["seconds"]["type"] == "integer"
    assert len(named["Request-plain"]["allOf"]) == sum("nothing" not in one.when for one in RELATIONS)


def test_an_upload_names_the_types_that_are_kept() -> None:
    upload = Upload(**ANSWER, field="file", check=only_images)
    (form,) = bodies.upload(upload)["content"].values()
    assert form["encoding"]["file"]["contentType"] == "image/png, image/jpeg, image/webp, image/gif"


def test_a_dialect_that_takes_only_forms_is_written_so() -> None:
    route = Route("POST", "/films", Submit(**ANSWER, accepts=(FORM,), form=dict), SEED)
    found = document(with_routes(route, Route("GET", "/films/{id}", Poll(**ANSWER), SEED)))
    OpenAPIV31SpecValidator(found).validate()
    assert [name for name in found["components"]["schemas"] if name.startswith("Request")] == [
        "RequestForm-plain",
        "RequestForm-long",
        "RequestForm-still",
        "RequestForm",
    ]


def test_the_fields_of_a_request_are_all_there() -> None:
    assert bodies.submissions(toy())["Request-still"]["properties"].keys() == Request.model_fields.keys()


# Paths


@pytest.mark.parametrize(
    ("credential", "written"),
    [
        (Credential(), {"key": {"type": "http", "scheme": "bearer"}}),
        (
            Credential(bare=True),
            {
                "key": {"type": "http", "scheme": "bearer"},
                "bareKey": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "The key alone"},
            },
        ),
        (Credential(header=b"x-key", scheme=""), {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}),
        (
            Credential(header=b"x-key", scheme="Token"),
            {"key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": "Token and the key"}},
        ),
    ],
)
def test_a_key_is_sent_in_its_header(credential, written) -> None:
    assert paths.schemes(credential) == written
    assert [name for way in paths.security(credential) for name in way] == list(written)


def test_routes_that_do_the_same_are_told_apart_by_method_and_path() -> None:
    polls = [Route("GET", path, Poll(**ANSWER), SEED) for path in ("/v1/films/{id}", "/jobs/{id}")]
    dialect = with_routes(*polls, Route("GET", "/v1/me", Document(**ANSWER), SEED))
    assert [operation_id(dialect, route) for route in dialect.routes] == ["getV1FilmsId", "getJobsId", "getV1Me"]


def test_an_answer_without_the_jobs_id_leads_nowhere() -> None:
    dialect = DIALECTS["sora"]
    hidden = replace(dialect, pointers=replace(dialect.pointers, submitted=None, polled=None))
    assert [links(hidden, route) for route in hidden.routes] == [{}] * len(hidden.routes)


def test_a_parameter_that_says_no_source_has_that_of_its_route() -> None:
    route = Route("GET", "/models", Document(**ANSWER, query=Query), SEED)
    found = document(with_routes(route))["paths"]["/models"]["get"]
    assert [(one["name"], one["x-provenance"]["origin"]) for one in found["parameters"]] == [("model", "seed")]


# Errors


def test_what_asks_for_a_model_may_not_find_it() -> None:
    asked = Route("GET", "/prices", Document(**ANSWER, query=Query), SEED)
    named = Route("GET", "/models/{id}", Document(**ANSWER), SEED)
    other = Route("GET", "/me", Document(**ANSWER), SEED)
    assert [Kind.UNKNOWN_MODEL in kinds(route) for route in (asked, named, other)] == [True, True, False]


def test_an_error_is_told_once_for_each_way_to_spell_it() -> None:
    dialect = DIALECTS["lemondata"]
    told = [one.name for among in refusals(dialect, dialect.routes[0]).values() for one in among]
    assert len(set(told)) == len(told)
    assert {"missing_input", "missing_input.prompt"} <= set(told)


# Examples


def test_a_dialect_from_elsewhere_has_no_published_examples() -> None:
    assert published("tern") == ()


def test_published_examples_say_where_they_were_found() -> None:
    assert all(one.source.keys() == {"origin", "where"} for one in published("beluga"))
