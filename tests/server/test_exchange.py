"""One exchange: whatever happens, the answer is in the dialect's envelope and the journal has one entry."""

from __future__ import annotations

import dataclasses
import gc
import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.core.account import Account
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import Reason, State
from mockvideo.core.journal import Entry
from mockvideo.core.scenario import Outcome, Rule
from mockvideo.dialect import Dialect
from mockvideo.operation import Document, Route, Submit
from mockvideo.provenance import SEED
from mockvideo.server.app import App
from tests.server.corpus import END, FORM, MULTIPART, part
from tests.server.driving import (
    API_KEY,
    BEARER,
    JSON,
    Peer,
    app_of,
    ask,
    example,
    finish,
    scope_of,
    submit,
)

DIALECTS = dialects.load()
EVERY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=repr)
SECRET = "sk-5ecre7"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(5_000)


def entries_of(app: App, key: str | None = "sk-test") -> list[Entry]:
    """The journal of a key, or of those who have none."""
    accounts = app.service.accounts
    return list((accounts.anonymous if key is None else accounts.get(key)).journal)


def limited(seconds: float | None = None, operation: str = "*") -> Rule:
    return Rule(on=operation, error=Kind.RATE_LIMITED, retry_after=seconds)


# Where nothing is


@EVERY_DIALECT
def test_an_unknown_path_is_told_in_the_dialects_envelope_and_hinted_in_the_journal(dialect) -> None:
    app = app_of()
    reply = ask(app, "GET", f"/{dialect.name}{dialect.routes[0].path}s/x")
    (entry,) = entries_of(app, None)
    dialect.error.model_validate(reply.document, strict=True)
    assert reply.status == dialect.say(Refusal(Kind.ROUTE_NOT_FOUND))[0]
    assert (entry.operation, entry.status) == ("", reply.status)
    assert (entry.hint or "").startswith(f"Did you mean /{dialect.name}/v")


@EVERY_DIALECT
def test_a_path_that_resembles_nothing_has_no_hint(dialect) -> None:
    app = app_of()
    reply = ask(app, "GET", f"/{dialect.name}/")
    dialect.error.model_validate(reply.document, strict=True)
    assert entries_of(app, None)[0].hint is None


@EVERY_DIALECT
@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "BREW"])
def test_a_wrong_method_is_told_in_the_dialects_envelope_and_hinted_in_the_journal(dialect, method) -> None:
    app = app_of()
    reply = ask(app, method, f"/{dialect.name}{dialect.routes[0].path}")
    (entry,) = entries_of(app, None)
    dialect.error.model_validate(reply.document, strict=True)
    assert reply.status == dialect.say(Refusal(Kind.METHOD_NOT_ALLOWED))[0]
    assert entry.hint == f"{dialect.routes[0].path} answers POST."


def test_a_path_that_is_read_answers_head_too() -> None:
    app = app_of()
    ask(app, "POST", "/beluga/v1/models")
    assert entries_of(app, None)[0].hint == "/v1/models answers GET, HEAD."


@EVERY_DIALECT
@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"identity, deflate"])
def test_a_compressed_body_is_refused_in_the_dialects_envelope(dialect, encoding) -> None:
    app = app_of()
    reply = submit(app, (b"content-encoding", encoding), dialect=dialect.name)
    dialect.error.model_validate(reply.document, strict=True)
    assert reply.status == dialect.say(Refusal(Kind.UNSUPPORTED_MEDIA_TYPE))[0]
    assert entries_of(app, None)[0].refusal.kind is Kind.UNSUPPORTED_MEDIA_TYPE


def test_a_body_that_is_said_to_be_itself_is_read() -> None:
    assert submit(app_of(), (b"content-encoding", b"identity")).status == 200


# Request ids

calls = st.sampled_from(
    [
        ("GET", "/sora/v1/models", BEARER),
        ("GET", "/sora/v1/models", (b"authorization", b"Bearer sk-other")),
        ("GET", "/sora/v1/models", (b"authorization", b"Bearer invalid")),
        ("GET", "/sora/v1/videos/x", BEARER),
        ("GET", "/sora/nowhere", BEARER),
        ("POST", "/sora/v1/videos", BEARER),
        ("GET", "/beluga/v1/models", (b"a", b"b")),
        ("GET", "/beluga/v1/models", BEARER),
    ]
)


