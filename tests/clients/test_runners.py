"""Test runners of other languages under ``mockvideo run``, with the files that the guide shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from launching import PROGRAM_SECONDS, Command, install, tool

import mockvideo

PAGE = Path(mockvideo.__file__).parent / "guide" / "run.md"


def shown(language: str) -> str:
    """The file that the guide shows."""
    (source,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return source


def ends(folder: Path, options: Sequence[str], words: Command) -> tuple[int, list[str]]:
    """Run a command; returns its status and the test cases that failed."""
    own = ("--junit", str(folder / "report.xml"), "--max-waste", "0", *options)
    command = (sys.executable, "-m", "mockvideo", "run", *own, "--", *words)
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", timeout=2 * PROGRAM_SECONDS, check=False
    )
    report = ET.parse(folder / "report.xml")
    failed = [case.attrib["name"] for case in report.iter("testcase") if len(case)]
    print(done.stdout, done.stderr)
    return done.returncode, failed


# How often the same film is made, under which options, and how that ends. What wastes has passed but for that.
every_end = pytest.mark.parametrize(
    ("times", "options", "end"),
    [
        pytest.param(1, ("--speed", "instant"), (0, []), id="passes", marks=pytest.mark.full),
        pytest.param(2, ("--speed", "instant"), (1, ["max-waste 0"]), id="wastes"),
        pytest.param(1, ("--scenario", "402"), (1, ["command"]), id="fails", marks=pytest.mark.full),
    ],
)


def vitest(folder: Path) -> Sequence[Command]:
    quiet = ("--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")
    return ((tool("npm"), "install", "--prefix", folder, *quiet, "vitest"),)


@pytest.fixture(scope="module")
def packages(client_cache: Path) -> Path:
    """A folder with Vitest."""
    tool("node")
    return install(client_cache / "vitest", vitest)


@every_end
def test_vitest_runs(packages: Path, tmp_path: Path, times: int, options, end) -> None:
    (tmp_path / "node_modules").symlink_to(packages / "node_modules", target_is_directory=True)
    for number in range(times):
        (tmp_path / f"film{number}.test.js").write_text(shown("js"), "utf-8")

    assert ends(tmp_path, options, (tool("node"), "node_modules/vitest/vitest.mjs", "run")) == end


@every_end
def test_go_runs(tmp_path: Path, times: int, options, end) -> None:
    go = tool("go")
    (tmp_path / "go.mod").write_text("module film\n", "utf-8")
    (tmp_path / "film_test.go").write_text(shown("go"), "utf-8")

    assert ends(tmp_path, options, (go, "test", "-count", str(times), "./...")) == end
