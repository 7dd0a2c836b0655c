"""Every scenario file that is written shows its finding again, with the client run by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx
import pytest
from mutants import MUTANTS, Mutant
from reference import Client
from replay import PROGRAM, reproduced, running, until

from mockvideo.conformance.client.check import Options, check_client
from mockvideo.conformance.client.report import files
from mockvideo.testing.control import Control

pytestmark = pytest.mark.usefixtures("unmeasured")
# Two jobs, a date, chance, no end, two events, a blocking provider.
SOME = ("SubmitsAgain", "IgnoresDates", "NoChance", "NoDeadline", "OneBudgetForAll", "ReadsTheUrl")


def lost(mutant: Mutant, options: Options, folder: Path, most: int | None = None) -> list[str]:
    """The findings of a mutant that their files do not show again, of so many of them."""
    verdict = check_client(mutant.generate(), mutant.dialect, options)
    texts = dict(files(verdict))
    assert verdict.findings
    return [
        str(each.schedule)
        for each in verdict.findings[:most]
        if not reproduced(each, texts[f"{each.name}.toml"], mutant, folder)
    ]


@pytest.mark.parametrize("name", SOME)
def test_a_file_shows_its_finding_again(name: str, url: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    options = Options(control_url=url, rules=(mutant.rule,), examples=60, every=False)

    # One finding each: the full run has all.
    assert lost(mutant, options, tmp_path, most=1) == []


def test_a_client_without_the_bug_breaks_nothing_there(url: str, tmp_path: Path) -> None:
    good = Mutant(Client, "C12")
    verdict = check_client(MUTANTS["UnknownIsFailed"].generate(), "beluga", Options(control_url=url, rules=("C12",)))
    texts = dict(files(verdict))

    assert len(texts) == 3
    assert not [each for each in verdict.findings if reproduced(each, texts[f"{each.name}.toml"], good, tmp_path)]


def test_a_file_shows_its_finding_to_a_process_that_is_served_it(url: str, tmp_path: Path) -> None:
    mutant, ready = MUTANTS["SubmitsAgain"], tmp_path / "ready.json"
    verdict = check_client(mutant.generate(), "beluga", Options(control_url=url, rules=("C1",), every=False))
    name, text = next(files(verdict))
    (tmp_path / name).write_text(text, "utf-8")
    words = ["mockvideo", "serve", "--scenario", str(tmp_path / name), "--port", "0", "--ready-file", str(ready)]
    with running(sys.executable, "-m", *words):
        until(ready.exists)
        base_url = json.loads(ready.read_text("utf-8"))["dialects"]["beluga"]
        with (
            httpx.Client(base_url=base_url.removesuffix("/beluga"), trust_env=False) as http,
            running(sys.executable, str(PROGRAM), mutant.name, base_url, "by-hand", str(tmp_path)),
        ):
            until(lambda: len(Control(http, "by-hand").get("/jobs")["jobs"]) == 2)


@pytest.mark.full
@pytest.mark.parametrize("name", MUTANTS)
def test_every_file_shows_its_finding_again(name: str, url: str, tmp_path: Path) -> None:
    assert lost(MUTANTS[name], Options(control_url=url, examples=60), tmp_path) == []
