"""What scenario files can do, one request with one key does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mockvideo
from mockvideo.core.scenario import Scenario
from mockvideo.core.settings import Settings
from mockvideo.dialects import load
from mockvideo.script import read
from mockvideo.script.fields import FIELDS
from mockvideo.script.library import Library
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from tests.driving import Client, app_of
from tests.server.control.calling import mine
from tests.stories import live

PAGE = Path(mockvideo.__file__).parent / "guide" / "control.md"
ROW = re.compile(r"^\| ([^|]+) \| `({.*})` \|$", re.MULTILINE)
ROWS = [
    pytest.param(json.loads(match[2]), id=match[1])
    for match in ROW.finditer(PAGE.read_text("utf-8").partition("## All that a file can say")[2])
]
LIBRARY = Library()


def toml(value: Any) -> str:
    """A value as a scenario file has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def keys(value: Any) -> Iterator[str]:
    """All keys of a document, at any depth."""
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(inner)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with ServerThread(create_app(Options(settings=Settings(clock="manual")))) as running:
        yield running


@pytest.mark.parametrize("tables", ROWS)
def test_a_row_of_the_guide_says_what_the_same_file_says(tables) -> None:
    text = "\n".join(f"{name} = {toml(value)}" for name, value in tables.items())
    assert read.document(tables, name="same") == read.scenario(text, name="same")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl, which is not installed here")
@pytest.mark.parametrize("tables", ROWS)
def test_a_row_of_the_guide_is_put_by_one_curl_with_one_key(tables, server) -> None:
    # As the guide has it.
    command = ("curl", "-sS", "-X", "PUT", f"{server.url}/_mockvideo/me/scenario", "-H", "Authorization: Bearer parity")
    said = ("-H", "Content-Type: application/json", "-d", json.dumps({"scenario": tables}))
    told = json.loads(subprocess.run((*command, *said), capture_output=True, check=True, timeout=20).stdout)
    assert read.document(told["in_force"][0]["scenario"], name="") == read.document(tables, name="")


def test_the_rows_have_every_key_that_a_file_can_have() -> None:
    said = {key for row in ROWS for key in keys(row.values[0])}
    assert {str(key) for table in FIELDS.values() for key in table} - said == set()


@pytest.mark.parametrize("name", list(LIBRARY))
def test_a_scenario_that_is_put_is_the_same_story_as_one_that_the_server_began_with(name) -> None:
    begun, put = (
        Client(app_of(library=LIBRARY, **settings), load()["lemondata"], "sk-test")
        for settings in ({"scenario": name}, {})
    )
    mine(put.app, "PUT", "/scenario", {"scenario": name})
    assert live(begun) == live(put)


@pytest.mark.parametrize("name", list(LIBRARY))
def test_a_scenario_that_is_spelled_out_is_the_same_story_as_its_file(name) -> None:
    scenario: Scenario = LIBRARY[name]
    assert read.document(read.tables(scenario), name=name) == scenario
