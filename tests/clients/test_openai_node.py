"""The newest OpenAI SDK for JavaScript that the installed Node runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from launching import PROGRAMS, Command, run, tool
from playing import Film, play

from mockvideo.core.account import Account
from mockvideo.server.thread import ServerThread

Program = Callable[..., str]


@pytest.fixture
def program(packages: Path, server: ServerThread, key: str) -> Program:
    """Runs a program with its arguments and returns what it printed."""

    def ends(name: str, *arguments: Path) -> str:
        # A program that Node reads from its input finds packages in the folder where it is started.
        command: Command = (tool("node"), "--input-type=module", "-", *arguments)
        environment = {"OPENAI_BASE_URL": f"{server.url}/sora/v1", "OPENAI_API_KEY": key}
        return run(command, source=PROGRAMS / name, folder=packages, **environment)

    return ends


def test_the_film_is_the_one_that_was_asked_for(program: Program, tmp_path: Path) -> None:
    video = json.loads(program("openai_node.mjs", tmp_path / "film.mp4"))

    assert (video["status"], video["seconds"], video["size"]) == ("completed", "8", "1280x720")
    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)


def test_a_picture_from_a_stream_makes_a_video_from_it(
    program: Program, account: Account, photo: Path, tmp_path: Path
) -> None:
    video = json.loads(program("openai_node.mjs", tmp_path / "film.mp4", photo))

    assert account.find("sora", video["id"]).request.image
    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)


def test_a_refusal_becomes_the_error_of_its_status(program: Program) -> None:
    assert program("openai_node_refused.mjs").splitlines() == [
        "NotFoundError 404 task_not_exist",
        "BadRequestError 400 invalid_size",
        "InternalServerError 503 model_not_found",
        "AuthenticationError 401 ",
    ]
