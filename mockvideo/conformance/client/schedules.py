"""What shall go wrong in one run: at most three events, and the scenario file that plays them again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from mockvideo.conformance.client.mischiefs import MISCHIEFS, Mischief, Order
from mockvideo.core.faults import Connection
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.core.timing import Polls, Timing
from mockvideo.script import read

MOST_EVENTS = 3
BARE = re.compile("[A-Za-z0-9_-]+")
# By polls, so that requests have the same numbers whatever a client's pace is; a blocking call waits for none.
TIMING = Timing(queue=Polls(polls=1), render=Polls(polls=2))


class Event(NamedTuple):
    """At the ``number``-th request of an operation (submit, poll, content) this mischief happens."""

    mischief: str
    operation: str
    number: int

    def __str__(self) -> str:
        return f"{self.operation} {self.number}: {self.mischief}"

    @property
    def words(self) -> Mischief:
        return MISCHIEFS[self.mischief]

    @property
    def changes_job(self) -> bool:
        """Whether it settles how a job goes on, which no single answer shows."""
        return any(order.rule.outcome is not None for order in self.words.orders)

    @property
    def disturbs(self) -> bool:
        """Whether it changes answers."""
        return any(order.rule.outcome is None for order in self.words.orders)

    @property
    def kills(self) -> bool:
        """Whether the client is killed there, and started again."""
        return self.words.kills


class Schedule(NamedTuple):
    """What happens in one run; empty: nothing goes wrong. Another seed is other chance in the client."""

    events: tuple[Event, ...] = ()
    seed: int = 0

    def __str__(self) -> str:
        return "; ".join(map(str, self.events)) or "nothing goes wrong"


def orders(event: Event) -> list[Rule]:
    """Return the rules that let an event happen."""
    return [_placed(order, event) for order in event.words.orders]


def scenario(schedule: Schedule) -> Scenario:
    """Return what a server has to play."""
    rules = tuple(rule for event in schedule.events for rule in orders(event))
    return Scenario(description=_description(schedule), timing=TIMING, rules=rules)


def tables(schedule: Schedule, *, silent: bool = True) -> dict[str, Any]:
    """Return the scenario as the control API takes it.

    Where a client is killed, the server keeps ``silent`` until it is dead; else its connection is closed.
    """
    played = scenario(schedule)
    if not silent:
        hangs = Connection(hang="before")
        closed = Connection(close="before")
        played = replace(
            played, rules=tuple(replace(r, connection=closed) if r.connection == hangs else r for r in played.rules)
        )
    return read.tables(played)


def written(played: Scenario) -> str:
    """Return a scenario as the TOML of a file, which reads back the same."""
    said = read.tables(played)
    rules = said.pop("rules", [])
    lines = [*_lines(said), *(line for rule in rules for line in ("", "[[rules]]", *_lines(rule)))]
    return "\n".join([*lines, ""])


def _placed(order: Order, event: Event) -> Rule:
    """Return a rule at the event's place."""
    rule = order.rule if order.rule.on != "*" else replace(order.rule, on=event.operation)
    if order.turn == "from":
        return replace(rule, after=event.number - 1) if event.number > 1 else rule
    if order.turn == "always":
        return rule
    return replace(rule, nth=event.number + (1 if order.turn == "next" else 0))


def _description(schedule: Schedule) -> str:
    killed = [event for event in schedule.events if event.kills]
    cure = " (end the client with SIGKILL when it hangs there, and start it again)" if killed else ""
    return f"{schedule}{cure}"


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{_key(name)} = {_toml(value)}" for name, value in table.items())


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(name)} = {_toml(inner)}" for name, inner in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    # JSON's texts are TOML's, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
