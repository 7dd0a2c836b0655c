"""Every limit of every model: a request at it, and one just beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from math import inf, nextafter
from typing import Any

from mockvideo.catalog import ANY, Relation, Row
from mockvideo.conformance.acceptance import mended, simplest
from mockvideo.conformance.fields import Field, placed, walk, without
from mockvideo.dialect import Dialect
from mockvideo.schema import Json

STRANGER = "no_such_field"
WRONG: Json = {"wrong": []}
"""An object that no provider reads as anything else, for fields that hold no object."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One limit of a model: ``at`` it a request is accepted, ``beyond`` it refused."""

    model: str
    limit: str
    at: Json
    beyond: Json


def edges(dialect: Dialect, row: Row) -> Iterator[Edge]:
    """Yield every limit of a model, those of each field and those across fields."""
    schema = dialect.catalog.request(row)
    for path, field in walk(schema):
        yield from _of_field(dialect, row, path, replace(field, choices=(row.id,)) if path == "model" else field)
    if schema.model_config.get("extra") == "forbid":
        plain = _accepted(dialect, row, {})
        yield Edge(row.id, f"{STRANGER} is no field", plain, {**plain, STRANGER: 1})
    for relation in (*dialect.catalog.relations, *row.relations):
        yield from _of_relation(dialect, row, relation)


def extremes(field: Field) -> Iterator[tuple[str, Any, Any]]:
    """Yield each limit in words, with the value at it and one just beyond it."""
    if field.kind is not Any:
        yield "is of its type", simplest(field), "wrong" if field.schema else WRONG
    for choice in field.choices:
        yield f"is {choice!r}", choice, f"{choice}x" if isinstance(choice, str) else max(field.choices) + 1
    if not field.choices:
        yield from _bounds(field)
        yield from _lengths(field)


def _bounds(field: Field) -> Iterator[tuple[str, Any, Any]]:
    if field.low is not None:
        yield f"is at least {field.low}", field.low, _next(field, field.low, -inf)
    if field.high is not None:
        yield f"is at most {field.high}", field.high, _next(field, field.high, inf)


def _lengths(field: Field) -> Iterator[tuple[str, Any, Any]]:
    if field.shortest:
        yield f"has at least {field.shortest}", _of_length(field, field.shortest), _of_length(field, field.shortest - 1)
    if field.longest is not None:
        yield f"has at most {field.longest}", _of_length(field, field.longest), _of_length(field, field.longest + 1)


def _of_field(dialect: Dialect, row: Row, path: str, field: Field) -> Iterator[Edge]:
    for limit, value, beyond in extremes(field):
        at = _accepted(dialect, row, placed({}, path, value))
        yield Edge(row.id, f"{path} {limit}", at, placed(at, path, beyond))
    if field.required:
        at = _accepted(dialect, row, placed({}, path, simplest(field)))
        yield Edge(row.id, f"{path} is required", at, without(at, path))


def _of_relation(dialect: Dialect, row: Row, relation: Relation) -> Iterator[Edge]:
    known = dict(walk(dialect.catalog.request(row)))
    pinned = _condition(relation, known)
    if pinned is not None:
        at = _accepted(dialect, row, pinned)
        condition = " and ".join(relation.when) or row.id
        for limit, beyond in _broken(relation, known, at):
            yield Edge(row.id, f"{condition} {limit}", at, beyond)


def _condition(relation: Relation, known: Mapping[str, Field]) -> Json | None:
    """Return what makes a rule hold, and what it then requires; None if the rule is about other models."""
    pinned: Json = {}
    for path, value in (relation.when | relation.requires).items():
        field = known.get(path)
        if field is None or (value != ANY and field.choices and value not in field.choices):
            return None
        pinned = placed(pinned, path, _of_value(field, value))
    return pinned


def _broken(relation: Relation, known: Mapping[str, Field], at: Json) -> Iterator[tuple[str, Json]]:
    """Yield each part of a rule in words, with a request that breaks it."""
    if relation.needs:
        yield f"needs {' or '.join(relation.needs)}", reduce(without, relation.needs, at)
    for path, value in relation.requires.items():
        yield f"requires {path}", placed(at, path, _other(known[path], value))
    for path, value in relation.excludes.items():
        if path in known:
            yield f"excludes {path}", placed(at, path, _of_value(known[path], value))


def _of_value(field: Field, value: object) -> object:
    return simplest(field) if value == ANY else value


def _accepted(dialect: Dialect, row: Row, pinned: Json) -> Json:
    """Return the smallest request of the model with these values that the dialect accepts."""
    document = {"model": row.id, **pinned}
    accepted = mended(dialect, row, document, simplest)
    if accepted is None or not _holds(accepted, pinned):
        message = f"{dialect.name} accepts no request like {document}, but its types and rules say that it does"
        raise ValueError(message)
    return accepted


def _holds(document: Any, pinned: Any) -> bool:
    if isinstance(document, dict) and isinstance(pinned, dict):
        return all(name in document and _holds(document[name], value) for name, value in pinned.items())
    return bool(document == pinned)


def _next(field: Field, bound: float, towards: float) -> float:
    """Return the nearest number beyond the bound."""
    return nextafter(bound, towards) if field.kind is float else bound + (1 if towards > bound else -1)


def _of_length(field: Field, length: int) -> Any:
    return [simplest(field.item)] * length if field.item else "a" * length


def _other(field: Field, value: object) -> object:
    """Return a value that the field accepts and that is another one."""
    return next(other for other in (*field.choices, True, False) if other != value)
