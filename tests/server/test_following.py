"""Scenario files that change while a server runs."""

from __future__ import annotations

from pathlib import Path
from queue import Queue

from mockvideo.script.library import Library
from mockvideo.server.following import Follower


def test_a_changed_file_holds_and_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("seed = 7", "utf-8")
    library, told = Library(tmp_path), Queue()
    assert library["mine"].seed == 7
    with Follower(library, told.put, seconds=0.01):
        file.write_text("seed = 1234", "utf-8")
        assert str(file) in told.get(timeout=5)
    assert library["mine"].seed == 1234


def test_a_file_that_became_wrong_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("seed = 7", "utf-8")
    library, told = Library(tmp_path), Queue()
    assert library["mine"].seed == 7
    with Follower(library, told.put, seconds=0.01):
        file.write_text("seed = oops", "utf-8")
        assert "mine.toml:1" in told.get(timeout=5)
    assert library["mine"].seed == 7
