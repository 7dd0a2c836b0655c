"""How a job of any dialect goes, from its submission to its clip."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.conformance.strategies import requests
from mockvideo.core.errors import Kind
from mockvideo.core.jobs import FINAL, Reason, State
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Content, Generate, Poll
from mockvideo.pointer import error_text, find
from mockvideo.server.thread import ServerThread
from mockvideo.testing.client import Client as Caller
from tests.driving import Answer, Client, app_of, route_of
from tests.every import (
    client_of,
    each,
    every_dialect,
    every_ending,
    every_polled_dialect,
    is_polled,
    is_refused,
)


@every_polled_dialect
@given(data=st.data())
def test_a_drawn_job_is_told_in_documents_of_the_schema_to_its_end(dialect, data) -> None:
    document = data.draw(requests(dialect))
    client = client_of(dialect, document["model"])
    job_id, answer = client.job(document), route_of(dialect, Poll).operation.answer
    while not has_ended(told := client.poll(job_id), dialect):
        assert answer.model_validate_json(told.body, strict=True)
    assert answer.model_validate_json(told.body, strict=True)


def has_ended(answer: Answer, dialect: Dialect) -> bool:
    words = spelled(dialect.states)
    return find(answer.document, dialect.pointers.status) in {words[state] for state in FINAL}


@each(Poll)
@every_ending
def test_a_settled_job_is_told_at_the_declared_places(dialect, route, state, reason) -> None:
    client, pointers = client_of(dialect, clock="manual"), dialect.pointers
    job_id = client.job(dialect.example)
    client.account.settle(dialect.name, job_id, state, reason)
    told = client.poll(job_id, route)
    assert route.operation.answer.model_validate_json(told.body, strict=True)
    assert find(told.document, pointers.status) == spelled(dialect.states)[state]
    if state is State.SUCCEEDED:
        assert client.fetch(find(told.document, pointers.video))[4:8] == b"ftyp"
    elif state is State.FAILED:
        assert error_text(told.document, pointers.error)


@each(Poll)
def test_a_running_job_tells_its_progress_at_the_declared_place(dialect, route) -> None:
    client, pointer = client_of(dialect, clock="manual"), dialect.pointers.progress
    job_id = client.job(dialect.example)
    client.account.clock.advance(2)
    told = client.poll(job_id, route).document
    assert find(told, dialect.pointers.status) == spelled(dialect.states)[State.RUNNING]
    assert pointer is None or 0 < find(told, pointer) < 100


@each(Generate)
@every_ending
def test_a_blocking_call_ends_as_its_job_does(dialect, route, state, reason) -> None:
    async def settled(client: Client) -> Answer:
        call = asyncio.create_task(client.submitting(dialect.example, route))
        await asyncio.sleep(0)
        (job,) = client.account.store.latest(dialect.name)
        client.account.settle(dialect.name, job.id, state, reason)
        return await call

    answer = asyncio.run(settled(client_of(dialect, clock="manual")))
    if state is State.SUCCEEDED:
        assert find(answer.document, dialect.pointers.video)
    else:
        assert dialect.error.model_validate_json(answer.body, strict=True)
        assert answer.status == dialect.failures[reason or Reason.INTERNAL].status


@each(Poll | Content)
def test_a_job_that_is_unknown_is_refused(dialect, route) -> None:
    alice = client_of(dialect)
    path = route.path.replace("{id}", alice.job(dialect.example))
    assert is_refused(Client(alice.app, dialect, "sk-bob").ask("GET", path), dialect, Kind.JOB_NOT_FOUND)


@each(Content)
def test_content_is_there_when_the_job_is_done(dialect, route) -> None:
    client = client_of(dialect, clock="manual")
    job_id = client.job(dialect.example)
    path = route.path.replace("{id}", job_id)
    assert is_refused(client.ask("GET", path), dialect, Kind.NOT_READY)
    client.account.settle(dialect.name, job_id, State.SUCCEEDED)
    assert client.ask("GET", path).body[4:8] == b"ftyp"


# Time and chance

# A story is some thirty requests, and told twice.
FEW = settings(max_examples=10 if settings.default.max_examples < 100 else settings.default.max_examples)


@every_dialect
@FEW
@given(data=st.data())
def test_the_same_requests_in_another_order_tell_the_same_stories(dialect, data) -> None:
    documents = [dict(dialect.example), *data.draw(st.lists(requests(dialect), min_size=1, max_size=3))]
    assert stories(dialect, data.draw(st.permutations(documents))) == stories(dialect, documents)


def stories(dialect: Dialect, documents: list[dict]) -> object:
    """Ids, states over time and a clip, however the requests are ordered."""
    if not is_polled(dialect):
        client = client_of(dialect)
        return sorted(find(client.submit(document).document, dialect.pointers.video) for document in documents)
    client = client_of(dialect, clock="manual")
    told = {client.job(document): [] for document in documents}
    example = list(told)[documents.index(dialect.example)]
    for _ in range(8):
        client.account.clock.advance(1)
        for job_id, answers in told.items():
            answers.append(client.poll(job_id).body)
    return told, client.fetch(find(json.loads(told[example][-1]), dialect.pointers.video))


@every_polled_dialect
@given(pollers=st.integers(2, 5))
def test_many_pollers_end_when_one_would(dialect, pollers) -> None:
    assert end_with(dialect, pollers) == end_with(dialect, 1)


def end_with(dialect: Dialect, pollers: int) -> float:
    """The moment at which so many clients, one after the other, have all seen the end of a job."""
    client = client_of(dialect)
    job_id = client.job(dialect.example)
    seen = [False]
    while not all(seen):
        seen = [has_ended(client.poll(job_id), dialect) for _ in range(pollers)]
    return client.account.clock.now()


# Over a socket


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with ServerThread(app_of()) as server:
        yield server


@every_dialect
def test_a_common_client_gets_a_clip_over_a_socket(server, dialect) -> None:
    with Caller(dialect, f"{server.url}/{dialect.name}", "sk-socket", timeout=10) as caller:
        caller.submit()
        while not caller.finished:
            caller.poll()
        assert caller.download()[4:8] == b"ftyp"
