"""The clock of an account: told, switched, moved on."""

from __future__ import annotations

from datetime import UTC, datetime

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.core.clock import LATEST, WallClock
from mockvideo.server.control.asked import Advance, ClockOrder, Nothing
from mockvideo.server.control.refusals import RefusedError
from mockvideo.server.control.told import ClockTold
from mockvideo.server.control.visit import Visit
from mockvideo.server.control.webhooks import until_tried


async def show(visit: Visit, _: Nothing) -> ClockTold:
    """Tell the time."""
    return told(visit.known_account)


async def put(visit: Visit, asked: ClockOrder) -> ClockTold:
    """Switch the clock; time goes on from where it is, and whoever waits hears of it."""
    account = visit.known_account
    mode = asked.mode or account.clock.mode
    if mode != "wall" and asked.speed is not None:
        raise RefusedError(400, f"speed: a clock that is {mode} has none.", 'Send "mode": "wall" with it.')
    if mode != "manual" and asked.slept:
        raise RefusedError(400, f"slept: clients do not move a clock that is {mode}.", 'Send "mode": "manual" with it.')
    control.switch_clock(account, mode, asked.speed or _speed(account) or 1.0, slept=asked.slept)
    return told(account)


async def advance(visit: Visit, asked: Advance) -> ClockTold:
    """Let time pass at once; everything happens that is due by then, and receivers of webhooks are called."""
    account = visit.known_account
    if asked.seconds is not None:
        control.advance(account, asked.seconds)
    else:
        _skip(account)
    if asked.wait:
        await until_tried(visit)
    return told(account)


def _skip(account: Account) -> None:
    """Go on to when something happens by itself."""
    moment = control.next_event(account)
    if moment is None:
        hint = "Submit a job, or advance by seconds; what waits for polls is moved by polls."
        raise RefusedError(409, "Nothing will happen by itself: there is no next event.", hint)
    control.advance_to(account, moment)


def told(account: Account) -> ClockTold:
    with account.lock:
        event, now = control.next_event(account), account.moment
        return ClockTold(
            mode=account.clock.mode,
            speed=_speed(account),
            now=now,
            time=datetime.fromtimestamp(min(now, LATEST), UTC).isoformat(),
            elapsed=now - account.began,
            next_event=event,
        )


def _speed(account: Account) -> float | None:
    return account.clock.speed if isinstance(account.clock, WallClock) else None
