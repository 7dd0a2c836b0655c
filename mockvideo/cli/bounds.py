"""What a run had to hold, and whether it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mockvideo.cli.evidence import Sightings
from mockvideo.cli.relay import Ending
from mockvideo.core.audit import Report, Usage


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a run may come to at most: a cost in each currency, and jobs that were for nothing."""

    cost: Decimal | None = None
    waste: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that had to hold, what was found, and what to do if it does not (``cure``, empty if it does).

    ``seconds`` is how long it took to find out.
    """

    name: str
    found: str
    cure: str = ""
    seconds: float = 0.0

    @property
    def broken(self) -> bool:
        return bool(self.cure)


def judge(ending: Ending, report: Report, unplanned: Sightings, bounds: Bounds) -> list[Check]:
    """Return the checks of a run, that of the command first; of one that never began there is nothing else to say."""
    if ending.trouble:
        return [Check("command", f"exit status {ending.status}", ending.trouble)]
    cure = "What it printed says why." if ending.status else ""
    checks = [Check("command", f"exit status {ending.status} after {ending.seconds:.1f} s", cure, ending.seconds)]
    if bounds.cost is not None:
        checks.append(_cost(report, bounds.cost))
    if bounds.waste is not None:
        checks.append(_waste(report, bounds.waste))
    return [*checks, _unplanned(unplanned)]


def _cost(report: Report, most: Decimal) -> Check:
    """Compare the sum in each currency with the bound."""
    spent = _by_currency(report)
    sums = {currency: _sum(usages) for currency, usages in spent.items()}
    said = [f"{_plain(sums[currency])} {currency} ({_names(usages)})" for currency, usages in spent.items()]
    dear = [usage.dialect for currency, usages in spent.items() if sums[currency] > most for usage in usages]
    cure = f"Prices are in mockvideo models {' or '.join(dear)}; render less, or raise --max-cost." if dear else ""
    return Check(f"max-cost {_plain(most)}", ", ".join(said) or "nothing", cure)


def _by_currency(report: Report) -> dict[str, list[Usage]]:
    spent: dict[str, list[Usage]] = {}
    for usage in report.dialects:
        if usage.bills.submitted.jobs:
            spent.setdefault(usage.currency, []).append(usage)
    return spent


def _sum(usages: list[Usage]) -> Decimal | int:
    return sum(usage.bills.submitted.amount for usage in usages)


def _waste(report: Report, most: int) -> Check:
    wasted = sum(usage.bills.wasted.jobs for usage in report.dialects)
    said = "; ".join(f"{usage.dialect}: {_wasted(usage)}" for usage in report.dialects if usage.bills.wasted.jobs)
    cure = " ".join([*_lessons(report), f"Or allow it: --max-waste {wasted}."]) if wasted > most else ""
    return Check(f"max-waste {most}", said or "nothing", cure)


def _wasted(usage: Usage) -> str:
    bills = usage.bills
    counts = ((bills.duplicates.jobs, "submitted again"), (bills.unfetched.jobs, "clips never fetched"))
    said = " and ".join(f"{jobs:,} {what}" for jobs, what in counts if jobs)
    return f"{said} ({_plain(bills.wasted.amount)} {usage.currency})"


def _lessons(report: Report) -> Iterator[str]:
    if any(usage.bills.duplicates.jobs for usage in report.dialects):
        yield "Submit each request once: after an answer that was slow or lost, look for its job before sending again."
    if any(usage.bills.unfetched.jobs for usage in report.dialects):
        yield "Fetch each clip that is done."


def _unplanned(sightings: Sightings) -> Check:
    cure = "No rule ordered this: do what it says, or report it." if sightings else ""
    return Check("unplanned 5xx", "; ".join(sightings) or "none", cure)


def _names(usages: list[Usage]) -> str:
    return ", ".join(usage.dialect for usage in usages)


def _plain(amount: Decimal | int) -> str:
    return f"{Decimal(amount).normalize():,f}"
