"""What happens on the wire to one answer: from its bytes and what was ordered to steps, without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from mockvideo.core.faults import Connection

# A bandwidth is kept by so many pieces a second.
TICKS = 20


class Wire(NamedTuple):
    """What our own transport does beside sending an answer.

    ``zeros`` follow its body, which are not in memory; its ``connection`` fails. An answer whose end cannot be found
    is the last one (``last``), and one that is ``headless`` no HTTP at all.
    """

    zeros: int = 0
    connection: Connection | None = None
    last: bool = False
    headless: bool = False


class Send(NamedTuple):
    """Send bytes, and so many zeros after them."""

    data: bytes | memoryview
    zeros: int = 0

    @property
    def size(self) -> int:
        return len(self.data) + self.zeros

    @property
    def wire(self) -> Wire | None:
        """What takes our own transport to send this, if anything does."""
        return Wire(zeros=self.zeros) if self.zeros else None

    def part(self, start: int, stop: int) -> Send:
        zeros = min(stop, self.size) - max(start, len(self.data))
        return Send(memoryview(self.data)[start:stop], max(0, zeros))

    def pieces(self, size: int) -> Iterator[Send]:
        return (self.part(start, start + size) for start in range(0, self.size, size))


class Pause(NamedTuple):
    """Wait so many real seconds."""

    seconds: float


class End(StrEnum):
    """What becomes of the connection."""

    RESET = "reset"
    CLOSE = "close"
    HANG = "hang"
    KEEP = "keep"


Step = Send | Pause | End

SOUND = Connection()


def steps(head: bytes, body: bytes | memoryview, wire: Wire) -> Iterator[Step]:
    """Yield what is to be done with an answer; the last step, and only that, is an ``End``."""
    fault = wire.connection or SOUND
    head = b"" if wire.headless else head
    whole = Send(b"".join((head, body)), wire.zeros)
    part, end = _failure(fault) or ("", End.CLOSE if fault.not_kept or wire.last else End.KEEP)
    stops = {"before": 0, "head": int(len(head) * fault.at), "body": len(head) + int(_below(whole, head) * fault.at)}
    if fault.delay:
        yield Pause(fault.delay)
    yield from _paced(whole.part(0, stops.get(part, whole.size)), len(head), fault)
    yield end


def _below(whole: Send, head: bytes) -> int:
    return whole.size - len(head)


def _failure(fault: Connection) -> tuple[str, End] | None:
    """Where the connection fails, and how."""
    parts = ((fault.reset, End.RESET), (fault.close, End.CLOSE), (fault.hang, End.HANG))
    return next(((part, end) for part, end in parts if part is not None), None)


def _paced(sent: Send, head: int, fault: Connection) -> Iterator[Step]:
    """Send as fast as is ordered; the first so many bytes are the head."""
    if fault.bandwidth is not None:
        piece = max(1, fault.bandwidth // TICKS)
        yield from _crawl(sent, piece, piece / fault.bandwidth)
        return
    start, stop = {"head": (0, head), "body": (head, sent.size)}.get(fault.drip or "", (0, 0))
    yield from _all(sent.part(0, start))
    yield from _crawl(sent.part(start, stop), fault.piece, fault.every)
    yield from _all(sent.part(stop, sent.size))


def _all(sent: Send) -> Iterator[Step]:
    if sent.size:
        yield sent


def _crawl(sent: Send, piece: int, every: float) -> Iterator[Step]:
    for number, part in enumerate(sent.pieces(piece)):
        if number:
            yield Pause(every)
        yield part
