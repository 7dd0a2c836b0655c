"""Serving as a process: signals, terminals, pipes, and the file for other programs."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from processes import Serving, environment, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")

SIZES = {"size": "4096x4096", "seconds": "60", "fps": 120}


def headers(key: str = "sk-1234") -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@contextmanager
def connected(server: Serving, method: str, path: str, body: dict[str, Any] | None = None) -> Iterator[socket.socket]:
    """A connection on which a request was sent, with little room for an answer."""
    data = json.dumps(body or {}).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-1234\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
        connection.sendall(head.encode() + data)
        yield connection


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_within_a_second_with_a_call_and_a_download_in_flight(tmp_path: Path, number: int) -> None:
    film = {"model": "veo3", "prompt": "x", **SIZES}
    call = {"model": "provider-2/sora-2", "prompt": "x", "duration": 4, "quality": "720p"}
    with Serving(tmp_path, "--speed", "20") as server:
        job = httpx.post(f"{server.url}/sora/v1/videos", json=film, headers=headers(), trust_env=False).json()["id"]
        time.sleep(0.5)
        with (
            connected(server, "GET", f"/sora/v1/videos/{job}/content") as download,
            connected(server, "POST", "/a4f/v1/video/generations", call),
        ):
            assert download.recv(15) == b"HTTP/1.1 200 OK"
            code, seconds = server.stop(number)

        # Half a second more is for a machine that is busy with other tests.
        assert (code, seconds < 1.5, server.process.stderr and server.process.stderr.read()) == (0, True, "")


def test_the_ready_file_tells_where_it_listens_and_goes_with_it(tmp_path: Path) -> None:
    with Serving(tmp_path) as server:
        assert server.told["pid"] == server.process.pid
        assert server.told["dialects"]["sora"] == f"{server.url}/sora"
        assert server.stop(signal.SIGTERM)[0] == 0

    assert list(tmp_path.iterdir()) == []


def test_a_ready_file_that_another_server_has_taken_stays(tmp_path: Path) -> None:
    with Serving(tmp_path) as server:
        server.ready_file.write_text("theirs", "utf-8")
        server.stop(signal.SIGTERM)

    assert server.ready_file.read_text("utf-8") == "theirs"


def test_a_free_port_is_told_on_the_standard_output(tmp_path: Path) -> None:
    with Serving(tmp_path) as server:
        server.stop(signal.SIGINT)
        assert server.process.stdout is not None

        assert server.process.stdout.read().splitlines()[0].endswith(server.url)


def test_the_environment_has_options_too(tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text("only-this\n", "utf-8")
    with Serving(tmp_path, MOCKVIDEO_KEYS=str(keys)) as server:
        url = f"{server.url}/sora/v1/models"
        statuses = [httpx.get(url, headers=headers(key), trust_env=False).status_code for key in ("only-this", "other")]

    assert statuses == [200, 401]


def test_it_goes_on_when_nobody_reads_its_lines_any_more(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Serving(tmp_path, "--log", "text", stdout=writing) as server:
        os.close(writing)
        os.close(reading)
        url = f"{server.url}/beluga/v1/models"
        statuses = [httpx.get(url, trust_env=False).status_code for _ in range(3)]
        code, _ = server.stop(signal.SIGTERM)

        assert (statuses, code) == ([200, 200, 200], 0)


def test_a_bad_flag_is_a_matter_of_usage(tmp_path: Path) -> None:
    done = run("serve", "--nonsense", folder=tmp_path)

    assert (done.returncode, "--nonsense" in done.stderr) == (2, True)


def test_the_version_is_told(tmp_path: Path) -> None:
    assert run("--version", folder=tmp_path).stdout.startswith("mockvideo, version ")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a terminal gets."""
    return on_a_terminal(tmp_path_factory.mktemp("terminal"))


def on_a_terminal(tmp_path: Path, **extra: str) -> str:
    """What a terminal gets from a server that is asked for two things and then interrupted."""
    ours, theirs = os.openpty()
    with Serving(tmp_path, stdout=theirs, **extra) as server:
        os.close(theirs)
        bad = {"model": "kling-\x1b[31m\x9bv3", "prompt": "x"}
        httpx.post(f"{server.url}/beluga/v1/videos/generations", json=bad, headers=headers(), trust_env=False)
        good = {"model": "kling-v3", "prompt": "x"}
        httpx.post(f"{server.url}/beluga/v1/videos/generations", json=good, headers=headers(), trust_env=False)
        server.stop(signal.SIGINT)
        return _all_of(ours)


def _all_of(terminal: int) -> str:
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:
        pass  # Linux says so when the other side is closed
    finally:
        os.close(terminal)
    return shown.decode()


def test_a_terminal_gets_a_line_for_each_exchange_in_colours(shown: str) -> None:
    assert "submit    200  \x1b[33mqueued   \x1b[0m  kling-v3" in shown
    assert shown.endswith("\r\n\r\n")


def test_what_steers_a_terminal_is_taken_out(shown: str) -> None:
    assert "The model 'kling-[31mv3' does not exist." in shown
    assert "\x9b" not in shown


@pytest.mark.parametrize("extra", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_can_do_without_colours(tmp_path: Path, extra: dict[str, str]) -> None:
    shown = on_a_terminal(tmp_path, **extra)

    assert "submit    200  queued     kling-v3" in shown
    assert "\x1b" not in shown


def test_an_output_that_cannot_write_every_letter_gets_the_rest(tmp_path: Path) -> None:
    done = run("guide", "clips", folder=tmp_path, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_server_without_a_terminal_needs_no_rich(tmp_path: Path) -> None:
    code = "import sys; from mockvideo.cli import launch, serve; print(sorted(sys.modules))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)

    assert "'mockvideo.server.app'" in done.stdout
    assert "'rich'" not in done.stdout
    assert "'httpx'" not in done.stdout
