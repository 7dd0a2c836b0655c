"""What jobs came to, and what of it was wasted, from what answers told of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal

from mockvideo.core.jobs import FINAL, Refund, State
from mockvideo.core.journal import Entry

NIL = Decimal(0)
COSTS = {Refund.FULL: 0, Refund.NONE: 1, Refund.TWICE: -1}


@dataclass(frozen=True, slots=True)
class Bill:
    """So many jobs, and what they cost together in the dialect's currency."""

    jobs: int = 0
    amount: Decimal = NIL


NOTHING = Bill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """The jobs of a dialect by how they ended, as last told, and what of them was wasted.

    A job that failed or was cancelled costs nothing, unless its end was told with another refund; one that is
    ``unfinished`` costs its price. ``duplicates``: of the jobs that came of the same request (of the same account, with
    the same digest) and did not end badly, all but the first; some are intended. An idempotent replay makes no job.
    ``unfetched``: jobs that succeeded and whose clips nobody fetched, not even in part; a clip inside an answer is
    fetched with it. ``wasted`` are the jobs that are one or the other.
    """

    submitted: Bill = NOTHING
    succeeded: Bill = NOTHING
    failed: Bill = NOTHING
    cancelled: Bill = NOTHING
    unfinished: Bill = NOTHING
    duplicates: Bill = NOTHING
    unfetched: Bill = NOTHING
    wasted: Bill = NOTHING


HEADINGS = tuple(field.name for field in fields(Bills))


@dataclass(slots=True)
class Order:
    """What is known of a job; ``end`` is its final state once an answer has told it, ``took`` in account seconds.

    ``source`` is what it came of: the tag of its account, its dialect, the digest of its request.
    """

    source: tuple[str, str, bytes]
    price: Decimal
    end: str | None = None
    took: float | None = None
    refund: Refund = Refund.FULL
    fetched: bool = False

    @property
    def ended_badly(self) -> bool:
        return self.end in {State.FAILED, State.CANCELLED}

    @property
    def unfetched(self) -> bool:
        return self.end == State.SUCCEEDED and not self.fetched

    @property
    def cost(self) -> Decimal:
        return self.price * COSTS[self.refund] if self.ended_badly else self.price

    def learn(self, entry: Entry, *, inline: bool) -> None:
        """Take what an answer tells; ``inline``: one that tells success holds the clips."""
        if self.end is None:
            if entry.state not in FINAL:
                return
            self.end, self.took, self.refund = entry.state, entry.took, entry.refund
        if self.unfetched:
            self.fetched = inline or entry.operation == "generate" or hands_out(entry)


def hands_out(entry: Entry) -> bool:
    """Whether an answer is a clip, or a part of one."""
    return entry.operation == "content" and entry.method == "GET" and entry.status in {200, 206}


class Books:
    """The bills of jobs that are entered in the order of their submission, by dialect.

    A digest is known again as long as not ``most`` others have come after it.
    """

    __slots__ = ("_bills", "_most", "_paid")

    def __init__(self, most: int) -> None:
        self._most = most
        self._bills: dict[tuple[str, str], Bill] = {}
        self._paid: OrderedDict[tuple[str, str, bytes], None] = OrderedDict()

    def copy(self) -> Books:
        made = Books(self._most)
        made._bills, made._paid = self._bills.copy(), self._paid.copy()
        return made

    def enter(self, order: Order) -> None:
        dialect, cost = order.source[1], order.cost
        for heading in _headings(order, again=self._again(order)):
            bill = self._bills.get((dialect, heading), NOTHING)
            self._bills[dialect, heading] = Bill(bill.jobs + 1, bill.amount + cost)

    def bills(self, dialect: str) -> Bills:
        return Bills(**{heading: self._bills.get((dialect, heading), NOTHING) for heading in HEADINGS})

    def _again(self, order: Order) -> bool:
        """Whether the same request has made a job already, neither of which ended badly."""
        if order.ended_badly:
            return False
        known = order.source in self._paid
        self._paid[order.source] = None
        if len(self._paid) > self._most:
            self._paid.popitem(last=False)
        return known


def _headings(order: Order, *, again: bool) -> Iterator[str]:
    yield "submitted"
    yield order.end or "unfinished"
    if again:
        yield "duplicates"
    if order.unfetched:
        yield "unfetched"
    if again or order.unfetched:
        yield "wasted"
