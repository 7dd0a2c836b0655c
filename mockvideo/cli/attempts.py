"""An attempt to deliver a webhook as one line, for people or for programs, written as it happens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime

from mockvideo.cli.exchanges import tail
from mockvideo.cli.terminal import Paint
from mockvideo.core.account import Account
from mockvideo.core.deliveries import Attempt, Delivery
from mockvideo.plain import clean
from mockvideo.wording import brief

OPERATION = "webhook"
COLOURS = {"pending": "yellow", "delivered": "green", "failed": "red", "refused": "yellow"}
# What stands before the host may be a secret.
USER = re.compile("//[^/?#]*@")


class Text:
    """Lines for people: time, key, dialect, status, what became of it, event and URL, and why it was not delivered."""

    def __init__(self, dialects: Iterable[str], paint: Paint) -> None:
        self._paint = paint
        self._width = max(map(len, dialects))

    def __call__(self, delivery: Delivery, account: Account, now: datetime) -> str:
        paint, attempt, word = self._paint, last(delivery), outcome(delivery)
        status = str(attempt.status) if attempt and attempt.status else "---"
        begin = [paint(f"{now:%H:%M:%S}", dim=True), paint(tail(account), dim=True)]
        about = [
            delivery.dialect.ljust(self._width),
            OPERATION.ljust(8),
            status,
            paint(word.ljust(9), fg=COLOURS[word]),
        ]
        notes = (paint(note, dim=True) for note in _notes(delivery, attempt))
        return "  ".join([*begin, *about, f"{brief(delivery.event)} to {place(delivery.url)}", *notes])


def record(delivery: Delivery, account: Account, now: datetime) -> str:
    """Return a line of JSON for programs; what is unknown is left out."""
    attempt = last(delivery)
    document = {
        "time": now.isoformat(timespec="milliseconds"),
        "key": tail(account).strip(),
        "dialect": delivery.dialect,
        "operation": OPERATION,
        "webhook": delivery.id,
        "event": delivery.event,
        "url": place(delivery.url),
        "job": delivery.job_id,
        "status": attempt and attempt.status,
        "state": outcome(delivery),
        "attempt": len(delivery.attempts),
        "reason": _reason(delivery, attempt),
        "again_in": _pause(delivery, attempt),
        "rule": delivery.rule and brief(delivery.rule),
    }
    return clean(json.dumps({name: value for name, value in document.items() if value not in (None, "")}))


def last(delivery: Delivery) -> Attempt | None:
    """Return the attempt that has just been made; None if it was not allowed."""
    return None if delivery.state == "refused" else delivery.attempts[-1]


def outcome(delivery: Delivery) -> str:
    """Say what became of the last attempt: a copy may fail of what was delivered before."""
    attempt = last(delivery)
    return "failed" if attempt and delivery.state == "delivered" and not attempt.succeeded else delivery.state


def place(url: str) -> str:
    """Return a client's URL as it can be shown."""
    return brief(USER.sub("//…@", url))


def _notes(delivery: Delivery, attempt: Attempt | None) -> list[str]:
    pause = _pause(delivery, attempt)
    said = (
        _reason(delivery, attempt),
        "" if pause is None else f"again in {pause:g} s",
        "" if delivery.rule is None else f"(planned by {brief(delivery.rule)})",
    )
    return [note for note in said if note]


def _reason(delivery: Delivery, attempt: Attempt | None) -> str:
    return brief(delivery.reason if attempt is None else attempt.reason)


def _pause(delivery: Delivery, attempt: Attempt | None) -> float | None:
    """The seconds of account time until the next attempt."""
    return None if attempt is None or delivery.next_try is None else round(delivery.next_try - attempt.at, 3)
