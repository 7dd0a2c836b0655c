"""The published examples under fixtures/ keep their form; what they say is tested with each dialect.

A JSON pointer in ``differs`` leads into ``response.json``, the published answer, or to what ours adds to it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockvideo.core.errors import Kind

Fixture = dict[str, Any]

ROOT = Path(__file__).parents[2] / "fixtures"
FILES = sorted(ROOT.glob("*/*.json"))

KEYS = {"source", "operation", "request", "response", "state", "kind", "expects", "differs"}
SOURCES = {"seed", "page", "spec", "sdk", "code"}
OPERATIONS = {"submit", "generate", "poll", "content", "list", "upload"}
DOCUMENTS = {"models", "model", "me", "usage", "pricing", "health"}
STATES = {"queued", "running", "succeeded", "failed", "cancelled"}
LOCAL_PATH = re.compile(r"(?<![\w.:/-])/(work|tmp|home|root|Users)\b|\\")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object that names no key twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError(f"a key occurs twice among {[key for key, _ in pairs]}")
    return dict(pairs)


def refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def read(path: Path) -> Fixture:
    try:
        document = json.loads(path.read_text("utf-8"), object_pairs_hook=once, parse_constant=refuse)
    except ValueError as problem:
        raise ValueError(f"mend {path.relative_to(ROOT)}: {problem}") from problem
    assert isinstance(document, dict)
    return document


def published(key: str) -> pytest.MarkDecorator:
    """Run a test with every fixture that has this key."""
    documents = {f"{path.parent.name}/{path.stem}": read(path) for path in FILES}
    having = {name: document for name, document in documents.items() if key in document}
    return pytest.mark.parametrize("fixture", having.values(), ids=having.keys())


def test_there_are_fixtures_and_every_folder_holds_some() -> None:
    folders = {path for path in ROOT.iterdir() if path.is_dir()}
    assert folders == {path.parent for path in FILES} != set()


def test_nothing_but_json_lies_among_the_fixtures() -> None:
    assert {path for path in ROOT.rglob("*") if path.is_file()} == set(FILES)


def test_file_names_are_kebab_case() -> None:
    assert [path.name for path in FILES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem)] == []


@published("source")
def test_only_the_agreed_keys_occur(fixture: Fixture) -> None:
    assert fixture.keys() <= KEYS


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_fixture_has_a_source_an_operation_and_something_published(path: Path) -> None:
    fixture = read(path)
    assert {"source", "operation"} <= fixture.keys()
    assert {"request", "response"} & fixture.keys()


@published("source")
def test_the_source_is_said_in_human_words(fixture: Fixture) -> None:
    assert fixture["source"].keys() == {"kind", "where"}
    assert fixture["source"]["kind"] in SOURCES
    assert len(fixture["source"]["where"]) >= len("the page")


@published("source")
def test_no_path_of_a_machine_is_named(fixture: Fixture) -> None:
    assert not LOCAL_PATH.search(fixture["source"]["where"])


@published("operation")
def test_the_operation_is_a_known_word(fixture: Fixture) -> None:
    assert fixture["operation"] in OPERATIONS | DOCUMENTS


@published("state")
def test_a_state_is_a_known_word_of_a_poll_answer(fixture: Fixture) -> None:
    assert fixture["state"] in STATES
    assert fixture["operation"] == "poll"
    assert "response" in fixture


@published("kind")
def test_a_kind_is_a_known_word_of_an_error_document(fixture: Fixture) -> None:
    assert fixture["kind"] in set(Kind)
    assert fixture["response"]["status"] >= 400


@published("request")
def test_a_request_has_a_method_and_a_path_at_the_root(fixture: Fixture) -> None:
    request = fixture["request"]
    assert {"method", "path"} <= request.keys() <= {"method", "path", "query", "headers", "json", "form"}
    assert request["method"] in {"GET", "POST", "DELETE", "HEAD"}
    assert re.fullmatch(r"/[^?#\s]+", request["path"])


@published("request")
def test_queries_and_headers_are_texts_and_header_names_lower_case(fixture: Fixture) -> None:
    request = fixture["request"]
    query, headers = request.get("query", {}), request.get("headers", {})
    assert all(isinstance(value, str) for value in [*query.values(), *headers.values()])
    assert all(name == name.lower() for name in headers)


@published("request")
def test_a_body_is_json_or_a_form_and_its_header_says_which(fixture: Fixture) -> None:
    request = fixture["request"]
    declared = request.get("headers", {}).get("content-type")
    expected = {"json": "application/json", "form": "multipart/form-data"}
    assert [expected[key] for key in ("json", "form") if key in request] == ([declared] if declared else [])


@published("request")
def test_a_form_is_a_list_of_names_and_texts(fixture: Fixture) -> None:
    for pair in fixture["request"].get("form", []):
        assert len(pair) == 2
        assert all(isinstance(text, str) for text in pair)


@published("request")
def test_a_generation_without_a_prompt_says_why(fixture: Fixture) -> None:
    request = fixture["request"]
    sent = request.get("json") or dict(request.get("form", []))
    if fixture["operation"] in {"submit", "generate"} and "prompt" not in sent:
        assert "prompt left out" in fixture["source"]["where"] or "expects" in fixture


@published("response")
def test_a_response_has_a_status_and_lower_case_headers(fixture: Fixture) -> None:
    response = fixture["response"]
    assert {"status"} < response.keys() <= {"status", "headers", "json"}
    assert response["status"] in range(200, 600)
    assert all(name == name.lower() and isinstance(text, str) for name, text in response.get("headers", {}).items())


@published("response")
def test_a_refusal_has_a_kind_and_a_poll_answer_a_state(fixture: Fixture) -> None:
    refused = fixture["response"]["status"] >= 400
    assert refused == ("kind" in fixture)
    assert (fixture["operation"] == "poll" and not refused) == ("state" in fixture)


@published("expects")
def test_an_expected_refusal_has_a_request_a_status_and_a_reason(fixture: Fixture) -> None:
    assert "request" in fixture
    assert fixture["expects"].keys() == {"status", "why"}
    assert fixture["expects"]["status"] in range(400, 600)
    assert fixture["expects"]["why"]


@published("differs")
def test_a_difference_points_into_the_answer_and_says_why(fixture: Fixture) -> None:
    assert "json" in fixture["response"]
    assert fixture["differs"]
    for pointer, why in fixture["differs"].items():
        assert re.fullmatch(r"(/[A-Za-z0-9_]+)+", pointer)
        assert why
