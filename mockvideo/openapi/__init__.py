"""OpenAPI 3.1 documents of dialects, written from the values that the server answers from."""

from __future__ import annotations

from collections.abc import Iterator

from mockvideo.dialect import Dialect
from mockvideo.openapi.answers import Answers
from mockvideo.openapi.bodies import submissions
from mockvideo.openapi.examples import JSON, published
from mockvideo.openapi.named import Named
from mockvideo.openapi.paths import operations, schemes, security
from mockvideo.openapi.refusals import elsewhere
from mockvideo.openapi.shapes import provenance
from mockvideo.operation import Submit
from mockvideo.schema import Json

VERSION = "3.1.0"


def document(dialect: Dialect, base_url: str = "") -> Json:
    """Write what a dialect says as an OpenAPI document; its paths begin behind ``base_url``."""
    named = Named()
    for shapes in _submissions(dialect):
        named.shapes |= shapes
    answers = Answers(dialect, named.reference, published(dialect.name))
    paths = operations(dialect, answers)
    return {
        "openapi": VERSION,
        "info": {
            "title": dialect.title,
            "version": dialect.reviewed,
            "description": f"What mockvideo says in the place of {dialect.title}, after {dialect.documents}. "
            "`x-provenance` tells of every field, limit and error where it comes from.",
        },
        "servers": [{"url": base_url or "/"}],
        "security": security(dialect.credential),
        "paths": paths,
        "components": {"schemas": named.shapes, "securitySchemes": schemes(dialect.credential)},
        "x-mockvideo": {
            "dialect": dialect.name,
            "documents": dialect.documents,
            "reviewed": dialect.reviewed,
            "elsewhere": {
                told.name: {"status": told.status, "value": told.document, "x-provenance": provenance(told.source)}
                for told in elsewhere(dialect)
            },
        },
    }


def _submissions(dialect: Dialect) -> Iterator[dict[str, Json]]:
    """Yield the objects that a submission may be, those of forms apart if there are forms."""
    accepted = {
        media_type
        for route in dialect.routes
        if isinstance(route.operation, Submit)
        for media_type in route.operation.accepts
    }
    if JSON in accepted:
        yield submissions(dialect)
    if accepted - {JSON}:
        yield submissions(dialect, form=True)
