"""What a run shows of a demand: a breach, in which it is not met; None where it is; or UNSEEN where neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import shorten
from typing import NamedTuple

from mockvideo.conformance.client.evidence import Run, Strike
from mockvideo.testing.exchanges import Exchange

LONGEST_TOLD = 200


class Breach(NamedTuple):
    """How a rule is broken, in a sentence, and by which requests (their numbers in the journal)."""

    says: str
    numbers: tuple[int, ...] = ()


class Unseen(NamedTuple):
    """The run does not show whether a rule is kept."""


UNSEEN = Unseen()
Judged = Breach | Unseen | None
Judge = Callable[[Run, Strike, float], Judged]


def after(run: Run, strike: Strike) -> list[Exchange]:
    """The exchanges of the same kind that follow the first hit."""
    return run.after(strike.hits[0], strike.event.operation)


def endless(run: Run) -> Breach:
    last = run.exchanges[-1:]
    return Breach(f"it has no end: still at it after {run.seconds:,.0f} s, with its requests", numbers(last))


def ended(run: Run) -> str:
    text = run.answer.text
    for job in run.jobs:
        text = text.replace(job.job or "", "(id)")
    # The last line of a traceback that says something; Node writes its version below it.
    said = [line for line in text.splitlines() if "rror" in line] or text.splitlines()
    return f"it ended with {shorten(said[-1] if said else run.answer.kind, LONGEST_TOLD, placeholder='…')}"


def at(strike: Strike) -> str:
    where = f"request {strike.hits[0].number} ({strike.event.operation})" if strike.hits else strike.event.operation
    return f"{where}: {strike.event.mischief}"


def numbers(exchanges: Sequence[Exchange]) -> tuple[int, ...]:
    return tuple(each.number for each in exchanges)
