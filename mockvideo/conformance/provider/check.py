"""Examines one server, and judges what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from mockvideo.conformance.provider import machine
from mockvideo.conformance.provider.exchange import Record
from mockvideo.conformance.provider.probes import free, metered, states
from mockvideo.conformance.provider.report import Report
from mockvideo.conformance.provider.rule import Situation, judged
from mockvideo.conformance.provider.rules import RULES
from mockvideo.conformance.provider.target import Target, opened

# How many orders of requests are searched, where accounts cost nothing.
EXAMPLES = 20


def check_provider(
    target: Target, *, max_jobs: int | None = None, examples: int = EXAMPLES, told: Callable[[str], object] = str
) -> Report:
    """Judge whether a server keeps the contract of its dialect.

    At most ``max_jobs`` jobs are made (None: five, and no limit in accounts of a control API), none at all on the tier
    ``free``. ``told`` hears what is being done. Raises UnreachableError, and ControlError for a control API that fails.
    """
    dialect = target.dialect
    if target.metered and not target.has_key:
        raise ValueError("jobs take a key: give one with --api-key, or stay with --tier free")
    known = [] if target.profile.model is None else [target.profile.model]
    _refuse_unknown("model", known, list(dialect.catalog.rows))
    _refuse_unknown("rule", [waiver.rule for waiver in target.profile.waivers], [rule.id for rule in RULES])
    today = datetime.now(UTC).date()
    with opened(target, max_jobs) as bench:
        situation = Situation(dialect, target.profile, target.metered, bench.makes_accounts, target.has_key)
        told("asks for what makes no job")
        with bench.session() as session:
            free.ask(session, target.profile, has_key=target.has_key)
        if situation.metered:
            told("follows a job, and tries the limits of models")
            metered.ask(bench)
            told("looks at accounts in other states")
            states.ask(bench)
            told("searches for orders of requests that break a rule")
            machine.search(bench, situation, today, examples)
        record = Record(dialect, tuple(bench.recorder.exchanges))
        results = tuple(judged(rule, record, situation, today) for rule in RULES)
        return Report(dialect.name, target.base_url, results, record, bench.budget.made, bench.budget.requests)


def _refuse_unknown(what: str, named: Sequence[str], known: Sequence[str]) -> None:
    """Raise ValueError if a profile names something that there is not."""
    for name in named:
        if name not in known:
            near = ", ".join(get_close_matches(name, known)) or f"one of {', '.join(known)}"
            raise ValueError(f"the profile names the {what} {name!r}, which there is not; did you mean {near}?")
