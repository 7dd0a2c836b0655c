"""Installs clients from the public indexes and runs programs that use them, both within a time limit."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PROGRAMS = Path(__file__).parent / "programs"
PROGRAM_SECONDS = 30
INSTALL_SECONDS = 300

Command = Sequence[str | Path]


def run(command: Command, *, source: Path | None = None, folder: Path | None = None, **environment: str) -> str:
    """Run a program to its good end and return what it printed; ``source`` is what it reads from its input."""
    # A proxy of the surroundings must not be asked for this machine.
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **environment}
    done = subprocess.run(
        command,
        input=source.read_text("utf-8") if source else None,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=PROGRAM_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def tool(name: str) -> str:
    """Return the path of a command line tool; skips the test where it is missing."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}, which is not installed here")
    return path


def install(folder: Path, commands: Callable[[Path], Sequence[Command]]) -> Path:
    """Fill a folder by the commands for it, unless it is there; skips where one fails, as without a network."""
    if folder.exists():
        return folder
    # It gets its name when it is complete: runs that share a cache do not meet in the middle.
    with TemporaryDirectory(dir=folder.parent) as scratch:
        unfinished = Path(scratch) / folder.name
        for command in commands(unfinished):
            _try(command)
        try:
            unfinished.rename(folder)
        except OSError:
            assert folder.exists(), "only another run that was faster is an excuse"
    return folder


def _try(command: Command) -> None:
    try:
        subprocess.run(command, capture_output=True, encoding="utf-8", timeout=INSTALL_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        pytest.skip(f"cannot install a client: {command[0]} took more than {INSTALL_SECONDS} s")
    except subprocess.CalledProcessError as error:
        lines = error.stderr.splitlines()
        pytest.skip(f"cannot install a client: {next((line for line in lines if 'error' in line.lower()), lines[-1:])}")