@given(st.lists(calls, max_size=20))
def test_every_exchange_has_an_id_and_an_entry_of_its_own(asked) -> None:
    app = app_of()
    replies = [ask(app, method, path, header) for method, path, header in asked]
    ids = [reply.header("x-request-id") for reply in replies]
    journals = [app.service.accounts.anonymous, *app.service.accounts]
    assert len(set(ids)) == len(asked) == sum(account.journal.count for account in journals)
    noted = {f"req_{account.tag}{entry.number:08x}": entry.status for account in journals for entry in account.journal}
    assert noted == {id_: reply.status for id_, reply in zip(ids, replies, strict=True)}


@EVERY_DIALECT
def test_the_id_is_the_same_under_all_its_names(dialect) -> None:
    reply = submit(app_of(), dialect=dialect.name, model=7)
    ids = {reply.header(name.decode()) for name in dialect.request_id_headers}
    assert len(ids) == 1
    assert None not in ids


# The journal


def test_an_entry_says_what_was_asked_and_what_became_of_it() -> None:
    app = app_of()
    body = example(app, "sora")
    job_id = submit(app).document["id"]
    app.service.accounts.get("sk-test").clock.advance(2)
    ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER)
    submitted, polled = entries_of(app)
    assert len(submitted.digest) == 16
    assert submitted._replace(headers={}, digest=b"") == Entry(
        number=1,
        at=0.0,
        dialect="sora",
        operation="submit",
        method="POST",
        path="/v1/videos",
        status=200,
        job=job_id,
        model="sora-2",
        state="queued",
        size=len(body),
        price=Decimal("0.40"),
    )
    assert (polled.number, polled.at, polled.operation, polled.state) == (2, 2.0, "poll", "running")
    assert app.service.accounts.get("sk-test").journal.body(1) == body


def test_a_refusal_is_noted_as_data() -> None:
    app = app_of()
    submit(app, seconds="0")
    (entry,) = entries_of(app)
    assert (entry.status, entry.planned, entry.job) == (400, False, None)
    assert (entry.refusal.kind, entry.refusal.field) == (Kind.INVALID_REQUEST, "seconds")


def test_who_has_no_account_is_noted_with_all_who_have_none() -> None:
    app = app_of(clock="wall", speed=1e6)
    replies = [
        ask(app, "GET", "/sora/v1/models"),
        ask(app, "GET", "/sora/v1/models", (b"authorization", b"Bearer invalid")),
        ask(app, "GET", "/sora/nowhere", BEARER),
        ask(app, "GET", "/beluga/v1/health"),
    ]
    entries = entries_of(app, None)
    assert [entry.status for entry in entries] == [reply.status for reply in replies] == [401, 401, 404, 200]
    times = [entry.at for entry in entries]
    assert times == sorted(times)
    assert times[-1] > 0


def test_a_body_too_large_is_noted() -> None:
    app = app_of()
    reply = ask(app, "POST", "/sora/v1/videos", BEARER, JSON, (b"content-length", b"99999999"))
    (entry,) = entries_of(app)
    assert (reply.status, entry.status, entry.refusal.kind) == (413, 413, Kind.PAYLOAD_TOO_LARGE)


def test_a_client_that_hangs_up_before_it_has_sent_everything_is_noted() -> None:
    app = app_of()
    peer = Peer(b"half", b"")
    peer.unsent.pop()
    peer.left.set()
    finish(app(scope_of("POST", "/sora/v1/videos", BEARER, JSON), peer.receive, peer.send))
    assert peer.messages == []
    assert [(entry.status, entry.job, entry.hint) for entry in entries_of(app, None)] == [(499, None, None)]


CREDENTIALS = [
    (b"authorization", b"Bearer " + SECRET.encode()),
    (b"authorization", SECRET.encode()),
    (b"x-api-key", SECRET.encode()),
    (b"cookie", b"key=" + SECRET.encode()),
    (b"proxy-authorization", b"Basic " + SECRET.encode()),
    (b"x-auth-token", SECRET.encode()),
]


@EVERY_DIALECT
@pytest.mark.parametrize("header", CREDENTIALS, ids=lambda header: header[0].decode())
def test_no_credential_is_kept(dialect, header) -> None:
    app = app_of()
    own = (dialect.credential.header, dialect.credential.prefix + SECRET.encode())
    body = example(app, dialect.name, model="no-such-model")
    for route in dialect.routes:
        path = f"/{dialect.name}{route.path}".replace("{id}", "x")
        ask(app, route.method, path, own, header, JSON, (b"user-agent", b"test"), body=body)
        ask(app, "DELETE", path, own, header)
    accounts = [app.service.accounts.anonymous, *app.service.accounts]
    entries = [entry for account in accounts for entry in account.journal]
    assert len(entries) == 2 * len(dialect.routes)
    assert SECRET not in repr(entries)
    assert "user-agent" in repr(entries)


