"""The folders that ship are found in a clone; `test_package.py` finds them in a wheel."""

from __future__ import annotations

import pytest

from mockvideo.shipped import folder


def test_the_fixtures_are_found_in_a_clone() -> None:
    assert sorted(path.name for path in folder("fixtures").iterdir() if path.is_dir())


def test_a_folder_that_did_not_ship_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="'nowhere' is missing; install mockvideo again"):
        folder("nowhere")
