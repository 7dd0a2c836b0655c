"""Exchanges in lines, numbered as the journal numbers them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mockvideo.plain import clean
from mockvideo.testing.exchanges import Exchange, dialects
from mockvideo.wording import outcome, unplanned

AROUND = 3  # exchanges before and after one that matters
MOST = 20
OURS = "(no rule planned this: an error of mockvideo itself, please report it)"


def lines(exchanges: Sequence[Exchange], marked: Collection[int] = ()) -> list[str]:
    """Return a line for each exchange; ``>`` stands before those with a marked number, ``!`` before our own errors."""
    heads = [_head(each) for each in exchanges]
    widths = [max(map(len, column)) for column in zip(*heads, strict=True)]
    return [
        clean(f"  {_mark(each, marked)} {_justified(head, widths)}  {_tail(each)}").rstrip()
        for each, head in zip(exchanges, heads, strict=True)
    ]


def around(exchanges: Sequence[Exchange], marked: Collection[int]) -> list[str]:
    """Return the lines of the marked exchanges and of those near them; without any, of the last."""
    shown = _near(exchanges, marked)[:MOST] or range(len(exchanges))[-2 * AROUND :]
    told = lines([exchanges[place] for place in shown], marked)
    return [line for place, text in zip(shown, told, strict=True) for line in _with_gap(place, shown, text)]


def _near(exchanges: Sequence[Exchange], marked: Collection[int]) -> list[int]:
    """The places of the marked exchanges and of those near them."""
    places = [place for place, each in enumerate(exchanges) if each.number in marked]
    return [place for place in range(len(exchanges)) if any(abs(place - other) <= AROUND for other in places)]


def _with_gap(place: int, shown: Sequence[int], text: str) -> list[str]:
    return ["    …", text] if place and place - 1 not in shown else [text]


def _head(exchange: Exchange) -> tuple[str, ...]:
    return (str(exchange.number), f"{exchange.at:,.1f} s", exchange.dialect, exchange.operation or exchange.method)


def _justified(head: Sequence[str], widths: Sequence[int]) -> str:
    number, at, *words = (
        cell.rjust(width) if place < 2 else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(head, widths, strict=True))
    )
    return "  ".join([number, at, *words])


def _tail(exchange: Exchange) -> str:
    told = outcome(exchange, dialects().get(exchange.dialect))
    job = [exchange.job] if exchange.job else []
    ours = [OURS] if unplanned(exchange) else []
    return "  ".join([told.status, told.word.ljust(9), told.about, *job, *told.notes, *ours])


def _mark(exchange: Exchange, marked: Collection[int]) -> str:
    if exchange.number in marked:
        return ">"
    return "!" if unplanned(exchange) else " "
