"""What an examination came to: every rule with its outcome, and every field that differs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from mockvideo.conformance.provider.exchange import Record
from mockvideo.conformance.provider.rule import Difference, Outcome, Result
from mockvideo.plain import clean


@dataclass(frozen=True, slots=True)
class Drift:
    """How a field differs, how often it was seen to, and from what; all that differs alike is one."""

    difference: Difference
    times: int

    @property
    def is_ours(self) -> bool:
        """Whether the contract only guesses here, so that the difference is ours to correct."""
        return self.difference.is_ours


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every rule of a dialect at one server; ``jobs`` were made, and ``requests`` sent."""

    dialect: str
    base_url: str
    results: tuple[Result, ...]
    record: Record
    jobs: int
    requests: int

    def of(self, *outcomes: Outcome) -> tuple[Result, ...]:
        """Return the results with one of these outcomes."""
        return tuple(result for result in self.results if result.outcome in outcomes)

    def __getitem__(self, rule: str) -> Result:
        return next(result for result in self.results if result.rule.id == rule)

    @property
    def broken(self) -> tuple[Result, ...]:
        return self.of(Outcome.BROKEN)

    @property
    def passed(self) -> bool:
        """Whether no rule is broken; what was not exercised is not counted as kept."""
        return not self.broken

    @property
    def drift(self) -> tuple[Drift, ...]:
        """Every difference once, in the order of the rules."""
        found = [difference for result in self.results for difference in result.differences]
        times = Counter(map(_kind, found))
        first: dict[tuple[str, ...], Difference] = {}
        for difference in found:
            first.setdefault(_kind(difference), difference)
        return tuple(Drift(difference, times[kind]) for kind, difference in first.items())


def _kind(difference: Difference) -> tuple[str, ...]:
    return difference.rule.id, difference.sight.place, difference.sight.differs


def described(difference: Difference) -> str:
    """Say in one line what differs, where, and who documents it."""
    exchange = difference.sight.exchange
    place = f"{difference.sight.place}: " if difference.sight.place else ""
    source = f"{difference.source.origin}: {difference.source.where}".rstrip(": ")
    request = f"{exchange.call.method} {exchange.call.path}, {exchange.purpose}"
    return clean(f"{request}: {place}{difference.sight.differs} [{source}]")


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as a JSON document."""
    return {
        "dialect": report.dialect,
        "base_url": report.base_url,
        "passed": report.passed,
        "jobs": report.jobs,
        "requests": report.requests,
        "rules": [_result(result) for result in report.results],
        "drift": [_drift(drift) for drift in report.drift],
    }


def _result(result: Result) -> dict[str, Any]:
    rule = result.rule
    said = {"rule": rule.id, "level": rule.level, "sentence": rule.sentence, "outcome": result.outcome}
    broken = {"cure": rule.cure} if result.outcome is Outcome.BROKEN else {}
    return {**said, "looks": result.looks, **broken, **({"why": result.why} if result.why else {})}


def _drift(drift: Drift) -> dict[str, Any]:
    difference = drift.difference
    exchange = difference.sight.exchange
    return {
        "rule": difference.rule.id,
        "field": difference.sight.place,
        "differs": difference.sight.differs,
        "times": drift.times,
        "ours": drift.is_ours,
        "source": {"origin": difference.source.origin, "where": difference.source.where},
        "exchange": exchange.number,
        "request": f"{exchange.call.method} {exchange.call.path}",
        "purpose": exchange.purpose,
    }
