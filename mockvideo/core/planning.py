"""What the scenarios in force plan for one request, and why a rule did not match it."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache
from re import Pattern
from typing import Any, NamedTuple

from mockvideo.core.faults import Mishap
from mockvideo.core.rng import Chance, digest
from mockvideo.core.scenario import Documented, Outcome, Rule, Scenario
from mockvideo.core.timing import Timing

# Scenarios whose matches are counted at once in an account; text in a header is a scenario, too.
REMEMBERED = 200
SUBMISSIONS = ("submit", "generate")
# Whose answers may hold a clip.
CARRIERS = ("generate", "poll", "content", "list")


class Occasion(NamedTuple):
    """What a rule can see of a request before anything is checked.

    ``at`` is account time, in seconds since the account began; ``poll`` (which one of this job's) and ``age`` (of the
    job, in seconds) are None where there is no job; a ``needless_key`` comes with a URL that asks for none; ``event``
    is what a webhook tells.
    """

    dialect: str
    operation: str
    model: str = ""
    prompt: str = ""
    image: bool = False
    at: float = 0.0
    poll: int | None = None
    age: float | None = None
    needless_key: bool = False
    event: str = ""


class Plan(NamedTuple):
    """What was decided for one request, aspect by aspect; None where no rule spoke.

    ``error`` and ``fault`` are the rules that order an API error and a disturbed answer, ``webhook`` is what goes wrong
    with one. ``scenarios`` are those that
    the request chose itself. ``rules`` names the rules that decided, by aspect; ``misses`` says of the others why they
    did not.
    """

    timing: Timing | Documented | None = None
    outcome: Outcome | None = None
    error: Rule | None = None
    fault: Rule | None = None
    webhook: Mishap | None = None
    strict: bool = False
    seed: int | None = None
    scenarios: tuple[Scenario, ...] = ()
    rules: dict[str, str] = {}  # noqa: RUF012 - the same empty one for all, never written to
    misses: tuple[str, ...] = ()


UNPLANNED = Plan()


@dataclass(slots=True)
class Tally:
    """How often a rule has matched and acted in an account, and when it did first (account time)."""

    matched: int = 0
    acted: int = 0
    since: float | None = None

    def act(self, at: float) -> None:
        self.acted += 1
        self.since = at if self.since is None else self.since


@dataclass(slots=True)
class Decision:
    """What was decided so far, by aspect, and by which rules; the first to speak of an aspect decides it."""

    orders: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)

    def take(self, name: str, orders: Mapping[str, Any]) -> bool:
        """Take what is not decided yet from a rule; return whether there was anything."""
        fresh = [aspect for aspect in orders if aspect not in self.orders]
        self.orders |= {aspect: orders[aspect] for aspect in fresh}
        self.rules |= dict.fromkeys(fresh, name)
        return bool(fresh)


@dataclass(slots=True)
class _Counted:
    scenario: Scenario
    tallies: list[Tally] = field(default_factory=list)


class Planner:
    """Decides for one account; counters belong to account and rule. ``source`` is where its chance comes from."""

    __slots__ = ("_counted", "source")

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._counted: OrderedDict[str, _Counted] = OrderedDict()

    def plan(self, scenarios: Sequence[Scenario], occasion: Occasion) -> Plan:
        """Take each aspect from the first rule that matches, of the most specific scenario first."""
        decision = Decision()
        for scenario in scenarios:
            self._consult(scenario, occasion, decision)
        return Plan(
            **decision.orders,
            strict=any(scenario.strict for scenario in scenarios),
            seed=next((scenario.seed for scenario in scenarios if scenario.seed is not None), None),
            rules=decision.rules,
            misses=tuple(decision.misses),
        )

    def _consult(self, scenario: Scenario, occasion: Occasion, decision: Decision) -> None:
        """Let a scenario's rules speak, and then what holds where they are silent."""
        for name, rule, tally in self._rules(scenario):
            orders = dict(_ordered(rule, occasion))
            miss = self._missed(name, rule, tally, occasion) if orders else "orders nothing for this operation"
            if miss is not None:
                decision.misses.append(f"{name}: {miss}")
            elif decision.take(name, orders):
                tally.act(occasion.at)
        if scenario.timing is not None:
            decision.take(scenario.name, {"timing": scenario.timing})

    def reset(self) -> None:
        """Count from the beginning again."""
        self._counted.clear()

    def forget(self, name: str) -> None:
        """Count the rules of that scenario from the beginning again."""
        self._counted.pop(name, None)

    def tallies(self, name: str) -> list[Tally]:
        """Return what the rules of that scenario have counted, if it was ever asked."""
        counted = self._counted.get(name)
        return [] if counted is None else counted.tallies

    def _rules(self, scenario: Scenario) -> Iterator[tuple[str, Rule, Tally]]:
        """Yield the rules with the names under which the journal knows them."""
        counted = self._counted.get(scenario.name)
        # A file that was changed is another scenario under the same name.
        if counted is None or counted.scenario != scenario:
            counted = self._counted[scenario.name] = _Counted(scenario, [Tally() for _ in scenario.rules])
            if len(self._counted) > REMEMBERED:
                self._counted.popitem(last=False)
        self._counted.move_to_end(scenario.name)
        for number, (rule, tally) in enumerate(zip(scenario.rules, counted.tallies, strict=True), 1):
            yield f"{scenario.name}#{number}", rule, tally

    def _missed(self, name: str, rule: Rule, tally: Tally, occasion: Occasion) -> str | None:
        """Return why a rule does not match a request; one that could is counted."""
        miss = unmet(rule, occasion)
        if miss is not None:
            return miss
        tally.matched += 1
        return _not_its_turn(rule, tally, occasion) or self._unlucky(name, rule, tally)

    def _unlucky(self, name: str, rule: Rule, tally: Tally) -> str | None:
        if rule.share is None:
            return None
        chance = Chance(digest(self.source, name, str(tally.matched))).uniform(0.0, 1.0)
        return None if chance < rule.share else f"drew {chance:.2f}, wanted below {rule.share:g}"


