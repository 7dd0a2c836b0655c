"""What scenarios order in one account: those in force for all its requests, those of a request, those of a job."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from math import inf
from typing import Literal, NamedTuple

from mockvideo.core.jobs import Job
from mockvideo.core.planning import Occasion, Plan, Planner
from mockvideo.core.scenario import Allowance, Scenario
from mockvideo.core.settings import Settings

# Jobs whose polls are counted; a forgotten one begins again.
REMEMBERED = 10_000

# Who put a scenario in force, the most specific first; "rules" are single ones that were added to the account's.
Source = Literal["key", "rules", "account", "server"]
SOURCES: tuple[Source, ...] = ("key", "rules", "account", "server")


class Order(NamedTuple):
    """A scenario in force until that moment of account time; by name, so that a changed file holds at once."""

    scenario: str | Scenario
    until: float = inf

    @property
    def name(self) -> str:
        return self.scenario if isinstance(self.scenario, str) else self.scenario.name


class Direction:
    """The scenarios in force, and what their rules have counted.

    ``active`` tells whether any request of this account can be planned without naming a scenario itself. ``allowance``
    is what all of them make of what is ``usual`` for this key; ``lent`` are credits that are there only while the
    scenario is in force that says so.
    """

    __slots__ = (
        *("_followed", "_in_force", "_key", "_orders", "_planner", "_polls", "_settings"),
        *("active", "allowance", "lent", "library", "usual"),
    )

    def __init__(self, settings: Settings, named: str | None, key: str) -> None:
        self.library = {} if settings.library is None else settings.library
        self._settings = settings
        self._key = key
        self._followed = False
        self._planner = Planner(b"")
        self._polls: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._orders: dict[Source, tuple[Order, ...]] = dict.fromkeys(SOURCES, ())
        self._orders["key"] = () if named is None else (Order(named),)
        self._orders["server"] = () if settings.scenario is None else (Order(settings.scenario),)
        self.usual = self._said("key").over(settings.allowance)
        self._settle()

    @property
    def seed(self) -> int:
        """The seed of the most specific scenario that has one, else that of the settings."""
        return next((each.seed for each in self.in_force() if each.seed is not None), self._settings.seed)

    def in_force(self) -> list[Scenario]:
        """Return the scenarios that hold for all requests, the most specific first."""
        return [self.scenario(order) for _, order in self._in_force]

    def orders(self) -> list[tuple[Source, Order]]:
        """Return what is in force and who put it, the most specific first."""
        return self._in_force

    def scenario(self, order: Order) -> Scenario:
        return self.library[order.scenario] if isinstance(order.scenario, str) else order.scenario

    def put(self, source: Source, orders: Iterable[Order]) -> None:
        """Put these in force instead of those that came from there; what is new counts from the beginning."""
        known, self._orders[source] = self._orders[source], tuple(orders)
        for order in self._orders[source]:
            if order not in known:
                self._planner.forget(order.name)
        self._settle()

    def expire(self, now: float) -> bool:
        """End what is over by now; return whether anything was."""
        over = any(order.until <= now for _, order in self._in_force)
        if over:
            for source, orders in self._orders.items():
                self._orders[source] = tuple(order for order in orders if order.until > now)
            self._settle()
        return over

    def ends(self) -> list[float]:
        """Return the moments when something in force will be over."""
        return [order.until for _, order in self._in_force if order.until < inf]

    def follow(self, scenarios: Sequence[Scenario]) -> None:
        """Plan from now on for a job that keeps the scenarios which its submission chose."""
        if scenarios:
            self.active = self._followed = True

    def unfollow(self) -> None:
        """Forget what was known of jobs."""
        self._followed = False
        self._polls.clear()
        self._settle()

    def reset(self) -> None:
        """Count from the beginning again."""
        self._planner.reset()
        self._polls.clear()

    def counts(self, order: Order) -> list[tuple[int, int]]:
        """Return how often each rule of a scenario has matched and acted; none if it was never asked."""
        return [(tally.matched, tally.acted) for tally in self._planner.tallies(order.name)]

    def plan(self, chosen: Sequence[Scenario], occasion: Occasion, job: Job | None, now: float) -> Plan:
        """Decide about a request that chose these scenarios itself; ``job`` is the one that it asks for."""
        staying = [*chosen]
        if job is not None:
            staying += job.script.scenarios
            occasion = occasion._replace(
                model=job.request.model,
                prompt=job.request.prompt,
                image=job.request.image,
                poll=self._count(job) if occasion.operation == "poll" else None,
                age=now - job.submitted_at,
            )
        plan = self._planner.plan(_once([*staying, *self.in_force()]), occasion)
        return plan._replace(scenarios=tuple(chosen)) if chosen else plan

    def _settle(self) -> None:
        """Work out what follows from the scenarios in force."""
        self._in_force = [(source, order) for source in SOURCES for order in self._orders[source]]
        self.active = self._followed or bool(self._in_force)
        self._planner.source = f"{self._key} {self.seed}".encode()
        own, directed = self._said("key"), self._said("account", "server")
        self.allowance = own.over(directed).over(self._settings.allowance)
        self.lent = directed.credits if own.credits is None else None

    def _said(self, *sources: Source) -> Allowance:
        """What the scenarios from there say of the account, the most specific first."""
        said = Allowance()
        for source in sources:
            for order in self._orders[source]:
                said = said.over(self.scenario(order).account)
        return said

    def _count(self, job: Job) -> int:
        place = (job.dialect, job.id)
        count = self._polls.pop(place, 0) + 1
        self._polls[place] = count
        if len(self._polls) > REMEMBERED:
            self._polls.popitem(last=False)
        return count


def _once(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Leave out what was named before: a client may name the scenario of a job, or of the server, once more."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        named.setdefault(scenario.name, scenario)
    return list(named.values())
