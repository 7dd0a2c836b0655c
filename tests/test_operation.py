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


def test_links_lead_nowhere_until_there_is_a_result() -> None:
    assert Links() == ("", ())
