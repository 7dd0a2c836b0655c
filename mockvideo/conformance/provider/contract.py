"""What a dialect's contract says of a submission: how it is refused, or what it asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from mockvideo.catalog import Row
from mockvideo.conformance.acceptance import refused
from mockvideo.conformance.limits import Edge, edges
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import VideoRequest
from mockvideo.dialect import Check, Dialect
from mockvideo.operation import Route, Submit
from mockvideo.pointer import find, put
from mockvideo.schema import Json, validate

# What our requests have for pictures and calls that nobody would find there.
MADE_UP = ("example.com", "iVBORw0KGgo", "localhost")


class Candidate(NamedTuple):
    """A submission that the contract accepts, and what it asks for."""

    document: Json
    wanted: VideoRequest

    @classmethod
    def of(cls, dialect: Dialect, document: Json) -> Candidate:
        return cls(document, wanted(dialect, document))

    @property
    def cost(self) -> tuple[bool, Decimal, float, int]:
        """What to sort by: what is made up comes last, of the rest the cheapest first, the shortest, the smallest."""
        asked = self.wanted
        return not self.is_real, asked.price, asked.duration, asked.width * asked.height

    @property
    def is_real(self) -> bool:
        """Whether it names nothing that we made up."""
        return not any(text in json.dumps(self.document) for text in MADE_UP)


def submission_of(dialect: Dialect) -> tuple[Route, Submit]:
    """The first route that takes submissions, which every dialect has."""
    return next((route, route.operation) for route in dialect.routes if isinstance(route.operation, Submit))


def expected(dialect: Dialect, document: Json) -> Refusal | None:
    """Return how the dialect refuses a submission, by its own order of checks; None if it accepts it."""
    try:
        folded = dialect.fold(document)
        for check in dialect.checks:
            if (step := STEPS.get(check)) is not None:
                step(dialect, folded)
    except ApiError as error:
        return error.refusal
    return refused(dialect, document)


def _validate(dialect: Dialect, folded: Json) -> None:
    """Refuse what no model takes; what only the model's row refuses waits for its turn."""
    model = folded.get("model", dialect.model)
    row = dialect.catalog.rows.get(model) if isinstance(model, str) else None
    if row is not None:
        try:
            validate(dialect.catalog.request(row), folded)
        except ApiError:
            pass
        else:
            return
    validate(dialect.catalog.schema, folded)


def _find_model(dialect: Dialect, folded: Json) -> None:
    model = folded.get("model", dialect.model)
    if model is None:
        raise ApiError(Kind.MISSING_INPUT, "model: Field required", field="model")
    dialect.catalog.row(model)


STEPS: Mapping[Check, Callable[[Dialect, Json], None]] = {Check.SCHEMA: _validate, Check.MODEL: _find_model}


def wanted(dialect: Dialect, document: Json) -> VideoRequest:
    """Return what an accepted submission asks for."""
    folded = dialect.fold(document)
    row = dialect.catalog.row(folded.get("model", dialect.model))
    return dialect.understand(validate(dialect.catalog.request(row), folded), row)


def candidates(dialect: Dialect, models: tuple[str, ...]) -> list[Candidate]:
    """Return submissions of these models, the cheapest first, of those the shortest and smallest."""
    found = (Candidate.of(dialect, document) for document in _documents(dialect, models))
    return sorted(found, key=lambda candidate: candidate.cost)


def _documents(dialect: Dialect, models: tuple[str, ...]) -> Iterator[Json]:
    for model in models:
        if dialect.example.get("model", dialect.model) == model:
            yield dict(dialect.example)
        # At its first limit a model is asked for, and nothing else.
        yield _prompted(dialect, next(edges(dialect, dialect.catalog.rows[model])).at)


def _prompted(dialect: Dialect, document: Json) -> Json:
    """Say what the dialect's example says, where that is accepted: some providers refuse a prompt of one letter."""
    prompted: Json = put(document, dialect.pointers.prompt, find(dialect.example, dialect.pointers.prompt))
    return document if refused(dialect, prompted) is not None else prompted


def limits(dialect: Dialect, rows: tuple[Row, ...]) -> Iterator[Edge]:
    """Yield every limit of these models once, at the first model that has it."""
    seen: set[str] = set()
    for row in rows:
        for edge in edges(dialect, row):
            if edge.limit not in seen:
                seen.add(edge.limit)
                yield edge
