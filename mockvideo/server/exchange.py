"""One exchange with a dialect: recognise, understand, act, answer, note."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.types import Receive

from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.jobs import FINAL, Refund, Snapshot, State
from mockvideo.core.journal import LONGEST_TEXT, Entry
from mockvideo.operation import Content
from mockvideo.server import clips
from mockvideo.server.body import Disconnected, refuse_encoding
from mockvideo.server.call import Call, Headers
from mockvideo.server.direct import HEADER, direct
from mockvideo.server.files import Answer
from mockvideo.server.perform import AT_ONCE, IN_TIME, send_clip
from mockvideo.server.service import Service
from mockvideo.server.substitutes import substitute
from mockvideo.server.waiting import ask_to_wait, in_real_time
from mockvideo.server.wire import Wire

LIMITS = (Kind.RATE_LIMITED, Kind.QUOTA_EXCEEDED)
# A job's id, its model and its state.
Subject = tuple[str | None, str | None, str | None]
NOTHING_TOLD: tuple[Subject, float | None, Refund] = ((None, None, None), None, Refund.FULL)
# nginx's status for this; nobody is left to receive it, only the journal shows it.
CLIENT_LEFT = 499

logger = logging.getLogger("mockvideo")

Observer = Callable[[Entry, Account], None]


class Exchange:
    """Answers calls to dialects. ``observer`` sees every journal entry as it is written."""

    def __init__(self, service: Service, observer: Observer | None = None) -> None:
        self.service = service
        self.observer = observer

    async def __call__(self, call: Call, receive: Receive) -> Answer | None:
        """Answer a call to a dialect; None: the client has left.

        Every refusal ends here, in the dialect's envelope.
        """
        try:
            operation = _recognise(call)
            act = AT_ONCE.get(type(operation))
            answer: Answer | None
            if act is not None:
                answer = act(self.service, call, operation)
            else:
                answer = await IN_TIME[type(operation)](self.service, call, operation, receive)
        except ApiError as error:
            answer = self._refuse(call, error.refusal)
        except Disconnected:
            answer = None
        except Exception:
            # A bug, here or in a dialect's folder: said in the dialect's envelope too, and never `planned`.
            logger.exception("%s %s failed", call.method, call.path)
            answer = self._refuse(call, Refusal(Kind.INTERNAL))
        if call.scripted and answer is not None:
            answer = self._disturb(call, answer)
        self._note(call, answer.status if answer is not None else CLIENT_LEFT)
        return answer

    def download(self, call: Call, found: clips.Found) -> Answer:
        """Answer a fetch of a clip by its URL, which needs no key but belongs to an account all the same."""
        call.route, call.account, call.name = clips.DOWNLOAD, found.account, found.job.id
        try:
            if found.account.direction.active or HEADER in call.named:
                direct(call, found.account)
            snapshot = call.show(found.job.at(found.account.moment))
            answer = send_clip(self.service, call, snapshot, found.number)
        except ApiError as error:
            answer = self._refuse(call, error.refusal)
        answer = self._disturb(call, answer)
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

    def _disturb(self, call: Call, answer: Answer) -> Answer:
        """Let happen to a finished answer what a rule orders for its way to the client."""
        fault = call.plan.fault
        if fault is None:
            return answer
        if fault.connection is not None:
            call.fault, call.lost = "connection", fault.connection.loses
            return answer._replace(wire=Wire(connection=fault.connection))
        if fault.bytes is not None:
            other = substitute(call, answer, fault.bytes, self._clip_url(call))
            if other != answer:
                call.fault, call.lost = "bytes", fault.bytes.loses
            return other
        if fault.snapshot is not None and fault.snapshot.cached is not None and call.refusal is None:
            call.fault = "snapshot"
            answer.headers.append((b"age", b"%d" % fault.snapshot.cached))
        return answer

    def _clip_url(self, call: Call) -> str | None:
        """Where a documented download can send its client; None if this is none."""
        snapshot, account = call.snapshot, call.account
        if not isinstance(call.operation, Content) or call.route is clips.DOWNLOAD:
            return None
        if account is None or snapshot is None or snapshot.state is not State.SUCCEEDED:
            return None
        return self.service.url(call, clips.paths(account, snapshot.job)[0])

    def _note(self, call: Call, status: int) -> None:
        account = call.account
        if account is None:
            account = self.service.accounts.anonymous
            account.arrive()
        subject, took, refund = NOTHING_TOLD if call.snapshot is None else _told(call.snapshot)
        # By position, because by name a tuple takes more than twice as long.
        entry = Entry(
            call.number or account.journal.number(),
            account.moment - account.began,
            call.dialect.terms.dialect,
            call.route.name if call.route is not None else "",
            call.method,
            call.path[:LONGEST_TEXT],
            status,
            *subject,
            call.refusal,
            _rule(call) if call.scripted or call.refusal is not None else None,
            call.hint,
            call.kept,
            len(call.body),
            call.advice,
            call.plan.misses,
            call.digest,
            call.price,
            took,
            refund,
            call.fault,
            call.lost,
        )
        account.journal.note(entry, call.body if call.record is None else call.record)
        if self.observer is not None:
            self.observer(entry, account)


def _told(snapshot: Snapshot) -> tuple[Subject, float | None, Refund]:
    """Return the job that an exchange was about, how long it took if it has ended, and what came back of its price."""
    job, state = snapshot.job, snapshot.state
    end = snapshot.completed_at if state in FINAL else None
    subject = job.id, job.request.model, state
    return subject, None if end is None else end - job.submitted_at, job.script.refund


def _rule(call: Call) -> str | None:
    """Name the rule that ordered this answer: a fault that acted, an error, a job's end."""
    rules = call.plan.rules
    if call.fault is not None:
        return rules["fault"]
    if call.plan.error is not None:
        return rules["error"]
    if call.refusal is not None:
        lost = call.refusal.facts.get("rule")
        return lost if isinstance(lost, str) else None
    snapshot = call.snapshot
    return snapshot.job.script.rule if snapshot is not None and snapshot.state in FINAL else None


def _recognise(call: Call) -> object:
    """Return the operation of the documented route that was meant."""
    if call.route is None:
        raise _unrecognised(call)
    if b"content-encoding" in call.named:
        refuse_encoding(call.headers)
    return call.route.operation


def _unrecognised(call: Call) -> ApiError:
    """Say that nothing is documented there, and leave a hint at what is."""
    place, path = call.place, call.path[:LONGEST_TEXT]
    if place.found is None:
        near = place.table.near(call.path)
        call.hint = f"Did you mean {call.prefix}{near}?" if near else None
        return ApiError(Kind.ROUTE_NOT_FOUND, method=call.method, path=path)
    methods, _ = place.found
    call.hint = f"{path} answers {', '.join(methods)}."
    return ApiError(Kind.METHOD_NOT_ALLOWED, method=call.method, path=path)
