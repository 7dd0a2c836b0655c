"""The wheel is whole: built here, installed elsewhere, it starts, answers, finds its data and serves tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "tests" / "examples"
CLIENTS = ("aiohttp", "httpx2", "openai", "requests")
LIMIT = 300
pytestmark = pytest.mark.usefixtures("unmeasured")


def run(*command: str | Path, folder: Path) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def install(folder: Path, *requirements: str | Path) -> Path:
    """Make a new environment that has only these and what they need; return its interpreter."""
    venv.create(folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    # Our own pip installs there: to give it one takes longer than all else.
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "-q", "--disable-pip-version-check", *requirements, folder=folder)
    return python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The interpreter of an environment elsewhere that has only the wheel."""
    return install(tmp_path_factory.mktemp("elsewhere"), wheel)


def test_the_wheel_holds_the_data_and_no_tests(wheel) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"mockvideo/py.typed", "mockvideo/guide/start.md", "mockvideo/dialects/sora/models.toml"} <= set(names)
    assert any(name.startswith("mockvideo/fixtures/sora/") for name in names)
    assert not [name for name in names if name.startswith("tests/")]


def test_an_installed_wheel_finds_what_shipped(python, tmp_path) -> None:
    program = "from mockvideo.shipped import folder; print(len(list(folder('fixtures').glob('*/*.json'))))"
    assert int(run(python, "-c", program, folder=tmp_path)) > 100


def test_an_installed_wheel_lists_its_models(python, tmp_path) -> None:
    rows = json.loads(run(python, "-m", "mockvideo", "models", "sora", "--json", folder=tmp_path))
    assert len(rows) == 33


def test_an_installed_wheel_runs_the_demonstration(python, tmp_path) -> None:
    run(python, "-m", "mockvideo", "demo", "--speed", "20", "--out", "films", folder=tmp_path)
    assert len(list((tmp_path / "films").glob("*.mp4"))) == 5


@pytest.mark.full
def test_the_examples_pass_with_an_installed_wheel(wheel, tmp_path) -> None:
    python = install(tmp_path / "environment", f"{wheel}[test]", *CLIENTS)
    copied = shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    told = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", folder=copied)
    # All of them: an example whose library is missing is skipped.
    assert re.fullmatch(r"\d+ passed in .*", told.splitlines()[-1]), told
