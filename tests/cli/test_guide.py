"""The example of a dialect in the guide, as a package of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import mockvideo
from mockvideo.core.settings import Settings
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from mockvideo.testing.client import Client

PAGE = Path(mockvideo.__file__).parent / "guide" / "new-dialect.md"
FILES = ("models.toml", "schemas.py", "__init__.py")


@pytest.fixture
def tern(tmp_path: Path, install: Callable[[str], None]) -> Dialect:
    """The dialect of the page, found where the page says."""
    blocks = re.findall(r"^```text\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "tern").mkdir()
    for name, text in zip(FILES, blocks, strict=False):
        (tmp_path / "tern" / name).write_text(text, "utf-8")
    install("tern")
    return load()["tern"]


def test_the_example_is_served_and_makes_a_clip(tern: Dialect) -> None:
    settings = Settings(clock="auto")
    with ServerThread(create_app(Options(settings=settings))) as server, Client(tern, f"{server.url}/tern", "k") as job:
        job.submit()
        while not job.finished:
            job.poll()

        assert job.states == ["waiting", "filming", "done"]
        assert job.download()[4:8] == b"ftyp"
