"""Every scenario that ships reads well, and does in every dialect what its description says."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
import tomllib
from base64 import b64decode
from dataclasses import replace
from email.utils import parsedate_to_datetime
from itertools import takewhile
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from mockvideo.core.scenario import Scenario
from mockvideo.core.settings import Settings
from mockvideo.dialect import spelled
from mockvideo.operation import Submit
from mockvideo.pointer import find
from mockvideo.script.library import Library
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from tests.driving import route_of
from tests.every import DIALECTS, every_dialect, is_polled
from tests.stories import NUMBERS, STORIES, client_of, in_order, live, statuses

ROOT = Path(__file__).parents[1]
FILES = {path.stem: path for path in sorted((ROOT / "scenarios").glob("*.toml"))}
SCENARIO = TypeAdapter(Scenario)
# Where credits and plans end differs, so the stories of these do.
APART = {"free-plan", "out-of-credits"}
SOURCE = re.compile(r"[\w.-]+(/[\w.-]+)?#\d+|Documented: ")
FOREVER = 0.05  # seconds; a call that is not answered by then waits for a clock that nobody moves

every_file = pytest.mark.parametrize("name", FILES)
every_story = pytest.mark.parametrize("name", STORIES)
every_blocking_dialect = pytest.mark.parametrize(
    "dialect", [pytest.param(dialect, id=name) for name, dialect in DIALECTS.items() if not is_polled(dialect)]
)


@every_file
def test_a_file_is_read_as_it_is_written(name) -> None:
    written = SCENARIO.validate_python(tomllib.loads(FILES[name].read_text("utf-8")))
    assert replace(written, name=name) == Library()[name]


@every_file
def test_a_file_says_what_happens_in_one_line(name) -> None:
    assert re.fullmatch(r"[A-Z][^\n]{10,100}[^.\n]", Library()[name].description)


@every_file
def test_a_file_says_where_it_is_from_and_what_a_good_client_does(name) -> None:
    schema, *lines = FILES[name].read_text("utf-8").splitlines()
    comment = list(takewhile(lambda line: line.startswith("# "), lines))
    assert schema == "#:schema mockvideo-scenario.json"
    assert 3 <= len(comment) <= 8
    assert SOURCE.search(" ".join(comment))
    assert any(line.startswith("# A good client ") for line in comment)


@every_file
def test_no_file_names_a_dialect(name) -> None:
    text = f"{name} {FILES[name].read_text('utf-8').lower()}"
    assert [dialect for dialect in DIALECTS if dialect in text] == []


@every_file
def test_a_name_can_stand_behind_a_key(name) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)


def test_every_file_has_its_story_here_and_its_name_in_the_guide() -> None:
    guide = (ROOT / "mockvideo" / "guide" / "library.md").read_text("utf-8")
    assert STORIES.keys() | APART == FILES.keys() == set(Library())
    assert [name for name in FILES if f"`{name}`" not in guide] == []


def test_the_readme_counts_the_files() -> None:
    assert f"lists the {len(FILES)} that ship" in (ROOT / "README.md").read_text("utf-8").replace("\n", " ")


# Each story in two dialects, in turn; in the full run each in every one.
@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        pytest.param(
            dialect, name, id=f"{dialect.name}-{name}", marks=[] if (turn + number) % 4 < 2 else pytest.mark.full
        )
        for number, name in enumerate(STORIES)
        for turn, dialect in enumerate(filter(is_polled, DIALECTS.values()))
    ],
)
def test_a_client_lives_through_its_story(dialect, name) -> None:
    story, life = STORIES[name], live(client_of(name, dialect))
    words = spelled(dialect.states)
    assert statuses(life.submits) == story.submits
    assert statuses(life.polls) == story.polls
    assert statuses(life.downloads) == story.downloads
    assert in_order([words.get(word, word) for word in story.words], life.words), life.words


@every_story
@every_blocking_dialect
def test_a_call_that_blocks_tells_its_story_at_once(dialect, name) -> None:
    story, client = STORIES[name], client_of(name, dialect)
    if story.waits:
        with pytest.raises(TimeoutError):
            asyncio.run(asyncio.wait_for(client.submitting(dialect.example), FOREVER))
        return
    submits = live(client).submits
    clip = find(submits[-1].document, dialect.pointers.video)
    assert statuses(submits) == (str(dialect.failures[story.ends].status) if story.ends else story.submits)
    assert is_a_clip(clip) == story.clip


def is_a_clip(text: object) -> bool:
    """Whether this is a whole MP4 in base64."""
    try:
        return isinstance(text, str) and b64decode(text, validate=True)[4:8] == b"ftyp"
    except ValueError:
        return False


def ahead(value: bytes) -> float:
    """How many seconds from now a date is."""
    return parsedate_to_datetime(value.decode()).timestamp() - time.time()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("429", lambda value: value == b"2"),
        ("503", lambda value: value == b"2"),
        ("busy-then-fine", lambda value: value == b"2"),
        ("quota-not-rate", lambda value: value is None),
        ("rate-limit-date", lambda value: 5 < ahead(value) <= 11),
        ("rate-limit-date-past", lambda value: -65 < ahead(value) < -55),
        ("rate-limit-day", lambda value: value == b"86400"),
        ("rate-limit-garbage", lambda value: value == b"in a moment"),
        ("rate-limit-silent", lambda value: value is None),
        ("rate-limit-zero", lambda value: value == b"0"),
    ],
)
@every_dialect
def test_a_refusal_says_when_to_come_back(dialect, name, wanted) -> None:
    answer = client_of(name, dialect, clock="wall").submit(dialect.example)
    assert wanted(answer.headers.get(b"retry-after"))


@pytest.fixture(scope="module")
def url() -> str:
    with ServerThread(create_app(Options(settings=Settings(library=Library())))) as server:
        yield server.url


@pytest.mark.parametrize("number", NUMBERS)
@every_dialect
def test_a_number_behind_a_key_is_what_curl_gets(dialect, number, url) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl, which is not installed here")
    route, place = route_of(dialect, Submit), dialect.credential
    key = f"{place.header.decode()}: {place.prefix.decode()}anything--{number}"
    body = json.dumps(dialect.example)
    command = [curl, "-sS", "-o", "-", "-w", "\n%{http_code}", "-H", key, "-H", "Content-Type: application/json"]
    done = subprocess.run(
        [*command, "-d", body, f"{url}/{dialect.name}{route.path}"], capture_output=True, text=True, check=True
    )
    document, _, status = done.stdout.rpartition("\n")
    assert status == number
    dialect.error.model_validate_json(document, strict=True)
