"""The application: who may ask, where everything is, and how it can be mounted."""

from __future__ import annotations

import asyncio
import socket
import threading
from base64 import b64decode
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from mockvideo import __version__, dialects
from mockvideo.core.account import Account
from mockvideo.core.journal import Entry
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.app import HEALTH, App, create_app
from mockvideo.server.files import RESPOND, Answer
from mockvideo.server.thread import ServerThread
from tests.server.driving import (
    API_KEY,
    BEARER,
    JSON,
    PATIENCE,
    Peer,
    app_of,
    ask,
    example,
    finish,
    http,
    scope_of,
    submit,
)

DIALECTS = dialects.load()
PATHS = [
    "/",
    "/nowhere",
    "/media/",
    "/media/a/sora/b/1-c.mp4",
    "/_mockvideo/",
    *(f"/{name}" for name in DIALECTS),
    *(f"/{name}{route.path}" for name, dialect in DIALECTS.items() for route in dialect.routes),
]
EVERY_PATH = pytest.mark.parametrize("path", PATHS)
READABLE = pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/_mockvideo/")])
METHODS = ["GET", "HEAD", "POST", "OPTIONS", "DELETE"]

PAGE = (b"origin", b"http://localhost:3000")
STRANGER = (b"origin", b"http://evil.example")
CORS = ("access-control-allow-origin", "access-control-expose-headers", "vary")


# Hosts


@EVERY_PATH
def test_an_unknown_host_is_refused_with_the_cure(path) -> None:
    app = app_of()
    for method in METHODS:
        reply = ask(app, method, path, BEARER, API_KEY, host=b"evil.example")
        assert reply.status == 421
        assert "--allowed-host evil.example" in reply.document["error"]["message"]
    assert app.service.accounts.anonymous.journal.count == 0


@pytest.mark.parametrize("host", [None, b"", b"a b", b"evil.example", b"\xff", b"localhost"])
def test_health_is_told_to_every_host(host) -> None:
    reply = ask(app_of(), "GET", HEALTH, host=host)
    assert (reply.status, reply.document) == (200, {"status": "ok", "version": __version__})


@pytest.mark.parametrize("second", [b"localhost", b"evil.example"])
def test_two_hosts_are_refused(second) -> None:
    reply = ask(app_of(), "GET", "/sora/v1/models", (b"host", second), BEARER, host=b"localhost")
    assert (reply.status, reply.document["error"]["message"]) == (
        400,
        "The request has more than one Host header; send one.",
    )


def test_a_host_that_was_allowed_is_served() -> None:
    app = app_of(allowed_hosts=("mock.example",), public_url="https://public.example")
    assert ask(app, "GET", "/", host=b"mock.example").status == 200
    assert ask(app, "GET", "/", host=b"public.example").status == 200
    assert ask(app_of(beyond_loopback=True), "GET", "/", host=b"mockvideo:8420").status == 200


# Web pages


@EVERY_PATH
def test_no_web_page_may_read_anything_unless_it_was_allowed(path) -> None:
    for app in (app_of(), app_of(cors_origins=("http://localhost:3000",))):
        reply = ask(app, "GET", path, STRANGER, BEARER)
        assert [reply.header(name) for name in CORS] == [None, None, None]


@READABLE
def test_a_web_page_that_was_allowed_may_read_every_answer_but_those_of_the_control_api(path) -> None:
    reply = ask(app_of(cors_origins=("http://localhost:3000",)), "GET", path, PAGE, BEARER)
    assert [reply.header(name) for name in CORS] == ["http://localhost:3000", "*", "Origin"]


def test_any_web_page_may_read_if_all_were_allowed() -> None:
    reply = ask(app_of(cors_origins=("*",)), "GET", "/", STRANGER)
    assert [reply.header(name) for name in CORS] == ["*", "*", None]


@READABLE
def test_a_web_page_that_asks_first_is_answered_at_the_door(path) -> None:
    app = app_of(cors_origins=("http://localhost:3000",))
    asked = (b"access-control-request-headers", b"authorization,content-type")
    reply = ask(app, "OPTIONS", path, PAGE, asked, (b"access-control-request-method", b"POST"))
    assert (reply.status, reply.body) == (204, b"")
    assert [reply.header(name) for name in CORS] == ["http://localhost:3000", "*", "Origin"]
    assert reply.header("access-control-allow-headers") == "authorization,content-type"
    assert "POST" in (reply.header("access-control-allow-methods") or "")
    assert app.service.accounts.anonymous.journal.count == 0


