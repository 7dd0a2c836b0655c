"""Dialects are found by being there: a folder here, or an entry point elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockvideo import dialects
from mockvideo.dialect import Dialect

MODULE = """
from dataclasses import replace
from mockvideo.dialects.sora import DIALECT
OTHER = replace(DIALECT, terms=replace(DIALECT.terms, dialect="other"))
TWIN = replace(DIALECT)
NOTHING = 5
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package whose entry point names something of it."""

    def install(name: str) -> None:
        package = f"guest_{tmp_path.name}".replace("-", "_")
        (tmp_path / f"{package}.py").write_text(MODULE)
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(f"[mockvideo.dialects]\nguest = {package}:{name}\n")
        monkeypatch.syspath_prepend(tmp_path)

    return install


def test_every_folder_here_is_a_dialect_of_that_name() -> None:
    folders = {path.parent.name for path in Path(dialects.__file__).parent.glob("*/__init__.py")}
    assert folders <= dialects.load().keys()
    assert all(isinstance(dialect, Dialect) for dialect in dialects.load().values())


def test_an_entry_point_adds_a_dialect(installed) -> None:
    before = set(dialects.load())
    installed("OTHER")
    assert set(dialects.load()) - before == {"other"}


def test_two_dialects_of_one_name_are_a_mistake(installed) -> None:
    installed("TWIN")
    with pytest.raises(ValueError, match="two dialects are called 'sora'"):
        dialects.load()


def test_an_entry_point_that_names_no_dialect_is_a_mistake(installed) -> None:
    installed("NOTHING")
    with pytest.raises(TypeError, match=r"the entry point 'guest' of mockvideo\.dialects must name a Dialect, not int"):
        dialects.load()
