"""What one account owes to webhooks, bounded: what is due, what is under way, how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from threading import RLock

from mockvideo.core.deliveries import Attempt, Delivery
from mockvideo.core.jobs import Job
from mockvideo.core.journal import Budget
from mockvideo.core.settings import Caps
from mockvideo.core.store import Store

# When a try is due, in which order those of one moment are, and of what.
Try = tuple[float, int, str]
# A dialect, and the id of a job.
Place = tuple[str, str]


class Outbox:
    """The deliveries of one account, the oldest first; finished ones go when there are too many.

    Whoever delivers hears by ``watch`` that there is news, takes what is due, tries, and notes how it went. Safe to
    call from any thread, under the account's own lock.
    """

    __slots__ = (
        *("_caps", "_finished", "_heavy", "_held", "_kept", "_lock", "_order"),
        *("_room", "_store", "_tries", "_under_way", "_used", "_waiting", "_watchers", "number"),
    )

    def __init__(self, store: Store, caps: Caps, room: Budget, lock: RLock) -> None:
        self._store = store
        self._caps = caps
        self._room = room
        self._lock = lock
        self._kept: dict[str, Delivery] = {}
        self._finished: dict[str, None] = {}
        # By job: what is under way, which tries wait until that is over, what comes after the job's next delivery.
        self._under_way: dict[Place, str] = {}
        self._waiting: dict[Place, list[Try]] = {}
        self._held: dict[Place, Delivery] = {}
        self._tries: list[Try] = []
        self._order = count(1).__next__
        self.number = count(1).__next__
        # Bytes of attempts, by delivery.
        self._heavy: dict[str, int] = {}
        self._used = 0
        self._watchers: list[Callable[[], object]] = []

    def __iter__(self) -> Iterator[Delivery]:
        with self._lock:
            return iter(tuple(self._kept.values()))

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def pending(self) -> int:
        """How many deliveries are not over yet."""
        return len(self._kept) - len(self._finished)

    def get(self, name: str) -> Delivery | None:
        return self._kept.get(name)

    def watch(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call back whenever there is news, in the thread that brings it, under the lock; return what ends the watch.

        News are deliveries, outcomes, and jobs from now on that will have some.
        """
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def wake(self) -> None:
        """Tell the watchers that there is news."""
        # A copy, as a watch may end in another thread meanwhile.
        for watcher in tuple(self._watchers):
            watcher()

    def next_due(self) -> float | None:
        """Return the moment of the next try; None: nothing waits for one."""
        with self._lock:
            while self._tries and not self._stands(self._tries[0]):
                heappop(self._tries)
            return self._tries[0][0] if self._tries else None

    def busy(self, now: float) -> bool:
        """Whether something is under way, or due."""
        with self._lock:
            due = self.next_due()
            return bool(self._under_way) or (due is not None and due <= now)

    def take(self, now: float) -> list[Delivery]:
        """Return what is due, in order, each once: it is under way until `note` or `refuse` tells how it went.

        So is its job, whose other deliveries come after that.
        """
        with self._lock:
            taken = []
            while (due := self.next_due()) is not None and due <= now:
                entry = heappop(self._tries)
                delivery = self._kept[entry[2]]
                if delivery.place in self._under_way:
                    self._waiting.setdefault(delivery.place, []).append(entry)
                else:
                    self._under_way[delivery.place] = delivery.id
                    taken.append(delivery)
            return taken

    def note(self, name: str, attempt: Attempt) -> Delivery | None:
        """Tell how a try went, and return what becomes of the delivery; None: it is forgotten already."""
        with self._lock:
            if not self._is_back(name):
                return None
            # Before the delivery is looked at, as its own older bytes may have to go.
            fitting = self._fitting(name, attempt)
            return self._enter(self._kept[name].tried(fitting))

    def refuse(self, name: str, reason: str) -> Delivery | None:
        """Tell that nobody may try, and why."""
        with self._lock:
            return self._enter(self._kept[name].ended("refused", reason)) if self._is_back(name) else None

    def redeliver(self, name: str, now: float) -> Delivery:
        """Let a delivery be tried once more, now, whatever has become of it.

        Raises KeyError if there is none of this name, ValueError if it is under way.
        """
        with self._lock:
            delivery = self._kept[name]
            if self._under_way.get(delivery.place) == name:
                message = f"{name} is under way; wait until it is delivered or given up"
                raise ValueError(message)
            self._held = {place: held for place, held in self._held.items() if held.id != name}
            return self._enter(delivery.again(now))

    def put(self, delivery: Delivery) -> None:
        """Owe a delivery, and send the one of the same job after it that waits for it."""
        with self._lock:
            held = self._held.pop(delivery.place, None)
            if self.pending >= self._caps.pending_deliveries:
                most = self._caps.pending_deliveries
                delivery = delivery.ended("dropped", f"the outbox is full, with {most} deliveries that wait")
            if held is None and delivery.mishap is not None and delivery.mishap.reorder:
                self._held[delivery.place] = delivery
                delivery = replace(delivery, next_try=None)
                self._kept[delivery.id] = delivery
            else:
                self._enter(delivery)
            if held is not None:
                self._release(held, delivery.next_try or delivery.at)

    def finish(self, job: Job) -> None:
        """Send what waits for another delivery of a job that has ended, and will have none."""
        with self._lock:
            held = self._held.pop((job.dialect, job.id), None)
            if held is not None:
                self._release(held, job.timeline.end or held.at)

    def clear(self) -> None:
        """Forget all deliveries; the next one has the next number all the same."""
        with self._lock:
            for name in tuple(self._heavy):
                self._strip(name)
            for kept in (self._kept, self._finished, self._under_way, self._waiting, self._held, self._tries):
                kept.clear()
            self.wake()

    def _is_back(self, name: str) -> bool:
        """Let others of its job have their turn; return whether the delivery is still known."""
        delivery = self._kept.get(name)
        if delivery is None:
            return False
        self._under_way.pop(delivery.place, None)
        for entry in self._waiting.pop(delivery.place, ()):
            heappush(self._tries, entry)
        return True

    def _release(self, held: Delivery, soonest: float) -> None:
        self._enter(replace(held, next_try=max(soonest, held.next_try or soonest)))

    def _enter(self, delivery: Delivery) -> Delivery:
        """Keep a delivery as it is now, with all that follows."""
        name = delivery.id
        self._kept[name] = delivery
        if delivery.next_try is not None:
            self._finished.pop(name, None)
            heappush(self._tries, (delivery.next_try, self._order(), name))
        else:
            self._finished[name] = None
            while len(self._finished) > self._caps.deliveries:
                self._forget(next(iter(self._finished)))
        if delivery.final and delivery.state != "pending":
            self._tell_job(delivery)
        self.wake()
        return delivery

    def _tell_job(self, delivery: Delivery) -> None:
        job = self._store.get(delivery.dialect, delivery.job_id)
        # Of what a scenario drops, the provider itself does not know.
        if job is not None and delivery.state != "dropped":
            self._store.put(job._replace(called=delivery.state == "delivered"))

    def _stands(self, entry: Try) -> bool:
        """Whether a try is still to be made."""
        moment, _, name = entry
        delivery = self._kept.get(name)
        return delivery is not None and delivery.next_try == moment and self._under_way.get(delivery.place) != name

    def _fitting(self, name: str, attempt: Attempt) -> Attempt:
        """Make room for an attempt's bytes; the oldest go first, and its own if there is no room at all."""
        size, most = attempt.size, self._caps.delivery_bodies
        while self._heavy and self._used + size > most:
            self._strip(next(iter(self._heavy)))
        if self._used + size > most or self._room.used + size > self._room.most:
            return attempt.stripped()
        self._heavy[name] = self._heavy.pop(name, 0) + size
        self._used += size
        self._room.used += size
        return attempt

    def _strip(self, name: str) -> None:
        """Forget the bytes of a delivery's attempts."""
        size = self._heavy.pop(name)
        self._used -= size
        self._room.used -= size
        delivery = self._kept[name]
        stripped = tuple(attempt.stripped() for attempt in delivery.attempts)
        self._kept[name] = replace(delivery, attempts=stripped)

    def _forget(self, name: str) -> None:
        if name in self._heavy:
            self._strip(name)
        del self._kept[name], self._finished[name]
