"""The control API describes itself, as it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from mockvideo.server.control.asked import Nothing
from mockvideo.server.control.routes import ROUTES
from mockvideo.server.control.table import PREFIX
from tests.server.control.calling import app_of, call, mine, submit


@pytest.fixture(scope="module")
def document() -> Any:
    return call(app_of(), "GET", "/openapi.json").document


def test_the_document_is_valid(document) -> None:
    validate(document)


def test_every_route_is_described_and_nothing_else(document) -> None:
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(route.method, PREFIX + route.path) for route in ROUTES}


def test_every_operation_has_a_name_of_its_own(document) -> None:
    names = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert len(set(names)) == len(names)


def test_every_name_in_a_path_is_a_parameter(document) -> None:
    for path, methods in document["paths"].items():
        for each in methods.values():
            placed = [parameter["name"] for parameter in each["parameters"] if parameter["in"] == "path"]
            assert placed == re.findall(r"{(\w+)}", path)


def test_what_is_asked_for_is_described_with_what_may_be_written(document) -> None:
    schemas = document["components"]["schemas"]
    for route in ROUTES:
        if route.writes and route.asks is not Nothing:
            properties = schemas[route.asks.__name__]["properties"]
            assert all(each.get("description") for each in properties.values()), route.asks


def test_a_duration_that_lasts_is_called_for(document) -> None:
    assert "for" in document["components"]["schemas"]["ScenarioOrder"]["properties"]


def test_what_is_told_is_as_described(document) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    app = app_of()
    submit(app)
    for path in ("", "/scenario", "/clock", "/jobs", "/journal", "/ledger", "/audit"):
        answers = document["paths"][f"{PREFIX}/me{path}"]["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"] | {"components": document["components"]}
        jsonschema.validate(mine(app, "GET", path), schema)


def test_who_may_is_described(document) -> None:
    paths = document["paths"]
    assert paths[f"{PREFIX}/me"]["get"]["security"] == [{"key": []}, {"keyHeader": []}]
    assert {} in paths[f"{PREFIX}/accounts"]["get"]["security"]
    assert paths[f"{PREFIX}/openapi.json"]["get"]["security"] == []


def test_the_document_begins_where_clients_reach_the_server() -> None:
    app = app_of(public_url="https://mock.example/here")
    document = call(app, "GET", "/openapi.json").document
    assert document["servers"] == [{"url": "https://mock.example/here"}]


def test_the_document_names_no_key_and_no_account() -> None:
    app = app_of()
    submit(app)
    assert "sk-test" not in json.dumps(call(app, "GET", "/openapi.json").document)