def unmet(rule: Rule, occasion: Occasion) -> str | None:
    """Return the first condition of a rule that a request does not meet, in words; None: it meets them all."""
    for name, condition in CONDITIONS:
        wanted = getattr(rule, name)
        if wanted not in {None, "*"} and not condition(wanted, occasion):
            return f"{name} is {_seen(name, occasion)}, wanted {_said(wanted)}"
    return None


# fnmatch itself ignores case on Windows, and keeps more patterns than strangers should be able to fill.
@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> Pattern[str]:
    return re.compile(translate(pattern))


def _fits(found: str, pattern: str) -> bool:
    return _compiled(pattern).match(found) is not None


def _operation(wanted: str, occasion: Occasion) -> bool:
    # A blocking call is a submission that waits.
    return _fits(occasion.operation, wanted) or (occasion.operation == "generate" and _fits("submit", wanted))


def _poll(wanted: int | tuple[int, int], occasion: Occasion) -> bool:
    first, last = wanted if isinstance(wanted, tuple) else (wanted, wanted)
    return occasion.poll is not None and first <= occasion.poll <= last


CONDITIONS: tuple[tuple[str, Callable[[Any, Occasion], bool]], ...] = (
    ("on", _operation),
    ("dialect", lambda wanted, occasion: _fits(occasion.dialect, wanted)),
    ("model", lambda wanted, occasion: _fits(occasion.model, wanted)),
    ("prompt", lambda wanted, occasion: _fits(occasion.prompt, wanted)),
    ("image", lambda wanted, occasion: occasion.image is wanted),
    ("between", lambda wanted, occasion: wanted[0] <= occasion.at < wanted[1]),
    ("age", lambda wanted, occasion: occasion.age is not None and wanted[0] <= occasion.age < wanted[1]),
    ("poll", _poll),
    ("needless_key", lambda wanted, occasion: occasion.needless_key is wanted),
    ("event", lambda wanted, occasion: _fits(occasion.event, wanted)),
)
SEEN = {"on": "operation", "between": "at"}


def _seen(name: str, occasion: Occasion) -> str:
    found = getattr(occasion, SEEN.get(name, name))
    return f"{found:g} s" if isinstance(found, float) else repr(found if not isinstance(found, str) else found[:80])


def _said(wanted: object) -> str:
    return " to ".join(f"{end:g}" for end in wanted) if isinstance(wanted, tuple) else repr(wanted)


def _not_its_turn(rule: Rule, tally: Tally, occasion: Occasion) -> str | None:
    """Return why a rule that fits lets this request pass."""
    for name, comes, wanted in TURNS:
        limit = getattr(rule, name)
        if limit is not None and not comes(tally.matched, limit):
            return f"request {tally.matched} that fits, wanted {wanted} {limit}"
    return _over(rule, tally, occasion.at)


def _over(rule: Rule, tally: Tally, at: float) -> str | None:
    """Return why a rule acts no more."""
    if rule.times is not None and tally.acted >= rule.times:
        return f"acted {tally.acted} times already"
    if rule.lasts is None or tally.since is None or at < tally.since + rule.lasts:
        return None
    return f"lasted {rule.lasts:g} s, until {tally.since + rule.lasts:g} s"


# Which of the requests that fit are meant, by their number.
TURNS: tuple[tuple[str, Callable[[int, int], bool], str], ...] = (
    ("nth", lambda number, limit: number == limit, "only number"),
    ("first", lambda number, limit: number <= limit, "the first"),
    ("after", lambda number, limit: number > limit, "those after number"),
    ("every", lambda number, limit: number % limit == 0, "multiples of"),
)


# What is settled with an operation, not by its answer.
SETTLED = {"webhook": ("webhook",), **dict.fromkeys(SUBMISSIONS, ("timing", "outcome"))}


def _ordered(rule: Rule, occasion: Occasion) -> Iterator[tuple[str, Any]]:
    """Yield what a rule orders for a request, by aspect."""
    for aspect in SETTLED.get(occasion.operation, ()):
        order = getattr(rule, aspect)
        if order is not None:
            yield aspect, order
    if occasion.operation == "webhook":
        return
    if rule.refuses:
        yield "error", rule
    if rule.disturbs and (rule.clip is None or occasion.operation in CARRIERS):
        yield "fault", rule
