"""Every block of README and guide that can be run is run, against a live server, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mockvideo.core.settings import Settings
from mockvideo.dialects import load
from mockvideo.fidelity import card
from mockvideo.provenance import Origin
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "mockvideo" / "guide").glob("*.md"))]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LANGUAGES = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
BLOCKS = [
    pytest.param(match[1], match[2], id=f"{page.stem}-{number}")
    for page in PAGES
    for number, match in enumerate(BLOCK.finditer(page.read_text("utf-8")), 1)
]


@pytest.fixture(scope="module")
def url() -> str:
    with ServerThread(create_app(Options(settings=Settings(speed=20)))) as server:
        yield server.url


@pytest.mark.parametrize(("language", "source"), BLOCKS)
def test_a_block_runs(language, source, url, tmp_path) -> None:
    if "curl " in source and shutil.which("curl") is None:
        pytest.skip("needs curl, which is not installed here")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environ = {**os.environ, "MOCKVIDEO_URL": url, "PATH": path}
    command = [*LANGUAGES[language], source]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("dialect", load().values(), ids=str)
def test_the_readme_tells_how_faithful_a_dialect_is(dialect) -> None:
    facts = card(dialect).all
    documented = sum(facts[origin] for origin in (Origin.SEED, Origin.SPEC, Origin.PAGE, Origin.SDK))
    figures = (len(dialect.catalog.rows), documented, facts[Origin.CODE], facts[Origin.GUESS])
    row = " | ".join(map(str, (f"| `{dialect.name}`", *figures)))
    assert row in (ROOT / "README.md").read_text("utf-8")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 180
