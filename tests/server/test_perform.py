"""What each kind of operation does: the blocking call, the poll, the content, the list, the upload, the document."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mockvideo.core.account import Account
from mockvideo.core.clock import ManualClock
from mockvideo.core.errors import Kind
from mockvideo.core.jobs import Job, Phase, Reason, State, Timeline
from mockvideo.core.scenario import Allowance, Rule
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.app import App
from mockvideo.server.perform import LARGE_BODY, SMALL_BODY, UPLOAD_BODY
from mockvideo.server.thread import ServerThread
from tests.server.corpus import END, MULTIPART, part
from tests.server.driving import (
    API_KEY,
    BEARER,
    JSON,
    PATIENCE,
    Peer,
    Reply,
    app_of,
    ask,
    example,
    finish,
    http,
    scope_of,
    submit,
    until,
)

MIB = 1 << 20
BLOCKING = "/a4f/v1/video/generations"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(1_000)


def account_of(app: App) -> Account:
    return app.service.accounts.get("sk-test")


def job_of(app: App, dialect: str = "a4f") -> Job:
    """The only job of the account."""
    (job,) = account_of(app).store.latest(dialect)
    return job


def generate(app: App, then: Callable[[], Any] = int, *, leaves: bool = False) -> Reply | None:
    """Call and wait; ``then`` is done in another thread as soon as the server waits. None: there was no answer."""
    peer = Peer(example(app, "a4f"))

    async def calling() -> None:
        call = asyncio.ensure_future(app(scope_of("POST", BLOCKING, BEARER, JSON), peer.receive, peer.send))
        await asyncio.wait({call, asyncio.ensure_future(peer.waited_for.wait())}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(then)
        if leaves:
            peer.left.set()
        await asyncio.wait_for(call, PATIENCE)

    asyncio.run(calling())
    return peer.reply if peer.messages else None


# The blocking call


@pytest.mark.parametrize("clock", [{"clock": "wall", "speed": 1_000}, {"clock": "auto"}, {"timing": AT_ONCE}])
def test_a_blocking_call_answers_with_the_clip_at_the_end_of_its_job(clock) -> None:
    app = app_of(**clock)
    reply = generate(app)
    assert reply is not None
    job = job_of(app)
    end = job.timeline.end
    assert reply.status == 200
    assert reply.document["created"] == int(end or 0)
    assert b64decode(reply.document["data"][0]["b64_json"]) == app.service.clips.of(job)
    assert account_of(app).moment >= (end or 0)


def test_on_a_clock_that_stands_still_it_answers_when_another_thread_has_moved_it() -> None:
    app = app_of()
    reply = generate(app, lambda: [account_of(app).clock.advance(1) for _ in range(20)])
    assert reply is not None
    assert reply.status == 200


@pytest.mark.parametrize("clock", ["manual", "wall"])
def test_a_job_that_is_settled_by_hand_ends_the_call(clock) -> None:
    app = app_of(clock=clock)
    reply = generate(app, lambda: account_of(app).settle("a4f", job_of(app).id, State.SUCCEEDED))
    assert reply is not None
    assert reply.status == 200


@pytest.mark.parametrize(
    ("state", "reason", "status", "text"),
    [
        (State.FAILED, Reason.CONTENT_POLICY, 400, "content policy"),
        (State.FAILED, Reason.TIMED_OUT, 408, "too long"),
        (State.FAILED, None, 500, "failed to produce"),
        (State.CANCELLED, None, 500, "failed to produce"),
    ],
)
def test_a_job_that_ends_badly_is_told_in_the_dialects_words(state, reason, status, text) -> None:
    app = app_of()
    reply = generate(app, lambda: account_of(app).settle("a4f", job_of(app).id, state, reason))
    assert reply is not None
    assert reply.status == status
    assert text in reply.document["error"]["message"]
    assert account_of(app).ledger(app.dialects["a4f"].terms).spent == 0


def test_a_job_that_is_stuck_can_be_settled() -> None:
    app = app_of()

    def unstick() -> None:
        account, job = account_of(app), job_of(app)
        account.store.put(job._replace(timeline=Timeline(job.submitted_at, (Phase(State.QUEUED),))))
        account.clock.advance(1_000)
        account.settle("a4f", job.id, State.SUCCEEDED)

    reply = generate(app, unstick)
    assert reply is not None
    assert reply.status == 200


class Hasty(ManualClock):
    """A clock upon which something happens just before somebody begins to watch it."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        self._happens()
        return super().watch(callback)


