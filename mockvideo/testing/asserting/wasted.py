"""What was paid for in vain: the same submitted twice, clips that nobody fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mockvideo.core.audit import Usage
from mockvideo.core.journal import Entry
from mockvideo.core.spending import Order
from mockvideo.testing.asserting.blame import Blame
from mockvideo.testing.asserting.submitted import again, repeats
from mockvideo.testing.exchanges import Exchange
from mockvideo.wording import count


@dataclass(frozen=True, slots=True)
class Bought:
    """A submission that made a job, the exchange that told its end (None: none did), and what is known of the job."""

    submit: Exchange
    end: Exchange | None
    order: Order


def blame(exchanges: Sequence[Exchange], audit: Mapping[str, Usage], missing: int) -> Blame | None:
    """Return what was wasted; ``missing`` exchanges are forgotten and cannot be named, but their sums are known."""
    wasteful = [usage for usage in audit.values() if usage.bills.wasted.jobs]
    if not wasteful:
        return None
    bought = _bought(exchanges)
    twice, ends = _twice(bought, wasteful), _unwanted(bought, wasteful)
    numbers = sorted([*(later.number for _, later in twice), *(end.number for end in ends)])
    cures = [*(again(*pair) for pair in twice), *map(_unfetched, ends), *_forgotten(missing)]
    return Blame("; ".join(map(_sum, wasteful)), numbers, "\n".join(cures))


def entry(exchange: Exchange) -> Entry:
    """Return as much of the journal's entry as tells of spending."""
    return Entry(
        exchange.number,
        exchange.at,
        exchange.dialect,
        exchange.operation,
        exchange.method,
        exchange.path,
        exchange.status,
        state=exchange.state,
        took=exchange.took,
        refund=exchange.refund,
    )


def _twice(bought: Sequence[Bought], wasteful: Sequence[Usage]) -> list[tuple[Exchange, Exchange]]:
    """Return each submission that repeats another one, behind that; some dialects waste nothing."""
    names = {usage.dialect for usage in wasteful}
    return repeats([each.submit for each in bought if each.submit.dialect in names and not each.order.ended_badly])


def _unwanted(bought: Sequence[Bought], wasteful: Sequence[Usage]) -> list[Exchange]:
    """Return what told of a clip that nobody fetched."""
    # Where clips come inside answers, the audit knows that they were fetched.
    aware = {usage.dialect for usage in wasteful if usage.bills.unfetched.jobs}
    return [each.end for each in bought if each.end and each.order.unfetched and each.submit.dialect in aware]


def _bought(exchanges: Sequence[Exchange]) -> list[Bought]:
    """Follow each job as the audit does."""
    known: dict[tuple[str, str], Bought] = {}
    for each in exchanges:
        place = (each.dialect, each.job or "")
        if each.price is not None:
            known[place] = Bought(each, None, Order(("", each.dialect, bytes.fromhex(each.digest)), each.price))
        if place in known and each.refusal is None and not each.lost:
            known[place] = _learn(known[place], each)
    return list(known.values())


def _learn(bought: Bought, exchange: Exchange) -> Bought:
    open_before = bought.order.end is None
    bought.order.learn(entry(exchange), inline=False)
    ended = open_before and bought.order.end is not None
    return Bought(bought.submit, exchange, bought.order) if ended else bought


def _sum(usage: Usage) -> str:
    bills, unit = usage.bills, usage.currency
    parts = [
        f"{count(bill.jobs, what)} ({_amount(bill.amount)} {unit})"
        for bill, what in ((bills.duplicates, "duplicate job"), (bills.unfetched, "unfetched clip"))
        if bill.jobs
    ]
    spent = f"{_amount(bills.wasted.amount)} of {_amount(bills.submitted.amount)} {unit}"
    return f"{spent} were wasted in {usage.dialect}: {', '.join(parts)}"


def _unfetched(end: Exchange) -> str:
    return (
        f"Exchange {end.number} told that job {end.job} has succeeded, and its clip was never fetched. "
        "Download it, or do not submit what nobody wants."
    )


def _forgotten(missing: int) -> Iterator[str]:
    if missing:
        yield (
            f"The journal has forgotten the first {count(missing, 'exchange')}, so not all of it can be named here. "
            "Ask earlier, before so much else is sent."
        )


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"
