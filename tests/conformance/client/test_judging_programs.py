"""Programs as clients: their environment, their time, their end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from mockvideo.conformance.client import programs
from mockvideo.conformance.client.bench import Bench
from mockvideo.conformance.client.programs import Program, environment
from mockvideo.conformance.client.schedules import Event, Schedule
from mockvideo.conformance.client.verdict import judge

HERE = Path(__file__).parent / "programs"
FILM = (sys.executable, str(HERE / "film.py"))
STUCK = Schedule((Event("the job is stuck at 99 %", "submit", 1),))
MadeBench = Callable[..., Bench]


def test_a_python_program_sleeps_in_virtual_time(bench: MadeBench) -> None:
    began = time.monotonic()
    run = Program(words=FILM).run(bench(), Schedule())
    polls = [each.at for each in run.of("poll")]

    assert run.answer.kind == "clip"
    assert [round(after - before) for before, after in pairwise(polls)] == [5, 5]
    assert time.monotonic() - began < 9


def test_one_without_a_deadline_is_ended_after_so_much_virtual_time(bench: MadeBench) -> None:
    run = Program(words=FILM).run(bench(virtual=2_000), STUCK)

    assert run.answer.kind == "overtime"
    assert 300 <= run.steady <= 310


def test_a_node_program_sleeps_in_virtual_time(bench: MadeBench) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node, which is not installed here")
    program = Program(words=(node, str(HERE / "film.mjs")))
    clean, stuck = program.run(bench(), Schedule()), program.run(bench(), STUCK)

    assert (clean.answer.kind, round(clean.seconds)) == ("clip", 15)
    assert "is not over after ten minutes" in stuck.answer.text
    assert [each.rule for each in judge(stuck) if each.breach] == []


def test_any_other_program_sleeps_in_real_time(bench: MadeBench) -> None:
    run = Program(words=(*FILM, "hasty"), time="real").run(bench(), Schedule())

    assert run.answer.kind == "clip"
    assert run.seconds < 5


def test_a_program_that_writes_no_file_answers_by_its_status_alone(bench: MadeBench) -> None:
    assert Program(words=(*FILM, "silent", "hasty")).run(bench(), Schedule()).answer == ("done", "")


def test_an_error_is_what_a_program_said_last(bench: MadeBench) -> None:
    run = Program(words=FILM).run(bench(), Schedule((Event("402", "submit", 1),)))

    assert run.answer.kind == "error"
    assert run.answer.text.startswith("exit status 1:")
    assert run.answer.text.endswith("HTTP Error 402: Payment Required")


def test_one_that_never_sleeps_is_ended_after_so_many_requests(bench: MadeBench) -> None:
    assert Program(words=(*FILM, "hasty")).run(bench(requests=20), STUCK).answer.kind == "flood"


def test_one_that_hangs_is_ended_after_so_many_real_seconds(bench: MadeBench) -> None:
    sleeper = (sys.executable, "-c", "import threading; threading.Event().wait(60)")

    assert Program(words=sleeper).run(bench(real=0.3), Schedule()).answer.kind == "silence"


def test_one_that_does_not_listen_is_ended_all_the_same(bench: MadeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "GRACE", 0.1)
    deaf = (
        sys.executable,
        "-c",
        "import signal, threading; signal.signal(15, 1 and signal.SIG_IGN); threading.Event().wait(60)",
    )

    assert Program(words=deaf).run(bench(real=0.6), Schedule()).answer.kind == "silence"


@pytest.mark.parametrize(("more", "jobs"), [((), 1), (("forgetful",), 2)])
def test_one_that_is_killed_is_started_again(bench: MadeBench, more: tuple[str, ...], jobs: int) -> None:
    run = Program(words=(*FILM, *more), resumable=True).run(
        bench(), Schedule((Event("killed while it polls", "poll", 2),))
    )

    assert (run.answer.kind, len(run.jobs)) == ("clip", jobs)
    assert bool([each for each in judge(run) if each.breach]) is (jobs > 1)


def test_a_command_that_is_none_is_an_error(bench: MadeBench) -> None:
    with pytest.raises(OSError, match="no-such-command"):
        Program(words=("no-such-command",)).run(bench(), Schedule())


def test_the_environment_is_what_mockvideo_env_prints_and_more(bench: MadeBench, tmp_path: Path) -> None:
    made = bench("sora")
    with made.account(Schedule()) as seat:
        real = environment(seat, tmp_path, {"PATH": "p", "NO_PROXY": "intranet"}, "real")
        virtual = environment(seat, tmp_path, {"PYTHONPATH": "mine", "NODE_OPTIONS": "--no-warnings"}, "virtual")

    assert real["OPENAI_BASE_URL"] == f"{made.http.base_url}/sora/v1".replace("//sora", "/sora")
    assert (real["OPENAI_API_KEY"], real["PATH"], real["NO_PROXY"]) == (seat.key, "p", "intranet,127.0.0.1")
    assert json.loads(real["MOCKVIDEO_REQUEST"]) == dict(made.request)
    assert "PYTHONPATH" not in real
    assert virtual["PYTHONPATH"].endswith("mine")
    assert virtual["NODE_OPTIONS"].startswith("--no-warnings --import=file:")


def test_what_is_loaded_into_programs_needs_the_standard_library_alone() -> None:
    code = "import sys, mockvideo.conformance.client.child; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[3]
    )

    assert set(done.stdout.split()) <= {*sys.stdlib_module_names, "mockvideo", "__main__"}
