"""Every block of README and guide that can be run is run, against a live server, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from mockvideo.core.errors import Kind
from mockvideo.core.faults import LEVELS, Bytes, Changes, Connection, Damage, Earlier
from mockvideo.core.jobs import Reason, Refund
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.timing import Lognormal, Polls, Stuck, Timing
from mockvideo.dialects import load
from mockvideo.fidelity import card
from mockvideo.provenance import Origin
from mockvideo.script.fields import OPERATIONS, PLACES

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "mockvideo" / "guide"
PAGES = [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LANGUAGES = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
TABLES = (Scenario, Allowance, Rule, Outcome, Earlier, Changes, Timing, Lognormal, Polls, Stuck)
BLOCKS = [
    pytest.param(match[1], match[2], id=f"{page.stem}-{number}")
    for page in PAGES
    for number, match in enumerate(BLOCK.finditer(page.read_text("utf-8")), 1)
]


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    """What all blocks find in their surroundings. Nobody measures what they run: other tests run all of that."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_START"}
    # Of pytest's plugins a block needs ours; to load those of all the world takes a second each time.
    return {**kept, "PATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "mockvideo.pytest_plugin"}


@pytest.fixture(scope="module")
def url(environ, tmp_path_factory) -> Iterator[str]:
    """A server as a process of its own, so that it is not measured either."""
    ready = tmp_path_factory.mktemp("server") / "ready.json"
    command = [sys.executable, "-m", "mockvideo", "serve", "--port", "0", "--speed", "20", "--ready-file", str(ready)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
        try:
            while not ready.exists():
                assert process.poll() is None
                time.sleep(0.01)
            yield json.loads(ready.read_text("utf-8"))["url"]
        finally:
            process.terminate()


@pytest.mark.parametrize(("language", "source"), BLOCKS)
def test_a_block_runs(language, source, url, environ, tmp_path) -> None:
    if "curl " in source and shutil.which("curl") is None:
        pytest.skip("needs curl, which is not installed here")
    command = [*LANGUAGES[language], source]
    if language == "python" and "def test_" in source:
        (tmp_path / "test_block.py").write_text(source, "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore::DeprecationWarning"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**environ, "MOCKVIDEO_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("dialect", load().values(), ids=str)
def test_the_readme_tells_how_faithful_a_dialect_is(dialect) -> None:
    facts = card(dialect).all
    documented = sum(facts[origin] for origin in (Origin.SEED, Origin.SPEC, Origin.PAGE, Origin.SDK))
    figures = (len(dialect.catalog.rows), documented, facts[Origin.CODE], facts[Origin.GUESS])
    row = " | ".join(map(str, (f"| `{dialect.name}`", *figures)))
    assert row in (ROOT / "README.md").read_text("utf-8")


def words_of_code(page: Path) -> set[str]:
    """The words that stand between backticks."""
    return {word for code in re.findall(r"`([^`\n]+)`", page.read_text("utf-8")) for word in re.findall(r"\w+", code)}


def test_the_page_on_rules_has_every_key_that_a_file_can_have() -> None:
    keys = {field.name for table in TABLES for field in fields(table)} - {"name"}
    assert {*keys, *OPERATIONS, *PLACES, *Reason, *Refund} - words_of_code(GUIDE / "rules.md") == set()


def test_the_page_on_faults_has_every_word_of_theirs() -> None:
    keys = {field.name for table in (Bytes, Connection, Damage) for field in fields(table)}
    kinds = {word for name in ("kind", "base64") for word in words_of(Damage, name)}
    assert {*keys, *kinds, *LEVELS} - words_of_code(GUIDE / "faults.md") == set()


def words_of(table: type, name: str) -> list[str]:
    """What may be written for a field that takes one of some words."""
    return [word for form in get_args(get_type_hints(table)[name]) for word in get_args(form)]


def test_the_page_on_scenarios_has_every_kind_of_error() -> None:
    assert set(Kind) - words_of_code(GUIDE / "scenarios.md") == set()


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 180
