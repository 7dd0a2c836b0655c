"""Requests go into the application without a socket, and nobody can tell; whoever waits is told what for."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import anyio.to_thread
import httpx
import httpx2
import pytest

from mockvideo.core.account import Account
from mockvideo.core.timing import AT_ONCE
from mockvideo.dialect import Dialect
from mockvideo.operation import Submit
from mockvideo.pointer import find
from mockvideo.server.app import App
from mockvideo.server.thread import ServerThread
from mockvideo.testing.transports.inprocess import Transport
from tests.driving import app_of, route_of
from tests.every import DIALECTS, every_dialect
from tests.server.driving import http, until
from tests.stories import poll_path
from tests.testing.seeing import WAYS, Asked, Conversation, Way, every_way

URL = "http://127.0.0.1:8420"
AUTHORIZED = {"authorization": "Bearer sk-test"}
BEARER = (b"authorization", b"Bearer sk-test")
API_KEY = (b"x-api-key", b"sk-test")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(1_000)
PATIENCE = 5.0
BLOCKING = "/a4f/v1/video/generations"


def client(app: App, **more: Any) -> httpx.Client:
    settings = {"base_url": URL, "headers": AUTHORIZED, "timeout": PATIENCE, **more}
    return httpx.Client(transport=Transport(app), **settings)


def async_client(app: App, library: Any = httpx, **more: Any) -> Any:
    settings = {"base_url": URL, "headers": AUTHORIZED, "timeout": PATIENCE, **more}
    return library.AsyncClient(transport=Transport(app), **settings)


def account(app: App) -> Account:
    return app.service.accounts.get("sk-test")


def waits(app: App) -> bool:
    """Whether a blocking call has begun to wait for its job."""
    return bool(account(app).clock.watchers)


def video(app: App) -> dict[str, Any]:
    return dict(app.dialects["a4f"].example)


def left(app: App) -> bool:
    """Whether the journal says that the client has left."""
    return [entry.status for entry in account(app).journal][-1:] == [499]


# As over a socket


def talk(dialect: Dialect) -> Conversation:
    """Ask for all kinds of things, well and badly."""
    place, name = dialect.credential, dialect.name
    keyed = (place.header, place.prefix + b"sk-talk")
    as_json = (b"content-type", b"application/json")
    route = route_of(dialect, Submit)
    submit = f"/{name}{route.path}"
    for path in (
        "/",
        "/nowhere",
        f"/{name}/nowhere",
        f"/{name}/%C3%A9%2F?x=%26&y",
        "/media/none",
        "/_mockvideo/health",
    ):
        yield Asked("GET", path, (keyed,))
    for method in ("HEAD", "OPTIONS", "DELETE", "PATCH"):
        yield Asked(method, submit, (keyed,))
    for headers in ((), ((place.header, place.prefix + b"sk-invalid"),), (keyed,)):
        yield Asked("POST", submit, (*headers, as_json), more={"content": b'{"model": '})
    yield Asked("POST", submit, (keyed, as_json), more={"content": b"{}"})
    for each in dialect.routes:
        if each.method == "GET" and "{" not in each.path:
            yield Asked("GET", f"/{name}{each.path}?limit=1", (keyed,))
    submitted = yield Asked(route.method, submit, (keyed,), more={"json": dict(dialect.example)})
    path = poll_path(dialect, submitted.document)
    if path is None:
        return
    poll = Asked("GET", path if path.startswith(f"/{name}/") else f"/{name}{path}", (keyed,))
    yield poll
    url = find((yield poll).document, dialect.pointers.video)
    clip = yield Asked("GET", url)
    yield Asked("HEAD", url)
    yield Asked("GET", url, ((b"range", b"bytes=100-199"),))
    yield Asked("GET", url, ((b"range", b"bytes=999999999-"),))
    yield Asked("GET", url, ((b"if-none-match", dict(clip.headers)[b"etag"]),))


@every_dialect
def test_a_client_sees_what_it_would_over_a_socket(dialect) -> None:
    way = Way(httpx)
    with ServerThread(app_of(timing=AT_ONCE)) as over:
        seen = way.hold(lambda: talk(dialect), base_url=over.url, verify=False, trust_env=False)

    assert way.hold(lambda: talk(dialect), base_url=over.url, transport=Transport(app_of(timing=AT_ONCE))) == seen


@pytest.mark.parametrize("way", [pytest.param(way, id=way.name) for way in WAYS[1:]])
def test_every_client_sees_the_same(way) -> None:
    first, other = (app_of(timing=AT_ONCE) for _ in range(2))
    sora = DIALECTS["sora"]
    seen = WAYS[0].hold(lambda: talk(sora), base_url=URL, transport=Transport(first))

    assert way.hold(lambda: talk(sora), base_url=URL, transport=Transport(other)) == seen


def in_pieces(data: bytes) -> Iterator[bytes]:
    yield data[:7]
    yield data[7:]


async def in_pieces_async(data: bytes) -> AsyncIterator[bytes]:
    for piece in in_pieces(data):
        yield piece


@every_way
def test_a_body_in_pieces_arrives(way) -> None:
    app = app_of()
    data = json.dumps(dict(app.dialects["sora"].example)).encode()
    pieces = in_pieces(data) if way.backend is None else in_pieces_async(data)
    headers = (BEARER, (b"content-type", b"application/json"))
    asked = Asked("POST", "/sora/v1/videos", headers, more={"content": pieces})

    assert way.see(asked, base_url=URL, transport=Transport(app)).status == 200
    assert account(app).journal.body(1) == data


@every_way
def test_a_form_with_a_file_arrives(way) -> None:
    app = app_of()
    asked = Asked("POST", "/apiframe/v2/uploads", (API_KEY,), more={"files": {"file": ("a.png", PNG)}})
    client = {"base_url": URL, "transport": Transport(app)}
    url = way.see(asked, **client).document["url"]

    assert way.see(Asked("GET", url), **client).body == PNG


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_request_of_a_class_of_ones_own_is_answered(library) -> None:
    own = type("Request", (library.Request,), {"__module__": "elsewhere"})
    with library.Client(transport=Transport(app_of())) as http:
        assert isinstance(http.send(own("GET", f"{URL}/")), library.Response)


def test_a_transport_outlives_its_clients() -> None:
    transport = Transport(app_of())
    for _ in range(2):
        with httpx.Client(transport=transport) as http:
            assert http.get(URL).status_code == 200


def test_many_threads_share_one_client() -> None:
    app = app_of(timing=AT_ONCE)
    with client(app) as http, ThreadPoolExecutor(20) as threads:
        posts = [
            threads.submit(http.post, "/sora/v1/videos", json=dict(app.dialects["sora"].example)) for _ in "x" * 60
        ]
        jobs = {post.result().json()["id"] for post in posts}

    assert len(jobs) == len(account(app).journal) == 60


def test_what_goes_wrong_in_the_application_is_raised() -> None:
    async def app(*_: object) -> None:
        raise ZeroDivisionError

    with httpx.Client(transport=Transport(app)) as http, pytest.raises(ZeroDivisionError):  # type: ignore[arg-type]
        http.get(URL)


def test_a_stream_of_events_is_refused() -> None:
    with client(app_of()) as http, pytest.raises(httpx.UnsupportedProtocol, match="need a socket"):
        http.get("/_mockvideo/me/events")


@pytest.mark.parametrize(("used", "unused"), [("httpx", "httpx2"), ("httpx2", "httpx")])
def test_a_library_that_is_not_in_use_is_not_imported(used, unused) -> None:
    program = f"""
