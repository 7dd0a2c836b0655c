"""Signals on their way to a command, with and without a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from processes import COMMAND, MEASURED, PATIENCE, environment, wait_for

from mockvideo.cli.relay import Relay, run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")

# Counts what it is sent, tells it to a file, and ends by itself with what it heard first.
LISTENER = """
import os, pathlib, signal, sys, time
heard = []
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, lambda number, _: heard.append(number))
pathlib.Path("listens").touch()
while not heard:
    time.sleep(0.01)
time.sleep(0.1)
pathlib.Path("heard").write_text(" ".join(signal.Signals(number).name for number in heard))
sys.exit(heard[0])
"""
AT_A_TERMINAL = """
import os, sys
os.login_tty(int(sys.argv[1]))
os.execv(sys.executable, [sys.executable, "-m", "mockvideo", "run", "--", *sys.argv[2:]])
"""


@contextmanager
def listening(folder: Path, *words: str, **extra: str) -> Iterator[subprocess.Popen[str]]:
    """A command that listens for signals, under ``mockvideo run`` and without a terminal."""
    command = (*COMMAND, "run", "--", *(words or (sys.executable, "-c", LISTENER)))
    with subprocess.Popen(
        command, cwd=folder, env=environment(**extra), stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
    ) as process:
        wait_for(folder / "listens", process)
        yield process


@pytest.mark.parametrize(
    ("send", "number"),
    [
        (os.kill, signal.SIGINT),
        (os.killpg, signal.SIGINT),
        (os.kill, signal.SIGTERM),
        (os.killpg, signal.SIGHUP),
        (os.kill, signal.SIGUSR1),
    ],
)
def test_a_signal_reaches_the_command_once(tmp_path: Path, send, number: signal.Signals) -> None:
    with listening(tmp_path) as process:
        send(process.pid, number)
        _, told = process.communicate(timeout=PATIENCE)

    assert (process.returncode, (tmp_path / "heard").read_text("utf-8")) == (number, number.name)
    assert f"exit status {number.value} after" in told


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_script_ends_with_what_it_runs(tmp_path: Path, number: int, status: int) -> None:
    with listening(tmp_path, "sh", "-c", "touch listens; sleep 60; true", **MEASURED) as process:
        began = time.monotonic()
        os.killpg(process.pid, number)
        _, told = process.communicate(timeout=PATIENCE)

    assert (process.returncode, time.monotonic() - began < 5) == (status, True)
    assert "No request came." in told


def test_a_signal_that_is_to_be_ignored_stays_ignored(tmp_path: Path) -> None:
    script = f"trap '' HUP; exec {' '.join(COMMAND)} run -- sh -c 'touch listens; kill -HUP $$; exit 5'"
    done = subprocess.run(
        ("sh", "-c", script), cwd=tmp_path, env=environment(), capture_output=True, timeout=PATIENCE, check=False
    )

    assert done.returncode == 5


def test_what_is_typed_at_the_terminal_reaches_the_command_once(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = (sys.executable, "-c", AT_A_TERMINAL, str(theirs), sys.executable, "-c", LISTENER)
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(**MEASURED), pass_fds=(theirs,), encoding="utf-8"
    ) as process:
        os.close(theirs)
        wait_for(tmp_path / "listens", process)
        os.write(ours, b"\x03")
        shown = all_of(ours)
        status = process.wait(PATIENCE)

    assert (status, (tmp_path / "heard").read_text("utf-8")) == (signal.SIGINT, "SIGINT")
    assert "No request came." in shown.partition("^C")[2]


def test_a_command_at_a_terminal_reads_what_is_typed_and_hears_what_is_sent(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    words = ("sh", "-c", "read line; echo got $line; touch listens; sleep 60; true")
    command = (sys.executable, "-c", AT_A_TERMINAL, str(theirs), *words)
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), pass_fds=(theirs,), encoding="utf-8") as process:
        os.close(theirs)
        os.write(ours, b"a line\n")
        wait_for(tmp_path / "listens", process)
        process.send_signal(signal.SIGTERM)
        shown = all_of(ours)
        status = process.wait(PATIENCE)

    assert (status, "got a line" in shown, "exit status 143 after" in shown) == (143, True, True)


def all_of(terminal: int) -> str:
    """Everything that a terminal shows until its other side is closed."""
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:
        pass  # Linux says so when the other side is closed
    finally:
        os.close(terminal)
    return shown.decode()


def test_signals_before_a_command_has_begun_are_not_lost() -> None:
    relay, sent = Relay(), []
    relay(signal.SIGTERM, None)
    relay.reach(sent.append)
    relay(signal.SIGINT, None)

    assert sent == [signal.SIGTERM, signal.SIGINT]


def test_signals_are_as_they_were_when_a_command_has_ended() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    ending = run(["sh", "-c", "exit 3"], os.environ)

    assert ending.status == 3
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before
