"""The providers' own examples, as far as a dialect takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from mockvideo import shipped
from mockvideo.core.errors import ApiError
from mockvideo.dialect import Dialect
from mockvideo.operation import Route
from mockvideo.schema import Json, validate

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Published:
    """One example: its name, what it is of, where it was published, and the request and the answer that it shows."""

    name: str
    operation: str
    source: Json
    request: Json
    response: Json
    refused: bool


def published(dialect: str) -> tuple[Published, ...]:
    """Return the examples of a dialect, in the order of their names; one that came from elsewhere has none."""
    files = sorted((shipped.folder("fixtures") / dialect).glob("*.json"))
    return tuple(_read(file.stem, json.loads(file.read_text("utf-8"))) for file in files)


def _read(name: str, fixture: Json) -> Published:
    source = {"origin": fixture["source"]["kind"], "where": fixture["source"]["where"]}
    request, response = fixture.get("request", {}), fixture.get("response", {})
    return Published(name, fixture["operation"], source, request, response, "expects" in fixture)


def requests(dialect: Dialect, route: Route, examples: tuple[Published, ...]) -> Iterator[tuple[str, str, Json]]:
    """Yield the media type, the name and the example of each submission that the dialect accepts."""
    yield JSON, "example", {"summary": "A submission that is accepted", "value": dict(dialect.example)}
    for one in examples:
        if not one.refused and _is_of(one, route) and (found := _body(one.request)) is not None:
            media_type, body = found
            request = accepted(dialect, body, strict=media_type == JSON)
            if request is not None:
                yield media_type, one.name, _example(one, body if media_type == JSON else _typed(body, request))


def answers(schema: type[BaseModel], route: Route, status: int, examples: tuple[Published, ...]) -> dict[str, Json]:
    """Return the published answers of a route with a status, as far as they fit the schema."""
    return {
        one.name: _example(one, one.response["json"])
        for one in examples
        if one.response.get("status") == status and "json" in one.response and _is_of(one, route)
        if fits(schema, one.response["json"])
    }


def accepted(dialect: Dialect, document: Json, *, strict: bool) -> BaseModel | None:
    """Return a submission as the dialect's types and rules read it; None if they refuse it."""
    try:
        folded = dialect.fold(document)
        row = dialect.catalog.row(folded.get("model", dialect.model))
        request = validate(dialect.catalog.request(row), folded, strict=strict)
        dialect.catalog.relate(row, request)
    except ApiError:
        return None
    return request


def fits(schema: type[BaseModel], document: Json) -> bool:
    """Whether a document has the form of the schema."""
    try:
        schema.model_validate(document, strict=True)
    except ValidationError:
        return False
    return True


def _example(one: Published, value: Json) -> Json:
    return {"summary": one.source["where"], "value": value, "x-provenance": one.source}


def _typed(form: Json, request: BaseModel) -> Json:
    """Write the numbers of a form as numbers, which is how OpenAPI shows forms."""
    read = {name: getattr(request, name, text) for name, text in form.items()}
    return {name: value if isinstance(value, int | float) else form[name] for name, value in read.items()}


def _is_of(one: Published, route: Route) -> bool:
    """Whether an example is of a route: by its path if it has one, else by what it is called."""
    path = one.request.get("path")
    if path is None:
        return one.operation == route.name or route.path.endswith(f"/{one.operation}")
    before, brace, after = route.path.partition("{id}")
    inside = path.removeprefix(before).removesuffix(after)
    return one.request["method"] == route.method and (
        path == f"{before}{inside}{after}" and "/" not in inside if brace else path == before
    )


def _body(request: Json) -> tuple[str, Json] | None:
    """Return the media type and the document of a request; None if it has none that an example can show."""
    if "json" in request:
        return JSON, request["json"]
    form = request.get("form", [])
    document = dict(form)
    return ("multipart/form-data", document) if form and len(document) == len(form) else None
