"""One exchange with a dialect: recognise, understand, act, answer, note."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from math import ceil

from starlette.types import Receive

from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import Snapshot
from mockvideo.core.journal import LONGEST_TEXT, Entry, redacted
from mockvideo.server.body import Disconnected, refuse_encoding
from mockvideo.server.call import Call
from mockvideo.server.files import Answer
from mockvideo.server.perform import PERFORM
from mockvideo.server.routes import Found, Table
from mockvideo.server.service import Service

# nginx's status for this; nobody is left to receive it, only the journal shows it.
CLIENT_LEFT = 499

logger = logging.getLogger("mockvideo")

Observer = Callable[[Entry, Account], None]


class Exchange:
    """Answers calls to dialects. ``observer`` sees every journal entry as it is written."""

    def __init__(self, service: Service, observer: Observer | None = None) -> None:
        self.service = service
        self.observer = observer

    async def __call__(self, call: Call, table: Table, found: Found | None, receive: Receive) -> Answer | None:
        """Answer a call to what was ``found`` in the dialect's table; None: the client has left.

        Every refusal ends here, in the dialect's envelope.
        """
        try:
            operation = _recognise(call, table, found)
            answer: Answer | None = await PERFORM[type(operation)](self.service, call, operation, receive)
        except ApiError as error:
            answer = self._refuse(call, error.refusal)
        except Disconnected:
            answer = None
        except Exception:
            # A bug, here or in a dialect's folder: said in the dialect's envelope too, and never `planned`.
            logger.exception("%s %s failed", call.method, call.path)
            answer = self._refuse(call, Refusal(Kind.INTERNAL))
        self._note(call, answer.status if answer is not None else CLIENT_LEFT)
        return answer

    def _refuse(self, call: Call, refusal: Refusal) -> Answer:
        headers = []
        if refusal.retry_after is not None:
            seconds = self._ask_to_wait(call, refusal.retry_after)
            refusal = replace(refusal, retry_after=seconds)
            headers = [(b"retry-after", b"%d" % seconds)]
        call.refusal = refusal
        status, document = call.dialect.say(refusal)
        return self.service.answer(call, status, document, headers)

    def _ask_to_wait(self, call: Call, seconds: float) -> int:
        """Return the real seconds that the client is to wait, which its account remembers."""
        account = call.account or self.service.accounts.anonymous
        account.ask_to_wait(seconds)
        wait = account.clock.hint(seconds)
        # Whole seconds (RFC 9110, 10.2.3), and never too early.
        return ceil(seconds if wait is None else wait)

    def _note(self, call: Call, status: int) -> None:
        account = call.account
        if account is None:
            account = self.service.accounts.anonymous
            account.arrive()
        # By position, because by name a tuple takes more than twice as long.
        entry = Entry(
            account.journal.count + 1,
            account.moment - account.began,
            call.dialect.name,
            call.route.name if call.route is not None else "",
            call.method,
            call.path[:LONGEST_TEXT],
            status,
            *_subject(call.snapshot),
            call.refusal,
            call.plan.error is not None,
            call.hint,
            redacted(call.named, call.dialect.credential.header),
            len(call.body),
        )
        account.journal.note(entry, call.body if call.record is None else call.record)
        if self.observer is not None:
            self.observer(entry, account)


def _subject(snapshot: Snapshot | None) -> tuple[str | None, str | None, str | None]:
    """Return the job that an exchange was about, its model and its state."""
    if snapshot is None:
        return None, None, None
    job = snapshot.job
    return job.id, job.request.model, snapshot.state


def _recognise(call: Call, table: Table, found: Found | None) -> object:
    """Return the operation of the documented route that was meant."""
    if found is None:
        near = table.near(call.path)
        call.hint = f"Did you mean {call.prefix}{near}?" if near else None
        raise ApiError(Kind.ROUTE_NOT_FOUND, method=call.method, path=call.path[:LONGEST_TEXT])
    methods, call.name = found
    call.route = methods.get(call.method)
    if call.route is None:
        call.hint = f"{call.path[:LONGEST_TEXT]} answers {', '.join(methods)}."
        raise ApiError(Kind.METHOD_NOT_ALLOWED, method=call.method, path=call.path[:LONGEST_TEXT])
    if b"content-encoding" in call.named:
        refuse_encoding(call.headers)
    return call.route.operation
