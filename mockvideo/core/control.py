"""What is done to an account from outside: its scenarios, its clock, its past. Safe to call from any thread."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import inf

from mockvideo.core.account import Account
from mockvideo.core.clock import ClockMode, switched
from mockvideo.core.deliveries import Delivery
from mockvideo.core.direction import Order, Source
from mockvideo.core.jobs import FINAL, Job
from mockvideo.core.rng import Chances
from mockvideo.core.scenario import Scenario


def choose(account: Account, scenario: str | Scenario | None, lasts: float = inf, source: Source = "account") -> None:
    """Put a scenario in force for so many seconds of account time, in the place of what came from there before.

    None puts none in force. What it says of credits and limits holds as long as it is in force.
    """
    with account.lock:
        now = account.fold()
        # Ended first, so that the same one begins anew.
        account.direction.put(source, ())
        if source == "account":
            account.direction.put("rules", ())
        account.allow()
        if scenario is not None:
            account.direction.put(source, (Order(scenario, now + lasts),))
            account.allow()
        account.agenda.mark(account.direction.ends())


def add_rule(account: Account, rule: Scenario, lasts: float = inf) -> None:
    """Put a scenario of one rule before those of the account, whose counts go on."""
    with account.lock:
        now = account.fold()
        added = (order for source, order in account.direction.orders() if source == "rules")
        account.direction.put("rules", (Order(rule, now + lasts), *added))
        account.agenda.mark(account.direction.ends())


def switch_clock(account: Account, mode: ClockMode, speed: float, *, slept: bool = False) -> None:
    """Give the account a clock of that mode, which goes on from its present moment; a wall clock has a speed."""
    with account.lock:
        account.clock = switched(account.clock, mode, speed, slept=slept)
        account.fold()
        account.clock.wake()


def advance(account: Account, seconds: float) -> None:
    """Let so many seconds pass, and everything happen that is due then."""
    with account.lock:
        account.clock.advance(seconds)
        account.fold()


def advance_to(account: Account, moment: float) -> None:
    """Go on from that moment."""
    with account.lock:
        account.clock.move(moment)
        account.fold()


def next_event(account: Account) -> float | None:
    """Return when a job next changes, is forgotten or loses its clips, a webhook is owed or tried, a scenario ends.

    None: never.
    """
    with account.lock:
        now = account.fold()
        owed = (account.outbox.next_due(), account.agenda.next_change())
        moments = chain(account.direction.ends(), owed, *map(_moments, account.store))
        return min((moment for moment in moments if moment is not None and moment > now), default=None)


def take_due(account: Account) -> list[Delivery]:
    """Return the deliveries that are due, in order; they are under way until the outbox is told how they went."""
    with account.lock:
        return account.outbox.take(account.fold())


def next_due(account: Account) -> float | None:
    """Return the moment when a delivery is due next, or may come to be; None: there is nothing to wait for."""
    with account.lock:
        moments = (account.outbox.next_due(), account.agenda.next_change())
        return min((moment for moment in moments if moment is not None), default=None)


def reset_journal(account: Account) -> None:
    """Forget what was asked and answered; numbers go on."""
    with account.lock:
        account.journal.clear()


def reset_rules(account: Account) -> None:
    """End the scenarios that were chosen for the account, and let the others count from the beginning."""
    with account.lock:
        choose(account, None)
        account.direction.reset()


def reset_jobs(account: Account) -> None:
    """Forget all jobs and uploads; what unfinished ones hold is given back, and calls that wait for them are told."""
    with account.lock:
        now = account.fold()
        for job in account.store:
            if job.at(now).state not in FINAL:
                account.allotment.ledgers[job.dialect].fail(job.request.price)
        account.store.clear()
        account.agenda.clear()
        account.outbox.clear()
        account.polled.clear()
        account.replays.clear()
        account.uploads.clear()
        account.direction.unfollow()
        account.clock.wake()


def reset(account: Account) -> None:
    """Let the account be as new, but for its clock and the numbers of its journal."""
    with account.lock:
        reset_journal(account)
        reset_jobs(account)
        reset_rules(account)
        account.allotment.reset()
        account.chances = Chances(account.key, account.settings.seed)


def _moments(job: Job) -> Iterator[float]:
    """Yield the moments when something about a job changes by itself."""
    moment = job.timeline.start
    for phase in job.timeline.phases[:-1]:
        if phase.seconds is None:
            break
        moment += phase.seconds
        yield moment
    end = job.timeline.end
    for seconds in (job.script.forgotten_after, job.script.clips_expire_after):
        if seconds is not None:
            yield (job.submitted_at if end is None else end) + seconds
