"""What a client's webhook is owed, as values: a delivery, and each try of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mockvideo.core.faults import Mishap
from mockvideo.core.jobs import Snapshot

Headers = tuple[tuple[str, str], ...]
Fate = Literal["pending", "delivered", "failed", "refused", "dropped"]
# Bytes of a receiver's reply that are worth to be read.
LONGEST_REPLY = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try: what was sent, and what came back, or the ``reason`` why nothing did.

    ``at`` is the moment when it was due, in seconds since the epoch (account time); ``seconds`` is how long it took in
    real time. ``status`` and ``reply`` (the beginning of it) are None and empty where no answer was understood.
    """

    at: float
    status: int | None = None
    reason: str = ""
    seconds: float = 0.0
    headers: Headers = ()
    body: bytes = b""
    reply: bytes = b""

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has taken it: with any status of success, and an answer that could be read."""
        return self.status is not None and 200 <= self.status < 300 and not self.reason

    @property
    def size(self) -> int:
        """Bytes that are worth counting."""
        return len(self.body) + len(self.reply)

    def stripped(self) -> Attempt:
        """Return it without what takes room."""
        return replace(self, body=b"", reply=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One call that is owed to a client's URL, with all that was tried.

    ``job_id`` is the job that it is about, ``event`` what happened to it ``at`` that moment (seconds since the epoch,
    like all moments here), ``snapshot`` what is told: the job as it stood then, unless ``mishap`` has it otherwise,
    which the scenario's ``rule`` ordered. The next attempt is due at ``next_try``; None: there is none, or another
    delivery comes first. ``waits`` are the seconds from one failed attempt to the next, for those that are left;
    ``copies`` are how many more times it comes although it has arrived.
    """

    id: str
    dialect: str
    job_id: str
    event: str
    url: str
    at: float
    snapshot: Snapshot
    state: Fate = "pending"
    next_try: float | None = None
    waits: tuple[float, ...] = ()
    copies: int = 0
    attempts: tuple[Attempt, ...] = ()
    reason: str = ""
    rule: str | None = None
    mishap: Mishap | None = None

    @property
    def place(self) -> tuple[str, str]:
        """Whose job it is about: the dialect's, and which."""
        return self.dialect, self.job_id

    @property
    def planned(self) -> bool:
        """Whether a scenario ordered what becomes of it."""
        return self.rule is not None

    @property
    def final(self) -> bool:
        """Whether it tells of a job's end."""
        return self.snapshot.state.final

    def tried(self, attempt: Attempt) -> Delivery:
        """Return what it is after an attempt: delivered, to be tried again, or given up."""
        tried = replace(self, attempts=(*self.attempts, attempt), reason=attempt.reason, next_try=None)
        if attempt.succeeded:
            again = attempt.at if self.copies else None
            return replace(tried, state="delivered", next_try=again, copies=max(0, self.copies - 1))
        # A copy that fails takes back nothing.
        if self.state == "delivered":
            return tried
        reason = attempt.reason or f"answered {attempt.status}"
        if not self.waits:
            return replace(tried, state="failed", reason=reason)
        return replace(tried, reason=reason, next_try=attempt.at + self.waits[0], waits=self.waits[1:])

    def ended(self, state: Fate, reason: str) -> Delivery:
        """Return what it is when nobody tries any more."""
        return replace(self, state=state, reason=reason, next_try=None, waits=(), copies=0)

    def again(self, now: float) -> Delivery:
        """Return what it is when somebody wants it once more, at once, whatever has become of it."""
        return replace(self, state="pending", reason="", next_try=now, waits=(), copies=0)
