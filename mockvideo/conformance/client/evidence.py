"""What one run of a client left behind: the journal's exchanges, the client's answer, what it paid. Rules read this."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from math import inf
from typing import Literal, NamedTuple

from mockvideo.conformance.client.schedules import Event, Schedule, orders
from mockvideo.core.jobs import FINAL
from mockvideo.core.planning import SUBMISSIONS
from mockvideo.dialect import Dialect
from mockvideo.testing.exchanges import Exchange, made_jobs

# clip, junk: it handed out a file that is one, or none. done: it says that all went well, and shows no file.
# overtime, flood: it was ended after so much virtual time, or so many requests; silence: after so many real seconds.
Kind = Literal["clip", "junk", "done", "error", "overtime", "flood", "silence"]
ENDLESS = frozenset({"overtime", "flood"})
NIL = Decimal(0)
# Of a box of a clip: its size, which counts these bytes, and its kind.
HEAD = 8


class Answer(NamedTuple):
    """How a client ended; ``text`` is its error, or what is wrong with its file."""

    kind: Kind
    text: str = ""

    @property
    def succeeded(self) -> bool:
        return self.kind in {"clip", "done"}


class Strike(NamedTuple):
    """An event that came true; ``hits`` are the exchanges whose answers it changed, empty where it changed the job."""

    event: Event
    hits: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a client against one schedule.

    ``acted`` counts how often each rule of the scenario did. ``seconds`` are account time from the first request to the
    end. From ``steady`` on sleeps lasted longer than they were to, so gaps tell nothing. ``restarted`` is the number of
    the last exchange before the client was started again. ``twin`` is the same schedule with another seed.
    """

    schedule: Schedule
    dialect: Dialect
    answer: Answer
    exchanges: tuple[Exchange, ...] = ()
    acted: tuple[int, ...] = ()
    seconds: float = 0.0
    steady: float = inf
    restarted: int | None = None
    paid: Decimal = NIL
    currency: str = ""
    twin: Run | None = None

    @property
    def jobs(self) -> list[Exchange]:
        """The submissions that made a job."""
        return made_jobs(self.exchanges)

    @property
    def wasted(self) -> Decimal:
        """What was paid, or is held, beyond the one job whose clip the client got."""
        useful = self.jobs[0].price if self.answer.succeeded and self.jobs else NIL
        return max(NIL, self.paid - (useful or NIL))

    def of(self, operation: str) -> list[Exchange]:
        """The exchanges of an operation; a blocking submission is one, too."""
        names = SUBMISSIONS if operation == "submit" else (operation,)
        return [each for each in self.exchanges if each.operation in names]

    def after(self, exchange: Exchange, operation: str) -> list[Exchange]:
        """The exchanges of an operation that follow one."""
        return [each for each in self.of(operation) if each.number > exchange.number]

    @property
    def told_end(self) -> Exchange | None:
        """The first poll whose answer truly told the client that its job has ended."""
        ends = (each for each in self.of("poll") if each.state in FINAL and each.status == 200 and each.fault is None)
        return next(ends, None)

    def strikes(self) -> Iterator[Strike]:
        """Yield the events that came true."""
        for event, places in self._placed():
            hits, changed = self._hits(places), event.changes_job and any(self.acted[places.start : places.stop])
            if hits or changed or self._killed(event):
                yield Strike(event, () if changed and not event.disturbs else hits)

    def _placed(self) -> Iterator[tuple[Event, range]]:
        """Yield the events with the places of their rules in the scenario."""
        places = range(0)
        for event in self.schedule.events:
            places = range(places.stop, places.stop + len(orders(event)))
            yield event, places

    def _hits(self, places: range) -> tuple[Exchange, ...]:
        """The exchanges whose answers the rules at these places planned."""
        names = {f"(account)#{place + 1}" for place in places}
        return tuple(each for each in self.exchanges if each.rule in names)

    def _killed(self, event: Event) -> bool:
        return event.kills and self.restarted is not None

    def answered(self, answer: Answer) -> Run:
        return replace(self, answer=answer)

    def with_twin(self, twin: Run) -> Run:
        return replace(self, twin=twin)


def gaps(exchanges: list[Exchange], until: float = inf) -> list[float]:
    """The seconds between exchanges that follow one another, up to a moment."""
    moments = [each.at for each in exchanges if each.at <= until]
    return [after - before for before, after in pairwise(moments)]


def flaw(data: bytes) -> str:
    """What is wrong with the bytes of a clip; empty if nothing is.

    Only what a client can see without a decoder: that there are any, that they begin like a clip, that they are whole.
    """
    if not data:
        return "the file is empty"
    if data[4:8] != b"ftyp":
        return f"the file begins with {data[:12]!r}, which is no clip"
    place = 0
    while place + HEAD <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size < HEAD:
            break
        place += size
    return "" if place == len(data) else f"the file has {len(data):,} bytes and is cut short"