@pytest.mark.parametrize("headers", [(), (PAGE,), (STRANGER,)])
def test_nobody_else_is_told_what_would_be_allowed(headers) -> None:
    reply = ask(app_of(), "OPTIONS", "/sora/v1/videos", *headers)
    assert reply.status == 404
    assert reply.header("access-control-allow-methods") is None


def test_health_is_for_no_web_page() -> None:
    assert ask(app_of(cors_origins=("*",)), "GET", HEALTH, PAGE).header("access-control-allow-origin") is None


def test_a_fetch_from_a_page_works_over_the_wire() -> None:
    app = app_of(cors_origins=("http://localhost:3000",))
    with ServerThread(app) as server, http(server.url) as client:
        first = client.options("/sora/v1/models", headers=[PAGE, (b"access-control-request-headers", b"authorization")])
        then = client.get("/sora/v1/models", headers=[PAGE, BEARER])
    assert (first.status_code, first.headers.get_list("access-control-allow-origin")) == (204, [PAGE[1].decode()])
    assert (then.status_code, then.headers.get_list("access-control-allow-origin")) == (200, [PAGE[1].decode()])


# Where everything is


def test_the_front_page_names_every_base_url() -> None:
    document = ask(app_of(), "GET", "/").document
    assert document["base_urls"] == {name: f"/{name}" for name in DIALECTS}
    assert document["mockvideo"] == __version__


@pytest.mark.parametrize("mount", ["", "/mock", "/a/b"])
def test_a_documented_path_that_the_front_page_tells_is_served(mount) -> None:
    app = app_of()
    hint = ask(app, "GET", "/", mount=mount).document["hint"]
    path = hint.removeprefix("Add a documented path, as in ").removesuffix(".").removeprefix(mount)
    assert ask(app, "POST", path, mount=mount).status == 401


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v2/videos/generate", "Did you mean /apiframe/v2/videos/generate?"),
        ("/v1/videos/task_1/content", "Did you mean /sora/v1/videos/task_1/content?"),
        ("/v1/tasks/video_1", "Did you mean /lemondata/v1/tasks/video_1?"),
        ("/v1/usage", "Did you mean /a4f/v1/usage?"),
        ("/v1/health", "Did you mean /beluga/v1/health?"),
        ("/v1/video/generations", "Did you mean /a4f/v1/video/generations or /lemondata/v1/video/generations?"),
        ("/nowhere", "Base URLs are /a4f, /apiframe, /beluga, /lemondata, /sora."),
        ("/media", "Base URLs are /a4f, /apiframe, /beluga, /lemondata, /sora."),
        ("/_mockvideo", "Base URLs are /a4f, /apiframe, /beluga, /lemondata, /sora."),
    ],
)
def test_a_path_without_a_prefix_is_hinted_to_the_right_ones(path, hint) -> None:
    reply = ask(app_of(), "GET", path)
    assert (reply.status, reply.document["error"]["message"]) == (404, f"Nothing is served at {path}.")
    assert reply.document["error"]["hint"] == hint


