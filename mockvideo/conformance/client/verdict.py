"""What a check found out: how each rule stands, and for each that is broken the smallest script that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from mockvideo.conformance.client.breach import Breach, Judged, Unseen
from mockvideo.conformance.client.demands import DEMANDS, IN_CLEAN
from mockvideo.conformance.client.evidence import NIL, Run, Strike
from mockvideo.conformance.client.rules import RULES, ClientRule
from mockvideo.conformance.client.schedules import Event, Schedule

Standing = Literal["kept", "broken", "not exercised", "inconclusive"]
NOTHING = Strike(Event("", "", 0))


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: what happened in the smallest schedule, by which requests, and what that cost for nothing."""

    rule: ClientRule
    schedule: Schedule
    says: str
    requests: tuple[int, ...] = ()
    wasted: Decimal = NIL
    currency: str = ""

    @property
    def name(self) -> str:
        """What its scenario file is called, without its ending."""
        parts = [part for event in self.schedule.events for part in (event.operation, str(event.number))]
        words = "-".join(event.mischief for event in self.schedule.events)
        kept = "".join(letter if letter.isalnum() else "-" for letter in words.lower())
        return "-".join(filter(None, f"{self.rule.id}-{'-'.join(parts)}-{kept}".split("-")))[:120]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one rule stands after ``runs`` runs that exercised it; ``note``: why it was not, or which readings pass."""

    rule: ClientRule
    standing: Standing
    findings: tuple[Finding, ...] = ()
    runs: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All rules after ``runs`` runs in so many real seconds. ``trouble``: the client fails where nothing goes wrong."""

    dialect: str
    outcomes: tuple[Outcome, ...]
    runs: int
    seconds: float
    trouble: str = ""

    def __getitem__(self, rule: str) -> Outcome:
        return next(outcome for outcome in self.outcomes if outcome.rule.id == rule)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for outcome in self.outcomes for finding in outcome.findings)

    @property
    def broken(self) -> frozenset[str]:
        """The rules that are broken."""
        return frozenset(finding.rule.id for finding in self.findings)

    def passed(self, *, strict: bool = False) -> bool:
        """Whether the client makes its clip on a good day and breaks no MUST; ``strict``: and no SHOULD."""
        levels = {"MUST", "SHOULD"} if strict else {"MUST"}
        return not self.trouble and not any(finding.rule.level in levels for finding in self.findings)


class Judgement(NamedTuple):
    """What one run shows of one rule."""

    rule: str
    run: Run
    judged: Judged

    @property
    def breach(self) -> Breach | None:
        return self.judged if isinstance(self.judged, Breach) else None

    @property
    def silent(self) -> bool:
        """Whether the client had to be ended before the rule could be judged."""
        return self.judged is None and self.run.answer.kind == "silence"


def judge(run: Run) -> Iterator[Judgement]:
    """Yield what a run shows of the rules that it exercises."""
    if not run.schedule.events:
        yield from (Judgement(rule, run, look(run, NOTHING, 0)) for rule, look in IN_CLEAN.items())
    for strike in run.strikes():
        for rule, demand in strike.event.words.demands.items():
            yield Judgement(rule, run, DEMANDS[demand.kind](run, strike, demand.amount))


def summed(judgements: Iterable[Judgement], rules: Sequence[str], limit: float) -> tuple[Outcome, ...]:
    """Return how these rules stand; a client that was silent was ended after so many real seconds."""
    by_rule: dict[str, list[Judgement]] = {rule: [] for rule in rules}
    for judgement in judgements:
        if judgement.rule in by_rule and not isinstance(judgement.judged, Unseen):
            by_rule[judgement.rule].append(judgement)
    return tuple(_outcome(RULES[rule], seen, limit) for rule, seen in by_rule.items())


def _outcome(rule: ClientRule, seen: Sequence[Judgement], limit: float) -> Outcome:
    findings = _findings(rule, seen)
    if findings:
        return Outcome(rule, "broken", findings, len(seen), rule.note)
    if any(judgement.silent for judgement in seen):
        return Outcome(rule, "inconclusive", (), len(seen), f"after {limit:g} s in which the client did not end")
    if not seen:
        return Outcome(rule, "not exercised", (), 0, rule.note or "nothing that happened is about it")
    return Outcome(rule, "kept", (), len(seen), rule.note)


def _findings(rule: ClientRule, seen: Sequence[Judgement]) -> tuple[Finding, ...]:
    """The breaches, one for each cause: the same mischief at another request, or beside others, is no other one."""
    causes: dict[frozenset[str], Finding] = {}
    for judgement in sorted(seen, key=lambda each: _size(each.run.schedule)):
        run, breach = judgement.run, judgement.breach
        cause = frozenset(event.mischief for event in run.schedule.events)
        if breach is not None and not any(known <= cause for known in causes):
            causes[cause] = Finding(rule, run.schedule, breach.says, breach.numbers, run.wasted, run.currency)
    return tuple(causes.values())


def _size(schedule: Schedule) -> tuple[int, int]:
    return len(schedule.events), sum(event.number for event in schedule.events)


def costs(verdict: Verdict) -> Mapping[str, Decimal]:
    """What the findings cost for nothing, each schedule once, by currency."""
    spent: dict[str, Decimal] = {}
    counted: set[Schedule] = set()
    for finding in verdict.findings:
        if finding.wasted and finding.schedule not in counted:
            counted.add(finding.schedule)
            spent[finding.currency] = spent.get(finding.currency, NIL) + finding.wasted
    return spent
