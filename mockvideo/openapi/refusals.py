"""Which errors a route may answer, each in the dialect's own envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.rng import Chance
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Content, Document, Generate, List, Operation, Poll, Route, Submit, Upload
from mockvideo.provenance import Source
from mockvideo.schema import Json

KEYS = (Kind.MISSING_KEY, Kind.INVALID_KEY, Kind.INACTIVE_KEY)
ANY_TIME = (
    Kind.RATE_LIMITED,
    Kind.QUOTA_EXCEEDED,
    Kind.INTERNAL,
    Kind.UPSTREAM,
    Kind.UNAVAILABLE,
    Kind.TIMEOUT,
)
BODY = (Kind.INVALID_REQUEST, Kind.MISSING_INPUT, Kind.PAYLOAD_TOO_LARGE, Kind.UNSUPPORTED_MEDIA_TYPE)
SUBMISSION = (*BODY, Kind.MODEL_LIMIT, Kind.UNKNOWN_MODEL, Kind.PLAN_REQUIRED, Kind.INSUFFICIENT_CREDITS)
# What may be wrong with what is asked of an operation; with a path that names something, also that.
WRONG: Mapping[type[Operation], tuple[Kind, ...]] = {
    Submit: SUBMISSION,
    Generate: SUBMISSION,
    Upload: BODY,
    Poll: (Kind.JOB_NOT_FOUND,),
    Content: (Kind.JOB_NOT_FOUND, Kind.NOT_READY),
    List: (Kind.INVALID_REQUEST,),
    Document: (Kind.INVALID_REQUEST,),
}
ELSEWHERE = (Kind.ROUTE_NOT_FOUND, Kind.METHOD_NOT_ALLOWED)


class Told(NamedTuple):
    """An error as it is answered: what it is called here, its status and document, and who says so."""

    name: str
    status: int
    document: Json
    source: Source


def refusals(dialect: Dialect, route: Route) -> dict[int, list[Told]]:
    """Return the errors that a route may answer, by status."""
    found: dict[int, list[Told]] = {}
    for told in (*_spelled(dialect, route, kinds(route)), *_failures(dialect, route)):
        found.setdefault(told.status, []).append(told)
    return dict(sorted(found.items()))


def elsewhere(dialect: Dialect) -> list[Told]:
    """Return what is answered where no documented route is."""
    return list(_spelled(dialect, replace(dialect.routes[0], path="/"), ELSEWHERE))


def kinds(route: Route) -> tuple[Kind, ...]:
    """Return the kinds of errors that a route may answer."""
    more = (kind for applies, also in WITH for kind in also if applies(route))
    return (*WRONG[type(route.operation)], *ANY_TIME, *more)


def _takes_a_key(route: Route) -> bool:
    return not (isinstance(route.operation, Document) and route.operation.public)


def _names_something(route: Route) -> bool:
    return "{id}" in route.path


def _looks_up_a_model(route: Route) -> bool:
    asked = _names_something(route) or (route.query is not None and "model" in route.query.model_fields)
    return asked and isinstance(route.operation, Document)


def _checks_ids(route: Route) -> bool:
    return isinstance(route.operation, Poll) and route.operation.check is not None


# What else may be wrong, and with which routes. A name with a slash in it leads elsewhere.
WITH: tuple[tuple[Callable[[Route], bool], tuple[Kind, ...]], ...] = (
    (_takes_a_key, KEYS),
    (_names_something, (Kind.ROUTE_NOT_FOUND,)),
    (_looks_up_a_model, (Kind.UNKNOWN_MODEL,)),
    (_checks_ids, (Kind.INVALID_REQUEST,)),
    (lambda route: route.replay_header is not None, (Kind.IDEMPOTENCY_CONFLICT,)),
)


def sample_id(dialect: Dialect) -> str:
    """Return an id such as the dialect makes."""
    return dialect.terms.mint(Chance(b"an example"))


def _spelled(dialect: Dialect, route: Route, among: Iterable[Kind]) -> Iterator[Told]:
    facts = {
        "id": sample_id(dialect),
        "model": dialect.example["model"],
        "status": spelled(dialect.states).get(State.QUEUED, ""),
        "method": route.method,
        "path": route.path.replace("{id}", sample_id(dialect)),
    }
    for kind in among:
        ordered = dialect.ordered(kind)
        for field in _about(dialect, route, kind):
            refusal = replace(ordered, field=field, facts={**facts, **ordered.facts})
            name = kind.value if field is None else f"{kind}.{field}"
            yield Told(name, *dialect.say(refusal), dialect.spelling(refusal).source)


def _about(dialect: Dialect, route: Route, kind: Kind) -> list[str | None]:
    """Return the fields for which an error of this kind is spelled in its own way, and None for all others."""
    if kind is Kind.UNKNOWN_MODEL and isinstance(route.operation, Document):
        return ["id" if (kind, "id") in dialect.spellings else None]
    return [None, *(field for field in _fields(dialect, route) if (kind, field) in dialect.spellings)]


def _fields(dialect: Dialect, route: Route) -> list[str]:
    operation = route.operation
    found = ["id"] if _names_something(route) else []
    if isinstance(operation, Submit):
        found += dialect.catalog.schema.model_fields
    if isinstance(operation, Upload):
        found.append(operation.field)
    if route.query is not None:
        found += route.query.model_fields
    return found


def _failures(dialect: Dialect, route: Route) -> Iterator[Told]:
    """What a call that blocks answers when its job ends badly."""
    if isinstance(route.operation, Generate):
        for reason in Reason:
            spelling = dialect.failures[reason]
            text = spelling.text.format(model=dialect.example["model"])
            document = dialect.envelope(Refusal(Kind.UPSTREAM, text), spelling, text)
            yield Told(f"failure.{reason}", spelling.status, document, spelling.source)
