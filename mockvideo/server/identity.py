"""Whose request it is."""

from __future__ import annotations

from mockvideo.core.account import Account
from mockvideo.core.accounts import Accounts
from mockvideo.core.errors import ApiError, Kind
from mockvideo.operation import Submit
from mockvideo.server.call import Call
from mockvideo.server.direct import HEADER, MARK, direct


def credential(call: Call) -> str | None:
    """Return the API key from where the dialect has it; None if there is none."""
    place = call.dialect.credential
    value = call.named.get(place.header, b"")
    if value.startswith(place.prefix):
        return value[len(place.prefix) :].strip().decode("latin-1") or None
    scheme, _, key = value.decode("latin-1").partition(" ")
    # A scheme comes in any case (RFC 9110, 11.1).
    if scheme.lower() == place.scheme.lower():
        return key.strip() or None
    return value.strip().decode("latin-1") or None if place.bare else None


def identify(call: Call, accounts: Accounts) -> Account:
    """Return the caller's account after everything that is due; raises what a rule orders for this request."""
    key = credential(call)
    if key is None:
        raise ApiError(Kind.MISSING_KEY)
    account = call.account = accounts.get(key)
    account.arrive()
    if account.direction.active or HEADER in call.named or MARK in call.body:
        direct(call, account)
    # A submission's turn to be counted is one of its dialect's checks.
    if account.allotment.limited and not isinstance(call.operation, Submit):
        account.admit(call.dialect.terms)
    return account