def test_a_job_that_is_settled_between_a_look_and_the_wait_ends_the_call() -> None:
    app = app_of()
    account = account_of(app)
    account.clock = Hasty(lambda: account.settle("a4f", job_of(app).id, State.SUCCEEDED))
    reply = generate(app)
    assert reply is not None
    assert reply.status == 200


def test_a_client_that_hangs_up_leaves_a_job_that_goes_on_and_is_billed() -> None:
    app = app_of()
    assert generate(app, leaves=True) is None
    account, job = account_of(app), job_of(app)
    (entry,) = account.journal
    assert (entry.status, entry.job, entry.hint) == (499, job.id, "The client left; the job goes on and is billed.")
    account.clock.advance(60)
    assert account.view(app.dialects["a4f"].terms, job.id).state is State.SUCCEEDED
    assert account.ledger(app.dialects["a4f"].terms).spent == job.request.price > 0


def test_over_a_socket_a_hang_up_is_noticed_and_the_next_call_is_served() -> None:
    app = app_of()
    body = example(app, "a4f")
    head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk-test\r\n" % BLOCKING.encode()
    head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with ServerThread(app) as server:
        with socket.create_connection(("127.0.0.1", httpx.URL(server.url).port), PATIENCE) as wire:
            wire.sendall(head + body)
            until(lambda: account_of(app).store.unfinished)
        until(lambda: account_of(app).journal.count)
        assert [entry.status for entry in account_of(app).journal] == [499]
        with http(server.url) as client:
            assert client.get("/a4f/v1/usage", headers=[BEARER]).status_code == 200


def test_over_a_socket_a_call_waits_until_the_clock_is_moved() -> None:
    app = app_of()
    with ServerThread(app) as server, http(server.url) as client:
        replies: list[httpx.Response] = []
        body = example(app, "a4f")
        call = threading.Thread(
            target=lambda: replies.append(client.post(BLOCKING, headers=[BEARER, JSON], content=body))
        )
        call.start()
        until(lambda: account_of(app).store.unfinished)
        account_of(app).clock.advance(60)
        call.join(PATIENCE)
    assert [reply.status_code for reply in replies] == [200]


# Submit and poll


def test_a_submission_is_answered_before_anything_has_happened() -> None:
    document = submit(app_of(timing=AT_ONCE)).document
    assert (document["status"], document["progress"]) == ("queued", 0)


@pytest.mark.parametrize(
    ("clock", "wait"),
    [
        ({"clock": "wall"}, None),
        ({"clock": "wall", "speed": 0.5}, "20000"),
        ({"clock": "wall", "speed": 1_000}, "10"),
        ({"clock": "wall", "speed": 1e9}, "1"),
        ({"clock": "manual"}, "1"),
        ({"clock": "auto"}, "1"),
    ],
)
def test_how_soon_to_poll_is_told_where_the_clients_own_habit_is_wrong(clock, wait) -> None:
    app = app_of(**{"timing": AT_ONCE, **clock})
    assert submit(app).header("openai-poll-after-ms") == wait


def test_how_soon_to_poll_is_not_told_of_a_job_that_has_ended() -> None:
    app = app_of()
    job_id = submit(app).document["id"]
    before = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER)
    account_of(app).clock.advance(60)
    after = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER)
    assert (before.header("openai-poll-after-ms"), after.header("openai-poll-after-ms")) == ("1", None)
    assert after.document["status"] == "completed"


def test_an_unknown_job_is_told_so() -> None:
    reply = ask(app_of(), "GET", "/sora/v1/videos/task_1", BEARER)
    assert (reply.status, reply.document["error"]["code"]) == (404, "task_not_exist")


def test_what_cannot_be_an_id_is_told_so() -> None:
    reply = ask(app_of(), "GET", "/apiframe/v2/jobs/1", API_KEY)
    assert (reply.status, reply.document["error"]) == (400, "Invalid job ID")


