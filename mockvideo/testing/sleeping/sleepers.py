"""Many threads and tasks that sleep in one virtual time: it moves on when all of them sleep, and to the first end.

Prior art: trio's ``MockClock``, which jumps when every task of one loop waits. Here threads take part as well, and
nobody can see whether a thread that runs works or waits for another one. So nobody is waited for without end: who
neither sleeps nor ends while nothing else happens is left out until it sleeps again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from threading import Event, Lock, Thread, get_ident

TICK = 0.01  # real seconds
PATIENCE = 15  # ticks without any news, after which nobody is waited for: a busy machine is slow to bring some
# No account's clock moves further at once; who sleeps longer does so until something else ends it.
LONGEST = 366 * 86_400.0


class Member:
    """A thread or a task that takes part; ``thread`` runs it. ``end`` is None while it does not sleep."""

    __slots__ = ("alive", "end", "failure", "left_out", "rouse", "thread")

    def __init__(self, thread: Thread, alive: Callable[[], bool]) -> None:
        self.thread = thread
        self.alive = alive
        self.left_out = False
        self.end: float | None = None
        self.rouse: Callable[[], object] = bool
        self.failure: BaseException | None = None

    def fall_asleep(self, end: float, rouse: Callable[[], object]) -> None:
        self.end = end
        self.rouse = rouse
        self.failure = None
        self.left_out = False

    def wake(self, failure: BaseException | None = None) -> None:
        self.end = None
        self.failure = failure
        self.rouse()


class Sleepers:
    """All who sleep together. ``move`` is told by how many seconds time moves on; ``now`` is how far it has moved."""

    def __init__(self, move: Callable[[float], object]) -> None:
        self.now = 0.0
        self._move = move
        self._lock = Lock()
        self._members: dict[object, Member] = {}
        self._mover: int | None = None
        self._quiet = 0
        self._closed = Event()
        self._watch: Thread | None = None

    @property
    def moved_by_this_thread(self) -> bool:
        """Whether this very thread is moving time: what it waits for meanwhile is real."""
        return self._mover == get_ident()

    def join(self, key: object, member: Member) -> bool:
        """Let somebody take part who runs; False if it does already."""
        with self._lock:
            self._quiet = 0
            return self._members.setdefault(key, member) is member

    def rejoin(self, key: object, member: Member) -> None:
        """Let somebody take part who runs, also if it has been left out."""
        with self._lock:
            self._quiet = 0
            self._members.setdefault(key, member).left_out = False

    def none_runs_but(self, key: object) -> bool:
        """Whether time moves when this one sleeps."""
        with self._lock:
            return not any(self._runs(member) for other, member in self._members.items() if other is not key)

    def leave(self, key: object) -> None:
        """Do not wait for it any more."""
        with self._lock:
            self._quiet = 0
            self._members.pop(key, None)
        self._proceed()

    @contextmanager
    def asleep(self, key: object, seconds: float, rouse: Callable[[], object]) -> Iterator[None]:
        """Somebody who has joined sleeps from now on; ``rouse`` must end the block when so many seconds have passed.

        Raises what went wrong when time should have moved.
        """
        with self._lock:
            member = self._members[key]
            self._quiet = 0
            member.fall_asleep(self.now + seconds, rouse)
            host = self._members.get(member.thread, member)
            # A thread whose tasks sleep only runs their loop.
            host.left_out = host is not member
            if self._closed.is_set():
                member.wake()
        try:
            self._proceed()
            yield
        finally:
            with self._lock:
                self._quiet = 0
                # It is not None when something else ended the block.
                member.end = None
        if member.failure is not None:
            raise member.failure

    def close(self) -> None:
        """End every sleep now, and all that come."""
        with self._lock:
            self._closed.set()
            self._wake(inf)
        if self._watch is not None:
            self._watch.join()

    def _proceed(self) -> None:
        """Move time on, as long as everybody sleeps."""
        while (moment := self._next()) is not None:
            failure = None
            try:
                self._move(moment - self.now)
            except BaseException as error:  # noqa: BLE001 - whatever it is, nobody should sleep for ever
                failure = error
            with self._lock:
                self._mover = None
                self.now = moment
                self._wake(moment if failure is None else inf, failure)

    def _next(self) -> float | None:
        """Return the moment to which this thread must move time, if anybody must now."""
        with self._lock:
            first = min((member.end for member in self._members.values() if member.end is not None), default=inf)
            if self._mover is not None or first > self.now + LONGEST:
                return None
            if any(self._runs(member) for member in self._members.values()):
                self._keep_watch()
                return None
            self._mover = get_ident()
            return first

    def _runs(self, member: Member) -> bool:
        if member.end is not None or member.left_out:
            return False
        # Tasks stand still while the thread of their loop sleeps.
        host = self._members.get(member.thread)
        return (host is None or host.end is None) and member.alive()

    def _wake(self, moment: float, failure: BaseException | None = None) -> None:
        """Rouse all whose sleep ends by then."""
        self._quiet = 0
        for member in self._members.values():
            if member.end is not None and member.end <= moment:
                member.wake(failure)

    def _keep_watch(self) -> None:
        if self._watch is None:
            self._watch = Thread(target=self._leave_out, name="mockvideo-sleep", daemon=True)
            self._watch.start()

    def _leave_out(self) -> None:
        """Leave out who runs for too long. It reads no clock, since what is tested may run under another one."""
        while not self._closed.wait(TICK):
            with self._lock:
                self._quiet += 1
                for member in self._members.values():
                    member.left_out |= member.end is None and self._quiet > PATIENCE
            self._proceed()
