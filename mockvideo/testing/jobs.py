"""The jobs of an account: as they stand, and ended by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

from mockvideo.core.jobs import Reason, State
from mockvideo.testing.control import Control
from mockvideo.testing.evidence import Named
from mockvideo.testing.tables import ReasonWord

PAGE = 1_000
Ended = Literal["succeeded", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stood when it was asked for; to look is no poll.

    ``submitted_at`` and ``ends_at`` are in seconds since the epoch, the latter None as long as no time is known.
    ``price`` is in the dialect's currency, ``rule`` the one that settled how it goes, ``clips`` are URLs.
    """

    dialect: str
    id: str
    model: str
    prompt: str
    state: State
    progress: float
    submitted_at: float
    ends_at: float | None
    price: Decimal
    reason: Reason | None
    rule: str | None
    scenarios: tuple[str, ...]
    clips: tuple[str, ...]


def listed(control: Control) -> Iterator[Job]:
    """Yield all jobs of an account, the last submitted first."""
    after = None
    while True:
        page = control.get("/jobs", limit=PAGE, after=after)
        yield from map(_read, page["jobs"])
        after = page["next"]
        if after is None:
            return


def settled(control: Control, job: str | Named, state: Ended, reason: Reason | ReasonWord | None = None) -> Job:
    """End a job now and return it; raises LookupError if there is none, ControlError if it has ended already."""
    name = job if isinstance(job, str) else job.id
    dialect = next((each.dialect for each in listed(control) if each.id == name), None)
    if dialect is None:
        raise LookupError(f"The account has no job {name!r}; .jobs lists those that it has.")
    order = {"state": state} | ({} if reason is None else {"reason": reason})
    return _read(control.post(f"/jobs/{dialect}/{quote(name, safe='')}/settle", order))


def _read(told: Any) -> Job:
    reason = told["reason"]
    return Job(
        **{
            **{field.name: told[field.name] for field in fields(Job)},
            "state": State(told["state"]),
            "price": Decimal(told["price"]),
            "reason": None if reason is None else Reason(reason),
            "scenarios": tuple(told["scenarios"]),
            "clips": tuple(told["clips"]),
        }
    )
