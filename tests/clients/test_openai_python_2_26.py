"""openai-python 2.26.0, the last one that sends JSON, in a folder of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from launching import PROGRAMS, Command, install, run
from playing import Film, play

from mockvideo.core.account import Account
from mockvideo.server.thread import ServerThread

Program = Callable[..., dict[str, Any]]

VERSION = "2.26.0"
# What it needs and others here do not. The rest is here, so that no environment has to be made for it.
NEEDED = ("distro", "jiter", "sniffio", "tqdm")


def commands(folder: Path) -> Sequence[Command]:
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1")
    return ((*pip, "--no-deps", "--no-compile", "--target", folder, f"openai=={VERSION}", *NEEDED),)


@pytest.fixture(scope="module")
def packages(client_cache: Path) -> Path:
    """The folder that has the old SDK, and nothing else."""
    return install(client_cache / f"openai-python-{VERSION}", commands)


@pytest.fixture
def program(packages: Path, server: ServerThread, key: str, tmp_path: Path) -> Program:
    """Runs the program that saves ``film.mp4`` and returns what it printed."""

    def ends(*pictures: Path) -> dict[str, Any]:
        command: Command = (sys.executable, PROGRAMS / "openai_2_26.py", tmp_path / "film.mp4", *pictures)
        base_url = f"{server.url}/sora/v1"
        told: dict[str, Any] = json.loads(
            run(command, PYTHONPATH=str(packages), OPENAI_BASE_URL=base_url, OPENAI_API_KEY=key)
        )
        return told

    return ends


def content_type(account: Account) -> bytes:
    """What the account's first request said its body is."""
    return dict(next(iter(account.journal)).headers)[b"content-type"]


def test_the_film_is_the_one_that_was_asked_for(program: Program, tmp_path: Path) -> None:
    told = program()

    assert told["version"] == VERSION
    assert told["video"]["status"] == "completed"
    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)


def test_a_request_without_a_file_goes_out_as_json(program: Program, account: Account) -> None:
    program()

    assert content_type(account) == b"application/json"


def test_a_reference_picture_goes_out_as_a_file(
    program: Program, account: Account, photo: Path, tmp_path: Path
) -> None:
    told = program(photo)

    assert content_type(account).startswith(b"multipart/form-data")
    assert account.find("sora", told["video"]["id"]).request.image
    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)
