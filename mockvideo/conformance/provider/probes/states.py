"""Accounts in a state of our choice: switched off, without credits, on a small plan, asked too often, unlucky."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockvideo.conformance.provider.contract import Candidate, candidates, limits
from mockvideo.conformance.provider.exchange import Call, Purpose
from mockvideo.conformance.provider.probes.life import Life
from mockvideo.conformance.provider.probes.metered import best_plan, follow, submission
from mockvideo.conformance.provider.session import Session
from mockvideo.conformance.provider.target import Bench
from mockvideo.core.errors import Kind, Refusal
from mockvideo.operation import List, Poll
from mockvideo.schema import Json

# What mockvideo takes for a key that is switched off.
INACTIVE_KEY = "sk-inactive-000000000000"
FAILING = {"rules": [{"on": "submit", "outcome": {"ends": "failed"}}]}


def ask(bench: Bench) -> None:
    """Examine what only an account in such a state shows; a server that makes none is not asked."""
    if not bench.makes_accounts:
        return
    plan = best_plan(bench)
    cheapest = candidates(bench.target.dialect, bench.models)[0]
    with bench.session(**plan) as session:
        call = _refused(session, Purpose.INACTIVE_KEY, {}, Kind.INACTIVE_KEY)
        session.send(replace(call, key=INACTIVE_KEY, creates=False))
    _unpaid(bench, cheapest, plan)
    _too_many(bench, cheapest, plan)
    _off_plan(bench)
    _failing(bench, cheapest, plan)
    _strangers(bench, cheapest, plan)
    _sounding(bench, plan)


def _refused(session: Session, purpose: Purpose, document: Json, kind: Kind) -> Call:
    return submission(session.dialect, purpose, document, expects=Refusal(kind))


def _unpaid(bench: Bench, cheapest: Candidate, plan: dict[str, Any]) -> None:
    if bench.budget.left() and cheapest.wanted.price:
        with bench.session(credits=0, **plan) as session:
            kind = Kind.INSUFFICIENT_CREDITS
            session.send(_refused(session, Purpose.NO_CREDITS, cheapest.document, kind))


def _too_many(bench: Bench, cheapest: Candidate, plan: dict[str, Any]) -> None:
    if bench.budget.left(2):
        with bench.session(requests_per_minute=1, **plan) as session:
            # No life of a job, or it would be asked after.
            session.send(submission(session.dialect, Purpose.SUBMIT, cheapest.document))
            kind = Kind.RATE_LIMITED
            session.send(_refused(session, Purpose.TOO_MANY, cheapest.document, kind))


def _off_plan(bench: Bench) -> None:
    """Ask for a model on a plan that lacks it."""
    dialect = bench.target.dialect
    lacking = ((row, plan) for row in dialect.catalog.rows.values() if row.plans for plan in dialect.terms.plans)
    found = next(((row, plan) for row, plan in lacking if plan not in row.plans), None)
    if found is not None and bench.budget.left():
        row, plan = found
        document = candidates(dialect, (row.id,))[0].document
        with bench.session(plan=plan) as session:
            session.send(_refused(session, Purpose.NO_PLAN, document, Kind.PLAN_REQUIRED))


def _failing(bench: Bench, cheapest: Candidate, plan: dict[str, Any]) -> None:
    """Follow a job that fails."""
    polled = any(isinstance(route.operation, Poll) for route in bench.target.dialect.routes)
    if polled and bench.budget.left():
        with bench.session(scenario=FAILING, **plan) as session:
            life = Life(session, bench.target.profile, lambda: None)
            life.submit(cheapest.document)
            life.follow(bench.patience)


def _strangers(bench: Bench, cheapest: Candidate, plan: dict[str, Any]) -> None:
    """Look at a job, and at a list, with the key of somebody else."""
    if not bench.budget.left():
        return
    with bench.session(**plan) as session, bench.session(**plan) as stranger:
        life = Life(session, bench.target.profile, lambda: None)
        life.submit(cheapest.document)
        polled = life.poll()
        if polled is not None:
            foreign = replace(polled.call, purpose=Purpose.FOREIGN_POLL, expects=Refusal(Kind.JOB_NOT_FOUND))
            stranger.send(foreign)
        for route in session.dialect.routes:
            if isinstance(route.operation, List) and life.name:
                stranger.send(Call(purpose=Purpose.FOREIGN_LIST, method="GET", path=route.path, route=route))


def _sounding(bench: Bench, plan: dict[str, Any]) -> None:
    """Follow a job whose clip is to have sound."""
    dialect = bench.target.dialect
    documents = (edge.at for edge in limits(dialect, tuple(dialect.catalog.rows[model] for model in bench.models)))
    asked = (Candidate.of(dialect, document) for document in (dict(dialect.example), *documents))
    found = next((candidate for candidate in asked if candidate.wanted.sound), None)
    if found is not None and bench.budget.left():
        with bench.session(**plan) as session:
            follow(bench, session, found)
