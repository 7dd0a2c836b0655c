"""Sockets are bound before the server starts, and a signal stops it within a second."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from mockvideo.server.serving import Server, bind, configure, serve, url_of
from tests.server.corpus import END, MULTIPART, part
from tests.server.driving import API_KEY, BEARER, JSON, PATIENCE, app_of, example, http

SLOW = 25 << 20  # more bytes than two socket buffers hold

PROGRAM = """
from mockvideo.core.settings import Settings
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.serving import bind, serve, url_of

listener = bind("127.0.0.1", 0)
app = create_app(Options(settings=Settings(clock="manual")))
serve(app, [listener], lambda: print(url_of(listener), flush=True))
print("stopped", flush=True)
"""


def has_ipv6() -> bool:
    try:
        bind("::1", 0).close()
    except OSError:
        return False
    return True


IPV6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")


# Sockets


def test_port_0_is_any_free_port() -> None:
    with bind("127.0.0.1", 0) as first, bind("127.0.0.1", 0) as second:
        assert 0 < first.getsockname()[1] != second.getsockname()[1] > 0


def test_a_port_in_use_is_an_error() -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        bind("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_is_not_this_machines_is_an_error() -> None:
    with pytest.raises(OSError):
        bind("192.0.2.1", 0)


def test_a_bound_socket_takes_connections_before_anybody_serves() -> None:
    with bind("127.0.0.1", 0) as listener:
        socket.create_connection(listener.getsockname(), PATIENCE).close()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://127.0.0.1:"),
        ("0.0.0.0", "http://127.0.0.1:"),
        pytest.param("::1", "http://[::1]:", marks=IPV6),
        pytest.param("::", "http://[::1]:", marks=IPV6),
    ],
)
def test_the_url_of_a_socket_reaches_it_from_this_machine(host, url) -> None:
    with bind(host, 0) as listener:
        found = httpx.URL(url_of(listener))
        assert url_of(listener) == f"{url}{listener.getsockname()[1]}"
        assert found.port is not None
        socket.create_connection((found.host, found.port), PATIENCE).close()


# Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_and_reaches_nobody_else(number) -> None:
    before = signal.getsignal(number)
    listener = bind("127.0.0.1", 0)
    ready: list[str] = []

    def stop() -> None:
        ready.append(url_of(listener))
        signal.raise_signal(number)

    started = time.monotonic()
    serve(app_of(), [listener], stop)

    assert time.monotonic() - started < 1
    assert len(ready) == 1
    assert listener.fileno() == -1
    assert signal.getsignal(number) is before


def test_a_server_that_is_told_to_stop_before_it_starts_does_not_serve() -> None:
    listener = bind("127.0.0.1", 0)
    server = Server(configure(app_of()), lambda: None)
    server.stop()
    server.run([listener])

    assert listener.fileno() == -1


def test_several_sockets_are_served_at_once() -> None:
    program = PROGRAM.replace("[listener]", "[listener, other]").replace("app =", 'other = bind("127.0.0.1", 0)\napp =')
    program = program.replace("print(url_of(listener)", "print(url_of(listener), url_of(other)")
    with running(program) as (process, urls):
        with http() as client:
            assert [client.get(url + "/_mockvideo/health").status_code for url in urls] == [200, 200]
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@contextmanager
def running(program: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A process that serves, and what it says when it does."""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().split()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def blocking_call(url: httpx.URL) -> Iterator[socket.socket]:
    """A call whose job never ends, because its clock stands still."""
    body = example(app_of(), "a4f")
    head = [b"POST /a4f/v1/video/generations HTTP/1.1", b"host: localhost", b"content-length: %d" % len(body)]
    head += [b"%b: %b" % header for header in (BEARER, JSON)]
    with socket.create_connection((url.host, url.port), PATIENCE) as wire:
        wire.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
        yield wire


@contextmanager
def slow_download(url: httpx.URL) -> Iterator[socket.socket]:
    """A download of which the client has read only the beginning."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(SLOW - 1_000)
    body = part(picture, name=b"file", extra=b'; filename="a.png"') + END
    headers = [API_KEY, (b"content-type", MULTIPART.encode())]
    with http(str(url)) as client:
        path = httpx.URL(client.post("/apiframe/v2/uploads", headers=headers, content=body).json()["url"]).path
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        wire.connect((url.host, url.port))
        wire.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 200")
        yield wire


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_process_within_a_second_whatever_goes_on(number) -> None:
    with running(PROGRAM) as (process, (url,)):
        base = httpx.URL(url)
        with blocking_call(base), slow_download(base), http(url) as idle:
            assert idle.get("/").status_code == 200
            started = time.monotonic()
            process.send_signal(number)
            assert process.wait(PATIENCE) == 0
            assert time.monotonic() - started < 1
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"
