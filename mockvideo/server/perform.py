"""What each kind of operation does with a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

from starlette.types import Receive

from mockvideo.advice import Asked
from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.files import File
from mockvideo.core.jobs import FINAL, UNSCRIPTED, Reason, Snapshot, State, Wait
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Content, Document, Generate, Item, List, Poll, Submit, Upload, View
from mockvideo.schema import Json
from mockvideo.server import clips, records
from mockvideo.server.body import Disconnected, parse_form, receive_body
from mockvideo.server.call import Call, Headers
from mockvideo.server.checks import Submission
from mockvideo.server.documents import read_query
from mockvideo.server.eager import sleep
from mockvideo.server.files import Answer, misheard, serve
from mockvideo.server.handouts import Handout, hand_out
from mockvideo.server.identity import identify
from mockvideo.server.service import Service
from mockvideo.server.waiting import Watch

# Large: a picture of 20 MiB in base64, a third longer. Upload: a file of 50 MiB and the form around it.
SMALL_BODY = 1 << 20
LARGE_BODY = 32 << 20
UPLOAD_BODY = 52 << 20
NOTHING: Json = {}
KEYS = (Kind.INVALID_KEY, Kind.INACTIVE_KEY)


async def submit(service: Service, call: Call, operation: Submit, receive: Receive) -> Answer:
    snapshot = call.show(await _accept(service, call, operation, receive))
    document = operation.render(snapshot, service.links(call, snapshot))
    return service.answer(call, operation.status, document, _poll_after(call, call.known_account, snapshot))


async def generate(service: Service, call: Call, operation: Generate, receive: Receive) -> Answer:
    accepted = call.show(await _accept(service, call, operation, receive))
    outcome = call.known_account.outcome(call.dialect.terms, accepted.job.id)
    if isinstance(outcome, Wait):
        outcome = await _ending(call, accepted.job.id, receive)
    outcome = call.show(outcome)
    if outcome.state is State.SUCCEEDED:
        return service.answer(call, operation.status, operation.render(outcome, service.links(call, outcome)))
    return _failed(service, call, outcome)


def poll(service: Service, call: Call, operation: Poll) -> Answer:
    account = identify(call, service.accounts)
    try:
        snapshot = call.snapshot = account.poll(call.dialect.terms, call.name)
    except ApiError:
        # After the look-up, as a scenario may want ids that no document would have.
        if operation.check is not None:
            operation.check(call.name)
        raise
    if call.scripted or snapshot.job.script is not UNSCRIPTED:
        snapshot = call.show(snapshot)
    call.advice = service.advisors[call.dialect.terms.dialect].polled(call.known_route.path, snapshot.waited)
    document = operation.render(snapshot, service.links(call, snapshot))
    return service.answer(call, 200, document, _poll_after(call, account, snapshot))


def content(service: Service, call: Call, _: Content) -> Answer:
    account = identify(call, service.accounts)
    snapshot = call.show(account.view(call.dialect.terms, call.name))
    call.advise(service.advisors[call.dialect.name], Asked(NOTHING, path=call.path))
    if snapshot.state is not State.SUCCEEDED:
        word = spelled(call.dialect.states)[snapshot.state]
        raise ApiError(Kind.NOT_READY, id=call.name, status=word)
    return send_clip(service, call, snapshot, 1)


def send_clip(service: Service, call: Call, snapshot: Snapshot, number: int) -> Answer:
    """Serve a clip of a job that succeeded."""
    job = snapshot.job
    if job.clips_expired(snapshot.now):
        expired = Refusal(Kind.JOB_NOT_FOUND, text="The URL of this clip has expired.")
        raise ApiError.of(expired, id=job.id, rule=job.script.rule)
    file = hand_out(service.clips, call, job, number)
    answer = _serve(call, file, call.headers)
    fault = call.plan.fault
    if fault is not None and fault.bytes is not None and fault.bytes.ranges is not None:
        truth, size = answer, len(file.data) + file.zeros
        answer = _serve(call, file, misheard(call.headers, size, fault.bytes.ranges))
        call.fault = None if answer == truth else "bytes"
    answer.headers.extend(service.request_ids(call))
    return answer


def _serve(call: Call, file: Handout, headers: Headers) -> Answer:
    tag, media_type, method = file.etag, "video/mp4", call.method
    return serve(file.data, etag=tag, media_type=media_type, request_headers=headers, method=method, zeros=file.zeros)


def list_jobs(service: Service, call: Call, operation: List) -> Answer:
    account = identify(call, service.accounts)
    query = read_query(call)
    snapshots, more = account.page(call.dialect.terms, operation.read(query))
    items = [Item(snapshot, service.links(call, snapshot)) for snapshot in snapshots]
    return service.answer(call, 200, operation.render(items, query, more))


def document(service: Service, call: Call, operation: Document) -> Answer:
    account = _visitor(service, call) if operation.public else identify(call, service.accounts)
    standing = account.standing(call.dialect.terms) if account else None
    return service.answer(call, 200, operation.render(View(standing, read_query(call), call.name)))


async def upload(service: Service, call: Call, operation: Upload, receive: Receive) -> Answer:
    account = identify(call, service.accounts)
    # After the key, so that nobody without one makes this server read so much.
    await _receive(service, call, receive, cap=UPLOAD_BODY)
    fields = parse_form(call.body, call.named.get(b"content-type", b"").decode("latin-1"))
    call.record = records.of_form(fields)
    file = next((value for name, value in fields if name == operation.field and isinstance(value, File)), None)
    if file is None:
        message = f"Send the file in the form field {operation.field!r}."
        raise ApiError(Kind.MISSING_INPUT, message, field=operation.field)
    operation.check(file)
    kept = account.keep(call.dialect.terms, file)
    url = service.url(call, clips.upload_path(account, kept.id))
    return service.answer(call, operation.status, operation.render(kept, url))


# By kind of operation: what reads a body or waits for a job, and what answers at once.
IN_TIME: dict[type[Any], Callable[[Service, Call, Any, Receive], Awaitable[Answer]]] = {
    Submit: submit,
    Generate: generate,
    Upload: upload,
}
AT_ONCE: dict[type[Any], Callable[[Service, Call, Any], Answer]] = {
    Poll: poll,
    Content: content,
    List: list_jobs,
    Document: document,
}


async def _accept(service: Service, call: Call, operation: Submit, receive: Receive) -> Snapshot:
    """Read and check a submission; the job that it makes, or that its idempotency key made before."""
    await _receive(service, call, receive, cap=LARGE_BODY if operation.large else SMALL_BODY)
    submission = Submission(call, operation, service.accounts)
    try:
        submission.run()
    finally:
        call.advise(service.advisors[call.dialect.name], submission.asked())
    account, terms = submission.account, call.dialect.terms
    if submission.replayed is not None:
        return account.view(terms, submission.replayed)
    request = submission.request
    if request.webhook is not None:
        request = service.called_back(call, request, request.webhook)
    snapshot = account.submit(terms, request, submission.digest, call.plan)
    call.price = request.price
    submission.remember(snapshot.job)
    return snapshot


async def _receive(service: Service, call: Call, receive: Receive, *, cap: int) -> None:
    """Read the body; one that is too large is refused to whom it came from."""
    try:
        call.body = await receive_body(receive, call.named.get(b"content-length", b""), cap=cap)
    except ApiError:
        identify(call, service.accounts)
        raise


async def _ending(call: Call, job_id: str, receive: Receive) -> Snapshot:
    """Wait until a job has ended."""
    account, terms = call.known_account, call.dialect.terms
    # Only from its first pause on a call has an event loop.
    await sleep(0)
    with Watch(account) as watch:
        while isinstance(outcome := account.outcome(terms, job_id), Wait):
            if not await watch.until(outcome.until, receive):
                call.hint = "The client left; the job goes on and is billed."
                raise Disconnected
    return outcome


def _failed(service: Service, call: Call, snapshot: Snapshot) -> Answer:
    """Answer a blocking call whose job ended badly."""
    spelling = call.dialect.failures[snapshot.job.reason or Reason.INTERNAL]
    text = spelling.text.format(model=snapshot.job.request.model)
    return service.answer(call, spelling.status, call.dialect.envelope(Refusal(Kind.UPSTREAM, text), spelling, text))


def _poll_after(call: Call, account: Account, snapshot: Snapshot) -> Headers | None:
    """Tell a client that asks how soon to poll again, if its own habit is not right for this clock."""
    dialect: Dialect = call.dialect
    if dialect.poll_after_header is None or snapshot.state in FINAL:
        return None
    wait = account.clock.hint(dialect.terms.interval)
    return None if wait is None else [(dialect.poll_after_header, b"%d" % max(1, ceil(wait * 1000)))]


def _visitor(service: Service, call: Call) -> Account | None:
    """The account of somebody who need not have one."""
    try:
        return identify(call, service.accounts) if call.key is not None else None
    except ApiError as error:
        # A key that opens nothing is no worse here than none; what was refused to an account is.
        if call.plan.error is not None or error.refusal.kind not in KEYS:
            raise
        return None
