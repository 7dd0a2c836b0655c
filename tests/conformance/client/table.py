"""Prints what becomes of every mutant: ``python table.py [NAME…]``, with ``--all`` judged by all rules."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

from mutants import MUTANTS, Mutant

from mockvideo.conformance.client.check import Options, check_client
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.verdict import Verdict
from mockvideo.server.app import create_app
from mockvideo.server.options import Options as Served
from mockvideo.server.thread import ServerThread

EXAMPLES = 60


class Row(NamedTuple):
    """A mutant, the rules that it was found to break, how many events show its own bug, and the seconds it took."""

    mutant: Mutant
    found: tuple[str, ...]
    events: int | None
    seconds: float
    trouble: str

    @property
    def caught(self) -> bool:
        """Whether the mutant was found to break its own rule, by at most three events."""
        return self.mutant.rule in self.found and self.events is not None and self.events <= 3


def row(mutant: Mutant, url: str, rules: Iterable[str] | None = None, *, every: bool = True) -> Row:
    """Judge a mutant by these rules, without any by its own; at every request, or at one of each kind alone."""
    began = time.monotonic()
    asked = tuple(rules or (mutant.rule,))
    options = Options(control_url=url, rules=asked, examples=EXAMPLES, every=every)
    verdict = check_client(mutant.generate(), mutant.dialect, options)
    found = tuple(rule for rule in RULES if rule in verdict.broken)
    return Row(mutant, found, _events(verdict, mutant.rule), time.monotonic() - began, verdict.trouble)


def _events(verdict: Verdict, rule: str) -> int | None:
    sizes = [len(finding.schedule.events) for finding in verdict.findings if finding.rule.id == rule]
    return min(sizes, default=None)


def told(rows: Iterable[Row]) -> str:
    lines = ["| mutant | rule expected | rules found | events | seconds |", "|---|---|---|---|---|"]
    for each in rows:
        found, events = " ".join(each.found) or "none", "" if each.events is None else str(each.events)
        lines.append(f"| {each.mutant.name} | {each.mutant.rule} | {found} | {events} | {each.seconds:.1f} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    everything = "--all" in arguments
    names = [name for name in arguments if name != "--all"] or list(MUTANTS)
    with ServerThread(create_app(Served())) as server:
        rows = [row(MUTANTS[name], server.url, RULES if everything else None) for name in names]
    print(told(rows))
    caught = sum(each.caught for each in rows)
    print(f"\n{caught} of {len(rows)} caught in {sum(each.seconds for each in rows):.0f} s")
    return 0 if caught == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
