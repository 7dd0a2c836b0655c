"""Runs the command line as a process of its own, as users and scripts do, and visits servers in this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import mockvideo

COMMAND = (sys.executable, "-m", "mockvideo")
PATIENCE = 20  # seconds until a test gives up
# Makes a process one that is measured. It takes half as long again, so it is for those that alone reach some lines.
MEASURED = {name: value for name, value in os.environ.items() if name == "COVERAGE_PROCESS_START"}
NOT_KEPT = {"NO_COLOR", "FORCE_COLOR", "CI", *MEASURED}


def environment(**extra: str) -> dict[str, str]:
    """The surroundings without settings for mockvideo and for colours; what runs in them is not measured."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("MOCKVIDEO_") and name not in NOT_KEPT
    }
    return {**kept, "PYTHONPATH": str(Path(mockvideo.__file__).parents[1]), "TERM": "xterm-256color", **extra}


def run(*arguments: str, folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*COMMAND, *arguments),
        cwd=folder,
        env=environment(**extra),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


class Serving:
    """``mockvideo serve`` on a free port, from its ready file to its end; ``stdout`` as subprocess takes it."""

    def __init__(self, folder: Path, *arguments: str, stdout: int = subprocess.PIPE, **extra: str) -> None:
        self.ready_file = folder / "ready.json"
        command = (*COMMAND, "serve", "--port", "0", "--ready-file", str(self.ready_file), *arguments)
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(**extra), stdout=stdout, stderr=subprocess.PIPE, encoding="utf-8"
        )
        wait_for(self.ready_file, self.process)
        self.told: dict[str, Any] = json.loads(self.ready_file.read_text("utf-8"))
        self.url: str = self.told["url"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def stop(self, number: int) -> tuple[int, float]:
        """Send the signal; return the exit code, and the seconds that the end took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - began


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until the file is there."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the server does not become ready"
        time.sleep(0.01)


@contextmanager
def visiting(ready: Path, visit: Callable[[dict[str, Any]], object]) -> Iterator[None]:
    """Visit the server that this block starts when its ready file is there, then end it by a signal."""
    visitor = threading.Thread(target=_visit, args=(ready, visit))
    visitor.start()
    yield
    visitor.join()


def _visit(ready: Path, visit: Callable[[dict[str, Any]], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    if ready.exists():
        try:
            visit(json.loads(ready.read_text("utf-8")))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
