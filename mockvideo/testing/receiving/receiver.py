"""A receiver of webhooks for tests that have none: it listens, verifies, remembers, and fails on request."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from types import TracebackType
from typing import Protocol, Self

from mockvideo.plain import clean
from mockvideo.testing.exchanges import dialects
from mockvideo.testing.receiving.listener import LOOPBACK, Answer, Call, Listener
from mockvideo.testing.receiving.received import Received, understood
from mockvideo.wording import brief, count

PATH = "/webhooks"
# Real seconds between two looks whether time has to go on: what is under way arrives by itself.
GLANCE = 0.05


class Sender(Protocol):
    """Whoever calls the receiver, as far as it can be asked."""

    def hasten(self) -> bool:
        """Go on to the next call that is due, if the clock is one that moves by itself; return whether it was moved."""

    def owed(self) -> str:
        """Say what has become of calls, and what to do next."""


class Receiver:
    """Listens on loopback from now on, until it is closed, and answers 200 unless it is told otherwise.

    With a ``key`` signatures are verified; ``dialect``: nobody else calls. ``sender`` is asked while a test waits,
    ``heard`` is told of each call in the receiver's thread. May be used from any thread. Raises OSError if the port is
    taken; 0 is a free one.
    """

    def __init__(
        self,
        *,
        key: str | None = None,
        dialect: str | None = None,
        port: int = 0,
        sender: Sender | None = None,
        heard: Callable[[Received], object] | None = None,
    ) -> None:
        if dialect is not None and dialect not in dialects():
            raise ValueError(f"there is no dialect {dialect!r}; there are {', '.join(dialects())}")
        self._key = key
        self._dialects = [each for name, each in dialects().items() if dialect in {None, name}]
        self._sender = sender
        self._heard = heard
        self._news = threading.Condition()
        self._received: list[Received] = []
        self._usual = Answer()
        self._next: deque[Answer] = deque()
        self._began = monotonic()
        self._listener = Listener(self._hear, port=port)
        self.url = f"http://{LOOPBACK}:{self._listener.port}{PATH}"

    def __repr__(self) -> str:
        return f"<Receiver at {self.url}, called {len(self.received)} times>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no longer; what was received stays."""
        self._listener.close()

    @property
    def received(self) -> list[Received]:
        """The calls so far, the newest last."""
        with self._news:
            return list(self._received)

    def answers(self, status: int, *, times: int | None = None, delay: float = 0.0, body: bytes = b"") -> None:
        """Answer so from now on, ``delay`` real seconds after each call; or the next so many ``times``, in turn."""
        answer = Answer(status, delay, body)
        with self._news:
            if times is None:
                self._usual = answer
            else:
                self._next.extend([answer] * times)
        self._listener.admit()

    def refuse(self) -> None:
        """Let nobody connect, until `answers` says how to go on."""
        self._listener.refuse()

    def wait(self, count: int = 1, event: str | None = None, timeout: float = 5.0) -> list[Received]:
        """Return the calls (of this event) as soon as there are so many; a clock that moves by itself goes on to them.

        Raises TimeoutError after so many real seconds, which says what came and what did not.
        """
        end = monotonic() + timeout
        while len(found := self._fitting(event)) < count:
            if monotonic() >= end:
                raise TimeoutError(self._missed(count, event, timeout))
            if self._sender is None or not self._sender.hasten():
                with self._news:
                    self._news.wait_for(lambda: len(self._fitting(event)) >= count, min(GLANCE, end - monotonic()))
        return found

    def _hear(self, call: Call) -> Answer:
        received = understood(call, self._dialects, self._key, monotonic() - self._began)
        if self._heard is not None:
            self._heard(received)
        with self._news:
            self._received.append(received)
            self._news.notify_all()
            return self._next.popleft() if self._next else self._usual

    def _fitting(self, event: str | None) -> list[Received]:
        return [each for each in self.received if event in {None, each.event}]

    def _missed(self, wanted: int, event: str | None, timeout: float) -> str:
        what = count(wanted, "call") + (f" of {event!r}" if event else "")
        came = len(self._fitting(event))
        told = [f"expected {what} within {timeout:g} s, but {came or 'none'} came", "\n".join(lines(self.received))]
        owed = self._sender.owed() if self._sender else f"Whoever is to call has to have the URL {self.url}."
        return "\n\n".join(filter(None, [*told, owed]))


def lines(received: Sequence[Received]) -> list[str]:
    """Return a line for each call."""
    return [clean(f"    {each.at:,.3f} s  {_told(each)}").rstrip() for each in received]


def _told(received: Received) -> str:
    about = [received.dialect, received.event, received.job]
    verified = f"signature fits ({received.verified})" if received.verified else ""
    return "  ".join(brief(each) for each in (f"{received.method} {received.path}", *about, verified) if each)
