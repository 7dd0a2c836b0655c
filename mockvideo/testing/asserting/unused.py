"""Rules of a script that no request used, and how near one came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockvideo.core.planning import CONDITIONS
from mockvideo.script.problems import told
from mockvideo.testing.asserting.blame import NOBODY, Blame
from mockvideo.testing.exchanges import Exchange
from mockvideo.wording import brief, count, telling

# A miss begins with the first condition that was not met, and they are looked at in this order.
FARTHEST_FIRST = tuple(name for name, _ in CONDITIONS)


@dataclass(frozen=True, slots=True)
class Unused:
    """A rule as a file writes it, and how many requests it ``matched`` without acting on one."""

    name: str
    text: str
    matched: int


def blame(exchanges: Sequence[Exchange], in_force: Sequence[Mapping[str, Any]]) -> Blame | None:
    """Return what rules of the account were not used; None: all were, or there are none."""
    rules = list(_rules(in_force))
    unused = [_unused(scenario, rule) for scenario, rule in rules if not rule["acted"]]
    if not unused:
        return None
    nearest = [_nearest(exchanges, each) for each in unused]
    cures = [*map(_cure, unused, nearest), *([] if exchanges else [NOBODY])]
    came = f"{len(unused)} of {count(len(rules), 'rule')} acted on nothing: {_names(unused)}"
    return Blame(came, sorted({near[0].number for near in nearest if near}), "\n".join(cures))


def _rules(in_force: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the account's own rules as they are counted, behind their scenario."""
    for scenario in in_force:
        # Rules of the server are for other tests as well.
        if scenario["source"] != "server":
            yield from ((scenario, rule) for rule in scenario["counts"])


def _unused(scenario: Mapping[str, Any], counted: Mapping[str, Any]) -> Unused:
    name = counted["rule"]
    rule = scenario["scenario"]["rules"][int(name.rpartition("#")[2]) - 1]
    return Unused(name, ", ".join(f"{key} = {told(value)}" for key, value in rule.items()), counted["matched"])


def _nearest(exchanges: Sequence[Exchange], rule: Unused) -> tuple[Exchange, str] | None:
    """Return the exchange that met the most conditions of a rule, the first of these, and the one that it did not.

    One for another operation is not near, and for a rule that matched only those count that matched.
    """
    misses = ((each, *miss.partition(": ")[::2]) for each in exchanges for miss in each.misses)
    least = len(FARTHEST_FIRST) if rule.matched else 0
    near = [(each, why) for each, name, why in misses if name == rule.name and telling(why) and _met(why) >= least]
    return max(near, key=lambda miss: _met(miss[1]), default=None)


def _met(why: str) -> int:
    """How many conditions were met before this one was not; all of them where only the turn was wrong."""
    first = why.partition(" ")[0]
    return FARTHEST_FIRST.index(first) if first in FARTHEST_FIRST else len(FARTHEST_FIRST)


def _names(rules: Sequence[Unused]) -> str:
    return ", ".join(each.name for each in rules)


def _cure(rule: Unused, nearest: tuple[Exchange, str] | None) -> str:
    said = f"{rule.name} ({brief(rule.text)})"
    if nearest is not None:
        exchange, why = nearest
        return (
            f"{said} came nearest at exchange {exchange.number}: {why}. "
            "Change the rule so that it fits, or take it out; or let the code under test send what it waits for."
        )
    if rule.matched:
        fits = f"{said} fits {count(rule.matched, 'request')}, but a rule before it had decided already."
        return f"{fits} Put it first, or take it out."
    return f"{said} waits for a request that never came. Let the code under test send it, or take the rule out."
