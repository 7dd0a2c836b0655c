"""The bundled load generator: raw asyncio, keep-alive, one request at a time on each connection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

from tests.benchmarks.traffic import DidNotRunError, Reading, Traffic

LONGEST = 45.0  # seconds after which a run ends that has more to send
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

Keep = Callable[[bytes], None]


def run(
    traffic: Traffic,
    connections: int,
    seconds: float = LONGEST,
    *,
    most: int | None = None,
    keep: Keep | None = None,
) -> Reading:
    """Send traffic, at most so many requests, until the time is up; ``keep`` gets the body of every answer."""
    return asyncio.run(drive(traffic, connections, seconds, most=most, keep=keep))


async def drive(
    traffic: Traffic, connections: int, seconds: float, *, most: int | None = None, keep: Keep | None = None
) -> Reading:
    """Do the same inside a running loop."""
    loop = asyncio.get_running_loop()
    host, _, port = urlsplit(traffic.url).netloc.rpartition(":")
    errand = _Errand(islice(traffic.messages(), most), loop.create_future(), connections, keep)
    lines: list[_Line] = []
    try:
        # A server that is busy with the first connections accepts the last ones late: send when all are there.
        for _ in range(connections):
            _, line = await loop.create_connection(lambda: _Line(errand), host, int(port))
            lines.append(line)
        begin = perf_counter()
        for line in lines:
            line.send()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await errand.finished
        elapsed = perf_counter() - begin
    finally:
        for line in lines:
            line.transport.abort()
    return _reading(errand.latencies, connections, elapsed)


class _Errand:
    """What all connections of one run share."""

    def __init__(
        self, messages: Iterator[bytes], finished: asyncio.Future[None], connections: int, keep: Keep | None
    ) -> None:
        self.messages = messages
        self.finished = finished
        self.latencies: list[float] = []
        self.keep = keep
        self._busy = connections

    def leave(self) -> None:
        self._busy -= 1
        if not self._busy and not self.finished.done():
            self.finished.set_result(None)

    def fail(self, message: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(DidNotRunError(message))


class _Line(asyncio.Protocol):
    """One connection: sends the next request when the last answer is complete."""

    def __init__(self, errand: _Errand) -> None:
        self._errand = errand
        self._answer = bytearray()
        self._body = self._end = 0
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._end:
            self._read_head()
        if self._end and len(self._answer) >= self._end:
            self._errand.latencies.append(perf_counter() - self._sent)
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._errand.fail("The server closed a connection in the middle of a run.")

    def send(self) -> None:
        message = next(self._errand.messages, None)
        if message is None:
            self._errand.leave()
            return
        self._sent = perf_counter()
        self.transport.write(message)

    def _read_head(self) -> None:
        end = self._answer.find(b"\r\n\r\n")
        if end >= 0:
            length = LENGTH.search(self._answer, 0, end)
            self._body = end + 4
            self._end = self._body + (int(length[1]) if length else 0)

    def _finish(self) -> None:
        status = int(self._answer[9:12])
        if status > 399:
            self._errand.fail(f"The server answered {status}: {bytes(self._answer[self._body :])!r:.300}")
            return
        if self._errand.keep:
            self._errand.keep(bytes(self._answer[self._body :]))
        self._answer.clear()
        self._end = 0
        self.send()


def _reading(latencies: list[float], connections: int, seconds: float) -> Reading:
    if not latencies:
        raise DidNotRunError(f"The server answered nothing within {seconds:.1f} s.")
    ordered = sorted(corrected(latencies, seconds * connections / len(latencies)))
    p50, p99 = (ordered[int(len(ordered) * share)] * 1e6 for share in (0.5, 0.99))
    return Reading(len(latencies), seconds, p50, p99)


def corrected(latencies: list[float], interval: float) -> list[float]:
    """Add the waits of requests that would have come every ``interval`` had the client not waited, as wrk does."""
    missed = []
    for latency in latencies:
        wait = latency - interval
        while wait > interval:
            missed.append(wait)
            wait -= interval
    return latencies + missed
