"""The file that tells where the server listens: whole or not there, and removed by whom it belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mockvideo.cli.ready import announced
from mockvideo.cli.terminal import Unusable


def test_the_file_is_there_from_its_announcement_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with announced(path, {"url": "http://h"}) as publish:
        assert not path.exists()
        publish()
        assert json.loads(path.read_text("utf-8")) == {"url": "http://h"}

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_killed_server_left_does_not_mislead(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("old", "utf-8")
    with announced(path, {}):
        assert not path.exists()


def test_a_server_that_never_listened_leaves_nothing(tmp_path: Path) -> None:
    with announced(tmp_path / "ready.json", {}):
        pass

    assert list(tmp_path.iterdir()) == []


def test_the_file_of_another_server_stays(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with announced(path, {"pid": 1}) as publish:
        publish()
        path.write_text("theirs", "utf-8")

    assert path.read_text("utf-8") == "theirs"


def test_without_a_path_nothing_is_written(tmp_path: Path) -> None:
    with announced(None, {}) as publish:
        publish()

    assert list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_written_is_found_out_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot write"), announced(tmp_path / "no" / "ready.json", {}):
        raise AssertionError("the server must not begin")
