"""The bounded record of what was asked, answered and planned: the only evidence there is."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from threading import Lock
from types import MappingProxyType
from typing import NamedTuple

from mockvideo.core.errors import Refusal
from mockvideo.core.faults import Level
from mockvideo.core.jobs import Refund
from mockvideo.core.settings import Caps

SECRET_HEADERS = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"x-api-key"})
LONGEST_HEAD = 8192
LONGEST_TEXT = 512
NO_HEADERS: Mapping[bytes, bytes] = MappingProxyType({})


class Entry(NamedTuple):
    """One exchange; a tuple because one is made for every request.

    ``at`` is account time in seconds since the account began, so that virtual replays compare equal. ``size`` counts
    the bytes of the request's body, which the journal keeps beside the entries. ``rule`` planned the error, failure or
    fault that was answered (``scenario#3``), ``misses`` says of the other rules in force why they did not match;
    ``advice`` names what the provider recommends and this request ignored. A submission has the ``digest`` of its
    normalised document and the ``price`` of its job. An answer that tells a job's end has the seconds that it ``took``
    from its submission, and what of its price came back if it ended badly (``refund``). ``fault`` is the level on which
    the answer was disturbed, and ``lost`` that its client did not learn from it what it tells here.
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
    rule: str | None = None
    hint: str | None = None
    headers: Mapping[bytes, bytes] = NO_HEADERS
    size: int = 0
    advice: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    digest: bytes = b""
    price: Decimal | None = None
    took: float | None = None
    refund: Refund = Refund.FULL
    fault: Level | None = None
    lost: bool = False

    @property
    def planned(self) -> bool:
        """Whether a scenario ordered what was answered."""
        return self.rule is not None


def redacted(headers: Mapping[bytes, bytes], credential: bytes) -> Mapping[bytes, bytes]:
    """Leave out of the headers what carries a credential, and cut what is too long to be kept.

    ``credential`` names the header where the dialect has its key.
    """
    secret = SECRET_HEADERS | {credential}
    kept = {name: value for name, value in headers.items() if name not in secret and b"token" not in name}
    if len(b"".join(kept.values())) > LONGEST_HEAD:
        return {name[:LONGEST_TEXT]: value[:LONGEST_TEXT] for name, value in kept.items()}
    return kept


@dataclass(slots=True)
class Budget:
    """Bytes of bodies that all journals of a process hold together, and how many they may."""

    most: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class Budgets:
    """What all accounts of a process share: room for bodies and uploads."""

    bodies: Budget
    uploads: Budget


Watcher = Callable[[Entry | None], object]


class Journal:
    """A ring of entries, and the newest bodies; these are bounded per entry, per journal and per process."""

    __slots__ = ("_bodies", "_budget", "_caps", "_held", "_lock", "_ring", "_watchers", "closed", "count", "number")

    def __init__(self, caps: Caps, budget: Budget) -> None:
        self._caps = caps
        self._budget = budget
        self._ring: deque[Entry] = deque()
        self._bodies: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0
        self._lock = Lock()
        self._watchers: list[Watcher] = []
        # Takes the number of the next entry, in any thread: a step in C, so that no two get the same.
        self.number: Callable[[], int] = count(1).__next__
        self.count = 0
        self.closed = False

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._ring))

    def __len__(self) -> int:
        return len(self._ring)

    def body(self, number: int) -> bytes:
        """Return what is kept of the body of an entry, by its number."""
        return self._bodies.get(number, b"")

    def note(self, entry: Entry, body: bytes = b"") -> None:
        """Add an entry; the oldest entries and the oldest bodies go when there are too many."""
        self.count += 1
        self._ring.append(entry)
        if body:
            with self._lock:
                self._keep(entry.number, body)
        if len(self._ring) > self._caps.journal_entries:
            oldest = self._ring.popleft().number
            if oldest in self._bodies:
                with self._lock:
                    self._forget(oldest)
        if self._watchers:
            self._tell(entry)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell every new entry, in the thread that notes it, and None when no more come; return what ends the watch."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def close(self) -> None:
        """Give back all room, and take none any more."""
        self.clear()
        self._budget = Budget(0)
        self.closed = True
        self._tell(None)

    def clear(self) -> None:
        """Forget the entries; the next one has the next number all the same."""
        self._ring.clear()
        with self._lock:
            for number in tuple(self._bodies):
                self._forget(number)

    def _tell(self, entry: Entry | None) -> None:
        # A copy, as a watch may end in another thread meanwhile.
        for watcher in tuple(self._watchers):
            watcher(entry)

    def _keep(self, number: int, body: bytes) -> None:
        # Not more than a whole journal holds, or the loop would find nothing left to forget.
        kept = body[: min(self._caps.journal_body, self._caps.journal_bodies)]
        while self._held + len(kept) > self._caps.journal_bodies:
            self._forget(next(iter(self._bodies)))
        size = len(kept)
        if self._budget.used + size <= self._budget.most:
            self._bodies[number] = kept
            self._held += size
            self._budget.used += size

    def _forget(self, number: int) -> None:
        # Another thread may have made room meanwhile.
        size = len(self._bodies.pop(number, b""))
        self._held -= size
        self._budget.used -= size
