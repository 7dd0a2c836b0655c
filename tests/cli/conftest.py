"""The command line in this process, in an empty folder and without settings from the surroundings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from processes import visiting

from mockvideo.cli import main

Invoke = Callable[..., Result]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("MOCKVIDEO_")]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a module of the empty folder a package with a dialect, installed as far as Python can see."""

    def installed(name: str) -> None:
        about = tmp_path / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        (about / "entry_points.txt").write_text(f"[mockvideo.dialects]\n{name} = {name}:DIALECT\n", "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))

    return installed


@pytest.fixture
def invoke() -> Invoke:
    """Runs a command and returns how it ended; what nobody foresees is raised."""

    def invoked(*arguments: str, **options: Any) -> Result:
        result = CliRunner().invoke(main, arguments, **options)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoked


@pytest.fixture
def serve(invoke: Invoke, tmp_path: Path) -> Callable[..., Result]:
    """Runs ``serve`` in this process: visits the server when it listens, then ends it by a signal."""

    def served(visit: Callable[[dict[str, Any]], object], *arguments: str) -> Result:
        ready = tmp_path / "ready.json"
        with visiting(ready, visit):
            return invoke("serve", "--port", "0", "--ready-file", str(ready), *arguments)

    return served
