"""Accounts: made with settings of their own, listed, shown, deleted."""

from __future__ import annotations

import secrets
from dataclasses import replace
from heapq import nsmallest
from math import inf
from typing import Any

from mockvideo.core.account import Account
from mockvideo.core.control import choose
from mockvideo.core.scenario import Allowance
from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.control import clocks
from mockvideo.server.control.asked import AccountOrder, Nothing, Page
from mockvideo.server.control.refusals import RefusedError
from mockvideo.server.control.scenarios import IN_ACCOUNT, ordered
from mockvideo.server.control.told import AccountLine, AccountMade, AccountsTold, AccountTold, Deleted
from mockvideo.server.control.visit import Visit

SAID = ("clock", "seed", "strict", "webhook_secret")
ALLOWED = ("credits", "plan", "slots", "requests_per_minute", "requests_per_day")


async def create(visit: Visit, asked: AccountOrder) -> AccountMade:
    """Make an account, of a key that nobody can guess unless one is given; it is watched from its beginning."""
    accounts = visit.desk.service.accounts
    _refuse_unfit(asked, visit.desk.service.options.token)
    scenario = None if asked.scenario is None else ordered(visit, asked.scenario, IN_ACCOUNT)
    # Hexadecimal digits spell no word for which a key is refused, and name no scenario.
    key = asked.key or f"sk-mockvideo-{secrets.token_hex(16)}"
    account = accounts.create(key, _settings(accounts.settings, asked))
    if scenario is not None:
        choose(account, scenario, inf if asked.for_ is None else asked.for_)
    visit.desk.audits.of(account)
    return AccountMade(
        **dict(_told(account)),
        key=account.key,
        control=visit.url("/_mockvideo/me"),
        base_urls={name: visit.url(f"/{name}") for name in visit.desk.dialects},
    )


async def listing(visit: Visit, asked: Page) -> AccountsTold:
    """List accounts in the order of their tags, which stays while accounts come and go."""
    later = (account for account in visit.desk.service.accounts if asked.after is None or account.tag > asked.after)
    page = nsmallest(asked.limit + 1, later, key=lambda account: account.tag)
    lines = [AccountLine(**_line(account)) for account in page[: asked.limit]]
    return AccountsTold(accounts=lines, next=lines[-1].tag if len(page) > asked.limit else None)


async def show(visit: Visit, _: Nothing) -> AccountTold:
    """Tell an account."""
    return _told(visit.known_account)


async def delete(visit: Visit, _: Nothing) -> Deleted:
    """Delete an account with all it has; calls that wait for its jobs are told that there is none."""
    account, accounts = visit.known_account, visit.desk.service.accounts
    if account is accounts.anonymous:
        raise RefusedError(409, "The account of all requests without a key stays.", "Reset its journal instead.")
    accounts.delete(account)
    return Deleted(deleted=account.tag)


def _refuse_unfit(asked: AccountOrder, token: str | None) -> None:
    if asked.for_ is not None and asked.scenario is None:
        raise RefusedError(400, "for: there is no scenario to last so long.", 'Send "scenario" with it.')
    if asked.key is not None and asked.key == token:
        raise RefusedError(400, "key: this is the control token, which is no API key.", "Send another one.")


def _settings(usual: Settings, asked: AccountOrder) -> Settings:
    """What is asked for, and otherwise what holds for any new key."""
    clock = asked.clock or usual.clock
    if isinstance(asked.speed, float) and clock != "wall":
        raise RefusedError(400, f"speed: a clock that is {clock} has none.", 'Send "clock": "wall" with it.')
    said: dict[str, Any] = {name: getattr(asked, name) for name in SAID}
    if asked.speed == "instant":
        said["timing"] = AT_ONCE
    else:
        said["speed"] = asked.speed
    allowance = Allowance(**{name: getattr(asked, name) for name in ALLOWED}).over(usual.allowance)
    return replace(usual, allowance=allowance, **{name: value for name, value in said.items() if value is not None})


def _line(account: Account) -> dict[str, Any]:
    with account.lock:
        account.fold()
        return {
            "tag": account.tag,
            "key_ends": "" if account.key[0] == "\0" else account.key[-4:],
            "plan": account.plan,
            "jobs": len(account.store),
            "unfinished": account.store.unfinished,
            "exchanges": account.journal.count,
        }


def _told(account: Account) -> AccountTold:
    with account.lock:
        return AccountTold(
            **_line(account),
            seed=account.direction.seed,
            strict=account.settings.strict,
            limits=account.direction.allowance,
            clock=clocks.told(account),
            scenarios=[order.name for _, order in account.direction.orders()],
        )
