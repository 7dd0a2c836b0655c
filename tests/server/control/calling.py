"""Calls the control API in this process, and says what an account's whole state is."""

from __future__ import annotations

import json
from typing import Any

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.server.app import App
from tests.driving import at_once
from tests.server.driving import JSON, PATIENCE, Header, Peer, Reply, app_of, scope_of, submit

KEY = "sk-test"
TOKEN = "a-token-that-nobody-guesses"
BEARER = (b"authorization", b"Bearer " + KEY.encode())
WITH_TOKEN = (b"x-mockvideo-token", TOKEN.encode())

__all__ = [
    "BEARER",
    "JSON",
    "KEY",
    "TOKEN",
    "WITH_TOKEN",
    "account",
    "app_of",
    "call",
    "mine",
    "owe",
    "state",
    "submit",
]


def call(
    app: App, method: str, path: str, *headers: Header, body: Any = None, client: Any = None, **place: Any
) -> Reply:
    """Send a request to the control API, with its content type unless one of the headers is one."""
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    writes = method not in {"GET", "HEAD"}
    typed = [JSON] if writes and not any(name == b"content-type" for name, _ in headers) else []
    peer = Peer(sent)

    async def calling() -> None:
        scope = scope_of(method, f"/_mockvideo{path}", *typed, *headers, **place) | {"client": client}
        await app(scope, peer.receive, peer.send)

    at_once(calling())
    return peer.reply


def mine(app: App, method: str, path: str = "", body: Any = None, *, key: str = KEY) -> Any:
    """Ask for an account's own resource, and return the document of an answer that is no refusal."""
    reply = call(app, method, f"/me{path}", (b"authorization", f"Bearer {key}".encode()), body=body)
    assert reply.status < 300, reply.body
    return reply.document


def account(app: App, key: str = KEY) -> Account:
    return app.service.accounts.get(key)


def owe(app: App) -> None:
    """Let an account have a webhook that nobody has taken."""
    submit(app, callback_url="http://127.0.0.1:9/")
    control.advance(account(app), 3600)
    tried = app.service.deliverer.deliver_due(account(app))
    assert tried is not None
    tried.result(PATIENCE)


def state(app: App) -> str:
    """Everything that a request could change: of clocks that stand still this is always the same text."""
    accounts = app.service.accounts
    everyone = sorted([*accounts, accounts.anonymous], key=lambda each: each.key)
    return repr([accounts.order(), accounts.settings, *map(_state, everyone)])


def _state(account: Account) -> tuple[object, ...]:
    ledgers = {
        name: (book.balance, book.held, book.charged, book.refunded)
        for name, book in account.allotment.ledgers.items()
        if book.held or book.charged
    }
    orders = account.direction.orders()
    return (
        account.key,
        account.clock.mode,
        account.clock.now(),
        account.plan,
        [(source, order, account.direction.counts(order)) for source, order in orders],
        list(account.store),
        list(account.outbox),
        list(account.journal),
        account.journal.count,
        ledgers,
    )
