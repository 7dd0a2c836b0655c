"""An account without a server, and jobs for it."""

from __future__ import annotations

from decimal import Decimal

from mockvideo.core.account import Account
from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, Reason, State, Timeline, VideoRequest
from mockvideo.core.journal import Budget, Budgets
from mockvideo.core.money import Tariff
from mockvideo.core.planning import UNPLANNED, Plan
from mockvideo.core.scenario import Outcome
from mockvideo.core.settings import Settings
from mockvideo.core.terms import Terms
from mockvideo.core.timing import Timing

REQUEST = VideoRequest(model="a", prompt="", width=16, height=16, duration=1.0, price=Decimal(3))
FREE = REQUEST._replace(price=Decimal(0))
TERMS = Terms(
    dialect="sora",
    mint=lambda chance: chance.text(12),
    interval=5.0,
    tariff=Tariff("USD", held=True, opening=Decimal(9)),
)
FIXED = Timing(queue=(1.0, 1.0), render=(9.0, 9.0))


def ending(failure: Reason | None) -> Plan:
    """A plan for a job to end like that."""
    return UNPLANNED if failure is None else Plan(outcome=Outcome(ends="failed", reason=failure))


FAILING = ending(Reason.UPSTREAM)


def account_of(key: str = "sk-a", **settings: object) -> Account:
    """An account whose jobs take ten seconds, of a clock that stands still, unless the settings say otherwise."""
    return Account(
        key, Settings(**{"clock": "manual", "timing": FIXED, **settings}), Budgets(Budget(1000), Budget(1000))
    )


def submit(account: Account, body: bytes = b"body", plan: Plan = UNPLANNED, request: VideoRequest = REQUEST) -> str:
    return account.submit(TERMS, request, body, plan).job.id


def counted(account: Account, polls: int) -> str:
    """Add a job that waits in its queue for so many polls."""
    course = Timeline(account.arrive(), (Phase(State.QUEUED, polls=polls), SUCCEEDED))
    account.ledger(TERMS).take(REQUEST.price)
    account.store.put(Job("counted", TERMS.dialect, REQUEST, course, course.start))
    return "counted"


def seconds(account: Account) -> float:
    """How far an account's clock has come."""
    return account.clock.now() - VIRTUAL_START
