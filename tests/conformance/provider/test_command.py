"""``mockvideo check-provider``, in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockvideo.cli.check_provider import command
from mockvideo.core.settings import Settings
from mockvideo.script.read import document
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(monkeypatch) -> Invoke:
    for name in ("MOCKVIDEO_API_KEY", "MOCKVIDEO_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def invoked(*arguments: str) -> Result:
        result = CliRunner().invoke(command, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoked


def at(url: str, dialect: str, *more: str) -> list[str]:
    return ["--dialect", dialect, "--base-url", f"{url}/{dialect}", *more]


def test_a_server_that_keeps_all_rules_ends_with_0(invoke, url) -> None:
    done = invoke(*at(url, "beluga", "--control-url", url, "--examples", "1"))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == f"beluga at {url}/beluga"
    assert done.stdout.splitlines()[-1].startswith("passed: ")
    assert "status-words" in done.stdout


def test_without_more_no_job_is_made(invoke, url) -> None:
    done = invoke(*at(url, "apiframe", "--api-key", "sk-command"))
    assert (done.exit_code, done.stdout.splitlines()[-1].rpartition(", ")[2]) == (0, "0 jobs")
    assert "it takes a job; allow some with --tier metered" in done.stdout


LIES = {"rules": [{"on": "poll", "document": {"omit": ["/model"], "set": {"/hint": "new"}}}]}


@pytest.fixture
def lying():
    app = create_app(Options(settings=Settings(scenario=document(LIES, name="lies"))))
    with ServerThread(app) as server:
        yield server.url


def test_a_broken_rule_ends_with_1_and_is_told_with_its_source_and_cure(invoke, lying) -> None:
    done = invoke(*at(lying, "lemondata", "--control-url", lying, "--examples", "0"))
    assert done.exit_code == 1
    assert "Write the documented fields in their documented types, in every state." in done.stdout
    assert "What differs from the documents\nfield" in done.stdout
    assert "page: docs.lemondata.cc" in done.stdout
    assert "What differs from our guesses\nfield" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("broken: ")


def test_the_report_is_written_in_every_form(invoke, lying, tmp_path) -> None:
    files = {name: tmp_path / name for name in ("report.json", "report.xml", "fixtures")}
    written = ["--json", files["report.json"], "--junit", files["report.xml"], "--write-fixture", files["fixtures"]]
    invoke(*at(lying, "lemondata", "--control-url", lying, "--examples", "0", *map(str, written)))
    assert json.loads(files["report.json"].read_text("utf-8"))["passed"] is False
    assert files["report.xml"].read_bytes().startswith(b"<?xml")
    assert (files["fixtures"] / "poll-succeeded.json").exists()


def test_a_long_list_of_differences_is_cut(invoke, tmp_path) -> None:
    rules = [{"on": "poll", "document": {"extra": 60}}]
    app = create_app(Options(settings=Settings(scenario=document({"rules": rules}, name="lies"))))
    with ServerThread(app) as server:
        done = invoke(*at(server.url, "beluga", "--control-url", server.url, "--examples", "0"))
    assert "more: --json FILE has them all" in done.stdout
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--dialect", "sorra", "--base-url", "http://127.0.0.1:9"], "did you mean sora"),
        (["--dialect", "sora", "--base-url", "http://127.0.0.1:9"], "Nobody answers at http://127.0.0.1:9"),
        (["--dialect", "sora", "--base-url", "http://127.0.0.1:9", "--tier", "metered"], "jobs take a key"),
        (
            ["--dialect", "sora", "--base-url", "http://127.0.0.1:9", "--control-url", "http://127.0.0.1:9"],
            "No server answers",
        ),
        (["--dialect", "sora", "--base-url", "http://127.0.0.1:9", "--profile", "nowhere.toml"], "cannot be read"),
        (
            ["--dialect", "sora", "--base-url", "http://127.0.0.1:9", "--json", "r.json", "--tier", "most"],
            "Invalid value",
        ),
    ],
)
def test_what_cannot_be_examined_ends_with_2(invoke, arguments, told) -> None:
    done = invoke(*arguments)
    assert (done.exit_code, told in done.output) == (2, True), done.output


def test_a_report_that_cannot_be_written_ends_with_2(invoke, url, tmp_path) -> None:
    done = invoke(*at(url, "a4f", "--json", str(tmp_path / "no" / "report.json")))
    assert (done.exit_code, "give a path that can be written" in done.output) == (2, True)


def test_a_profile_and_a_limit_hold(invoke, url, tmp_path) -> None:
    profile = Path(tmp_path / "profile.toml")
    profile.write_text('model = "kling-3.0"\ncapabilities = { lists = false }\n', "utf-8")
    done = invoke(*at(url, "apiframe", "--control-url", url, "--profile", str(profile), "--max-jobs", "2"))
    assert done.exit_code == 0
    assert "the profile rules out lists" in done.stdout
    assert done.stdout.rstrip().endswith("2 jobs")


def test_what_is_not_installed_is_told(invoke, url, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "mockvideo.conformance.provider.check", None)
    done = invoke(*at(url, "sora"))
    assert (done.exit_code, "pip install 'mockvideo[test]'" in done.output) == (2, True)
