"""A server in a background thread comes and goes without a trace."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mockvideo.server.app import App
from mockvideo.server.thread import ServerThread
from tests.server.calling_back import advance, client_of, film
from tests.server.driving import API_KEY, BEARER, JSON, PATIENCE, app_of, example, http, until
from tests.server.webhooks.receivers import OK, Receiver, receiving, silent

FDS = Path("/proc/self/fd")


def files() -> list[str]:
    """What this process holds open."""
    gc.collect()
    return sorted(str(place.readlink()) for place in FDS.iterdir() if place.is_symlink())


def sockets() -> set[str]:
    return {link for link in files() if link.startswith("socket:")}


def status(url: str) -> int | None:
    """What the front page answers; None if nobody listens."""
    try:
        with http(url) as client:
            return client.get("/").status_code
    except httpx.ConnectError:
        return None


def test_it_serves_until_the_block_ends() -> None:
    with ServerThread(app_of()) as server:
        assert status(server.url) == 200
    assert status(server.url) is None


def test_it_serves_before_the_block_begins() -> None:
    with ServerThread(app_of()) as server:
        port = httpx.URL(server.url).port
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as wire:
            wire.sendall(b"GET / HTTP/1.0\r\nhost: localhost\r\n\r\n")
            assert wire.recv(100).startswith(b"HTTP/1.1 200")


def test_it_has_the_accounts_of_its_application() -> None:
    with ServerThread(app_of()) as server, http(server.url) as client:
        client.get("/sora/v1/models", headers=[BEARER])
        assert [account.key for account in server.accounts] == ["sk-test"]


def test_a_port_can_be_chosen_and_only_once() -> None:
    with ServerThread(app_of()) as server:
        port = httpx.URL(server.url).port
        assert port is not None
        with pytest.raises(OSError, match="in use"):
            ServerThread(app_of(), port=port)
    with ServerThread(app_of(), port=port) as again:
        assert again.url == server.url


def test_an_error_in_the_block_stops_it_and_goes_on() -> None:
    with pytest.raises(ZeroDivisionError), ServerThread(app_of()) as server:
        raise ZeroDivisionError
    assert status(server.url) is None


def test_several_serve_side_by_side_and_share_nothing() -> None:
    with ServerThread(app_of()) as one, ServerThread(app_of()) as other, http(one.url) as client:
        client.get("/sora/v1/models", headers=[BEARER])
        assert (len(one.accounts), len(other.accounts)) == (1, 0)


@pytest.mark.skipif(not FDS.exists(), reason="no list of open files here")
def test_it_leaves_no_thread_and_no_socket_behind() -> None:
    threads, before = set(threading.enumerate()), sockets()
    with ServerThread(app_of()) as server, http(server.url) as idle:
        assert idle.get("/").status_code == 200
        assert sockets() > before
    assert set(threading.enumerate()) <= threads
    assert sockets() <= before


def answers(app: App) -> bool:
    """Start a server, ask it once over a connection that stays, and stop it."""
    with ServerThread(app) as server, socket.socket() as wire:
        wire.settimeout(PATIENCE)
        wire.connect(("127.0.0.1", urlsplit(server.url).port))
        wire.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        return wire.recv(100).startswith(b"HTTP/1.1 200")


def loops_and_tasks() -> int:
    kinds = (asyncio.AbstractEventLoop, asyncio.Task)
    return sum(issubclass(type(each), kinds) for each in gc.get_objects())


@pytest.mark.skipif(not FDS.exists(), reason="no list of open files here")
def test_500_servers_leave_nothing_behind() -> None:
    app = app_of()
    assert answers(app)
    threads, before, running = set(threading.enumerate()), files(), loops_and_tasks()
    with ThreadPoolExecutor(16) as many:
        assert all(many.map(answers, [app] * 250))
    assert all(answers(app) for _ in range(250))
    assert set(threading.enumerate()) <= threads
    assert files() == before
    assert loops_and_tasks() <= running


def called(app: App, receiver: Receiver) -> bool:
    """Start a server, submit a job that is told at once, and stop in the middle of that."""
    with client_of(app) as client:
        film(client, app, receiver.url)
        advance(client, 60, wait=False)
        return receiver.asked.wait(PATIENCE)


@pytest.mark.skipif(not FDS.exists(), reason="no list of open files here")
@pytest.mark.parametrize("many", [24, pytest.param(60, marks=pytest.mark.full)])
@pytest.mark.parametrize("behaviour", [OK, silent])
def test_servers_with_webhooks_leave_nothing_behind(behaviour, many) -> None:
    with receiving(behaviour) as first:
        assert called(app_of(), first)
    del first
    threads, before, running = set(threading.enumerate()), files(), loops_and_tasks()
    with receiving(behaviour) as found:
        app = app_of()
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(called, [app] * (many * 2 // 3), [found] * many))
        assert all(called(app_of(), found) for _ in range(many // 3))
    del app
    until(lambda: set(threading.enumerate()) <= threads)
    assert files() == before
    assert loops_and_tasks() <= running


def test_a_server_costs_a_test_next_to_nothing() -> None:
    app = app_of()
    took = []
    for _ in range(9):
        began = time.perf_counter()
        with ServerThread(app):
            pass
        took.append(time.perf_counter() - began)
    assert sorted(took)[4] < 0.02  # some 0.6 ms on an idle machine


def test_to_stop_what_has_stopped_does_nothing() -> None:
    with ServerThread(app_of()) as server:
        server.__exit__(None, None, None)
        assert status(server.url) is None


def test_a_sleep_that_tests_replace_is_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.sleep", None)
    monkeypatch.setattr("time.sleep", None)
    with ServerThread(app_of()) as server, http(server.url) as idle:
        assert idle.get("/_mockvideo/health").status_code == 200


def test_the_date_of_its_answers_goes_on() -> None:
    def date() -> datetime:
        return parsedate_to_datetime(client.get("/").headers["date"])

    with ServerThread(app_of()) as server, http(server.url) as client:
        first = date()
        time.sleep(1.1)
        assert date() > first


@pytest.mark.skipif(not FDS.exists(), reason="no list of open files here")
def test_a_reader_that_reads_nothing_does_not_keep_it() -> None:
    app = app_of()
    before = sockets()
    with ServerThread(app) as server, http(server.url) as client:
        files = {"file": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20 << 20))}
        url = httpx.URL(client.post("/apiframe/v2/uploads", headers=[API_KEY], files=files).json()["url"])
        with socket.create_connection((url.host, url.port), PATIENCE) as wire:
            wire.sendall(b"GET %b HTTP/1.1\r\nhost: localhost\r\n\r\n" % url.raw_path)
            assert wire.recv(100).startswith(b"HTTP/1.1 200")
            stopped = time.monotonic()
            server.__exit__(None, None, None)
            assert time.monotonic() - stopped < 1
    assert sockets() <= before


def test_a_call_that_blocks_does_not_keep_it() -> None:
    app = app_of()
    body = example(app, "a4f")

    def call(url: str) -> None:
        with http(url) as client, suppress(httpx.HTTPError):
            client.post("/a4f/v1/video/generations", headers=[BEARER, JSON], content=body)

    with ServerThread(app) as server:
        caller = threading.Thread(target=call, args=(server.url,))
        caller.start()
        until(lambda: app.service.accounts.get("sk-test").store.unfinished)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 1
    app.service.accounts.get("sk-test").clock.advance(60)  # wakes nobody who is gone
    caller.join(PATIENCE)
    assert not caller.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_that_cannot_start_says_so() -> None:
    server = ServerThread(app_of())
    server._listener.close()
    with pytest.raises(RuntimeError, match="did not start"), server:
        pass
