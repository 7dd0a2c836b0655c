"""The dialects that load, with their routes and models, as parameters of tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from typing import Any

import pytest

from mockvideo import dialects
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.scenario import Allowance
from mockvideo.dialect import Dialect
from mockvideo.operation import Operation, Poll
from mockvideo.pointer import error_text
from tests.driving import Answer, Client, app_of

DIALECTS = dialects.load()


def each(
    kind: type[Operation], where: Callable[[Any], bool] = lambda _: True, *, usually: Container[str] = DIALECTS
) -> pytest.MarkDecorator:
    """Run a test for every route of every dialect that does this, and does it so; of some only in a full run."""
    found = [
        pytest.param(
            dialect,
            route,
            id=f"{name}-{route.method}-{route.path}",
            marks=[] if name in usually else pytest.mark.full,
        )
        for name, dialect in DIALECTS.items()
        for route in dialect.routes
        if isinstance(route.operation, kind) and where(route.operation)
    ]
    return pytest.mark.parametrize(("dialect", "route"), found)


def is_polled(dialect: Dialect) -> bool:
    return any(isinstance(route.operation, Poll) for route in dialect.routes)


def _of(found: Iterable[Dialect]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("dialect", [pytest.param(dialect, id=dialect.name) for dialect in found])


every_dialect = _of(DIALECTS.values())
every_polled_dialect = _of(filter(is_polled, DIALECTS.values()))


def _limits(place: tuple[str, str]) -> str:
    name, model = place
    row = DIALECTS[name].catalog.rows[model]
    return repr((name, sorted(row.limits.items()), row.relations))


MODELS = [(name, model) for name, dialect in DIALECTS.items() for model in dialect.catalog.rows]
# The first one with each set of limits.
EXAMPLES = {_limits(place): place for place in reversed(MODELS)}.values()


def _of_models(usually: Collection[tuple[str, str]]) -> pytest.MarkDecorator:
    found = [
        pytest.param(DIALECTS[name], model, id=f"{name}-{model}", marks=[] if place in usually else pytest.mark.full)
        for place in MODELS
        for name, model in [place]
    ]
    return pytest.mark.parametrize(("dialect", "model"), found)


every_model = _of_models(MODELS)
every_limited_model = _of_models(EXAMPLES)
every_kind = pytest.mark.parametrize("kind", Kind)
every_ending = pytest.mark.parametrize(
    ("state", "reason"),
    [(State.SUCCEEDED, None), (State.CANCELLED, None), *((State.FAILED, reason) for reason in Reason)],
)


def client_of(dialect: Dialect, model: object = None, **settings: Any) -> Client:
    """A client of a new server, on a plan that unlocks the model if there is one of that name."""
    rows = dialect.catalog.rows
    plans = rows[model if isinstance(model, str) and model in rows else dialect.example["model"]].plans
    return Client(app_of(allowance=Allowance(plan=plans[-1] if plans else None), **settings), dialect)


def is_refused(answer: Answer, dialect: Dialect, *kinds: Kind) -> bool:
    """Whether the answer is the dialect's own envelope, with the status of one of these kinds."""
    dialect.error.model_validate_json(answer.body, strict=True)
    spellings = [dialect.spelling(Refusal(kind)) for kind in kinds]
    spellings += [spelling for (kind, _), spelling in dialect.spellings.items() if kind in kinds]
    told = error_text(answer.document, dialect.pointers.error)
    return told != "" and answer.status in {spelling.status for spelling in spellings}
