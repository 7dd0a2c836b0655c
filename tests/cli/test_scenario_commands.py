"""The commands for scenarios: what they list, show and check."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result

from mockvideo.cli import main
from mockvideo.script.library import Library
from mockvideo.script.schema import schema

Invoke = Callable[..., Result]

MINE = 'description = """\nMine.\nAll mine."""\n\n[[rules]]\nstatus = 402\n'


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder with a scenario, and one that is wrong."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "mine.toml").write_text(MINE, "utf-8")
    (own / "wrong.toml").write_text("[[rules]]\neror = 'x'\nstatus = 1\n", "utf-8")
    return str(own)


def test_all_are_listed_with_the_first_line_of_their_description(invoke: Invoke, folder: str) -> None:
    rows = dict(line.split(None, 1) for line in invoke("scenarios", "--scenarios", folder).stdout.splitlines())

    assert list(rows) == ["scenario", *Library(Path(folder))]
    assert (rows["mine"], rows["402"]) == ("Mine.", "Every submission is answered 402")
    assert rows["wrong"].endswith("wrong.toml:3: rules[1].status is 1; write a whole number from 200 to 599")


def test_the_surroundings_say_where_ones_own_are(invoke: Invoke, folder: str) -> None:
    assert "\nmine " in invoke("scenarios", env={"MOCKVIDEO_SCENARIOS": folder}).stdout


def test_one_is_shown_as_its_file_is(invoke: Invoke, folder: str) -> None:
    assert invoke("scenarios", "mine", "--scenarios", folder).stdout == MINE


def test_one_is_shown_in_colours_on_a_terminal(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b[" in invoke("scenarios", "402", color=True).stdout


def test_a_terminal_is_not_steered_by_what_is_shown(
    invoke: Invoke, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    (Path(folder) / "mine.toml").write_text("# \x1b]0;title\x07\n", "utf-8")

    assert "\x1b]" not in invoke("scenarios", "mine", "--scenarios", folder, color=True).stdout


def test_an_unknown_one_is_one_line(invoke: Invoke) -> None:
    result = invoke("scenarios", "402s")

    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert result.stderr.startswith("Error: there is no scenario '402s'; did you mean 402")


def test_one_unlike_all_others_leads_to_the_list(invoke: Invoke) -> None:
    assert invoke("scenarios", "\x1bqqq").stderr == (
        "Error: there is no scenario 'qqq'; mockvideo scenarios lists them all\n"
    )


def test_editors_get_the_schema(invoke: Invoke) -> None:
    assert json.loads(invoke("scenarios", "--schema").stdout) == schema()


def test_names_are_completed(folder: str) -> None:
    shell = ShellComplete(main, {}, "mockvideo", "_MOCKVIDEO_COMPLETE")

    assert [item.value for item in shell.get_completions(["scenarios", "--scenarios", folder], "mi")] == ["mine"]


def test_a_right_file_is_ok_and_what_is_undocumented_is_told(invoke: Invoke, folder: str) -> None:
    result = invoke("check", f"{folder}/mine.toml")
    first, *rows = result.stdout.splitlines()

    assert (result.exit_code, first) == (0, f"{folder}/mine.toml: ok")
    assert "  a4f   rules[1].status  402 is literal, undocumented in a4f; a strict scenario refuses it" in rows


def test_a_file_that_every_provider_documents_has_no_remarks(invoke: Invoke, folder: str) -> None:
    (Path(folder) / "plain.toml").write_text("seed = 3\n", "utf-8")

    assert invoke("check", f"{folder}/plain.toml").stdout == f"{folder}/plain.toml: ok\n"


def test_a_pattern_that_matches_nothing_is_told_of_all_dialects(invoke: Invoke, folder: str) -> None:
    (Path(folder) / "lost.toml").write_text("[[rules]]\ndialect = 'soar'\nstatus = 400\n", "utf-8")

    assert invoke("check", f"{folder}/lost.toml").stdout.splitlines()[1:] == [
        '  *  rules[1].dialect  "soar" matches no dialect; did you mean sora?'
    ]


def test_a_wrong_file_is_told_and_the_others_are_checked(invoke: Invoke, folder: str) -> None:
    result = invoke("check", f"{folder}/wrong.toml", f"{folder}/mine.toml")

    assert (result.exit_code, f"{folder}/mine.toml: ok" in result.stdout) == (1, True)
    assert result.stderr.splitlines() == [
        f"{folder}/wrong.toml:3: rules[1].status is 1; write a whole number from 200 to 599",
        f"{folder}/wrong.toml:2: rules[1].eror is not known; did you mean error?",
    ]


def test_a_scenario_is_checked_by_its_name(invoke: Invoke, folder: str) -> None:
    result = invoke("check", "402", "mine", "--scenarios", folder)

    assert [line for line in result.stdout.splitlines() if line.endswith(": ok")] == [
        f"{Library().file('402')}: ok",
        f"{folder}/mine.toml: ok",
    ]


def test_without_a_file_all_of_a_folder_are_checked(invoke: Invoke, folder: str) -> None:
    result = invoke("check", "--scenarios", folder)

    assert (result.exit_code, "mine.toml: ok" in result.stdout, "wrong.toml:2" in result.stderr) == (1, True, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say what to check: a FILE, or all in --scenarios DIR"),
        (["402s"], "there is no scenario '402s'"),
        (["--scenarios", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_checked_is_a_question_of_usage(invoke: Invoke, arguments: list[str], says: str) -> None:
    result = invoke("check", *arguments)

    assert (result.exit_code, says in result.stderr) == (2, True)


def test_a_file_that_is_not_there_is_told(invoke: Invoke) -> None:
    result = invoke("check", "nowhere.toml")

    assert (result.exit_code, result.stderr) == (
        1,
        "nowhere.toml: there is no such file; give the path of a scenario\n",
    )


def test_all_that_ships_is_right(invoke: Invoke) -> None:
    assert invoke("check", *Library()).exit_code == 0