import sys
from mockvideo.server.app import create_app
from mockvideo.testing.transports.inprocess import Transport
before = set(sys.modules)
import {used}
order = {{"authorization": "Bearer k", "x-mockvideo-scenario": 'connection = {{not_kept = true}}'}}
with {used}.Client(transport=Transport(create_app())) as http:
    http.get("http://localhost/sora/v1/models", headers=order).raise_for_status()
core = "{unused}".replace("x", "core")
assert not {{"{unused}", core}} & (set(sys.modules) - before), sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


# Waiting


@every_way
def test_a_call_that_waits_is_answered_when_another_thread_moves_the_clock(way) -> None:
    app = app_of(clock="manual")

    def advance() -> None:
        until(lambda: waits(app))
        account(app).clock.advance(3_600)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(advance)
        seen = way.see(
            Asked("POST", BLOCKING, (BEARER,), more={"json": video(app)}), base_url=URL, transport=Transport(app)
        )

    assert (seen.status, seen.error) == (200, None)


@pytest.mark.parametrize(
    ("settings", "order", "cure"),
    [
        ({"clock": "manual"}, "", "stands still: use clock='auto', or advance it from another thread"),
        ({"clock": "wall"}, "", "takes longer in real time: use clock='auto', or give the client a longer timeout"),
        ({"clock": "auto"}, "outcome = {ends = 'never'}", "never ends, as it was ordered"),
    ],
)
def test_whoever_waits_in_vain_is_told_what_for(settings, order, cure) -> None:
    app = app_of(**settings)
    with client(app) as http, pytest.raises(httpx.ReadTimeout) as raised:
        http.post(BLOCKING, json=video(app), timeout=0.05, headers={"x-mockvideo-scenario": order} if order else {})

    assert str(raised.value).startswith(f"No answer to POST {BLOCKING} within 0.05 s, as its ")
    assert cure in str(raised.value)
    assert left(app)


