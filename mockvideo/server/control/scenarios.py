"""Scenarios: in force for one account, for all of them, and those that can be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.core.direction import Order, Source
from mockvideo.core.scenario import Scenario
from mockvideo.script import choice, read
from mockvideo.script.problems import ScriptError
from mockvideo.server.control.asked import Nothing, RuleOrder, ScenarioOrder
from mockvideo.server.control.refusals import RefusedError
from mockvideo.server.control.told import InForce, LibraryLine, LibraryTold, RuleTold, ScenariosTold
from mockvideo.server.control.visit import Visit

# What no file can be called, so that the journal tells which one it was.
IN_ACCOUNT, IN_ALL, ADDED = "(account)", "(server)", "(rule %d)"
MOST_ADDED = 50
CHECK = "mockvideo guide rules has all words; mockvideo check says what is wrong in a file."


async def show(visit: Visit, _: Nothing) -> ScenariosTold:
    """Tell what is in force."""
    return _told(visit.known_account)


async def put(visit: Visit, asked: ScenarioOrder) -> ScenariosTold:
    """Put a scenario in force for the next answers, also those about jobs that are there."""
    scenario = ordered(visit, asked.scenario, IN_ACCOUNT)
    control.choose(visit.known_account, scenario, inf if asked.for_ is None else asked.for_)
    return _told(visit.known_account)


async def end(visit: Visit, _: Nothing) -> ScenariosTold:
    """End the scenario and the rules of the account; those of its key and of the server stay."""
    control.choose(visit.known_account, None)
    return _told(visit.known_account)


async def add_rule(visit: Visit, asked: RuleOrder) -> ScenariosTold:
    """Put a rule before the others, which go on counting."""
    account = visit.known_account
    with account.lock:
        names = [order.name for source, order in account.direction.orders() if source == "rules"]
        if len(names) >= MOST_ADDED:
            hint = "End them with DELETE …/scenario, or put one scenario with all of them."
            raise RefusedError(409, f"The account has {MOST_ADDED} added rules already.", hint)
        free = next(name for name in map(ADDED.__mod__, range(1, MOST_ADDED + 1)) if name not in names)
        control.add_rule(account, _rule(asked.rule, free), inf if asked.for_ is None else asked.for_)
        return _told(account)


async def show_all(visit: Visit, _: Nothing) -> ScenariosTold:
    """Tell what is in force for all accounts, as a new one would have it."""
    accounts = visit.desk.service.accounts
    order = accounts.order()
    found = [] if order is None else [_in_force(accounts.anonymous, "server", order)]
    return ScenariosTold(in_force=found)


async def put_all(visit: Visit, asked: ScenarioOrder) -> ScenariosTold:
    """Put a scenario in force for all accounts and those to come; each counts its time for itself."""
    scenario = ordered(visit, asked.scenario, IN_ALL)
    visit.desk.service.accounts.direct(scenario, inf if asked.for_ is None else asked.for_)
    return await show_all(visit, Nothing())


async def end_all(visit: Visit, _: Nothing) -> ScenariosTold:
    """End the scenario of all accounts."""
    visit.desk.service.accounts.direct(None)
    return await show_all(visit, Nothing())


async def library(visit: Visit, _: Nothing) -> LibraryTold:
    """List the scenarios that can be named."""
    known = visit.desk.service.accounts.settings.library or {}
    return LibraryTold(scenarios=[_line(name, known) for name in known])


def ordered(visit: Visit, given: str | dict[str, Any], name: str) -> str | Scenario:
    """Read the scenario that somebody wants; by its name, if it has one, so that a changed file holds at once."""
    known = visit.desk.service.accounts.settings.library or {}
    try:
        if isinstance(given, dict):
            return read.document(given, name=name)
        found = choice.choose(given, known)
    except ScriptError as error:
        raise RefusedError(400, str(error), CHECK) from None
    return given if given in known else replace(found, name=name)


def _rule(given: str | dict[str, Any], name: str) -> Scenario:
    try:
        return replace(read.inline(given), name=name) if isinstance(given, str) else read.one_rule(given, name=name)
    except ScriptError as error:
        raise RefusedError(400, str(error), CHECK) from None


def _line(name: str, known: Mapping[str, Scenario]) -> LibraryLine:
    try:
        about = known[name].description
    except ScriptError as error:
        about = str(error)
    return LibraryLine(name=name, description=about.strip().partition("\n")[0])


def _told(account: Account) -> ScenariosTold:
    with account.lock:
        account.fold()
        return ScenariosTold(in_force=[_in_force(account, *order) for order in account.direction.orders()])


def _in_force(account: Account, source: Source, order: Order) -> InForce:
    scenario = account.direction.scenario(order)
    counts = account.direction.counts(order) or [(0, 0)] * len(scenario.rules)
    return InForce(
        source=source,
        name=order.name,
        description=scenario.description,
        ends_in=None if order.until == inf else max(0.0, order.until - account.moment),
        counts=[
            RuleTold(rule=f"{order.name}#{number}", matched=matched, acted=acted)
            for number, (matched, acted) in enumerate(counts, 1)
        ],
        scenario=read.tables(scenario),
    )
