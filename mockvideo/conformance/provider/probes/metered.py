"""Requests that make jobs, the cheapest first, and those that a lax server would make jobs of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from mockvideo.conformance.provider.contract import Candidate, candidates, expected, submission_of
from mockvideo.conformance.provider.contract import limits as limits_of
from mockvideo.conformance.provider.exchange import Call, Purpose
from mockvideo.conformance.provider.probes.life import Life
from mockvideo.conformance.provider.rules.exchanges import next_page
from mockvideo.conformance.provider.session import Session
from mockvideo.conformance.provider.target import Bench
from mockvideo.dialect import Dialect
from mockvideo.operation import List, Route
from mockvideo.schema import Json

# Of accounts with years of jobs nobody wants to read all.
PAGES = 5
NO_MODEL = "no-such-model-000"


def ask(bench: Bench) -> None:
    """Follow one job, look for it in lists, then try the limits of the models, as far as the budget goes."""
    dialect = bench.target.dialect
    cheapest = candidates(dialect, bench.models)[0]
    with bench.session(**best_plan(bench)) as session:
        if session.budget.left():
            life = follow(bench, session, cheapest)
            _lists(bench, session, life, cheapest)
    with bench.session(**best_plan(bench)) as session:
        for call in _limits(bench, cheapest):
            if session.budget.left():
                session.send(call)


def best_plan(bench: Bench) -> dict[str, Any]:
    """The plan that unlocks the most models, where models have plans and accounts are made."""
    plans = Counter(plan for row in bench.target.dialect.catalog.rows.values() for plan in row.plans)
    return {"plan": plans.most_common(1)[0][0]} if plans and bench.makes_accounts else {}


def follow(bench: Bench, session: Session, candidate: Candidate) -> Life:
    """Submit a job, poll it to its end and beyond, and fetch what it made."""
    life = Life(session, bench.target.profile, lambda: bench.target.sleep(bench.pause))
    if life.submit(candidate.document).succeeded:
        life.download(Purpose.EARLY)
        life.follow(bench.patience)
        if life.succeeded:
            life.download(Purpose.CONTENT)
        life.fetch()
        life.replay()
        life.conflict()
    return life


def _lists(bench: Bench, session: Session, life: Life, candidate: Candidate) -> None:
    """List jobs, all at once and one by one; there are two if the budget allows a second one."""
    route = next((route for route in session.dialect.routes if isinstance(route.operation, List)), None)
    if route is None or bench.target.profile.lacks("lists") or not life.name:
        return
    other = Life(session, bench.target.profile, lambda: None)
    if session.budget.left():
        other.submit(candidate.document)
    session.send(Call(purpose=Purpose.LIST, method="GET", path=route.path, route=route, concerns=life.name))
    _pages(session, route, " ".join(filter(None, (life.name, other.name))))


def _pages(session: Session, route: Route, names: str) -> None:
    """Turn over a list page by page, if its query has words for that."""
    query = route.operation.query if isinstance(route.operation, List) else None
    known = set(query.model_fields) if query else set()
    asked = {"limit": "1"}
    for _ in range(PAGES if {"limit", "cursor"} <= known else 0):
        path = f"{route.path}?{urlencode(asked)}"
        page = session.send(Call(purpose=Purpose.PAGE, method="GET", path=path, route=route, concerns=names))
        following = next_page(page.document)
        if following is None:
            break
        asked["cursor"] = following


def _limits(bench: Bench, cheapest: Candidate) -> Iterator[Call]:
    """Yield a submission beyond every limit, then those at the limits, the cheapest first."""
    dialect = bench.target.dialect
    # A gateway may fall back to another model, so this is not free.
    stranger = {**dialect.example, "model": NO_MODEL}
    yield submission(dialect, Purpose.UNKNOWN_MODEL, stranger, expects=expected(dialect, stranger))
    models = bench.models if bench.makes_accounts else (cheapest.wanted.model,)
    found = list(limits_of(dialect, tuple(dialect.catalog.rows[model] for model in models)))
    for edge in found:
        refusal = expected(dialect, edge.beyond)
        yield submission(dialect, Purpose.BEYOND, edge.beyond, concerns=edge.limit, expects=refusal)
    at = sorted(((Candidate.of(dialect, edge.at), edge.limit) for edge in found), key=lambda pair: pair[0].cost)
    for candidate, limit in at:
        if bench.makes_accounts or candidate.is_real:
            yield submission(dialect, Purpose.AT, candidate.document, concerns=limit)


def submission(dialect: Dialect, purpose: Purpose, document: Json, **said: Any) -> Call:
    """A submission that may make a job."""
    route, _ = submission_of(dialect)
    return Call(
        purpose=purpose, method=route.method, path=route.path, route=route, document=document, creates=True, **said
    )