def test_a_head_answers_a_poll_like_a_get() -> None:
    app = app_of()
    path = f"/sora/v1/videos/{submit(app).document['id']}"
    get, head = ask(app, "GET", path, BEARER), ask(app, "HEAD", path, BEARER)
    assert head.status == get.status
    assert head.header("content-length") == get.header("content-length")


# Content


def test_content_is_the_clip_with_everything_that_a_player_needs() -> None:
    app = app_of(timing=AT_ONCE)
    job_id = submit(app).document["id"]
    path, clip = f"/sora/v1/videos/{job_id}/content", app.service.clips.of(job_of(app, "sora"))
    whole, part_of_it = ask(app, "GET", path, BEARER), ask(app, "GET", path, BEARER, (b"range", b"bytes=5-9"))
    assert (whole.status, whole.body, whole.header("content-type")) == (200, clip, "video/mp4")
    assert (part_of_it.status, part_of_it.body) == (206, clip[5:10])
    assert ask(app, "HEAD", path, BEARER).body == b""
    assert ask(app, "GET", path, BEARER, (b"if-none-match", b"*")).status == 304
    assert (whole.header("x-request-id") or "").endswith("00000002")


@pytest.mark.parametrize(("state", "word"), [(None, "queued"), (State.FAILED, "failed"), (State.CANCELLED, "failed")])
def test_content_of_a_job_that_has_not_succeeded_is_not_ready(state, word) -> None:
    app = app_of()
    job_id = submit(app).document["id"]
    if state is not None:
        account_of(app).settle("sora", job_id, state)
    reply = ask(app, "GET", f"/sora/v1/videos/{job_id}/content", BEARER)
    assert reply.status == 400
    assert reply.document["error"]["message"].endswith(f"current status: {word}")


# List


def test_a_list_has_the_accounts_jobs_with_their_clips() -> None:
    app = app_of(timing=AT_ONCE)
    ids = {submit(app, dialect="apiframe").document["jobId"] for _ in range(3)}
    submit(app, dialect="apiframe", key="sk-other")
    jobs = ask(app, "GET", "/apiframe/v2/jobs", API_KEY).document["jobs"]
    assert {job["id"] for job in jobs} == ids
    assert {ask(app, "GET", job["result"]["videoUrl"]).status for job in jobs} == {200}


def test_pages_of_a_list_follow_each_other() -> None:
    app = app_of()
    ids = {submit(app, dialect="apiframe").document["jobId"] for _ in range(5)}
    found, path = [], "/apiframe/v2/jobs?limit=2"
    while path:
        page = ask(app, "GET", path, API_KEY).document
        found += [job["id"] for job in page["jobs"]]
        path = page["hasMore"] and f"/apiframe/v2/jobs?limit=2&cursor={page['nextCursor']}"
    assert (len(found), set(found)) == (5, ids)


# Documents


def test_an_account_may_be_told_about_itself() -> None:
    app = app_of(allowance=Allowance(plan="basic"))
    assert ask(app, "GET", "/apiframe/v2/me", API_KEY).document["team"]["plan"] == "basic"


def test_a_document_about_the_account_needs_a_key() -> None:
    assert ask(app_of(), "GET", "/apiframe/v2/me").status == 401


@pytest.mark.parametrize("headers", [(), ((b"authorization", b"Bearer invalid"),), (BEARER,)])
def test_a_public_document_needs_none(headers) -> None:
    assert ask(app_of(), "GET", "/beluga/v1/models", *headers).status == 200


def test_a_public_document_knows_who_asks_if_that_is_told() -> None:
    app = app_of(allowance=Allowance(plan="free"))
    everything, own = ask(app, "GET", "/a4f/v1/models"), ask(app, "GET", "/a4f/v1/models", BEARER)
    assert len(own.document["data"]) < len(everything.document["data"])


def test_a_public_document_is_refused_where_a_rule_says_so() -> None:
    app = app_of(rules=(Rule(on="document", error=Kind.UNAVAILABLE),))
    assert ask(app, "GET", "/beluga/v1/models").status == 200
    assert ask(app, "GET", "/beluga/v1/models", BEARER).status == 503
    assert [(entry.status, entry.planned) for entry in account_of(app).journal] == [(503, True)]


