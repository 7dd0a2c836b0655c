"""What scenarios order in one account: those in force for all its requests, those of a request, those of a job."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from mockvideo.core.jobs import Job
from mockvideo.core.planning import Occasion, Plan, Planner
from mockvideo.core.scenario import Allowance, Scenario
from mockvideo.core.settings import Settings

# Jobs whose polls are counted; a forgotten one begins again.
REMEMBERED = 10_000


class Direction:
    """The scenarios in force, by name so that a changed file holds at once, and what their rules have counted.

    ``active`` tells whether any request of this account can be planned without naming a scenario itself.
    """

    __slots__ = ("_named", "_planner", "_polls", "active", "allowance", "library", "seed")

    def __init__(self, settings: Settings, named: str | None, key: str) -> None:
        self.library = {} if settings.library is None else settings.library
        self._named = tuple(each for each in (named, settings.scenario) if each is not None)
        scenarios = self.in_force()
        allowance = Allowance()
        for scenario in scenarios:
            allowance = allowance.over(scenario.account)
        self.allowance = allowance.over(settings.allowance)
        self.seed = next((scenario.seed for scenario in scenarios if scenario.seed is not None), settings.seed)
        self.active = bool(self._named)
        self._planner = Planner(f"{key} {self.seed}".encode())
        self._polls: OrderedDict[tuple[str, str], int] = OrderedDict()

    def in_force(self) -> list[Scenario]:
        """Return the scenarios of the account and of the server, in this order."""
        return [self.library[each] if isinstance(each, str) else each for each in self._named]

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
