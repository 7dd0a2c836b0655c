"""Schemathesis reads the documents, and finds the server to be what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from mockvideo.core.account import Account
from mockvideo.core.errors import Kind
from mockvideo.core.journal import Entry
from mockvideo.core.settings import Settings
from mockvideo.openapi import document
from mockvideo.operation import Generate
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from tests.every import DIALECTS

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
KEY = "sk-schemathesis"
EXAMPLES = 100  # of each operation
LIMIT = 1_200  # seconds
# What a provider may answer with a 5xx although nothing is broken: one says 503 to a model that it does not know.
MEANT = (Kind.UNKNOWN_MODEL,)

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        find_spec("schemathesis") is None, reason="Schemathesis is not installed: pip install --group full"
    ),
]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_every_answer_conforms_to_the_document_and_no_failure_is_unplanned(dialect, tmp_path) -> None:
    entries: list[Entry] = []

    def observe(entry: Entry, _: Account) -> None:
        entries.append(entry)

    # A closed list, so that a wrong key can be refused; a clock that moves, so that jobs end.
    settings = Settings(clock="auto", keys=frozenset({KEY}))
    with ServerThread(create_app(Options(settings=settings), observer=observe)) as server:
        url, file = f"{server.url}/{dialect.name}", tmp_path / "openapi.json"
        file.write_text(json.dumps(document(dialect, url)), "utf-8")
        done = examine(file, url, dialect)
    assert done.returncode == 0, done.stdout
    assert [entry for entry in entries if entry.status >= 500 and not is_meant(entry)] == []
    assert {route.name for route in dialect.routes} <= {entry.operation for entry in entries}
    blocking = any(isinstance(route.operation, Generate) for route in dialect.routes)
    assert blocking or "Scenarios:" in done.stdout


def is_meant(entry: Entry) -> bool:
    return entry.planned or (entry.refusal is not None and entry.refusal.kind in MEANT)


def examine(file: Path, url: str, dialect) -> subprocess.CompletedProcess[str]:
    """Run all phases of Schemathesis, the stateful one among them, and all checks that its configuration leaves."""
    place = dialect.credential
    key = f"{place.header.decode().title()}: {place.prefix.decode()}{KEY}"
    options = ["--url", url, "--header", key, "--max-examples", str(EXAMPLES), "--no-color", "--seed", "1"]
    options += ["--generation-database", "none", "--warnings", "off"]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(FOLDER / "schemathesis.toml")]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.openapi.hooks", "MOCKVIDEO_DIALECT": dialect.name}
    environment = {**os.environ, **hooks, "PYTHONPATH": str(ROOT)}
    # What is measured is this process: the server runs in it.
    environment.pop("COVERAGE_PROCESS_START", None)
    return subprocess.run(
        [*command, "run", str(file), *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
