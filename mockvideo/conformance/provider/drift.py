"""How a document differs from its schema, field by field, and who documents each field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from mockvideo.fidelity import origin_of
from mockvideo.provenance import Source, guess

LONGEST = 80
# What a server tells beyond its documents is no fault of it.
NEW = guess("no document that we know has this field")


class Drift(NamedTuple):
    """A place (JSON pointer), what differs there, and who says how it should be."""

    place: str
    differs: str
    source: Source | None


def shown(value: object) -> str:
    """A value from the wire in one short line of plain letters."""
    text = json.dumps(value, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def drifts(schema: type[BaseModel], document: Any) -> Iterator[Drift]:
    """Yield every difference between a document and its schema, unknown fields last."""
    try:
        schema.model_validate(document, strict=True)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            path = found["loc"]
            told = "is missing" if found["type"] == "missing" else f"{found['msg']}, not {shown(found['input'])}"
            yield Drift(_pointer(path), told, _source(schema, path))
    yield from _unknown(schema, document, "")


def _unknown(schema: type[BaseModel], document: Any, place: str) -> Iterator[Drift]:
    if not isinstance(document, Mapping):
        return
    for name, value in document.items():
        field = schema.model_fields.get(name)
        here = f"{place}/{name}"
        if field is None:
            yield Drift(here, f"is new: {shown(value)}", NEW)
            continue
        for inner in _schemas(field.annotation):
            # The first of a list stands for all, or a long one would say the same for every item.
            yield from _unknown(inner, value[0] if isinstance(value, list) and value else value, here)


def _source(schema: type[BaseModel], path: tuple[int | str, ...]) -> Source | None:
    """Who documents the field at a path, or the nearest field around it."""
    known: list[type[BaseModel]] = [schema]
    source = None
    for name in path:
        field = next((each.model_fields[name] for each in known if name in each.model_fields), None)
        if isinstance(field, FieldInfo):
            source = origin_of(field) or source
            known = list(_schemas(field.annotation))
    return source


def _schemas(kind: Any) -> Iterator[type[BaseModel]]:
    """The schemas in an annotation, however deep."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _schemas(part)


def _pointer(path: tuple[int | str, ...]) -> str:
    return "".join(f"/{part}" for part in path)