def test_a_head_is_answered_like_a_get_without_its_body() -> None:
    app = app_of(timing=AT_ONCE)
    job_id = submit(app).document["id"]
    clip = urlsplit(ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER).document["video_url"]).path
    paths = ["/", "/nowhere", HEALTH, clip, "/sora/v1/models", f"/sora/v1/videos/{job_id}", "/sora/v1/videos/x"]
    paths += [f"/sora/v1/videos/{job_id}/content", "/a4f/v1/usage", "/beluga/v1/models"]
    varying = {"date", "x-request-id", "x-oneapi-request-id"}
    with ServerThread(app) as server, http(server.url) as client:
        for path in paths:
            get, head = client.get(path, headers=[BEARER]), client.head(path, headers=[BEARER])
            kept = [{name: value for name, value in r.headers.items() if name not in varying} for r in (get, head)]
            assert (head.status_code, kept[1], head.content) == (get.status_code, kept[0], b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_clips_are_only_fetched(method) -> None:
    reply = ask(app_of(), method, "/media/a/sora/b/1-c.mp4")
    assert (reply.status, reply.header("allow")) == (405, "GET, HEAD")


def test_a_clip_that_is_not_there_is_told_with_the_reasons() -> None:
    reply = ask(app_of(), "GET", "/media/a/sora/b/1-c.mp4")
    assert reply.status == 404
    assert "unknown, unfinished, or was made by a server that has been stopped" in reply.document["error"]["message"]


# Prefixes


@pytest.mark.parametrize("name", DIALECTS)
def test_a_prefix_that_stands_twice_is_served(name) -> None:
    app = app_of(clock="auto")
    once, twice = (ask(app, "GET", f"{prefix}/v1/models", BEARER) for prefix in (f"/{name}", f"/{name}/{name}"))
    assert (once.status, once.body) == (twice.status, twice.body)


def test_a_poll_url_leads_to_the_job_however_a_client_adds_it_to_its_base_url() -> None:
    app = app_of()
    document = submit(app, dialect="lemondata").document
    base = "http://localhost:8420/lemondata"
    for url in (urljoin(base, document["poll_url"]), base + document["poll_url"]):
        assert ask(app, "GET", url, BEARER).document["task_id"] == document["task_id"]


@pytest.mark.parametrize("path", ["/sora/sora/sora/v1/models", "/sora/beluga/v1/models", "/Sora/v1/models"])
def test_no_other_prefix_is_served(path) -> None:
    assert ask(app_of(), "GET", path, BEARER).status == 404


# A dialect at the root of its own port


def rooted() -> App:
    app = app_of(timing=AT_ONCE)
    app.roots = {9001: "lemondata", 9002: "sora"}
    return app


def test_a_port_can_be_one_dialects_own() -> None:
    app = rooted()
    document = submit_at(app, 9001, "/v1/videos/generations", "lemondata")
    assert document["poll_url"] == f"/v1/tasks/{document['id']}"
    task = ask(app, "GET", document["poll_url"], BEARER, port=9001, host=b"localhost:9001").document
    assert task["status"] == "completed"
    assert task["video_url"].startswith("http://localhost:9001/media/")
    assert ask(app, "GET", task["video_url"], port=9001).status == 200


def submit_at(app: App, port: int, path: str, dialect: str) -> Any:
    return ask(app, "POST", path, BEARER, JSON, body=example(app, dialect), port=port).document


def test_every_port_has_its_own_dialect_and_shares_the_accounts() -> None:
    app = rooted()
    job_id = submit_at(app, 9002, "/v1/videos", "sora")["id"]
    assert ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER).status == 200
    assert ask(app, "GET", f"/v1/videos/{job_id}", BEARER, port=9002).status == 200
    assert ask(app, "GET", f"/v1/videos/{job_id}", BEARER, port=9001).document["error"]["code"] == "not_found"


def test_such_a_port_serves_what_is_not_of_a_dialect_too() -> None:
    app = rooted()
    assert ask(app, "GET", HEALTH, port=9001, host=b"evil.example").status == 200
    assert ask(app, "GET", "/_mockvideo/nowhere", port=9001).document["error"]["message"].startswith("The control API")
    assert ask(app, "GET", "/", port=9001).document["base_urls"]["sora"] == "/sora"
    assert ask(app, "GET", "/v1/models", port=9001, host=b"evil.example").status == 421


def test_such_a_port_answers_every_other_path_in_its_dialects_envelope() -> None:
    app = rooted()
    reply = ask(app, "GET", "/v1/task/x", BEARER, port=9001)
    assert (reply.status, reply.document["error"]["code"]) == (404, "not_found")
    assert [entry.hint for entry in app.service.accounts.anonymous.journal] == ["Did you mean /v1/tasks/{id}?"]


def test_an_address_without_a_port_is_nobodys_own() -> None:
    app, scope = rooted(), scope_of("GET", "/sora/v1/models", BEARER)
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    finish(app({**scope, "server": None}, asyncio.Event().wait, send))  # type: ignore[arg-type]  # nothing is received
    assert messages[0]["status"] == 200


# Under another application


def mounted() -> tuple[Starlette, App]:
    app = app_of(timing=AT_ONCE)
    return Starlette(routes=[Mount("/mock", app=app)]), app


def test_under_another_application_urls_carry_the_mount_point() -> None:
    outer, app = mounted()
    reply = ask(outer, "POST", "/mock/lemondata/v1/videos/generations", BEARER, JSON, body=example(app, "lemondata"))
    task = asked(outer, reply.document["poll_url"])
    assert reply.document["poll_url"].startswith("/mock/lemondata/v1/tasks/")
    assert task["video_url"].startswith("http://localhost:8420/mock/media/")
    assert ask(outer, "GET", task["video_url"]).status == 200


def asked(app: Any, path: str) -> Any:
    return ask(app, "GET", path, BEARER).document


