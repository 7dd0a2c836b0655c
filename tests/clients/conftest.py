"""One server for all clients; every test speaks to it with a key of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from launching import Command, install, tool

from mockvideo.core.account import Account
from mockvideo.core.settings import Settings
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread


@pytest.fixture(autouse=True)
def programs_unmeasured(unmeasured: None) -> None:
    """What clients run is theirs, not ours."""


@pytest.fixture(scope="session")
def server() -> Iterator[ServerThread]:
    with ServerThread(create_app(Options(settings=Settings(clock="auto")))) as server:
        yield server


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """A fresh key, the same in every run: the same key tells the same story."""
    return "sk-" + sha256(request.node.nodeid.encode()).hexdigest()


@pytest.fixture
def account(server: ServerThread, key: str) -> Account:
    """What the server knows of this test's key."""
    return server.accounts.get(key)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file that starts like a PNG and is longer than one network packet."""
    path = tmp_path / "photo.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200_000))
    return path


@pytest.fixture(scope="session")
def client_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where clients are installed; MOCKVIDEO_CLIENT_CACHE names a folder that outlives the run."""
    kept = os.environ.get("MOCKVIDEO_CLIENT_CACHE")
    path = Path(kept) if kept else tmp_path_factory.getbasetemp() / "clients"
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="session")
def packages(client_cache: Path) -> Path:
    """A folder where a program finds the SDK for Node."""
    tool("node")
    return install(client_cache / "openai-node", _openai_node)


def _openai_node(folder: Path) -> Sequence[Command]:
    quiet = ("--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")
    return ((tool("npm"), "install", "--prefix", folder, *quiet, "openai"),)
