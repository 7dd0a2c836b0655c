"""What operations are called, and the links that lead from one to the next."""

from __future__ import annotations

import re

from mockvideo.dialect import Dialect
from mockvideo.operation import Content, Document, Generate, Poll, Route, Submit
from mockvideo.schema import Json

WORD = re.compile(r"[A-Za-z0-9]+")


def operation_id(dialect: Dialect, route: Route) -> str:
    """Name a route by what it does if no other does the same, else by its method and path."""
    alone = sum(other.name == route.name for other in dialect.routes) == 1
    if alone and not isinstance(route.operation, Document):
        return route.name
    return route.method.lower() + "".join(word[0].upper() + word[1:] for word in WORD.findall(route.path))


def links(dialect: Dialect, route: Route) -> dict[str, Json]:
    """Write the links from an answer that holds a job's id to where the job and its clip are."""
    place = _place(dialect, route)
    if place is None:
        return {}
    parameters = {"id": f"$response.body#{place}"}
    targets = [operation_id(dialect, other) for other in dialect.routes if isinstance(other.operation, Poll | Content)]
    return {target: {"operationId": target, "parameters": parameters} for target in targets}


def _place(dialect: Dialect, route: Route) -> str | None:
    """Where an answer holds the job's id; None if it holds none that leads anywhere."""
    pointers, operation = dialect.pointers, route.operation
    if isinstance(operation, Poll):
        return pointers.polled or pointers.submitted
    return pointers.submitted if isinstance(operation, Submit) and not isinstance(operation, Generate) else None
