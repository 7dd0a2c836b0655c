"""The dialect that the guide writes out, three files and an entry point, works with no edit elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "mockvideo" / "guide" / "new-dialect.md"
BLOCK = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
KEY = {"authorization": "Bearer sk-tern"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What the processes need that are to find the guide's package."""
    models, schemas, vocabulary, entry = BLOCK.findall(PAGE.read_text("utf-8"))
    folder, metadata = tmp_path / "tern", tmp_path / "tern-1.0.dist-info"
    folder.mkdir()
    metadata.mkdir()
    (folder / "models.toml").write_text(models, "utf-8")
    (folder / "schemas.py").write_text(schemas, "utf-8")
    (folder / "__init__.py").write_text(vocabulary, "utf-8")
    ((group, names),) = tomllib.loads(entry)["project"]["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {value}" for name, value in names.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tern\nVersion: 1.0\n", "utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_new_process_serves_it(environment, tmp_path) -> None:
    ready = tmp_path / "ready.json"
    options = ["--port", "0", "--speed", "instant", "--ready-file", str(ready)]
    command = [sys.executable, "-m", "mockvideo", "serve", *options]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        url = json.loads(ready.read_text("utf-8"))["dialects"]["tern"]
        film = httpx.post(f"{url}/films", headers=KEY, json={"model": "tern-1", "prompt": "a tern"}, trust_env=False)
        done = httpx.get(f"{url}/films/{film.json()['id']}", headers=KEY, trust_env=False)
        clip = httpx.get(done.json()["url"], trust_env=False)
        process.terminate()
    assert (film.status_code, film.json()["state"], done.json()["state"]) == (201, "waiting", "done")
    assert clip.content[4:8] == b"ftyp"


@pytest.mark.usefixtures("unmeasured")
def test_it_passes_the_tests_of_every_dialect(environment) -> None:
    files = ["tests/test_every_dialect.py", "tests/test_every_job.py"]
    done = run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "[tern or -tern", *files)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 50


def test_it_fails_at_import_with_the_words_that_it_forgets(environment, tmp_path) -> None:
    module = tmp_path / "tern" / "__init__.py"
    forgetful = module.read_text("utf-8").replace("for kind in Kind}", "for kind in STATUSES}")
    module.write_text(forgetful.replace("State.CANCELLED: absent(nearest=State.FAILED)", ""), "utf-8")
    done = run(environment, "-c", "from mockvideo import dialects; dialects.load()")
    assert done.returncode == 1
    assert "dialect 'tern' does not spell: state cancelled, error invalid_request, error missing_input" in done.stderr
