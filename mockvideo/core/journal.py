"""The bounded record of what was asked, answered and planned: the only evidence there is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mockvideo.core.errors import Refusal
from mockvideo.core.settings import Caps

SECRET_HEADERS = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"x-api-key"})

Headers = Iterable[tuple[bytes, bytes]]


class Entry(NamedTuple):
    """One exchange. ``at`` is account time in seconds since the account began, so that virtual replays compare equal.

    A tuple because one is made for every request.
    """

    number: int
    at: float
    dialect: str
    operation: str
    method: str
    path: str
    status: int
    job: str | None = None
    model: str | None = None
    state: str | None = None
    refusal: Refusal | None = None
    planned: bool = False
    hint: str | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    size: int = 0


def redacted(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    """Keep the headers that carry no credential."""
    return tuple([pair for pair in headers if pair[0] not in SECRET_HEADERS and b"token" not in pair[0]])


@dataclass(slots=True)
class Budget:
    """Bytes of bodies that all journals of a process hold together, and how many they may."""

    most: int
    used: int = 0


class Journal:
    """A ring of entries; bodies are bounded per entry, per journal and per process."""

    __slots__ = ("_bodies", "_budget", "_caps", "_ring", "count")

    def __init__(self, caps: Caps, budget: Budget) -> None:
        self._caps = caps
        self._budget = budget
        self._ring: deque[Entry] = deque()
        self._bodies = 0
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._ring))

    def __len__(self) -> int:
        return len(self._ring)

    def note(self, entry: Entry) -> None:
        """Add an entry, dropping the oldest ones that no longer fit."""
        self.count += 1
        if entry.body:
            entry = self._fit(entry)
        self._ring.append(entry)
        if len(self._ring) > self._caps.journal_entries:
            self._drop()

    def clear(self) -> None:
        while self._ring:
            self._drop()

    def _fit(self, entry: Entry) -> Entry:
        body = entry.body[: min(self._caps.journal_body, self._caps.journal_bodies)]
        while self._ring and self._bodies + len(body) > self._caps.journal_bodies:
            self._drop()
        if self._budget.used + len(body) > self._budget.most:
            return entry._replace(body=b"")
        self._bodies += len(body)
        self._budget.used += len(body)
        return entry._replace(body=body)

    def _drop(self) -> None:
        size = len(self._ring.popleft().body)
        self._bodies -= size
        self._budget.used -= size
