"""A server for all tests of this folder, each of which asks it with keys of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockvideo.core.settings import Settings
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with ServerThread(create_app(Options(settings=Settings(clock="auto")))) as server:
        yield server.url
