"""What a run was: a table for people, or a line for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import NamedTuple

from mockvideo.cli.terminal import Paint
from mockvideo.core.audit import Report, Usage
from mockvideo.core.spending import Bill

GAP = "  "
NOTHING = "-"


class Fact(NamedTuple):
    """A row: what it is about, what a dialect's column says of it (empty: nothing), and in which colour."""

    about: str
    say: Callable[[Usage], str]
    colour: str | None = None


def page(report: Report, paint: Paint) -> str:
    """Return a table with a column for each dialect that has jobs, and a row for each fact that any of them has."""
    usages = [usage for usage in report.dialects if usage.bills.submitted.jobs]
    rows = _rows(usages)
    widths = [max(map(len, column)) for column in zip(*(cells for _, cells in rows), strict=True)]
    lines = [_line(fact, _justified(cells, widths), paint) for fact, cells in rows]
    notes = [GAP + paint(note, dim=True) for note in _notes(report)]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def record(report: Report) -> str:
    """Return a line of JSON; amounts are texts, because they are exact."""
    return json.dumps({"summary": asdict(report)}, default=str)


def _rows(usages: list[Usage]) -> list[tuple[Fact, list[str]]]:
    """Return the facts that any of these has, with what each says of them."""
    told = ((fact, [fact.say(usage) for usage in usages]) for fact in FACTS)
    return [(fact, cells) for fact, cells in told if any(cells)]


def _justified(cells: list[str], widths: list[int]) -> list[str]:
    return [(cell or NOTHING).rjust(width) for cell, width in zip(cells, widths, strict=True)]


def _line(fact: Fact, cells: list[str], paint: Paint) -> str:
    shown = [paint(cell, fg=fact.colour) if cell.strip() != NOTHING else paint(cell, dim=True) for cell in cells]
    return GAP.join(["", paint(fact.about.ljust(LABEL), dim=True), *shown])


def _notes(report: Report) -> Iterator[str]:
    if any(usage.bills.unfinished.jobs for usage in report.dialects):
        yield "Unfinished is what an answer told last; nobody asked again."
    if any(usage.bills.duplicates.jobs for usage in report.dialects):
        yield "A duplicate is the same request submitted again; some are intended."
    if report.forgotten:
        yield f"{report.forgotten:,} older jobs count as they were told at first, and not in the times."


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _bill(bill: Bill) -> str:
    cost = f" ({bill.amount.normalize():,f})" if bill.amount else ""
    return f"{bill.jobs:,}{cost}" if bill.jobs else ""


def _money(bill: Bill, currency: str) -> str:
    return f"{bill.amount.normalize():,f} {currency}" if bill.jobs else "nothing"


def _seconds(time: float | None) -> str:
    return "" if time is None else f"{time:,.1f} s"


def _obeyed(usage: Usage) -> str:
    judged = usage.traffic.obeyed + usage.traffic.ignored
    return f"{usage.traffic.obeyed:,} of {judged:,}" if judged else ""


FACTS = (
    Fact("", lambda usage: usage.dialect, "cyan"),
    Fact("jobs", lambda usage: _count(usage.bills.submitted.jobs)),
    Fact("succeeded", lambda usage: _count(usage.bills.succeeded.jobs), "green"),
    Fact("failed", lambda usage: _bill(usage.bills.failed), "red"),
    Fact("cancelled", lambda usage: _bill(usage.bills.cancelled), "magenta"),
    Fact("unfinished", lambda usage: _bill(usage.bills.unfinished), "yellow"),
    Fact("submit to end, median", lambda usage: _seconds(usage.median)),
    Fact("submit to end, p95", lambda usage: _seconds(usage.p95)),
    Fact("requests", lambda usage: _count(usage.traffic.requests)),
    Fact("retries", lambda usage: _count(usage.traffic.retries)),
    Fact("answered 429", lambda usage: _count(usage.traffic.limited)),
    Fact("Retry-After obeyed", _obeyed),
    Fact("duplicate submits", lambda usage: _bill(usage.bills.duplicates), "yellow"),
    Fact("clips never fetched", lambda usage: _bill(usage.bills.unfetched), "yellow"),
    Fact("polls after the end", lambda usage: _count(usage.traffic.late_polls), "yellow"),
    Fact("cost", lambda usage: _money(usage.bills.submitted, usage.currency)),
    Fact("wasted", lambda usage: _money(usage.bills.wasted, usage.currency)),
)
LABEL = max(len(fact.about) for fact in FACTS)