def test_under_another_application_every_hint_carries_the_mount_point() -> None:
    outer, app = mounted()
    assert asked(outer, "/mock/")["base_urls"]["sora"] == "/mock/sora"
    assert asked(outer, "/mock/v1/usage")["error"]["message"] == "Nothing is served at /mock/v1/usage."
    assert asked(outer, "/mock/v1/usage")["error"]["hint"] == "Did you mean /mock/a4f/v1/usage?"
    assert asked(outer, "/mock/nowhere")["error"]["hint"].startswith("Base URLs are /mock/a4f, /mock/apiframe")
    asked(outer, "/mock/sora/v1/video")
    assert [entry.hint for entry in app.service.accounts.anonymous.journal] == ["Did you mean /mock/sora/v1/videos?"]


def test_under_another_application_health_and_the_guard_are_as_ever() -> None:
    outer, _ = mounted()
    assert ask(outer, "GET", "/mock" + HEALTH, host=b"evil.example").status == 200
    assert ask(outer, "GET", "/mock/", host=b"evil.example").status == 421


def test_a_public_url_has_the_last_word() -> None:
    app = app_of(timing=AT_ONCE, public_url="https://public.example/videos")
    outer = Starlette(routes=[Mount("/mock", app=app)])
    job_id = ask(outer, "POST", "/mock/sora/v1/videos", BEARER, JSON, body=example(app, "sora")).document["id"]
    url = asked(outer, f"/mock/sora/v1/videos/{job_id}")["video_url"]
    assert url.startswith("https://public.example/videos/media/")
    assert ask(app, "GET", urlsplit(url).path.removeprefix("/videos")).status == 200


# The protocol


def test_data_urls_hold_the_same_bytes_that_content_serves() -> None:
    app = app_of(timing=AT_ONCE, media="data")
    job_id = submit(app).document["id"]
    url = ask(app, "GET", f"/sora/v1/videos/{job_id}", BEARER).document["video_url"]
    content = ask(app, "GET", f"/sora/v1/videos/{job_id}/content", BEARER).body
    kind, _, data = url.partition(",")
    assert kind == "data:video/mp4;base64"
    assert b64decode(data) == content


def test_an_answer_goes_out_at_once_where_the_transport_can() -> None:
    sent: list[Any] = []
    scope = scope_of("GET", "/")
    scope["extensions"] = {RESPOND: sent.append}
    finish(app_of()(scope, asyncio.Event().wait, asyncio.Event().wait))  # type: ignore[arg-type]  # neither is called
    (answer,) = sent
    assert answer.status == 200
    assert dict(answer.headers)[b"content-length"] == b"%d" % len(answer.body)


def test_an_answer_to_a_client_that_has_left_goes_nowhere() -> None:
    answered = threading.Event()

    class Late(App):
        async def __call__(self, scope: Any, receive: Any, _: Any) -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            scope["extensions"][RESPOND](Answer(200, [], b"late"))
            answered.set()

    app = app_of()
    with ServerThread(Late(app.service, app.exchange, app.dialects)) as server:
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port), PATIENCE) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert answered.wait(PATIENCE)


def spoken(scope: dict[str, Any], *received: str) -> list[str]:
    """The types of what the application says to these messages."""
    unsent, said = list(received), []

    async def receive() -> dict[str, Any]:
        return {"type": unsent.pop(0)}

    async def send(message: Any) -> None:
        said.append(message["type"])

    finish(app_of()(scope, receive, send))
    return said


def test_there_is_nothing_to_start_or_to_stop() -> None:
    said = spoken({"type": "lifespan"}, "lifespan.startup", "lifespan.shutdown")
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_web_sockets_are_not_spoken() -> None:
    assert spoken({"type": "websocket"}, "websocket.connect") == ["websocket.close"]


def test_an_observer_can_be_given_from_the_start() -> None:
    seen: list[Entry] = []

    def observer(entry: Entry, _: Account) -> None:
        seen.append(entry)

    ask(create_app(observer=observer), "GET", "/sora/v1/models")
    assert [entry.status for entry in seen] == [401]


@pytest.mark.parametrize("path", ["/sora%2Fnowhere/x", "/sora/v1%2Fvideos%2Fx%2Fy", "/sora%2f%2f"])
def test_an_escaped_slash_leads_to_no_route_of_other_segments(path) -> None:
    peer = Peer()
    finish(app_of()({**scope_of("GET", unquote(path), BEARER), "raw_path": path.encode()}, peer.receive, peer.send))
    assert peer.reply.status == 404
    assert "Invalid URL" in peer.reply.document["error"]["message"]
