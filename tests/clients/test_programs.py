"""Plain programs as the providers' pages show them, one process each, from the submission to the file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from launching import PROGRAMS, Command, run, tool
from playing import Film, play

from mockvideo.core.account import Account
from mockvideo.server.thread import ServerThread

Program = Callable[..., str]


def interpreter(name: str) -> Command:
    """What runs a program with this name; skips where it, or what the program needs, is missing."""
    if name.endswith(".mjs"):
        return (tool("node"),)
    if name.endswith(".sh"):
        tool("curl")
        return (tool("sh"),)
    library = name.removesuffix(".py").partition("_")[2]
    if find_spec(library) is None:
        pytest.skip(f"needs {library}, which is not installed here")
    return (sys.executable,)


@pytest.fixture
def program(server: ServerThread, key: str) -> Program:
    """Runs ``<dialect>_<client>.*`` with base URL, key and more arguments, and returns what it printed."""

    def ends(name: str, *arguments: str | Path) -> str:
        base = f"{server.url}/{name.partition('_')[0]}"
        return run((*interpreter(name), PROGRAMS / name, base, key, *arguments)).strip()

    return ends


@pytest.mark.parametrize(
    ("name", "film"),
    [
        ("beluga_requests.py", Film(1920, 1080, 5.0, 120, sound=True)),
        ("beluga_fetch.mjs", Film(1920, 1080, 10.0, 240)),
        ("beluga_curl.sh", Film(3840, 2160, 8.0, 192)),
    ],
)
def test_the_programs_of_the_beluga_page_save_a_film(program: Program, tmp_path: Path, name: str, film: Film) -> None:
    seconds = program(name, tmp_path / "film.mp4")

    assert float(seconds) == film.seconds
    assert play(tmp_path / "film.mp4") == film


def test_a_form_that_curl_announces_first_becomes_a_film(program: Program, account: Account, tmp_path: Path) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(3 << 20))
    program("sora_curl.sh", tmp_path / "film.mp4", picture)

    assert dict(next(iter(account.journal)).headers)[b"expect"] == b"100-continue"
    assert play(tmp_path / "film.mp4") == Film(1280, 720, 8.0, 192)


@pytest.mark.parametrize("join", ["urljoin", "paste"])
def test_a_poll_url_of_lemondata_leads_to_the_film_however_it_is_joined(
    program: Program, tmp_path: Path, join: str
) -> None:
    program("lemondata_httpx.py", tmp_path / "film.mp4", join)

    assert play(tmp_path / "film.mp4") == Film(1080, 1920, 4.0, 120)


def test_midjourney_on_apiframe_makes_four_different_films(program: Program, tmp_path: Path) -> None:
    program("apiframe_urllib.py", tmp_path)

    files = sorted(tmp_path.glob("film-*.mp4"))
    assert [play(file) for file in files] == [Film(1280, 720, 5.0, 120)] * 4
    assert len({file.read_bytes() for file in files}) == 4


def test_one_call_to_a4f_returns_the_film_in_base64(program: Program, tmp_path: Path) -> None:
    program("a4f_httpx.py", tmp_path / "film.mp4")

    assert play(tmp_path / "film.mp4") == Film(1920, 1080, 5.0, 120)
