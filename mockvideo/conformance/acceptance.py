"""Whether a dialect's types and rules accept a document, and what to change until they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockvideo.catalog import Row
from mockvideo.conformance.fields import Field, fields, placed, present, walk, without
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.geometry import FRAMES
from mockvideo.dialect import Dialect
from mockvideo.schema import Json, validate

ROUNDS = 20
"""How often a document is changed: more often than any has parts that exclude one another."""


def refused(dialect: Dialect, document: Json) -> Refusal | None:
    """Return how the dialect refuses the document of a submission; None if it accepts it."""
    try:
        folded = dialect.fold(document)
        row = dialect.catalog.row(folded.get("model", dialect.model))
        request = validate(dialect.catalog.request(row), folded, broken=Kind.MODEL_LIMIT)
        dialect.catalog.relate(row, request)
        wanted = dialect.understand(request, row)
    except ApiError as error:
        return error.refusal
    if wanted.duration * wanted.fps > FRAMES:
        return Refusal(Kind.INVALID_REQUEST, "fps: a clip has fewer frames", "fps")
    return None


def mended(dialect: Dialect, row: Row, document: Json, choose: Callable[[Field], Any]) -> Json | None:
    """Change what the dialect refuses, place by place, until it accepts the document of that model.

    What is missing is chosen, what is wrong is left out, or chosen again where it must not be missing. None: there is
    no end to it.
    """
    known = dict(walk(dialect.catalog.request(row)))
    for _ in range(ROUNDS):
        refusal = refused(dialect, document)
        if refusal is None:
            return document
        changed = _changed(document, refusal, known.get(refusal.field or ""), choose)
        if changed is None:
            break
        document = changed
    return None


def _changed(document: Json, refusal: Refusal, field: Field | None, choose: Callable[[Field], Any]) -> Json | None:
    path = refusal.field or ""
    if "expected" in refusal.facts:
        return placed(document, path, refusal.facts["expected"])
    if present(document, path) and not (field and field.required):
        return without(document, path)
    return placed(document, path, choose(field)) if field else None


def simplest(field: Field) -> Any:
    """Return the plainest value that the field accepts, and that is not empty."""
    if field.choices or field.examples:
        return (field.choices or field.examples)[0]
    if field.pattern is not None:
        message = f"annotate the field of pattern {field.pattern} with Examples, which show what it looks like"
        raise ValueError(message)
    return _composed(field) if field.composed else _plain(field)


def _composed(field: Field) -> Any:
    if field.schema is not None:
        return {name: simplest(inner) for name, inner in fields(field.schema).items() if inner.required}
    if field.item is not None:
        return [simplest(field.item)] * max(1, field.shortest)
    return simplest(field.alternatives[0])


def _plain(field: Field) -> Any:
    if field.kind is bool:
        return True
    if field.kind in {int, float}:
        return next(bound for bound in (field.low, field.high, 1) if bound is not None)
    return "a" * max(1, field.shortest)
