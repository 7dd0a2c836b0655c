"""Routes as operations: parameters, bodies, answers, and who may call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockvideo.dialect import Credential, Dialect
from mockvideo.openapi import bodies
from mockvideo.openapi.answers import Answers
from mockvideo.openapi.links import operation_id
from mockvideo.openapi.refusals import sample_id
from mockvideo.openapi.shapes import Writer, provenance
from mockvideo.operation import Content, Document, Poll, Route, Submit, Upload
from mockvideo.provenance import guess
from mockvideo.schema import Json

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PURPOSES = {
    "submit": "Submit a job",
    "generate": "Make a video, and wait for it",
    "poll": "Ask how a job stands",
    "content": "Download the clip of a job",
    "list": "List jobs",
    "upload": "Upload a file",
    "document": "Look something up",
}
# RFC 9110, 13.1 and 14.2.
CONDITIONS = {
    "Range": ("The bytes that are wanted.", "bytes=0-99"),
    "If-None-Match": ("The ETags of what the client has.", '"a-clip"'),
    "If-Range": ("The ETag of what the client has a part of.", '"a-clip"'),
}
RANGES = guess("no provider documents ranges; every player needs them")
LONGEST_REPLAY_KEY = 255
KEY, BARE = "key", "bareKey"


def operations(dialect: Dialect, answers: Answers) -> dict[str, Json]:
    """Write all routes, by path and method."""
    found: dict[str, Json] = {}
    for route in dialect.routes:
        found.setdefault(route.path, {})[route.method.lower()] = operation(dialect, route, answers)
    return found


def operation(dialect: Dialect, route: Route, answers: Answers) -> Json:
    """Write a route."""
    does = route.operation
    parameters = list(_parameters(dialect, route))
    body: Json | None = None
    if isinstance(does, Submit):
        body = bodies.submission(dialect, route, does, answers.published)
    elif isinstance(does, Upload):
        body = bodies.upload(does)
    return {
        "operationId": operation_id(dialect, route),
        "summary": PURPOSES[route.name],
        "tags": [route.name],
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": body} if body else {}),
        "responses": answers.of(route),
        **({"security": [{}, *security(dialect.credential)]} if isinstance(does, Document) and does.public else {}),
        "x-provenance": provenance(route.source),
    }


def security(credential: Credential) -> list[Json]:
    """Name the ways to send a key, each of which will do."""
    return [{KEY: []}, *([{BARE: []}] if credential.bare else [])]


def schemes(credential: Credential) -> dict[str, Json]:
    """Write the ways to send a key."""
    header = credential.header.decode().title()
    plain: Json = {"type": "apiKey", "in": "header", "name": header}
    if not credential.scheme:
        return {KEY: plain}
    if credential.header == b"authorization":
        keyed: Json = {"type": "http", "scheme": credential.scheme.lower()}
    else:
        keyed = {**plain, "description": f"{credential.scheme} and the key"}
    return {KEY: keyed, **({BARE: {**plain, "description": "The key alone"}} if credential.bare else {})}


def _parameters(dialect: Dialect, route: Route) -> Iterator[Json]:
    source = provenance(route.source)
    if "{id}" in route.path:
        yield _parameter("id", "path", source) | {"required": True, **_named(dialect, route)}
    if route.query is not None:
        for name, shape in Writer(nulls=False).document(route.query)["properties"].items():
            yield _parameter(name, "query", shape.pop("x-provenance", source)) | {"schema": shape}
    if route.replay_header is not None:
        text = {"type": "string", "maxLength": LONGEST_REPLAY_KEY}
        yield _parameter(route.replay_header.decode().title(), "header", source) | {"schema": text}
    if isinstance(route.operation, Content):
        for name, (description, example) in CONDITIONS.items():
            shown = {"description": description, "schema": {"type": "string"}, "example": example}
            yield _parameter(name, "header", provenance(RANGES)) | shown


def _parameter(name: str, place: str, source: Json) -> Json:
    return {"name": name, "in": place, "x-provenance": source}


def _named(dialect: Dialect, route: Route) -> Json:
    """Say what stands in a path: a job's id, or whatever a document is about."""
    if not isinstance(route.operation, Poll | Content):
        return {"schema": {"type": "string", "minLength": 1}, "example": dialect.example["model"]}
    example = sample_id(dialect)
    text = {"type": "string", "format": "uuid"} if UUID.fullmatch(example) else {"type": "string", "minLength": 1}
    return {"description": "The id that the submission was answered with.", "schema": text, "example": example}
