"""The webhooks of an account, as the control API tells them: what is owed, what was tried, what came of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote

from mockvideo.core.deliveries import Fate
from mockvideo.core.jobs import FINAL, State
from mockvideo.testing.asserting.undelivered import Owed, Wanted, missing, outlook
from mockvideo.testing.clock import Clock
from mockvideo.testing.control import Control, ControlError
from mockvideo.testing.evidence import Evidence, Named

PAGE = 1_000
UNFINISHED = [state for state in State if state not in FINAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try, due ``at`` that moment (seconds since the epoch); it took so many real ``seconds``.

    ``headers`` and ``body`` are what was sent, ``reply`` is the beginning of what came back; empty: there was nothing,
    or it is kept no longer. ``status`` is None where no answer was understood, and ``reason`` says why.
    """

    at: float
    status: int | None
    reason: str
    seconds: float
    headers: Mapping[str, str]
    body: bytes
    reply: bytes

    @property
    def document(self) -> Any:
        """What was told; None if its bytes are kept no longer."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A call that a client's URL is owed, for the ``event`` that happened to a job ``at`` that moment.

    Moments are in seconds since the epoch. The next attempt is due at ``next_try``; ``rule`` ordered what goes wrong.
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
    attempts: tuple[Attempt, ...]


class Outbox(Evidence):
    """Everything that can be known of an account, with the webhooks that it owes."""

    @property
    def webhooks(self) -> list[Delivery]:
        """The webhooks that came due, the oldest first, with what their attempts have sent and got."""
        return [_read(self.control.get(_place(each["id"]))) for each in listed(self.control)]

    def redeliver(self, webhook: str | Named) -> Delivery:
        """Try a webhook once more, now, whatever has become of it. Raises ControlError if it is under way, or unknown.

        Jobs tell of the last attempt.
        """
        name = webhook if isinstance(webhook, str) else webhook.id
        return _read(self.control.post(f"{_place(name)}/redeliver", {}))

    def wait_for_webhook(
        self, event: str | None = None, job: str | Named | None = None, timeout: float = 5.0
    ) -> Delivery:
        """Return the last webhook of this event and job, as soon as one was delivered or given up.

        A clock that moves by itself goes on to that. Raises TimeoutError after so many real seconds.
        """
        wanted = Wanted(event=event, job=_name(job))
        try:
            told = self.control.post("/webhooks/wait", {**wanted.filters, "timeout": timeout})
        except ControlError as error:
            if error.status != 408:
                raise
            raise TimeoutError(self._missed(wanted, f"to be tried within {timeout:g} s")) from None
        return _read(self.control.get(_place(told["webhooks"][-1]["id"])))

    def assert_webhook_delivered(self, event: str | None = None, job: str | Named | None = None) -> None:
        """Claim that a webhook of this event (None: of any) about this job (None: about any) has arrived."""
        wanted = Wanted(event=event, job=_name(job))
        if not any(each["state"] == "delivered" and wanted.fits(each) for each in listed(self.control)):
            raise AssertionError(self._missed(wanted, "to be delivered"))

    def _missed(self, wanted: Wanted, what: str) -> str:
        return missing(wanted, _owed(self.control), self.kept()[0], what)


class Caller:
    """An account's server as whoever waits for its calls sees it."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._clock = Clock(control)

    def hasten(self) -> bool:
        """Go on to the next event if the clock moves by itself and calls may come; return whether it was moved."""
        clock = self._control.get("/clock")
        if clock["mode"] != "auto" or clock["next_event"] is None or not self._expects():
            return False
        self._clock.next_event()
        return True

    def owed(self) -> str:
        """Say what became of the webhooks, and what to do next."""
        return outlook(_owed(self._control), self._clock.mode)

    def _expects(self) -> bool:
        """Whether a webhook is pending, or a job may come to owe one."""
        if self._control.get("/webhooks", state="pending", limit=1)["webhooks"]:
            return True
        return any(self._control.get("/jobs", state=state, limit=1)["jobs"] for state in UNFINISHED)


def listed(control: Control, page: int = PAGE) -> Iterator[Mapping[str, Any]]:
    """Yield all webhooks of an account as the control API lists them, the oldest first."""
    after = None
    while True:
        told = control.get("/webhooks", limit=page, after=after)
        yield from told["webhooks"]
        after = told["next"]
        if after is None:
            return


def _owed(control: Control) -> Owed:
    clock = control.get("/clock")
    return Owed(list(listed(control)), clock["now"] - clock["elapsed"])


def _place(name: str) -> str:
    return f"/webhooks/{quote(name, safe='')}"


def _name(job: str | Named | None) -> str | None:
    return job if job is None or isinstance(job, str) else job.id


def _read(told: Mapping[str, Any]) -> Delivery:
    attempts = tuple(
        Attempt(**{**each, "body": _bytes(each["body"]), "reply": _bytes(each["reply"])}) for each in told["attempts"]
    )
    return Delivery(**{field.name: told[field.name] for field in fields(Delivery)} | {"attempts": attempts})


def _bytes(told: Mapping[str, str | None] | None) -> bytes:
    """Return what the control API tells as text if it is some, else in base64."""
    if told is None:
        return b""
    text = told["text"]
    return base64.b64decode(told["base64"] or "") if text is None else text.encode()
