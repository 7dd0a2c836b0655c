"""The dialect that the guide writes out is judged with no edit, by a process that knows only a URL."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.test_sixth_dialect import environment, run  # noqa: F401 - a fixture

JUDGE = "from mockvideo.cli.check_provider import command; command()"


@pytest.mark.full
def test_a_new_dialect_is_judged_in_another_process(environment, tmp_path) -> None:  # noqa: F811 - the fixture
    ready, report = tmp_path / "ready.json", tmp_path / "report.json"
    serve = [sys.executable, "-m", "mockvideo", "serve", "--port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        told = json.loads(ready.read_text("utf-8"))
        there = ["--dialect", "tern", "--base-url", told["dialects"]["tern"], "--control-url", told["url"]]
        done = run(environment, "-c", JUDGE, *there, "--examples", "3", "--json", str(report))
        process.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = {rule["rule"]: rule["outcome"] for rule in json.loads(report.read_text("utf-8"))["rules"]}
    assert outcomes["status-words"] == outcomes["clip-length"] == outcomes["limits"] == "kept"
    assert list(outcomes.values()).count("kept") > 25