def form_noted(body: bytes, content_type: str) -> str:
    """What the journal keeps of a form."""
    app = app_of()
    ask(app, "POST", "/sora/v1/videos", BEARER, (b"content-type", content_type.encode()), body=body)
    (entry,) = entries_of(app)
    assert entry.size == len(body)
    return app.service.accounts.get("sk-test").journal.body(1).decode()


def test_of_a_file_in_a_form_the_journal_keeps_what_it_is() -> None:
    noted = form_noted(part() + part(PNG, name=b"input_reference", extra=b'; filename="cat.png"') + END, MULTIPART)
    assert noted.startswith("prompt=a cat\ninput_reference=<image/png, 5,008 bytes, sha256 ")
    assert len(noted) < 200


def test_of_a_data_url_in_a_form_the_journal_keeps_what_it_is() -> None:
    noted = form_noted(b"prompt=a&image_url=data:image/png;base64," + b"A" * 100_000, FORM)
    assert noted.startswith("prompt=a\nimage_url=<data URL, image/png, 100022 bytes, sha256 ")


def test_of_an_upload_the_journal_keeps_no_bytes() -> None:
    app = app_of()
    body = part(PNG, name=b"file", extra=b'; filename="cat.png"') + END
    ask(app, "POST", "/apiframe/v2/uploads", API_KEY, (b"content-type", MULTIPART.encode()), body=body)
    (entry,) = entries_of(app)
    assert (entry.operation, entry.status, entry.size) == ("upload", 201, len(body))
    assert PNG not in app.service.accounts.get("sk-test").journal.body(1)


def test_an_observer_sees_every_entry_once_with_its_account() -> None:
    app = app_of()
    seen: list[tuple[Entry, Account]] = []
    app.exchange.observer = lambda entry, account: seen.append((entry, account))
    submit(app)
    submit(app, key="invalid")
    ask(app, "GET", "/sora/nowhere")
    ask(app, "GET", "/")
    mine = app.service.accounts.get("sk-test")
    nobody = app.service.accounts.anonymous
    assert seen == [(entry, mine) for entry in mine.journal] + [(entry, nobody) for entry in nobody.journal]
    assert [entry.status for entry, _ in seen] == [200, 401, 404]


# Our own mistakes


class BrokenError(Exception):
    """What a dialect's folder may raise."""


def broken(*_: Any) -> Any:
    raise BrokenError


def spoiled(dialect: Dialect, **settings: Any) -> App:
    """A server that cannot render anything of the dialect, and has an operation that nobody performs."""
    app = app_of(**settings)
    strange: Any = object()
    routes = tuple(
        dataclasses.replace(route, operation=dataclasses.replace(route.operation, render=broken))
        for route in dialect.routes
        if isinstance(route.operation, Submit | Document)
    )
    routes += (Route("GET", "/strange", strange, SEED),)
    return App(app.service, app.exchange, {dialect.name: dataclasses.replace(dialect, routes=routes)})


@EVERY_DIALECT
def test_a_mistake_of_ours_is_told_in_the_dialects_envelope_logged_and_not_planned(dialect, caplog) -> None:
    app = spoiled(dialect, clock="auto")
    with caplog.at_level(logging.ERROR, "mockvideo"):
        reply = submit(app, dialect=dialect.name)
    (entry,) = entries_of(app)
    dialect.error.model_validate(reply.document, strict=True)
    assert reply.status == dialect.say(Refusal(Kind.INTERNAL))[0] == 500
    assert (entry.status, entry.refusal.kind, entry.planned) == (500, Kind.INTERNAL, False)
    assert entry.job is not None
    assert BrokenError in [record.exc_info[0] for record in caplog.records if record.exc_info]


def test_an_operation_that_nobody_performs_is_a_mistake_of_ours(caplog) -> None:
    app = spoiled(DIALECTS["sora"])
    assert ask(app, "GET", "/sora/strange", BEARER).status == 500
    assert "GET /strange failed" in caplog.text


paths = st.sampled_from(
    [f"/{name}{route.path}" for name, dialect in DIALECTS.items() for route in dialect.routes]
    + [f"/{name}" for name in DIALECTS]
)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
named = st.sampled_from(
    [b"content-type", b"range", b"if-none-match", b"idempotency-key", b"authorization", b"x-api-key"]
)
values = st.binary(max_size=20) | st.sampled_from(
    [JSON[1], MULTIPART.encode(), FORM.encode(), b"bytes=0-1", b"Bearer k"]
)