def test_a_public_document_does_not_pass_over_a_scenario_that_nobody_knows() -> None:
    reply = ask(app_of(), "GET", "/beluga/v1/models", BEARER, (b"x-mockvideo-scenario", b"stuck-at-98"))
    assert (reply.status, "stuck-at-99" in reply.document["error"]["message"]) == (400, True)


# Uploads


def upload(app: App, body: bytes, content_type: str = MULTIPART) -> Reply:
    headers = (API_KEY, (b"content-type", content_type.encode()))
    return ask(app, "POST", "/apiframe/v2/uploads", *headers, body=body)


def test_an_upload_is_answered_with_what_it_is_and_where() -> None:
    reply = upload(app_of(), part() + part(PNG, name=b"file", extra=b'; filename="cat.png"') + END)
    assert reply.status == 201
    assert (reply.document["contentType"], reply.document["byteSize"]) == ("image/png", len(PNG))
    assert reply.document["url"].startswith("http://localhost:8420/media/")


@pytest.mark.parametrize("name", [b"prompt", b"File"])
def test_an_upload_without_its_file_is_told_so(name) -> None:
    reply = upload(app_of(), part(PNG, name=name, extra=b'; filename="cat.png"') + END)
    assert (reply.status, reply.document["error"]) == (400, "No file uploaded")


def test_a_text_is_no_file() -> None:
    assert upload(app_of(), part(name=b"file") + END).document["error"] == "No file uploaded"


def test_a_file_that_the_provider_does_not_take_is_refused() -> None:
    reply = upload(app_of(), part(b"<html>", name=b"file", extra=b'; filename="a.html"') + END)
    assert (reply.status, reply.document["error"]) == (400, "Unsupported file type")


# How large a body may be

CAPS = [
    ("POST", "/beluga/v1/videos/generations", SMALL_BODY, MIB),
    ("POST", "/apiframe/v2/videos/generate", SMALL_BODY, MIB),
    ("POST", BLOCKING, SMALL_BODY, MIB),
    ("POST", "/sora/v1/videos", LARGE_BODY, 32 * MIB),
    ("POST", "/lemondata/v1/videos/generations", LARGE_BODY, 32 * MIB),
    ("POST", "/apiframe/v2/uploads", UPLOAD_BODY, 52 * MIB),
]


@pytest.mark.parametrize(("method", "path", "cap", "size"), CAPS)
def test_a_body_over_its_cap_is_refused_as_soon_as_it_is(method, path, cap, size) -> None:
    app = app_of()
    peer = Peer(*[bytes(MIB)] * (size // MIB), b"x", b"never read")
    finish(app(scope_of(method, path, BEARER, API_KEY, JSON), peer.receive, peer.send))
    assert cap == size
    assert peer.reply.status in {400, 413}
    assert len(peer.unsent) == 1


@pytest.mark.parametrize(("method", "path", "cap", "size"), CAPS)
def test_a_body_of_its_cap_is_read(method, path, cap, size) -> None:
    app = app_of()
    peer = Peer(*[bytes(MIB)] * (size // MIB), b"")
    finish(app(scope_of(method, path, BEARER, API_KEY, JSON), peer.receive, peer.send))
    assert not peer.unsent
    assert "larger than" not in peer.reply.body.decode()


def test_a_body_that_is_announced_too_large_is_not_read_at_all() -> None:
    app = app_of()
    peer = Peer(b"never read")
    announced = (b"content-length", b"%d" % (32 * MIB + 1))
    finish(app(scope_of("POST", "/sora/v1/videos", BEARER, JSON, announced), peer.receive, peer.send))
    assert peer.reply.status == 413
    assert json.loads(peer.reply.body)["error"]["message"].startswith("The body is larger than the 33,554,432 bytes")
    assert len(peer.unsent) == 1


def test_a_stranger_with_a_body_too_large_is_told_to_come_with_a_key() -> None:
    announced = (b"content-length", b"%d" % (32 * MIB + 1))
    assert ask(app_of(), "POST", "/sora/v1/videos", JSON, announced).status == 401
