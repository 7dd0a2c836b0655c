"""The demonstration: one playable file a dialect, and what is shown meanwhile."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import av
import pytest
from click.testing import Result
from processes import COMMAND, PATIENCE, environment
from rich.console import Console

from mockvideo.cli.filming import Film, _problem
from mockvideo.cli.screen import Bars, Lines, Sight, watching
from mockvideo.core.jobs import State
from mockvideo.dialects import load

Invoke = Callable[..., Result]

NAMES = list(load())


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder with the files, and what was printed."""
    folder = tmp_path_factory.mktemp("demo")
    command = (*COMMAND, "demo", "--speed", "50")
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return folder / "mockvideo-demo", done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_every_dialect_makes_a_file_that_plays(demonstration: tuple[Path, str], name: str) -> None:
    folder, _ = demonstration

    with av.open(folder / f"{name}.mp4") as file:
        assert sum(1 for _ in file.decode(video=0)) >= 4 * 24


@pytest.mark.parametrize("name", NAMES)
def test_the_end_tells_of_every_job(demonstration: tuple[Path, str], name: str) -> None:
    dialect = load()[name]
    end = demonstration[1].splitlines()[-len(NAMES) - 1 :]
    row = next(line for line in end if line.startswith(f"{name} "))

    assert str(dialect.example["model"]) in row
    assert f"{name}.mp4" in row


def test_the_states_are_told_in_the_words_of_the_provider(demonstration: tuple[Path, str]) -> None:
    # On a busy machine a job may render between two polls.
    assert re.search(r"queued → (in_progress → )?completed", demonstration[1])
    assert "\nbeluga     pending\n" in demonstration[1]


def test_a_demonstration_in_this_process_ends_well(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("demo", "--out", "films", "--speed", "instant")

    assert result.exit_code == 0
    assert sorted(path.stem for path in (tmp_path / "films").iterdir()) == sorted(NAMES)
    assert result.stdout.endswith(f"{len(NAMES)} clips in films\n")


def test_a_file_that_cannot_be_written_is_told_beside_the_others(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "films" / "sora.mp4").mkdir(parents=True)

    result = invoke("demo", "--out", "films", "--speed", "instant")

    assert (result.exit_code, result.stderr[:12], len(result.stderr.splitlines())) == (1, "Error: sora:", 1)
    assert f"{len(NAMES) - 1} clips in films" in result.stdout


def test_nothing_is_concluded_where_nothing_was_made(invoke: Invoke, tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / "films" / f"{name}.mp4").mkdir(parents=True)

    assert "clips in" not in invoke("demo", "--out", "films", "--speed", "instant").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--speed", "0"], "--speed: '0' is no speed; give a number above 0, or instant"),
        (["--out", "taken/films"], "--out: cannot make taken"),
    ],
)
def test_what_cannot_be_done_is_one_line(invoke: Invoke, arguments: list[str], message: str) -> None:
    Path("taken").write_text("", "utf-8")

    result = invoke("demo", *arguments)

    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert result.stderr.startswith(f"Error: {message}")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interruption_ends_it_soon(tmp_path: Path) -> None:
    with subprocess.Popen(
        (*COMMAND, "demo", "--speed", "0.05"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE
    ) as demo:
        assert demo.stdout is not None
        demo.stdout.readline()
        time.sleep(0.3)
        demo.send_signal(signal.SIGINT)

        assert demo.wait(5) == 1


def test_what_nobody_foresees_is_raised() -> None:
    future: Future[Film] = Future()
    future.set_exception(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        _problem(future)


SIGHT = Sight("sora", "sora-2")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_that_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    output = Console(file=Terminal(), width=100, force_terminal=True)
    with watching(output, [SIGHT]) as see:
        assert isinstance(see, Bars)
        see(replace(SIGHT, word="queued", state=State.QUEUED))
        see(replace(SIGHT, word="in_progress", state=State.RUNNING, progress=50))
        see(replace(SIGHT, word="completed", state=State.SUCCEEDED, progress=100))

        task = see._progress.tasks[0]
        assert (task.finished, task.fields["word"]) == (True, "[green]completed")


def test_a_bar_without_progress_only_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    output = Console(file=Terminal(), width=100, force_terminal=True)
    with watching(output, [SIGHT]) as see:
        see(replace(SIGHT, word="processing", state=State.RUNNING))
        see(SIGHT)

        assert see._progress.tasks[0].total is None


def test_a_pipe_gets_a_line_for_each_change() -> None:
    output = Console(file=io.StringIO(), width=100)
    with watching(output, [SIGHT, Sight("apiframe", "kling-3.0")]) as see:
        assert isinstance(see, Lines)
        for word in ("queued", "queued", "completed"):
            see(replace(SIGHT, word=word))

    assert output.file.getvalue() == "sora      queued\nsora      completed\n"
