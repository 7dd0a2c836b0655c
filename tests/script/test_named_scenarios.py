"""Scenarios by name: found when asked for, read once, followed when their files change."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import shipped
from mockvideo.core.scenario import Rule
from mockvideo.script.library import Library
from mockvideo.script.problems import ScriptError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a scenario that answers with a status, later than all that was written before."""
    written: list[Path] = []

    def wrote(name: str, status: int | str = 402, folder: Path = tmp_path) -> Path:
        file = folder / f"{name}.toml"
        file.write_text(f"[[rules]]\nstatus = {status}\n", "utf-8")
        written.append(file)
        os.utime(file, ns=(len(written) * 10**9, len(written) * 10**9))
        return file

    return wrote


def status(library: Library, name: str) -> int | None:
    (rule,) = library[name].rules
    return rule.status


def test_what_ships_is_there() -> None:
    assert list(Library()) == sorted(file.stem for file in shipped.folder("scenarios").glob("*.toml"))


def test_all_that_ships_can_be_read() -> None:
    assert all(scenario.name == name and scenario.description for name, scenario in Library().items())


def test_a_scenario_of_ones_own_is_there_by_its_name(tmp_path: Path, write: Write) -> None:
    write("mine", 418)
    library = Library(tmp_path)
    assert (status(library, "mine"), len(library)) == (418, len(Library()) + 1)


def test_ones_own_outranks_what_ships(tmp_path: Path, write: Write) -> None:
    write("402", 500)
    assert status(Library(tmp_path), "402") == 500


def test_a_single_file_outranks_both(tmp_path: Path, write: Write) -> None:
    write("402", 500)
    (tmp_path / "deeper").mkdir()
    file = write("402", 501, tmp_path / "deeper")
    library = Library(tmp_path, files=[file])
    assert (status(library, "402"), library.file("402")) == (501, file)


def test_a_link_in_ones_own_folder_is_followed(tmp_path: Path, write: Write) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "linked.toml").symlink_to(write("elsewhere", 418))
    assert status(Library(tmp_path / "own"), "linked") == 418


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "own/../../secret", "", ".", "..", "secret.toml", "\0"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, write: Write, name: str) -> None:
    (tmp_path / "own").mkdir()
    write("secret")
    library = Library(tmp_path / "own")
    assert name not in library
    with pytest.raises(KeyError):
        library[name]


@given(st.text())
def test_what_is_not_listed_is_not_there(name: str) -> None:
    library = Library()
    assert (name in library) == (name in list(library))


def test_hidden_files_and_others_are_no_scenarios(tmp_path: Path, write: Write) -> None:
    write(".taplo")
    (tmp_path / "notes.md").write_text("", "utf-8")
    assert list(Library(tmp_path)) == list(Library())


def test_a_wrong_file_is_told_when_it_is_asked_for(tmp_path: Path, write: Write) -> None:
    write("wrong", 99)
    library = Library(tmp_path)
    with pytest.raises(ScriptError, match=r"wrong\.toml:2: rules\[1\]\.status is 99; write"):
        library["wrong"]


def test_a_file_that_no_key_can_name_is_told_when_it_is_asked_for(tmp_path: Path, write: Write) -> None:
    write("a--b")
    with pytest.raises(ScriptError, match="single dashes"):
        Library(tmp_path)["a--b"]


def test_a_wrong_file_can_be_mended(tmp_path: Path, write: Write) -> None:
    write("wrong", 99)
    library = Library(tmp_path)
    with pytest.raises(ScriptError):
        library["wrong"]
    write("wrong", 499)
    assert status(library, "wrong") == 499


def test_a_scenario_is_read_once(tmp_path: Path, write: Write) -> None:
    write("mine")
    library = Library(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        assert len({id(scenario) for scenario in threads.map(library.__getitem__, ["mine"] * 100)}) == 1


def test_names_that_look_alike_are_found() -> None:
    assert Library().nearest("402s")[0] == "402"
    assert Library().nearest("x" * 10**6) == []


def test_nothing_is_told_when_nothing_has_changed(tmp_path: Path, write: Write) -> None:
    write("mine")
    library = Library(tmp_path)
    before = library["mine"]
    assert (library.refresh(), library["mine"] is before) == ([], True)


def test_a_changed_file_is_read_again(tmp_path: Path, write: Write) -> None:
    file = write("mine")
    library = Library(tmp_path)
    assert library["mine"].rules == (Rule(status=402),)
    write("mine", 403)
    assert (library.refresh(), status(library, "mine")) == ([f"{file}: read again"], 403)


def test_a_changed_file_that_nobody_has_asked_for_is_not_read(tmp_path: Path, write: Write) -> None:
    write("mine")
    library = Library(tmp_path)
    write("mine", 99)
    assert library.refresh() == []


def test_a_new_file_is_told(tmp_path: Path, write: Write) -> None:
    library = Library(tmp_path)
    file = write("mine", 418)
    assert (library.refresh(), status(library, "mine")) == ([f"{file}: a new scenario"], 418)


def test_a_file_that_became_wrong_stays_as_it_was_and_is_told_once(tmp_path: Path, write: Write) -> None:
    file = write("mine")
    library = Library(tmp_path)
    before = library["mine"]
    write("mine", 99)
    wrong, stays = library.refresh()
    assert wrong.startswith(f"{file}:2: rules[1].status is 99; write")
    assert stays == f"{file}: the scenario stays as it was"
    assert (library["mine"], library.refresh()) == (before, [])


def test_a_file_that_is_gone_stays_as_it_was(tmp_path: Path, write: Write) -> None:
    file = write("mine")
    library = Library(tmp_path)
    before = library["mine"]
    file.unlink()
    gone, _ = library.refresh()
    assert gone.startswith(f"{file}: there is no such file")
    assert (library["mine"], library.refresh()) == (before, [])


def test_a_file_that_is_gone_unread_is_forgotten(tmp_path: Path, write: Write) -> None:
    file = write("mine")
    library = Library(tmp_path)
    file.unlink()
    assert (library.refresh(), "mine" in library) == ([], False)


def test_what_ships_comes_back_when_ones_own_goes(tmp_path: Path, write: Write) -> None:
    file = write("402", 500)
    library = Library(tmp_path)
    assert status(library, "402") == 500
    file.unlink()
    assert library.refresh() == [f"{shipped.folder('scenarios') / '402.toml'}: read again"]
    assert status(library, "402") == 402
