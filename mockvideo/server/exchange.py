"""One exchange with a dialect: recognise, understand, act, answer, note."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.types import Receive

from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import FINAL, Refund, Snapshot
from mockvideo.core.journal import LONGEST_TEXT, Entry, redacted
from mockvideo.operation import Content, Route
from mockvideo.provenance import guess
from mockvideo.server import clips
from mockvideo.server.body import Disconnected, refuse_encoding
from mockvideo.server.call import Call, Headers
from mockvideo.server.direct import HEADER, direct
from mockvideo.server.files import Answer
from mockvideo.server.perform import LIMITS, PERFORM, send_clip
from mockvideo.server.routes import Found, Table
from mockvideo.server.service import Service
from mockvideo.server.waiting import ask_to_wait, in_real_time

DOWNLOAD = Route("GET", "/media/{id}", Content(), guess("no provider documents where its clips lie"))
NOT_ENDED = (None, Refund.FULL)
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

    def download(self, call: Call, found: clips.Found) -> Answer:
        """Answer a fetch of a clip by its URL, which needs no key but belongs to an account all the same."""
        call.route, call.account, call.name = DOWNLOAD, found.account, found.job.id
        try:
            if found.account.direction.active or HEADER in call.named:
                direct(call, found.account)
            snapshot = call.show(found.job.at(found.account.moment))
            answer = send_clip(self.service, call, snapshot, found.number)
        except ApiError as error:
            answer = self._refuse(call, error.refusal)
        self._note(call, answer.status)
        return answer

    def _refuse(self, call: Call, refusal: Refusal) -> Answer:
        headers: Headers = []
        # What is noted is account time; what is told is real time.
        call.refusal = refusal
        if refusal.retry_after is not None:
            account = call.account or self.service.accounts.anonymous
            refusal, value = ask_to_wait(account, refusal, refusal.retry_after)
            headers.append((b"retry-after", value))
        if refusal.kind in LIMITS and call.account is not None and call.dialect.quota_headers is not None:
            quota = call.account.allotment.quota(call.dialect.terms, call.account.moment)
            headers += call.dialect.quota_headers(in_real_time(quota, call.account)) if quota is not None else []
        status, document = call.dialect.say(refusal)
        return self.service.answer(call, status, document, headers)

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
            _rule(call) if call.scripted or call.refusal is not None else None,
            call.hint,
            redacted(call.named, call.dialect.credential.header),
            len(call.body),
            call.advice,
            call.plan.misses,
            call.digest,
            call.price,
            *_ending(call.snapshot),
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


def _ending(snapshot: Snapshot | None) -> tuple[float | None, Refund]:
    """Return how long a job took that has ended, and what came back of its price."""
    if snapshot is None or snapshot.state not in FINAL:
        return NOT_ENDED
    job, end = snapshot.job, snapshot.completed_at
    return None if end is None else end - job.submitted_at, job.script.refund


def _rule(call: Call) -> str | None:
    """Name the rule that ordered this answer: an error, a lie, a job's end."""
    rules = call.plan.rules
    if call.plan.error is not None:
        return rules["error"]
    if call.refusal is not None:
        lost = call.refusal.facts.get("rule")
        return lost if isinstance(lost, str) else None
    snapshot = call.snapshot
    if "lie" in rules:
        return rules["lie"]
    return snapshot.job.script.rule if snapshot is not None and snapshot.state in FINAL else None


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