@given(st.sampled_from(["GET", "POST", "HEAD", "X"]), paths, texts, st.lists(st.tuples(named, values)), st.binary())
def test_nothing_that_a_client_sends_is_a_mistake_of_ours(method, path, text, headers, body) -> None:
    app = app_of(clock="auto")
    scope = scope_of(method, "/", *headers, BEARER, API_KEY)
    scope["path"], scope["query_string"] = path.replace("{id}", text), text.encode()
    peer = Peer(body)
    finish(app(scope, peer.receive, peer.send))
    entries = entries_of(app, None) + entries_of(app)
    refusals = [entry.refusal for entry in entries if entry.refusal]
    assert Kind.INTERNAL not in [refusal.kind for refusal in refusals]
    assert peer.reply.status < 500


# What is planned


@EVERY_DIALECT
@pytest.mark.parametrize("seconds", [None, 2.5, 30])
def test_a_planned_error_is_the_dialects_own_answer_and_is_noted_as_planned(dialect, seconds) -> None:
    app = app_of(clock="wall", rules=(limited(seconds),))
    reply = submit(app, dialect=dialect.name)
    (entry,) = entries_of(app)
    dialect.error.model_validate(reply.document, strict=True)
    assert reply.status == dialect.say(Refusal(Kind.RATE_LIMITED))[0]
    assert reply.header("retry-after") == (None if seconds is None else {2.5: "3", 30: "30"}[seconds])
    assert (entry.status, entry.planned, entry.refusal.kind) == (reply.status, True, Kind.RATE_LIMITED)


def test_a_planned_end_is_noted_where_it_is_told() -> None:
    app = app_of(rules=(Rule(outcome=Outcome(ends="failed", reason=Reason.UPSTREAM)),))
    job_id = submit(app).document["id"]
    app.service.accounts.get("sk-test").clock.advance(60)
    reply = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER)
    assert reply.document["status"] == "failed"
    told = [(entry.rule, entry.state) for entry in entries_of(app)]
    assert told == [(None, State.QUEUED), ("test#1", State.FAILED)]


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ({"clock": "wall"}, 30),
        ({"clock": "wall", "speed": 60}, 1),
        ({"clock": "wall", "speed": 0.5}, 60),
        ({"clock": "manual"}, 0),
    ],
)
def test_how_long_to_wait_is_told_in_real_seconds_everywhere(clock, told) -> None:
    reply = submit(app_of(rules=(limited(30),), **clock), dialect="lemondata")
    assert reply.header("retry-after") == str(told)
    assert reply.document["error"]["retry_after"] == told


def retried(app: App, *, key: str) -> list[float]:
    """The account times of three requests that were each told to wait."""
    for _ in range(3):
        submit(app, key=key)
    return [entry.at for entry in entries_of(app, key)]


def test_on_a_clock_that_moves_by_itself_the_next_request_comes_after_the_wait() -> None:
    app = app_of(clock="auto", rules=(limited(30, "submit"),))
    assert retried(app, key="sk-1") == [0, 30, 60]
    assert retried(app, key="sk-2") == [0, 30, 60]
    ask(app, "GET", "/sora/v1/models", (b"authorization", b"Bearer sk-1"))
    ask(app, "GET", "/sora/v1/models", (b"authorization", b"Bearer sk-1"))
    assert [entry.at for entry in entries_of(app, "sk-1")] == [0, 30, 60, 90, 90]


def test_on_other_clocks_nothing_moves() -> None:
    assert retried(app_of(rules=(limited(30),)), key="sk-1") == [0, 0, 0]


def test_a_long_path_is_kept_and_told_in_part() -> None:
    app = app_of()
    ask(app, "GET", "/sora/v1/" + "a" * 60_000, BEARER)
    (entry,) = app.service.accounts.anonymous.journal
    assert len(repr(entry)) < 3_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "sora-2", "prompt": "x"}',
        b'{"model": "sora-2", "prompt": "x", "size": "1x1"}',
        b'{"model": "sora-2", "prompt": "x", "seconds": 0}',
        b'{"model": "unheard-of"}',
        b"{",
    ],
)
def test_an_exchange_leaves_nothing_that_only_the_garbage_collector_would_find(body) -> None:
    app = app_of()
    ask(app, "POST", "/sora/v1/videos", BEARER, JSON, body=body)
    gc.collect()
    ask(app, "POST", "/sora/v1/videos", BEARER, JSON, body=body)
    assert gc.collect() == 0
