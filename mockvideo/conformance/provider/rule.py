"""What a rule is: a sentence about every server of a dialect, judged by what was exchanged, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from mockvideo.conformance.provider.exchange import Exchange, Record
from mockvideo.conformance.provider.profile import Profile, Waiver
from mockvideo.dialect import Dialect
from mockvideo.provenance import SEED, Origin, Source

Level = Literal["must", "should"]


@dataclass(frozen=True, slots=True)
class Sight:
    """A look at one exchange: what differs (empty: nothing), in which field, and who says how it should be."""

    exchange: Exchange
    differs: str = ""
    place: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What is examined, and with what means."""

    dialect: Dialect
    profile: Profile
    metered: bool
    makes_accounts: bool
    has_key: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to see whether a rule holds, and what to say where it is missing."""

    met: Callable[[Situation], bool]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule; ``relies`` is its source (None: that of the route that was asked), ``cure`` what to do if it breaks."""

    id: str
    sentence: str
    judge: Callable[[Record], Iterable[Sight]]
    cure: str
    relies: Source | None = None
    level: Level = "must"
    needs: tuple[Need, ...] = ()


class Outcome(StrEnum):
    """What became of a rule."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_EXERCISED = "not exercised"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Difference:
    """A sight that differs, with its rule and the source that it differs from."""

    rule: Rule
    sight: Sight
    source: Source

    @property
    def is_ours(self) -> bool:
        """Whether it differs from a guess, which is ours to correct."""
        return self.source.origin is Origin.GUESS


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one rule: after how many looks, what differs, and why if it was not seen or need not hold."""

    rule: Rule
    outcome: Outcome
    looks: int = 0
    differences: tuple[Difference, ...] = ()
    why: str = ""

    @property
    def faults(self) -> tuple[Difference, ...]:
        """What differs from more than a guess of ours."""
        return tuple(difference for difference in self.differences if not difference.is_ours)


def judged(rule: Rule, record: Record, situation: Situation, today: date) -> Result:
    """Judge a rule by what was exchanged."""
    sights = tuple(rule.judge(record))
    if not sights:
        return Result(rule, Outcome.NOT_EXERCISED, why=_missing(rule, situation))
    differing = tuple(Difference(rule, sight, _source(rule, sight)) for sight in sights if sight.differs)
    kept = Result(rule, Outcome.KEPT, len(sights), differing)
    result = replace(kept, outcome=Outcome.BROKEN) if kept.faults else kept
    waiver = situation.profile.waiver(rule.id)
    return result if waiver is None else _under(waiver, result, today)


def _under(waiver: Waiver, result: Result, today: date) -> Result:
    """Say what a waiver makes of a result: it excuses faults until it ends."""
    if waiver.expired(today):
        return replace(result, why=f"its waiver ended on {waiver.until}")
    return replace(result, outcome=Outcome.WAIVED, why=_waived(waiver)) if result.faults else result


def _source(rule: Rule, sight: Sight) -> Source:
    route = sight.exchange.call.route
    return sight.source or rule.relies or (route.source if route else SEED)


def _missing(rule: Rule, situation: Situation) -> str:
    if not situation.has_key:
        return "it takes a key; give one with --api-key"
    unmet = (need.otherwise for need in rule.needs if not need.met(situation))
    return next(unmet, "nothing came that would show it")


def _waived(waiver: Waiver) -> str:
    return f"{waiver.reason}, until {waiver.until}" if waiver.until else waiver.reason
