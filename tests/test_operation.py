"""Routes say what they do in one neutral word."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from mockvideo.operation import Content, Document, Generate, Links, List, Poll, Route, Submit, Upload
from mockvideo.provenance import SEED

ANSWER = {"answer": BaseModel, "render": dict}


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (Submit(**ANSWER), "submit"),
        (Generate(**ANSWER), "generate"),
        (Poll(**ANSWER), "poll"),
        (Content(), "content"),
        (List(**ANSWER, read=dict), "list"),
        (Upload(**ANSWER, field="file", check=repr), "upload"),
        (Document(**ANSWER), "document"),
    ],
)
def test_a_route_is_called_as_what_it_does(operation, name) -> None:
    assert Route("GET", "/", operation, SEED).name == name


@pytest.mark.parametrize("operation", [List(**ANSWER, read=dict, query=BaseModel), Document(**ANSWER, query=BaseModel)])
def test_a_route_tells_what_its_query_looks_like(operation) -> None:
    assert Route("GET", "/", operation, SEED).query is BaseModel


@pytest.mark.parametrize("kind", [Submit, Generate])
def test_a_route_tells_where_its_idempotency_key_stands(kind) -> None:
    assert Route("POST", "/", kind(**ANSWER, replay_header=b"key"), SEED).replay_header == b"key"


def test_a_route_without_query_and_idempotency_key_tells_none() -> None:
    route = Route("GET", "/", Poll(**ANSWER), SEED)

    assert (route.query, route.replay_header) == (None, None)


def test_links_lead_nowhere_until_there_is_a_result() -> None:
    assert Links() == ("", ())
