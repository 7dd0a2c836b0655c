"""``mockvideo check-client``: verdict, files, exit codes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mockvideo.cli import check_client
from mockvideo.cli.check_client import command
from mockvideo.conformance.client.schedules import Schedule

FILM = (sys.executable, str(Path(__file__).parent / "programs" / "film.py"))
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    monkeypatch.chdir(tmp_path)

    def checked(*words: str, dialect: str = "beluga") -> Result:
        return CliRunner().invoke(command, ["--dialect", dialect, "--examples", "1", *words])

    return checked


def test_a_client_is_judged_on_a_server_of_its_own(check: Check, tmp_path: Path) -> None:
    done = check("--rule", "C11", "--json", "v.json", "--junit", "v.xml", "--deadline", "900", "--", *FILM)
    told = json.loads((tmp_path / "v.json").read_text("utf-8"))
    (first, *_) = told["rules"][0]["findings"]

    assert done.exit_code == 1, done.output
    assert f"play mockvideo serve --scenario mockvideo-findings/{first['name']}.toml" in done.output
    assert (tmp_path / "mockvideo-findings" / f"{first['name']}.toml").is_file()
    assert (tmp_path / "v.xml").read_bytes().startswith(b"<?xml")


def test_a_client_that_keeps_the_rules_is_fine(check: Check, url: str, tmp_path: Path) -> None:
    done = check("--rule", "C10", "--control-url", url, "--jobs", "1", "--", *FILM)

    assert done.exit_code == 0, done.output
    assert not (tmp_path / "mockvideo-findings").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--", "no-such-command"), "no-such-command cannot be run: No such file or directory"),
        (("--rule", "C99", "--", "true"), "there is no rule 'C99'"),
        (("--control-url", "http://127.0.0.1:9", "--", "true"), "No server answers at http://127.0.0.1:9"),
    ],
)
def test_what_cannot_be_judged_says_why(check: Check, words: tuple[str, ...], message: str) -> None:
    done = check(*words)

    assert (done.exit_code, message in done.output) == (2, True), done.output


def test_a_dialect_that_nobody_knows_is_refused(check: Check) -> None:
    assert "did you mean beluga?" in check("--", "true", dialect="belluga").output


def test_a_report_that_cannot_be_written_is_told(check: Check, url: str, tmp_path: Path) -> None:
    done = check("--rule", "C33", "--control-url", url, "--json", str(tmp_path), "--", *FILM)

    assert done.exit_code == 2
    done = check("--rule", "C33", "--control-url", url, "--json", "none/v.json", "--", *FILM)
    assert "cannot write none/v.json: No such file or directory" in done.output


class Terminal(io.StringIO):
    """A stream on which somebody looks."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_shows_how_far_the_search_is(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    with check_client._progress() as progress:
        progress(3, 9, Schedule())

    assert "3/9" in terminal.getvalue()
