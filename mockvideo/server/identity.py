"""Whose request it is, and what the account's rules plan for it."""

from __future__ import annotations

from mockvideo.core.account import Account
from mockvideo.core.accounts import Accounts
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.scenario import Occasion, decide
from mockvideo.operation import Submit
from mockvideo.server.call import Call
from mockvideo.server.documents import read_document


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
    """Return the caller's account after everything that is due; raises what a rule plans for this request."""
    key = credential(call)
    if key is None:
        raise ApiError(Kind.MISSING_KEY)
    account = call.account = accounts.get(key)
    account.arrive()
    if account.rules:
        _plan(call, account)
    return account


def _plan(call: Call, account: Account) -> None:
    model = _peek(call)
    if call.route is not None:
        call.plan = decide(account.rules, Occasion(call.dialect.name, call.route.name, model))
    planned = call.plan.error
    if planned is not None:
        raise ApiError.of(planned, **({"model": model, **planned.facts} if model else {}))


def _peek(call: Call) -> str:
    """Return the model that a submission names, unchecked."""
    operation = call.route.operation if call.route else None
    if not isinstance(operation, Submit):
        return ""
    try:
        document, _ = read_document(call, operation)
    except ApiError:
        return ""
    return str(document.get("model") or call.dialect.model or "")
