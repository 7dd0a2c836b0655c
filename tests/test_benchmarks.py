from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.benchmarks import load, wrk
from tests.benchmarks.figures import CPU, P99, TIME, Section, alone, compared
from tests.benchmarks.report import Report, document, show
from tests.benchmarks.suites import Suite, loading, run
from tests.benchmarks.testing import LONG, PLUGIN, SHORT
from tests.benchmarks.traffic import DidNotRunError, Traffic

# What measures is not measured.
pytestmark = pytest.mark.usefixtures("unmeasured")
SUITES = SHORT | LONG
# Each is a process: nothing, the plugin in this process and over a socket; all of them in the full run.
SOME = ("empty test", "in process", "five minutes, 60 polls, over a socket")
HEAD = " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
ANSWER = (b"HTTP/1.1 200 OK\r\nContent-", b"Length: 10\r\n\r\nhello", b"hello")
REFUSAL = (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nfull",)
REPORT = Report(
    "python -m tests.benchmarks",
    {"cpus": 2, "versions": {"uvicorn": "0.54.0"}},
    [
        Section("Starting", "bare", (compared("start, exec to first 200", TIME, [(280.0, 70.0)]),)),
        Section(
            "Under load", "bare", (compared("poll, 16 connections", CPU, [(30.0, 18.0), (24.0, 18.0)]),), ("Note.",)
        ),
        Section("Writing clips", "warm", (alone("clip, 60 s 1280x720, cold", TIME, [0.7]),)),
    ],
    ["clips: no room"],
)


@contextmanager
def answering(*pieces: bytes) -> Iterator[tuple[str, list[str]]]:
    """Answer every request with these pieces; give the URL, and the list of the paths that were asked for."""
    paths: list[str] = []

    class Talk(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with suppress(ConnectionError):
                while line := self.rfile.readline():
                    if line.startswith(b"GET "):
                        paths.append(line.decode().split()[1])
                    elif line == b"\r\n":
                        for piece in pieces:
                            self.wfile.write(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield "http://{}:{}".format(*server.server_address), paths
        finally:
            server.shutdown()


def numbered(url: str) -> Traffic:
    return Traffic(url, "GET /", HEAD, range(1_000_000))


def test_the_load_generator_counts_every_answer_once() -> None:
    bodies: list[bytes] = []
    with answering(*ANSWER) as (url, paths):
        reading = load.run(numbered(url), 3, most=50, keep=bodies.append)

    assert (reading.requests, bodies) == (50, [b"hellohello"] * 50)
    assert sorted(paths) == [f"/{number:010}" for number in range(50)]


def test_the_load_generator_measures_until_the_time_is_up() -> None:
    with answering(*ANSWER) as (url, paths):
        reading = load.run(numbered(url), 2, 0.1)

    assert 0.1 <= reading.seconds < 1
    assert 0 < reading.p50 <= reading.p99 <= reading.seconds * 1e6
    # Answers that were on their way in the end are not counted.
    assert len(paths) - 2 <= reading.requests <= len(paths)


def test_an_answer_that_is_an_error_ends_the_measurement() -> None:
    with answering(*REFUSAL) as (url, _), pytest.raises(DidNotRunError, match=r"503.*full"):
        load.run(numbered(url), 1, 1.0)


def test_words_are_sent_in_turn() -> None:
    with answering(*ANSWER) as (url, paths):
        load.run(Traffic(url, "GET /", HEAD, ("a", "b")), 1, most=3)

    assert paths == ["/a", "/b", "/a"]


@pytest.mark.skipif(wrk.find() is None, reason="wrk is not installed")
def test_wrk_sends_the_same_traffic() -> None:
    client = wrk.find()
    assert client is not None
    with answering(*ANSWER) as (url, paths):
        reading = client(numbered(url), 2, 1.0)

    assert len(paths) - 2 <= reading.requests <= len(paths)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(
    "suite",
    [pytest.param(suite, id=name, marks=[] if name in SOME else pytest.mark.full) for name, suite in SUITES.items()],
)
def test_a_suite_that_is_measured_passes(suite: Suite, tmp_path: Path) -> None:
    if not suite.installed:
        pytest.skip(f"needs {suite.plugin}, which is not installed here")
    took = run(suite, 3, tmp_path / "suite")

    assert took.first > 0
    assert took.each > 0


def test_what_the_first_test_takes_is_told_apart_and_waiting_is_no_work(tmp_path: Path) -> None:
    suite = Suite("""
    def test_it(number):
        time.sleep(0.02 if number else 0.2)
    """)
    took = run(suite, 5, tmp_path / "suite")

    assert took.first >= 200 > took.each >= 20 > took.cpu


def test_a_suite_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(DidNotRunError, match="3 failed"):
        run(Suite("\ndef test_it(number): assert 0"), 3, tmp_path / "suite")


def test_the_cost_of_a_plugin_that_is_not_used_is_that_of_its_import(tmp_path: Path) -> None:
    assert loading(PLUGIN, tmp_path / "plugin") > 0


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=20), st.floats(0.01, 1))
def test_what_the_client_missed_while_it_waited_is_added(latencies: list[float], interval: float) -> None:
    whole = load.corrected(latencies, interval)

    assert whole[: len(latencies)] == latencies
    assert all(interval < wait < max(latencies) for wait in whole[len(latencies) :])


@given(st.floats(1, 1000), st.floats(1, 1000))
def test_a_share_of_cost_is_one_by_the_times_of_that_cost(ours: float, other: float) -> None:
    share, times = CPU.ratio(ours, other), P99.ratio(ours, other)

    assert share is not None
    assert times is not None
    assert share * times == pytest.approx(1)


def test_the_report_shows_figures_beside_their_budgets() -> None:
    written = StringIO()

    show(REPORT, Console(width=118, file=written))

    lines = [" ".join(line.split()) for line in written.getvalue().splitlines()]
    assert "start, exec to first 200 time ms 280 70.0 4.00 x ≤ 300 ok ≤ 2 x short" in lines
    assert "poll, 16 connections CPU µs 27.0 18.0 0.68 0.6-0.75 ≥ 0.65 ok ≥ 0.8 short" in lines
    assert "did not run: clips: no room" in lines


def test_the_document_has_every_round_and_verdict() -> None:
    (figure,) = document(REPORT)["sections"][1]["figures"]

    assert figure["rounds"] == ((30.0, 18.0), (24.0, 18.0))
    assert figure["budget"] == {"must": {"bound": "≥ 0.65", "met": True}, "stretch": {"bound": "≥ 0.8", "met": False}}
