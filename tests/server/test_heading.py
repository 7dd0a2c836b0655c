"""What a head says is worked out once, and every request with it is answered for itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mockvideo import dialects
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.app import App
from mockvideo.server.call import Call
from mockvideo.server.clips import paths
from mockvideo.server.heading import Heading
from mockvideo.server.heads import SECTION, Section
from mockvideo.server.routes import Place, Table
from mockvideo.server.thread import ServerThread
from tests.server.driving import BEARER, JSON, Peer, app_of, example, finish, http, scope_of

SORA = dialects.load()["sora"]
JOB = "/sora/v1/videos/video_1"


def call(method: str, path: str, *headers: tuple[bytes, bytes]) -> Call:
    table, scope = Table(SORA.routes), scope_of(method, f"/sora{path}", *headers)
    return Call(scope, Place(SORA, table, "/sora", path, table.find(path)), Heading(list(headers)))


def section_of(*headers: tuple[bytes, bytes], **place: Any) -> Section:
    scope: Any = scope_of("GET", "/", BEARER, *headers, **place)
    return Section(scope, 0)


def answer(app: App, section: Section, path: str = JOB, port: int = 8420) -> int:
    """Let the application answer a request with this section, which came on that port; return the status."""
    peer = Peer()
    place = {"path": path, "server": ("127.0.0.1", port), "extensions": {SECTION: section}}
    finish(app({**section.scope, **place}, peer.receive, peer.send))
    return peer.reply.status


# What a head says


def test_a_head_says_which_route_and_name_are_meant() -> None:
    found = call("GET", "/v1/videos/video_1/content")
    assert found.route is not None
    assert (found.route.name, found.name) == ("content", "video_1")


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/nothing"), ("PUT", "/v1/videos")])
def test_what_is_not_documented_is_no_route(method: str, path: str) -> None:
    assert call(method, path).route is None


def test_what_may_be_kept_of_a_head_has_no_key() -> None:
    found = call("GET", "/v1/models", BEARER, JSON)
    assert found.key == "sk-test"
    assert (found.named, found.kept) == (dict([BEARER, JSON]), dict([JSON]))


# What is remembered of it


def test_what_known_headers_say_is_worked_out_once() -> None:
    app, section = app_of(), section_of()
    assert answer(app, section) == 404
    first = section.heading
    assert answer(app, section, "/beluga/v1/models") == 200
    assert isinstance(first, Heading)
    assert section.heading is first


def test_a_key_and_what_is_kept_are_told_for_each_dialect() -> None:
    heading = Heading([(b"authorization", b"Bearer sk-1"), (b"x-api-key", b"sk-2"), (b"accept", b"*/*")])
    dialects_of = [dialects.load()[name] for name in ("sora", "apiframe", "sora")]
    assert [heading.said(dialect)[0] for dialect in dialects_of] == ["sk-1", "sk-2", "sk-1"]
    assert all(heading.said(dialect)[1] == {b"accept": b"*/*"} for dialect in dialects_of)


@pytest.mark.parametrize("first", ["/", "/_mockvideo/health", JOB])
def test_a_host_that_is_not_served_is_refused_every_time(first: str) -> None:
    app, section = app_of(), section_of(host=b"evil.example")
    answer(app, section, first)
    assert [answer(app, section), answer(app, section)] == [421, 421]


def test_health_is_told_to_whoever_was_refused() -> None:
    app, section = app_of(), section_of(host=b"evil.example")
    assert [answer(app, section), answer(app, section, "/_mockvideo/health")] == [421, 200]


def test_the_same_headers_mean_another_dialect_on_another_port() -> None:
    app, section = app_of(), section_of()
    app.roots = {9001: "beluga"}
    assert [answer(app, section, "/v1/models", port) for port in (9001, 8420, 9001)] == [200, 404, 200]


# Over a socket


def test_every_poll_with_the_same_bytes_is_answered_anew() -> None:
    app = app_of()
    with ServerThread(app) as server, http(server.url) as client:
        sent = client.post("/sora/v1/videos", content=example(app, "sora"), headers=[BEARER, JSON])
        account = app.service.accounts.get("sk-test")
        seen = []
        for _ in range(4):
            seen.append(client.get(f"/sora/v1/videos/{sent.json()['id']}", headers=[BEARER]))
            account.clock.advance(2)
    assert [reply.json()["status"] for reply in seen] == ["queued", "in_progress", "in_progress", "completed"]
    assert len({reply.headers["x-request-id"] for reply in seen}) == 4
    assert [entry.operation for entry in account.journal] == ["submit"] + ["poll"] * 4


def test_submissions_with_the_same_head_have_each_their_own_body() -> None:
    app = app_of(timing=AT_ONCE)
    prompts = ["whale", "shark", "squid"]
    with ServerThread(app) as server, http(server.url) as client:
        for prompt in prompts:
            client.post("/sora/v1/videos", content=example(app, "sora", prompt=prompt), headers=[BEARER, JSON])
    account = app.service.accounts.get("sk-test")
    assert sorted(job.request.prompt for job in account.store) == sorted(prompts)


def test_a_page_that_may_read_may_read_every_time() -> None:
    page = "http://localhost:3000"
    app = app_of(cors_origins=(page,))
    with ServerThread(app) as server, http(server.url) as client:
        told = [client.get("/sora/v1/models", headers=[BEARER, (b"origin", page.encode())]) for _ in range(3)]
    assert [reply.headers["access-control-allow-origin"] for reply in told] == [page] * 3


def test_two_keys_that_ask_alike_are_two_accounts() -> None:
    app = app_of()
    keys = [httpx.Headers({"authorization": f"Bearer sk-{n}"}) for n in (1, 2)]
    with ServerThread(app) as server, http(server.url) as client:
        for headers in keys * 3:
            client.get(JOB, headers=headers)
    assert [len(app.service.accounts.get(f"sk-{n}").journal) for n in (1, 2)] == [3, 3]


def test_a_clip_is_looked_for_at_every_fetch() -> None:
    app = app_of()
    with ServerThread(app) as server, http(server.url) as client:
        job = client.post("/sora/v1/videos", content=example(app, "sora"), headers=[BEARER, JSON]).json()["id"]
        account = app.service.accounts.get("sk-test")
        (path,) = paths(account, account.store.find("sora", job))
        told = []
        for seconds in (0, 60, 0):
            account.clock.advance(seconds)
            told.append(client.get(path).status_code)
        account.store.clear()
        told.append(client.get(path).status_code)
    assert told == [404, 200, 200, 404]
