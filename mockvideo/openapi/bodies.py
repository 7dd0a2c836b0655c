"""Request bodies: one object for each group of models that accept the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

from mockvideo.catalog import ANY, Row
from mockvideo.core.errors import ApiError
from mockvideo.core.files import File
from mockvideo.core.geometry import SIDES, WIDEST
from mockvideo.dialect import Dialect
from mockvideo.media.sniff import SIGNATURES
from mockvideo.openapi.examples import JSON, Published, requests
from mockvideo.openapi.relations import rules
from mockvideo.openapi.shapes import BYTES, Writer, provenance
from mockvideo.operation import Route, Submit, Upload
from mockvideo.schema import Json

PICTURE = (
    "Whatever the fields say together, a picture must come of it: sides are even and have from "
    f"{SIDES[0]} to {SIDES[1]} pixels, ratios lie within {WIDEST}:1."
)
UNNAMED = re.compile(r"[^A-Za-z0-9._-]+")


def submissions(dialect: Dialect, *, form: bool = False) -> dict[str, Json]:
    """Write the objects that a submission may be, by name: one for all models that accept the same."""
    writer = Writer(nulls=not form and _drops_nulls(dialect), files=form)
    implied = _folded(dialect, {})
    groups: dict[str, tuple[Json, list[str]]] = {}
    for row in dialect.catalog.rows.values():
        shape = _of_model(dialect, row, writer, implied)
        groups.setdefault(json.dumps(shape, default=str), (shape, []))[1].append(row.id)
    whole = dialect.catalog.schema.__name__ + ("Form" if form else "")
    named: dict[str, Json] = {}
    for shape, models in groups.values():
        name = whole if len(groups) == 1 else f"{whole}-{UNNAMED.sub('-', models[0])}"
        named[name] = _for_models(shape, models, dialect.model)
    if len(named) > 1:
        named[whole] = _union(named, dialect)
    return named


def submission(dialect: Dialect, route: Route, operation: Submit, published: tuple[Published, ...]) -> Json:
    """Write the body of a submission, in every media type that the operation accepts."""
    schema = dialect.catalog.schema.__name__
    shown: dict[str, Json] = {}
    for media_type, name, example in requests(dialect, route, published):
        shown.setdefault(media_type, {})[name] = example
    content = {
        media_type: {
            "schema": {"$ref": f"#/components/schemas/{schema}{'' if media_type == JSON else 'Form'}"},
            **({"examples": shown[media_type]} if media_type in shown else {}),
        }
        for media_type in operation.accepts
    }
    return {"description": PICTURE, "required": True, "content": content}


def upload(operation: Upload) -> Json:
    """Write the form with the file of an upload."""
    shape = {"type": "object", "properties": {operation.field: BYTES}, "required": [operation.field]}
    kept = ", ".join(kind for _, kind in SIGNATURES if _keeps(operation, kind))
    form = {"schema": shape, "encoding": {operation.field: {"contentType": kept}}}
    return {"required": True, "content": {"multipart/form-data": form}}


def _keeps(operation: Upload, media_type: str) -> bool:
    try:
        operation.check(File("", media_type, 1, "", b""))
    except ApiError:
        return False
    return True


def _of_model(dialect: Dialect, row: Row, writer: Writer, implied: Json) -> Json:
    """Write what a model accepts, without its name."""
    shape = writer.document(dialect.catalog.request(row))
    for path, value in row.defaults.items():
        _put_default(shape, path, value, provenance(row.origin(f"defaults.{path}")))
    written = rules((*dialect.catalog.relations, *row.relations), shape, {**implied, **row.defaults})
    return {**shape, "allOf": written} if written else shape


def _folded(dialect: Dialect, document: Json) -> Json:
    """Let the dialect read a document, as far as it would."""
    try:
        return dialect.fold(document)
    except ApiError:
        return document


def _drops_nulls(dialect: Dialect) -> bool:
    """Whether null is as good as nothing."""
    return _folded(dialect, {"model": None}).get("model", ANY) is not None


def _put_default(shape: Json, path: str, value: Any, source: Json) -> None:
    field = reduce(lambda inner, name: inner.get("properties", {}).get(name, {}), path.split("."), shape)
    if "x-provenance" in field:
        field["default"] = value
        field["x-provenance"]["default"] = source


def _for_models(shape: Json, models: list[str], usual: str | None) -> Json:
    """Name the models; only the one that a request without a model means may go without its name."""
    known: Json = shape["properties"]["model"]
    field = {**known, "enum": models}
    required = [name for name in shape.get("required", []) if name != "model"]
    if usual not in models:
        field["type"] = "string"
        required = ["model", *required]
    elif "null" in known["type"]:
        field["enum"] = [*models, None]
    named = {**shape, "title": ", ".join(models), "properties": {**shape["properties"], "model": field}}
    return {**named, "required": required} if required else named


def _union(named: Mapping[str, Json], dialect: Dialect) -> Json:
    """Write that a submission is one of the objects."""
    places = {name: f"#/components/schemas/{name}" for name in named}
    union: Json = {
        "description": dialect.catalog.schema.__doc__,
        "oneOf": [{"$ref": place} for place in places.values()],
    }
    if dialect.model is None:
        mapping = {
            model: places[name] for name, shape in named.items() for model in shape["properties"]["model"]["enum"]
        }
        union["discriminator"] = {"propertyName": "model", "mapping": mapping}
    return union
