"""A fault acts on the answer to what was done all the same, and the journal says on which level."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from mockvideo.core.errors import Kind, Literally
from mockvideo.core.faults import Bytes, Changes, Connection, Damage, Earlier
from mockvideo.core.journal import Entry
from mockvideo.core.scenario import Outcome, Rule
from mockvideo.core.timing import AT_ONCE, Timing
from mockvideo.dialect import Dialect
from mockvideo.operation import Submit
from mockvideo.pointer import stands
from mockvideo.server.app import App
from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.wire import Wire
from tests.server.driving import API_KEY, BEARER, JSON, Reply, app_of, ask, example, finish, scope_of, submit

RESET = Connection(reset="before")


def ordering(*rules: Rule, **options: Any) -> App:
    return app_of(rules=rules, timing=AT_ONCE, **options)


def last(app: App) -> Entry:
    return list(app.service.accounts.get("sk-test").journal)[-1]


def jobs(app: App) -> int:
    return len(app.service.accounts.get("sk-test").store)


def on_our_wire(app: App, method: str, path: str, *headers: tuple[bytes, bytes], body: bytes = b"") -> Answer:
    """The answer as our own transport gets it."""
    answers: list[Answer] = []
    scope = scope_of(method, path, BEARER, JSON, *headers)
    scope["extensions"] = {RESPOND: answers.append}
    received = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return received.pop()

    finish(app(scope, receive, asyncio.Event().wait))  # type: ignore[arg-type]  # never sent to
    (answer,) = answers
    return answer


def submitted(app: App) -> Answer:
    return on_our_wire(app, "POST", "/sora/v1/videos", body=example(app, "sora"))


# What was asked for is done


def test_a_reply_that_is_lost_is_the_answer_to_a_job_that_is_there_and_paid_for() -> None:
    app = ordering(Rule(on="submit", connection=RESET))
    answer = submitted(app)
    assert (answer.status, answer.wire) == (200, Wire(connection=RESET))
    entry = last(app)
    assert (entry.status, entry.state, entry.rule) == (200, "queued", "test#1")
    assert (entry.fault, entry.lost) == ("connection", True)
    assert (jobs(app), entry.price) == (1, Decimal("0.40"))


@pytest.mark.parametrize("fault", [Connection(delay=1), Connection(drip="body"), Connection(not_kept=True)])
def test_a_slow_answer_is_not_lost(fault) -> None:
    app = ordering(Rule(connection=fault))
    assert submitted(app).wire == Wire(connection=fault)
    assert (last(app).fault, last(app).lost) == ("connection", False)


def test_a_page_is_told_in_the_place_of_a_job_that_is_there() -> None:
    app = ordering(Rule(on="submit", bytes=Bytes(html=502)))
    assert submit(app).status == 502
    entry = last(app)
    assert (entry.status, entry.state, entry.rule, entry.fault, entry.lost) == (502, "queued", "test#1", "bytes", True)
    assert jobs(app) == 1


def test_with_an_error_in_the_rule_nothing_is_done() -> None:
    app = ordering(Rule(on="submit", error=Kind.UNAVAILABLE, bytes=Bytes(html=503)))
    assert submit(app).body.startswith(b"<html>")
    assert (jobs(app), last(app).status, last(app).refusal.kind) == (0, 503, Kind.UNAVAILABLE)


def test_a_refusal_that_happens_is_lost_too() -> None:
    app = ordering(Rule(bytes=Bytes(html=502)))
    assert submit(app, seconds="never").status == 502
    entry = last(app)
    assert (entry.status, entry.refusal.kind, entry.rule, entry.lost) == (502, Kind.INVALID_REQUEST, "test#1", True)


def test_of_two_rules_the_first_one_disturbs() -> None:
    app = ordering(Rule(bytes=Bytes(html=502)), Rule(bytes=Bytes(html=504)))
    assert submit(app).status == 502


# Refusals


def of_submissions() -> pytest.MarkDecorator:
    found = app_of().dialects.values()
    return pytest.mark.parametrize("dialect", [pytest.param(each, id=each.name) for each in found])


@of_submissions()
def test_an_error_can_have_any_document(dialect: Dialect) -> None:
    changes = Changes(omit=(dialect.pointers.error,), set={"/detail": [1]}, beside={"trace": None})
    app = ordering(Rule(error=Kind.INVALID_REQUEST, status=422, document=changes))
    reply = submit(app, dialect=dialect.name)
    assert (reply.status, reply.document["detail"], reply.document["trace"]) == (422, [1], None)
    assert not stands(reply.document, dialect.pointers.error)
    assert last(app).fault == "document"
    assert any(isinstance(route.operation, Submit) for route in dialect.routes)


def test_an_error_can_have_any_headers() -> None:
    headers = {"Retry-After": ("2", "60"), "retry-after-ms": "1500"}
    app = ordering(Rule(error=Kind.RATE_LIMITED, retry_after=Literally("9"), bytes=Bytes(headers=headers)))
    reply = submit(app)
    assert [value for name, value in reply.headers if name == b"retry-after"] == [b"2", b"60"]
    assert (reply.header("retry-after-ms"), reply.status) == ("1500", 429)
    assert (last(app).fault, last(app).lost) == ("bytes", False)


def test_what_a_script_leaves_out_of_documents_is_none_of_a_refusals() -> None:
    app = app_of(rules=(Rule(timing=Timing(0.0, 9.0, progress="absent")),))
    job_id = submit(app).document["id"]
    reply = ask(app, "GET", f"/sora/v1/videos/{job_id}/content", BEARER)
    assert (reply.status, list(reply.document)) == (400, ["error"])


# Snapshots


def test_an_answer_from_a_cache_has_its_age() -> None:
    app = ordering(Rule(on="poll", snapshot=Earlier(cached=3_600)))
    job_id = submit(app).document["id"]
    reply = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER)
    assert (reply.header("age"), reply.document["status"]) == ("3600", "in_progress")
    assert (last(app).fault, last(app).rule) == ("snapshot", "test#1")


def test_a_refusal_is_not_from_a_cache() -> None:
    app = ordering(Rule(on="poll", snapshot=Earlier(cached=3_600)))
    assert ask(app, "GET", "/sora/v1/videos/nobody", BEARER).header("age") is None
    assert last(app).fault is None


def test_a_snapshot_that_is_the_truth_is_no_fault() -> None:
    app = ordering(Rule(on="submit", snapshot=Earlier(state="queued", progress=0.0)))
    submit(app)
    assert (last(app).fault, last(app).rule) == (None, None)


# What does not act


@pytest.mark.parametrize(
    "rule",
    [
        Rule(document=Changes(omit=("/nothing",))),
        Rule(bytes=Bytes(redirect="clip")),
        Rule(bytes=Bytes(ranges="ignored")),
        Rule(clip=Damage(kind="empty")),
    ],
)
def test_a_fault_that_changes_nothing_is_not_noted(rule) -> None:
    app = ordering(rule)
    assert submit(app).status == 200
    assert (last(app).fault, last(app).rule, last(app).lost) == (None, None, False)


def test_no_answer_to_an_upload_has_a_clip() -> None:
    app = ordering(Rule(clip=Damage(kind="empty")))
    ask(app, "GET", "/apiframe/v2/me", API_KEY)
    assert last(app).misses == ("test#1: orders nothing for this operation",)


# Downloads


def fetched(app: App, *headers: tuple[bytes, bytes]) -> Reply:
    job_id = submit(app).document["id"]
    url = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER).document["video_url"]
    return ask(app, "GET", url, *headers)


@pytest.mark.parametrize(
    ("ranges", "status", "part"),
    [("ignored", 200, slice(None)), ("shifted", 206, slice(3, 9)), ("refused", 416, slice(0))],
)
def test_a_range_is_answered_wrong(ranges, status, part) -> None:
    app = ordering(Rule(on="content", bytes=Bytes(ranges=ranges)))
    reply = fetched(app, (b"range", b"bytes=4-9"))
    assert (reply.status, reply.body) == (status, fetched(ordering()).body[part])
    assert (last(app).fault, last(app).lost) == ("bytes", False)


@pytest.mark.parametrize(
    ("asked", "found"),
    [(b"bytes=4-9", "3-8"), (b"bytes=0-0", "1-1"), (b"bytes=0-8", "1-9"), (b"bytes=9-", "8-{}"), (b"bytes=0-", "1-{}")],
)
def test_a_range_is_shifted_by_a_byte(asked, found) -> None:
    size = len(fetched(ordering()).body)
    app = ordering(Rule(on="content", bytes=Bytes(ranges="shifted")))
    said = fetched(app, (b"range", asked)).header("content-range")
    assert said == f"bytes {found.format(size - (2 if found[0] == '8' else 1))}/{size}"


@pytest.mark.parametrize(
    ("headers", "status"), [((), 200), ((BEARER,), 400), (((b"authorization", b"AWS4 x"),), 400), ((API_KEY,), 200)]
)
def test_a_url_refuses_a_key_that_it_does_not_need(headers, status) -> None:
    app = ordering(Rule(on="content", needless_key=True, status=400))
    assert fetched(app, *headers).status == status


def test_a_documented_download_needs_its_key() -> None:
    app = ordering(Rule(on="content", needless_key=True, status=400))
    job_id = submit(app).document["id"]
    assert ask(app, "GET", f"/sora/v1/videos/{job_id}/content", BEARER).status == 200


def test_a_documented_download_leads_to_the_clips_url() -> None:
    app = ordering(Rule(on="content", bytes=Bytes(redirect="clip")), public_url="https://clips.example")
    job_id = submit(app).document["id"]
    location = ask(app, "GET", f"/sora/v1/videos/{job_id}/content", BEARER).header("location")
    assert (last(app).status, last(app).fault, last(app).lost) == (302, "bytes", True)
    assert location.startswith("https://clips.example/media/")
    assert ask(app, "GET", location).body[4:8] == b"ftyp"


def test_before_the_end_there_is_no_url_to_lead_to() -> None:
    app = app_of(rules=(Rule(on="content", bytes=Bytes(redirect="clip")),))
    job_id = submit(app).document["id"]
    reply = ask(app, "GET", f"/sora/v1/videos/{job_id}/content", BEARER)
    assert (reply.status, last(app).fault) == (400, None)


def test_to_no_job_leads_no_url() -> None:
    app = app_of(rules=(Rule(on="content", bytes=Bytes(redirect="clip")),))
    assert ask(app, "GET", "/sora/v1/videos/nobody/content", BEARER).status == 404


# Idempotency


def test_an_idempotency_key_is_ignored_where_a_rule_says_so() -> None:
    app = app_of(rules=(Rule(on="submit", after=2, outcome=Outcome(idempotent=False)),))
    key = (b"idempotency-key", b"once")
    ids = [submit(app, key, dialect="apiframe").document["jobId"] for _ in range(3)]
    assert ids[0] == ids[1] != ids[2]


# Other servers


@pytest.mark.parametrize(
    "rule",
    [
        Rule(connection=RESET),
        Rule(bytes=Bytes(garbage=True)),
        Rule(bytes=Bytes(content_length=1)),
        Rule(bytes=Bytes(chunked="early")),
    ],
)
def test_another_server_refuses_what_takes_ours_before_anything_is_done(rule) -> None:
    app = ordering(rule)
    reply = submit(app)
    assert reply.status == 501
    assert reply.document["error"]["message"] == (
        "test#1 disturbs the connection, which takes the server of mockvideo; start it with mockvideo serve."
    )
    assert (jobs(app), last(app).rule, last(app).fault, last(app).status) == (0, "test#1", None, 501)


@pytest.mark.parametrize("fault", [Bytes(html=502), Bytes(body=""), Bytes(status=500), Bytes(redirect="self")])
def test_another_server_sends_what_any_can(fault) -> None:
    assert submit(ordering(Rule(bytes=fault))).status == (
        fault.html or fault.status or (302 if fault.redirect else 200)
    )


def test_another_server_sends_a_clip_of_any_size() -> None:
    app = ordering(Rule(on="content", clip=Damage(size=1 << 20)))
    reply = fetched(app)
    assert (len(reply.body), reply.header("content-length")) == (1 << 20, str(1 << 20))


def test_our_own_is_given_the_zeros_to_send() -> None:
    app = ordering(Rule(on="content", clip=Damage(size=4 << 30)))
    job_id = submit(app).document["id"]
    answer = on_our_wire(app, "GET", f"/sora/v1/videos/{job_id}/content")
    assert answer.wire == Wire(zeros=(4 << 30) - len(answer.body))
    assert len(answer.body) < 1 << 20
