"""A server in a background thread comes and goes without a trace."""

from __future__ import annotations

import gc
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from mockvideo.server.thread import ServerThread
from tests.server.driving import BEARER, JSON, PATIENCE, app_of, example, http, until

FDS = Path("/proc/self/fd")


def sockets() -> set[str]:
    """The open sockets of this process."""
    gc.collect()
    links = [str(place.readlink()) for place in FDS.iterdir() if place.is_symlink()]
    return {link for link in links if link.startswith("socket:")}


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