def test_who_waits_for_entries_in_vain_is_told_so() -> None:
    with client(app_of()) as http, pytest.raises(httpx.ReadTimeout, match="bring it about from another thread"):
        http.post("/_mockvideo/me/journal/wait", json={}, timeout=0.05)


@every_way
def test_an_error_in_time_is_that_of_the_library(way) -> None:
    app = app_of(clock="manual")
    asked = Asked("POST", BLOCKING, (BEARER,), 0.05, {"json": video(app)})

    assert way.see(asked, base_url=URL, transport=Transport(app)).error == "ReadTimeout"


def test_a_synchronous_call_waits_on_a_running_loop_as_well() -> None:
    app = app_of(clock="wall", speed=1_000.0)

    async def call() -> int:
        with client(app) as http:
            return http.post(BLOCKING, json=video(app)).status_code

    assert asyncio.run(call()) == 200


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_others_go_on_while_an_asynchronous_call_waits(library, backend) -> None:
    app = app_of(clock="manual")

    async def main() -> None:
        async with async_client(app, library) as http, anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(call, http)
            await anyio.to_thread.run_sync(until, lambda: len(account(app).clock.watchers) == 50)
            account(app).clock.advance(3_600)

    async def call(http: Any) -> None:
        assert (await http.post(BLOCKING, json=video(app))).status_code == 200

    anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_who_stops_waiting_has_left(backend) -> None:
    app = app_of(clock="manual")

    async def main() -> None:
        async with async_client(app, timeout=None) as http:
            with anyio.move_on_after(0.05):
                await http.post(BLOCKING, json=video(app))

    anyio.run(main, backend=backend)
    until(lambda: left(app))
    assert account(app).store.unfinished == 1


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads here")
def test_who_is_interrupted_has_left() -> None:
    app = app_of(clock="manual")
    threads = set(threading.enumerate())

    def interrupt() -> None:
        until(lambda: waits(app))
        # Now the call waits; its own thread has just begun to wait for that.
        time.sleep(0.1)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with ThreadPoolExecutor(1) as thread, client(app) as http:
        thread.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            http.post(BLOCKING, json=video(app))

    assert left(app)
    assert set(threading.enumerate()) <= threads


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_loop_of_polls_lets_others_have_their_turn(backend) -> None:
    async def main() -> None:
        with anyio.fail_after(PATIENCE), anyio.move_on_after(0.05):
            async with async_client(app_of()) as http:
                while True:
                    await http.get("/sora/v1/models")

    anyio.run(main, backend=backend)


def test_one_account_is_asked_both_ways() -> None:
    app = app_of()
    with ServerThread(app) as server, client(app) as within, http(server.url) as outside:
        job = within.post("/sora/v1/videos", json=dict(app.dialects["sora"].example)).json()["id"]

        assert outside.get(f"/sora/v1/videos/{job}", headers=within.headers).json()["id"] == job
