"""A scenario is a script, and a rule one line of it: when this request, then that. The values are those of files."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import StringConstraints, with_config

from mockvideo.core.errors import HttpDate, Kind, Literally
from mockvideo.core.faults import Bytes, Changes, Connection, Damage, Earlier, Mishap, Status
from mockvideo.core.jobs import Reason, Refund
from mockvideo.core.timing import Count, Seconds, Share, Stretch, Timing

Ending = Literal["succeeded", "failed", "cancelled", "never"]
Documented = Literal["documented"]
# Without {id} all jobs would have the same one.
OddId = Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*\{id\}[^\x00-\x1f\x7f]*$")]


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ends. ``at`` is the share of its render where a failure or cancellation comes, or where it stands.

    ``forgotten_after`` and ``clips_expire_after`` count from its end. ``id`` is the job's; ``{id}`` in it is the one
    that it would have had. ``opaque_poll_url``: it can be polled only by the URL that its submission answered,
    which cannot be put together from the id. ``idempotent`` false: an idempotency key that was used before makes one
    more job.
    """

    ends: Ending = "succeeded"
    reason: Reason = Reason.INTERNAL
    at: Share | None = None
    refund: Refund = Refund.FULL
    forgotten_after: Seconds | None = None
    clips_expire_after: Seconds | None = None
    id: OddId | None = None
    opaque_poll_url: bool = False
    idempotent: bool = True


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a script. Patterns are literals or globs; what is not said matches everything, or changes nothing.

    When: ``on`` an operation (``submit`` means blocking ones, too); ``between`` two moments of account time; at a job's
    ``age`` or at its n-th ``poll``; with a ``needless_key``, which a clip's URL does not ask for; at a webhook's
    ``event``. Of the requests that match all this, the ``nth``, the ``first`` n, those ``after`` n, ``every`` n-th, or
    a ``share`` drawn from the seed; at most so many ``times``, and so long as it ``lasts`` from the first one on.

    What: timing, outcome, an API error by kind or literal status, and one disturbance of the answer: ``snapshot``,
    ``document``, ``bytes``, ``connection`` or ``clip``. What was asked for is done all the same, a job made and billed,
    unless an error is ordered as well. On a ``webhook``, what goes wrong with it.
    """

    on: str = "*"
    dialect: str = "*"
    model: str = "*"
    prompt: str = "*"
    image: bool | None = None
    between: Stretch | None = None
    age: Stretch | None = None
    poll: Count | tuple[Count, Count] | None = None
    needless_key: bool | None = None
    event: str = "*"
    nth: Count | None = None
    first: Count | None = None
    after: Count | None = None
    every: Count | None = None
    share: Share | None = None
    times: Count | None = None
    lasts: Seconds | None = None

    timing: Timing | Documented | None = None
    outcome: Outcome | None = None
    error: Kind | None = None
    status: Status | None = None
    message: str = ""
    retry_after: Seconds | HttpDate | Literally | None = None
    snapshot: Earlier | None = None
    document: Changes | None = None
    bytes: Bytes | None = None
    connection: Connection | None = None
    clip: Damage | None = None
    webhook: Mishap | None = None

    @property
    def refuses(self) -> bool:
        """Whether this rule orders an API error."""
        return self.error is not None or self.status is not None

    @property
    def disturbs(self) -> bool:
        """Whether this rule orders a disturbance of the answer."""
        said = self.snapshot or self.document or self.bytes or self.connection or self.clip
        return said is not None

    @property
    def needs_the_wire(self) -> bool:
        """Whether what this rule orders takes more than an HTTP server lets an application do."""
        return self.connection is not None or (self.bytes is not None and self.bytes.breaks)


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What an account may use; None: as much as it likes. Every figure holds per dialect, ``documented`` its own one.

    ``credits`` in the dialect's currency, ``slots`` are renders at once (more jobs wait), requests per minute flow
    back evenly, requests per day at midnight UTC.
    """

    credits: Annotated[Decimal, Ge(0)] | None = None
    plan: str | None = None
    slots: Count | Documented | None = None
    requests_per_minute: Count | Documented | None = None
    requests_per_day: Count | Documented | None = None

    def over(self, other: Allowance) -> Allowance:
        """Return this allowance, with what it does not say from the other."""
        names = ("credits", "plan", "slots", "requests_per_minute", "requests_per_day")
        mine = {name: getattr(self, name) for name in names}
        return Allowance(**{name: getattr(other, name) if mine[name] is None else mine[name] for name in names})


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A script: rules in their order, before them what holds unless a rule says otherwise.

    ``strict`` refuses to answer with a status that a dialect does not document.
    """

    name: str = ""
    description: str = ""
    seed: int | None = None
    strict: bool = False
    timing: Timing | Documented | None = None
    account: Allowance = field(default_factory=Allowance)
    rules: tuple[Rule, ...] = ()
