"""Webhooks as the control API tells them: in a list, and one with all that its attempts have sent and got."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockvideo.core.deliveries import Attempt, Delivery, Fate
from mockvideo.server.control.entries import readable
from mockvideo.server.control.told import BodyTold, Told


class AttemptLine(Told):
    """One try of a webhook, due ``at`` that moment (seconds since the epoch): the ``status`` of the answer, or why not.

    ``seconds`` is how long it took in real time.
    """

    at: float
    status: int | None
    reason: str
    seconds: float


class AttemptTold(AttemptLine):
    """What was sent, and the beginning of what came back; null: there was nothing, or it is kept no longer."""

    headers: dict[str, str]
    body: BodyTold | None
    reply: BodyTold | None


class WebhookLine(Told):
    """A call that a client's URL is owed, for what happened to a job ``at`` that moment (seconds since the epoch).

    ``next_try`` is when the next attempt is due (null: there is none), ``rule`` what ordered that it goes wrong.
    """

    id: str
    dialect: str
    job: str
    event: str
    url: str
    at: float
    state: Fate
    reason: str
    next_try: float | None
    rule: str | None
    attempts: tuple[AttemptLine, ...]


class WebhookTold(WebhookLine):
    """A webhook with all that its attempts have sent and got."""

    attempts: tuple[AttemptTold, ...]


class WebhooksTold(Told):
    """A part of the webhooks, the oldest first."""

    webhooks: list[WebhookLine]
    next: str | None


def told(deliveries: Iterable[Delivery], after: str | None = None) -> WebhooksTold:
    """Tell webhooks, and after which one a list goes on."""
    lines = [WebhookLine(**_facts(each), attempts=tuple(map(_line, each.attempts))) for each in deliveries]
    return WebhooksTold(webhooks=lines, next=after)


def whole(delivery: Delivery) -> WebhookTold:
    """Tell a webhook with its attempts."""
    return WebhookTold(**_facts(delivery), attempts=tuple(map(_attempt, delivery.attempts)))


def _facts(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "dialect": delivery.dialect,
        "job": delivery.job_id,
        "event": delivery.event,
        "url": delivery.url,
        "at": delivery.at,
        "state": delivery.state,
        "reason": delivery.reason,
        "next_try": delivery.next_try,
        "rule": delivery.rule,
    }


def _line(attempt: Attempt) -> AttemptLine:
    return AttemptLine(**_course(attempt))


def _attempt(attempt: Attempt) -> AttemptTold:
    body, reply = _kept(attempt.body), _kept(attempt.reply)
    return AttemptTold(**_course(attempt), headers=dict(attempt.headers), body=body, reply=reply)


def _course(attempt: Attempt) -> dict[str, Any]:
    return {"at": attempt.at, "status": attempt.status, "reason": attempt.reason, "seconds": attempt.seconds}


def _kept(data: bytes) -> BodyTold | None:
    return readable(data) if data else None
