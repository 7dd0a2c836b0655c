"""Where the documents of every dialect that loads hold what all have, so that one answer can lie about it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.conformance.strategies import requests
from mockvideo.core.jobs import SUCCEEDED, Job, Phase, Snapshot, State, Timeline, VideoRequest
from mockvideo.core.scenario import Changes
from mockvideo.dialect import Dialect
from mockvideo.operation import Generate, Links, Poll, Submit
from mockvideo.pointer import find, stands
from mockvideo.schema import Json, validate
from mockvideo.server.lies import lie

DIALECTS = dialects.load()
REQUESTS = {name: requests(dialect) for name, dialect in DIALECTS.items()}
every_dialect = pytest.mark.parametrize(
    "dialect", [pytest.param(dialect, id=name) for name, dialect in DIALECTS.items()]
)
CLIPS = "https://clips.example/"
JOB_ID = "b2c3d4e5-f6a7-8901-bcde-f23456789012"
BEGAN = 1.8e9


def answers(dialect: Dialect, clips: int = 1) -> Iterator[tuple[str, Json]]:
    """What its routes answer about a job that succeeded, by operation."""
    request = VideoRequest(model="m", prompt="a cat", width=1280, height=720, duration=5.0, clips=clips)
    timeline = Timeline(BEGAN, (Phase(State.RUNNING, seconds=4), SUCCEEDED))
    job = Job(JOB_ID, dialect.name, request, timeline, BEGAN)
    links = Links("", tuple(f"{CLIPS}{number}.mp4" for number in range(clips)))
    for route in dialect.routes:
        if isinstance(route.operation, Generate | Poll):
            yield route.name, route.operation.render(Snapshot(job, State.SUCCEEDED, 1.0, BEGAN + 4), links)
        elif isinstance(route.operation, Submit):
            yield route.name, route.operation.render(job.accepted(), links)


@every_dialect
def test_every_declared_place_stands_in_an_answer(dialect) -> None:
    places = dialect.pointers
    declared = (places.submitted, places.polled, places.poll_path, places.status, places.progress, places.video)
    documents = [document for _, document in answers(dialect)]
    missing = [place for place in declared if place and not any(stands(document, place) for document in documents)]
    assert missing == []


@every_dialect
def test_an_omitted_clip_is_nowhere_in_the_answer(dialect) -> None:
    most = max(row.facts.get("clips", 1) for row in dialect.catalog.rows.values())
    for clips in {1, most}:
        for operation, document in answers(dialect, clips):
            lied = lie(document, Changes(omit=("video",)), dialect.pointers, operation=operation)
            assert CLIPS not in json.dumps(lied)


@every_dialect
def test_another_clip_is_the_only_one_in_the_answer(dialect) -> None:
    for operation, document in answers(dialect):
        lied = lie(document, Changes(set={"video": "elsewhere"}), dialect.pointers, operation=operation)
        assert find(lied, dialect.pointers.video) == "elsewhere"
        assert CLIPS not in json.dumps(lied)


@every_dialect
def test_an_omitted_id_is_nowhere_in_the_answer(dialect) -> None:
    for operation, document in answers(dialect):
        lied = lie(document, Changes(omit=("id", "poll_url")), dialect.pointers, operation=operation)
        assert (JOB_ID in json.dumps(document)) is (dialect.pointers.submitted is not None)
        assert JOB_ID not in json.dumps(lied)


@every_dialect
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_request_with_a_picture_holds_it_at_a_declared_place(dialect, data) -> None:
    document = data.draw(REQUESTS[dialect.name])
    folded = dialect.fold(document)
    row = dialect.catalog.row(folded.get("model", dialect.model))
    wanted = dialect.understand(validate(dialect.catalog.request(row), folded), row)
    assert find(document, dialect.pointers.prompt) in {wanted.prompt, None}
    assert not wanted.image or any(find(document, pointer) for pointer in dialect.pointers.images)


@every_dialect
def test_pictures_are_fields_of_the_request(dialect) -> None:
    fields = dialect.catalog.schema.model_fields
    assert {pointer.split("/")[1] for pointer in dialect.pointers.images} <= set(fields)
