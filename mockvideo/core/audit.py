"""What a run was, counted from the journal's entries as they are written: jobs, their time, retries, cost and waste."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from math import ceil
from typing import Any

from mockvideo.core.errors import HttpDate, Literally, Refusal
from mockvideo.core.journal import Entry
from mockvideo.core.spending import Bills, Books, Order

MOST = 10_000
# What a client may well ask for once more, beside everything from 500 on.
AGAIN = frozenset({408, 409, 429})
# Moments are differences of seconds since the epoch, which floats hold to less than a microsecond.
TOLERANCE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was asked of a dialect, and how its clients took a no.

    ``retries`` repeat a request of the same account that was answered 408, 409, 429 or from 500 on, or whose answer was
    lost: same operation, path and digest (or size, where it was refused before it had a digest). ``limited`` are the
    answers 429 that arrived. One that says how long to wait was ``obeyed`` if the account's next request for this
    operation came not before that, else ``ignored``; one that was on its way already came too early as well, because
    nothing tells when it was sent. ``late_polls`` ask for a job whose end an answer had told.
    """

    requests: int = 0
    retries: int = 0
    limited: int = 0
    obeyed: int = 0
    ignored: int = 0
    late_polls: int = 0


COUNTED = tuple(field.name for field in fields(Traffic))


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A run in one dialect. ``median`` and ``p95`` (nearest rank) are account seconds from submission to end."""

    dialect: str
    currency: str
    bills: Bills
    traffic: Traffic
    median: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A run, dialect by dialect in the order of their names.

    The bills of jobs that were ``forgotten`` are as they had been told until then; their times are left out.
    """

    dialects: tuple[Usage, ...] = ()
    forgotten: int = 0

    @property
    def jobs(self) -> int:
        """How many jobs were submitted."""
        return sum(usage.bills.submitted.jobs for usage in self.dialects)


class Audit:
    """Counts entries, of one account or of many; to be called from one thread at a time.

    Its memory is bounded: it knows ``most`` jobs (less than a kilobyte each), as many digests of jobs that it has
    forgotten, and as many refused requests and times to wait that nobody has come back for. The oldest go first.
    ``currencies`` are by dialect; ``inline``: an answer that tells success holds the clips themselves.
    """

    __slots__ = ("_books", "_currencies", "_forgotten", "_inline", "_most", "_orders", "_refused", "_traffic", "_waits")

    def __init__(self, currencies: Mapping[str, str], *, inline: bool = False, most: int = MOST) -> None:
        self._currencies = currencies
        self._inline = inline
        self._most = most
        self._orders: OrderedDict[tuple[str, str, str], Order] = OrderedDict()
        self._books = Books(most)
        self._forgotten = 0
        self._traffic: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
        self._refused: OrderedDict[tuple[Hashable, ...], None] = OrderedDict()
        self._waits: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def note(self, entry: Entry, tag: str) -> None:
        """Count an entry of the account with this tag."""
        counts = self._traffic[entry.dialect]
        counts["requests"] += 1
        if self._waits:
            self._judge(entry, tag, counts)
        if self._refused and self._repeats(entry, tag):
            counts["retries"] += 1
        if _is_to_repeat(entry):
            self._refuse(entry, tag, counts)
        if entry.job is not None:
            self._follow((tag, entry.dialect, entry.job), entry, counts)

    def report(self) -> Report:
        """Return what the run was until now."""
        books = self._books.copy()
        times: dict[str, list[float]] = defaultdict(list)
        for order in self._orders.values():
            books.enter(order)
            if order.took is not None:
                times[order.source[1]].append(order.took)
        usages = (
            Usage(
                dialect=name,
                currency=self._currencies[name],
                bills=books.bills(name),
                traffic=Traffic(**self._traffic[name]),
                median=_rank(times[name], 0.5),
                p95=_rank(times[name], 0.95),
            )
            for name in sorted(self._traffic)
        )
        return Report(tuple(usages), self._forgotten)

    def _judge(self, entry: Entry, tag: str, counts: dict[str, int]) -> None:
        """Say whether a request came as late as a 429 had asked for."""
        until = self._waits.pop((tag, entry.dialect, entry.operation), None)
        if until is not None:
            counts["obeyed" if entry.at >= until - TOLERANCE else "ignored"] += 1

    def _repeats(self, entry: Entry, tag: str) -> bool:
        """Whether a request is the retry of a refused one, which thereby is done with."""
        asked = (tag, entry.dialect, entry.operation, entry.path)
        found = self._refused.keys() & {(*asked, entry.digest), (*asked, entry.size)}
        for place in found:
            del self._refused[place]
        return bool(found)

    def _refuse(self, entry: Entry, tag: str, counts: dict[str, int]) -> None:
        place = (tag, entry.dialect, entry.operation)
        self._refused[*place, entry.path, entry.digest or entry.size] = None
        self._bound(self._refused)
        if entry.status != 429 or (entry.lost and entry.fault == "connection"):
            return
        counts["limited"] += 1
        # A gateway's 429 does not tell what the answer behind it did.
        wait = None if entry.lost else _wait(entry.refusal)
        if wait is not None:
            self._waits[place] = entry.at + wait
            self._bound(self._waits)

    def _bound(self, kept: OrderedDict[Any, Any]) -> None:
        """Forget the oldest where there are too many."""
        if len(kept) > self._most:
            kept.popitem(last=False)

    def _follow(self, place: tuple[str, str, str], entry: Entry, counts: dict[str, int]) -> None:
        """Learn what an entry tells of its job."""
        order = self._orders.get(place)
        if order is None:
            # Of a job that is unknown, only its submission tells enough.
            if entry.price is None:
                return
            order = self._orders[place] = Order((*place[:2], entry.digest), entry.price)
            if len(self._orders) > self._most:
                self._books.enter(self._orders.popitem(last=False)[1])
                self._forgotten += 1
        elif order.end is not None and entry.operation == "poll":
            counts["late_polls"] += 1
        # Neither a refusal nor an answer that never arrived tells of a job.
        if entry.refusal is None and not entry.lost:
            order.learn(entry, inline=self._inline)


def _is_to_repeat(entry: Entry) -> bool:
    """Whether its client may well ask once more; one that is led elsewhere does that, too, but not for its own sake."""
    return entry.status >= 500 or entry.status in AGAIN or (entry.lost and entry.status // 100 != 3)


def _wait(refusal: Refusal | None) -> float | None:
    """The seconds that a refusal tells to wait; None if it does not, or in no way that can be read."""
    if refusal is None or isinstance(refusal.retry_after, Literally):
        return None
    wait = refusal.retry_after
    return wait.date if isinstance(wait, HttpDate) else wait


def _rank(times: list[float], share: float) -> float | None:
    """The time within which that share of jobs had ended (nearest rank)."""
    return sorted(times)[ceil(share * len(times)) - 1] if times else None
