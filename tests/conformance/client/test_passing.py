"""Virtual time in a process: the clocks that code under test reads go on when it sleeps, all others do not."""

from __future__ import annotations

import asyncio
import os
import runpy
import subprocess
import sys
import time
from asyncio import BaseEventLoop
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mockvideo.conformance.client import child
from mockvideo.conformance.client.child import CLOCK, LIMIT, MARK, begin
from mockvideo.conformance.client.passing import STEADY_SLEEPS, STRETCH, OvertimeError, Pace, Passing, virtual_time

INJECT = Path(child.__file__).parent / "inject"


def test_all_clocks_go_on_when_code_sleeps() -> None:
    passing, moved = Passing(), []
    real = time.monotonic()
    with virtual_time(Pace(moved.append, passing, 1_000), passing):
        before = (time.time(), time.monotonic(), time.perf_counter(), time.time_ns() / 1e9, time.monotonic_ns() / 1e9)
        time.sleep(100)
        after = (time.time(), time.monotonic(), time.perf_counter(), time.time_ns() / 1e9, time.monotonic_ns() / 1e9)

    assert [round(late - early) for early, late in zip(before, after, strict=True)] == [100] * 5
    assert moved == [100]
    assert time.monotonic() - real < 50


def test_what_watches_real_things_reads_the_real_clocks() -> None:
    passing = Passing()
    with virtual_time(Pace(bool, passing, 1_000), passing):
        time.sleep(500)
        # Of the standard library, like sockets and threads.
        assert "1970" not in time.ctime()
        assert subprocess.run([sys.executable, "-c", ""], timeout=60, check=True).returncode == 0


def test_an_event_loop_has_its_time_outs_in_step() -> None:
    passing = Passing()

    async def wait() -> None:
        async with asyncio.timeout(100):
            for _ in range(50):
                await asyncio.sleep(5)

    with (
        virtual_time(Pace(bool, passing, 1_000), passing),
        asyncio.Runner(loop_factory=passing.loop) as runner,
        pytest.raises(TimeoutError),
    ):
        runner.run(wait())
    assert 100 <= passing.seconds <= 115


def test_after_many_sleeps_each_is_longer() -> None:
    passing = Passing()
    pace = Pace(bool, passing, 1_000)
    for _ in range(STEADY_SLEEPS + 2):
        pace.advance(1)

    assert pace.steady == STEADY_SLEEPS
    assert pace.slept == passing.seconds == STEADY_SLEEPS + 2 * STRETCH


def test_what_never_ends_is_ended() -> None:
    pace = Pace(bool, Passing(), 10)
    pace.switch("manual", slept=True)

    with pytest.raises(OvertimeError):
        pace.advance(11)
    assert pace.slept == 10


def test_a_process_without_a_kit_is_left_alone() -> None:
    assert begin({}) is None


class Server(BaseHTTPRequestHandler):
    """Takes what moves a clock."""

    asked: list[tuple[str, str, bytes]] = []  # noqa: RUF012 - one server, one test

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.append((self.path, self.headers["authorization"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_program_moves_the_clock_of_its_account(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        environ = {
            CLOCK: f"http://127.0.0.1:{server.server_port}/move",
            LIMIT: "1000",
            MARK: str(tmp_path / "mark"),
            "MOCKVIDEO_API_KEY": "k",
        }
        real = BaseEventLoop.time
        with begin(environ):
            before = time.monotonic()
            for _ in range(STEADY_SLEEPS + 2):
                time.sleep(1)
            passed = time.monotonic() - before
            loop = asyncio.SelectorEventLoop()
            ahead = loop.time() - real(loop)
            loop.close()
        server.shutdown()

    assert Server.asked[0] == ("/move", "Bearer k", b'{"seconds": 1.0}')
    assert round(passed) == round(ahead) == STEADY_SLEEPS + 2 * STRETCH
    assert float((tmp_path / "mark").read_text()) == STEADY_SLEEPS
    assert BaseEventLoop.time is real


def test_a_program_that_never_ends_leaves_as_a_time_out_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    with begin({CLOCK: "https://localhost:1/", LIMIT: "5", MARK: str(tmp_path / "mark")}):
        time.sleep(6)

    assert left == [child.OVERTIME]


def test_a_clock_may_be_behind_tls() -> None:
    with pytest.raises(OSError, match=r"refused|TLS|SSL"):
        child.advance("https://127.0.0.1:9/", "k", 1)


def test_the_module_that_python_loads_first_makes_room_for_the_one_it_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(INJECT), *sys.path])
    monkeypatch.setitem(sys.modules, "sitecustomize", sys)
    runpy.run_path(str(INJECT / "sitecustomize.py"))

    assert str(INJECT) not in sys.path
    assert sys.modules.get("sitecustomize") is not sys


def test_it_holds_virtual_time_until_the_process_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {CLOCK: "http://127.0.0.1:9/", LIMIT: "5", MARK: str(tmp_path / "mark")}.items():
        monkeypatch.setenv(name, value)
    names = runpy.run_path(str(INJECT / "sitecustomize.py"))
    stood_in = time.sleep
    names["opened"].close()

    assert stood_in is not time.sleep
