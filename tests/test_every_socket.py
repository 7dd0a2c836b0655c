"""Drawn requests over a real socket: what is valid is accepted, what is not is refused in the dialect's own words."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from mockvideo.conformance.strategies import invalid_requests, requests
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.settings import Settings
from mockvideo.dialect import Dialect
from mockvideo.operation import Submit
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from tests.driving import route_of
from tests.every import DIALECTS, every_dialect

VALID = {name: requests(dialect) for name, dialect in DIALECTS.items()}
INVALID = {name: invalid_requests(dialect) for name, dialect in DIALECTS.items()}


@pytest.fixture(scope="module")
def wire() -> Iterator[http.client.HTTPConnection]:
    """One connection that stays open for all requests."""
    with ServerThread(create_app(Options(settings=Settings(clock="auto")))) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        yield connection
        connection.close()


def send(wire: http.client.HTTPConnection, dialect: Dialect, document: Any) -> tuple[int, bytes]:
    route = route_of(dialect, Submit)
    place = dialect.credential
    key = f"{place.scheme} any-key".strip()
    headers = {place.header.decode(): key, "content-type": "application/json"}
    wire.request(route.method, f"/{dialect.name}{route.path}", json.dumps(document).encode(), headers)
    answer = wire.getresponse()
    return answer.status, answer.read()


@every_dialect
def test_what_is_valid_is_accepted_over_a_socket(wire, dialect) -> None:
    operation = route_of(dialect, Submit).operation

    @given(VALID[dialect.name])
    def accepted(document: Any) -> None:
        status, body = send(wire, dialect, document)
        assert status == operation.status
        operation.answer.model_validate_json(body, strict=True)

    accepted()


@every_dialect
def test_what_is_not_valid_is_refused_over_a_socket(wire, dialect) -> None:
    kinds = (Kind.INVALID_REQUEST, Kind.MISSING_INPUT, Kind.MODEL_LIMIT, Kind.UNKNOWN_MODEL)
    spelled = {dialect.spelling(Refusal(kind)).status for kind in kinds}
    spelled |= {spelling.status for (kind, _), spelling in dialect.spellings.items() if kind in kinds}

    @given(INVALID[dialect.name])
    def refused(invalid: Any) -> None:
        status, body = send(wire, dialect, invalid.document)
        assert status in spelled
        dialect.error.model_validate_json(body, strict=True)

    refused()
