"""What the control API answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from mockvideo.core.audit import Traffic
from mockvideo.core.clock import ClockMode
from mockvideo.core.direction import Source
from mockvideo.core.errors import Kind
from mockvideo.core.faults import Level
from mockvideo.core.jobs import Reason, Refund, State
from mockvideo.core.scenario import Allowance
from mockvideo.core.spending import Bills
from mockvideo.server.control.asked import Subject


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class ErrorTold(Told):
    """What is wrong, and what to do next."""

    message: str
    hint: str | None = None


class Refused(Told):
    """No."""

    error: ErrorTold


class ClockTold(Told):
    """The time of an account, in seconds; ``now`` and ``next_event`` since the epoch, ``elapsed`` since it began."""

    mode: ClockMode
    speed: float | None
    now: float
    time: str
    elapsed: float
    next_event: float | None


class RuleTold(Told):
    """How often a rule has matched, and acted."""

    rule: str
    matched: int
    acted: int


class InForce(Told):
    """A scenario in force, until so many seconds have passed (null: without end), and what its rules have counted."""

    source: Source
    name: str
    description: str
    ends_in: float | None
    counts: list[RuleTold] = []
    scenario: dict[str, Any]


class ScenariosTold(Told):
    """What is in force for all requests, the most specific first."""

    in_force: list[InForce]


class LibraryLine(Told):
    """A scenario that can be named."""

    name: str
    description: str


class LibraryTold(Told):
    """All scenarios that can be named."""

    scenarios: list[LibraryLine]


class AccountLine(Told):
    """An account in a list; of its key only the end is told."""

    tag: str
    key_ends: str
    plan: str
    jobs: int
    unfinished: int
    exchanges: int


class AccountTold(AccountLine):
    """An account."""

    seed: int
    strict: bool
    limits: Allowance
    clock: ClockTold
    scenarios: list[str]


class AccountMade(AccountTold):
    """A new account: its key, which is told only here, and where it can be used."""

    key: str
    control: str
    base_urls: dict[str, str]


class AccountsTold(Told):
    """A part of all accounts, in the order of their tags."""

    accounts: list[AccountLine]
    next: str | None


class Deleted(Told):
    """What is no more."""

    deleted: str


class JobTold(Told):
    """A job as it stands now; times are seconds since the epoch, ``ends_at`` is null as long as no time is known."""

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
    scenarios: list[str]
    clips: list[str]


class JobsTold(Told):
    """A part of the jobs, the last submitted first."""

    jobs: list[JobTold]
    next: str | None


class RefusalTold(Told):
    """Why an answer said no."""

    kind: Kind
    field: str | None
    message: str


class BodyTold(Told):
    """What is kept of a body: as text if it is some, else in base64."""

    text: str | None = None
    base64: str | None = None


class EntryTold(Told):
    """One exchange; ``at`` is account time in seconds since the account began.

    ``lost``: the client did not learn from the answer what stands here, because of a ``fault`` on that level.
    """

    number: int
    at: float
    dialect: str
    operation: str
    method: str
    path: str
    status: int
    job: str | None
    model: str | None
    state: str | None
    refusal: RefusalTold | None
    planned: bool
    rule: str | None
    misses: list[str]
    hint: str | None
    advice: list[str]
    headers: dict[str, str]
    size: int
    digest: str
    price: Decimal | None
    took: float | None
    refund: Refund
    fault: Level | None
    lost: bool
    body: BodyTold | None = None


class JournalTold(Told):
    """Entries, the newest last; ``forgotten`` are older than what the journal keeps."""

    entries: list[EntryTold]
    exchanges: int
    forgotten: int


class LedgerTold(Told):
    """Credits in one dialect; ``lent`` are there only while a scenario says so."""

    currency: str
    balance: Decimal
    held: Decimal
    charged: Decimal
    refunded: Decimal
    lent: Decimal


class LedgersTold(Told):
    """Credits, by dialect."""

    dialects: dict[str, LedgerTold]


class Spending(Told):
    """What jobs of one dialect came to, what of it was wasted, and how clients behaved."""

    currency: str
    cost: Decimal
    wasted: Decimal
    bills: Bills
    traffic: Traffic
    median: float | None
    p95: float | None


class AuditTold(Told):
    """What an account's exchanges came to; the first ``missed`` ones are not counted."""

    missed: int
    jobs: int
    forgotten: int
    dialects: dict[str, Spending]


class ResetTold(Told):
    """What was forgotten."""

    reset: list[Subject]
