"""Whose request it is."""

from __future__ import annotations

from mockvideo.core.account import Account
from mockvideo.core.accounts import Accounts
from mockvideo.core.errors import ApiError, Kind
from mockvideo.operation import Submit
from mockvideo.server.call import Call
from mockvideo.server.direct import HEADER, MARK, direct


def identify(call: Call, accounts: Accounts) -> Account:
    """Return the caller's account after everything that is due; raises what a rule orders for this request."""
    if call.key is None:
        raise ApiError(Kind.MISSING_KEY)
    account = call.account = accounts.get(call.key)
    account.arrive()
    if account.direction.active or HEADER in call.named or MARK in call.body:
        direct(call, account)
    # A submission's turn to be counted is one of its dialect's checks.
    if account.allotment.limited and not isinstance(call.operation, Submit):
        account.admit(call.dialect.terms)
    return account
