"""What editors are told of scenario files."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from writing import SCENARIOS, document

from mockvideo import shipped
from mockvideo.script.fields import FIELDS
from mockvideo.script.schema import schema

SCHEMA = schema()
TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


def accepts(form: dict[str, Any], value: Any) -> bool:
    """Whether a schema accepts a value, as far as ours goes."""
    if "$ref" in form:
        return accepts(SCHEMA["$defs"][form["$ref"].removeprefix("#/$defs/")], value)
    if "anyOf" in form:
        return any(accepts(each, value) for each in form["anyOf"])
    return typed(form, value) and bounded(form, value) and (not isinstance(value, dict) or holds(form, value))


def typed(form: dict[str, Any], value: Any) -> bool:
    wanted = form.get("type")
    if wanted == "number":
        return type(value) in {int, float}
    return wanted is None or (isinstance(value, TYPES[wanted]) and (wanted == "boolean" or type(value) is not bool))


def bounded(form: dict[str, Any], value: Any) -> bool:
    size = len(value) if isinstance(value, str | list) else value if isinstance(value, int | float) else 0
    lows = [form[name] for name in ("minimum", "minLength", "minItems") if name in form]
    highs = [form[name] for name in ("maximum", "maxItems") if name in form]
    items = value if isinstance(value, list) else []
    inner = form.get("prefixItems") or [form.get("items", {})] * len(items)
    return (
        all(low <= size for low in lows)
        and all(size <= high for high in highs)
        and value in form.get("enum", [value])
        and value == form.get("const", value)
        and (not isinstance(value, str) or re.search(form.get("pattern", ""), value) is not None)
        and all(accepts(each, item) for each, item in zip(inner, items, strict=True))
    )


def holds(form: dict[str, Any], value: dict[str, Any]) -> bool:
    properties, others = form.get("properties", {}), form.get("additionalProperties", True)
    return set(form.get("required", ())) <= set(value) and all(
        accepts(properties[name], inner)
        if name in properties
        else (others is True or (others is not False and accepts(others, inner)))
        for name, inner in value.items()
    )


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


@pytest.mark.parametrize("table", FIELDS, ids=lambda table: table.__name__)
def test_every_field_says_what_it_does(table: type) -> None:
    known = [field.name for field in fields(table)]
    assert list(FIELDS[table]) == [name for name in known if (table.__name__, name) != ("Scenario", "name")]


def test_every_property_has_a_description() -> None:
    properties = [each for node in nodes(SCHEMA) for each in node.get("properties", {}).values()]
    assert all(each["description"].endswith(".") and " Write " in each["description"] for each in properties)


def test_nothing_of_python_is_told() -> None:
    text = json.dumps(SCHEMA)
    assert not any(word in text for word in ("None", '"type": "null"', ": null", "``", "function"))
    assert [node["title"] for node in nodes(SCHEMA) if "title" in node] == ["mockvideo scenario"]


def test_every_reference_leads_somewhere() -> None:
    used = {node["$ref"].removeprefix("#/$defs/") for node in nodes(SCHEMA) if "$ref" in node}
    assert used == set(SCHEMA["$defs"])


def test_a_file_has_no_name_in_it() -> None:
    assert not accepts(SCHEMA, {"name": "x"})


@settings(max_examples=50, deadline=None)
@given(SCENARIOS)
def test_it_accepts_what_can_be_read(scenario: Any) -> None:
    assert accepts(SCHEMA, document(scenario))


@pytest.mark.parametrize("file", sorted(shipped.folder("scenarios").glob("*.toml")), ids=lambda file: file.stem)
def test_it_accepts_what_ships(file: Any) -> None:
    assert accepts(SCHEMA, tomllib.loads(file.read_text("utf-8")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"eror": 1},
        {"rules": {}},
        {"rules": [{}] * 201},
        {"rules": [{"status": "402"}]},
        {"rules": [{"status": 42}]},
        {"rules": [{"error": "internel"}]},
        {"rules": [{"between": [1]}]},
        {"rules": [{"lasts": "soon"}]},
        {"timing": {"render": {"sigma": 1}}},
        {"account": {"slots": "many"}},
    ],
)
def test_it_refuses_what_cannot_be_read(wrong: dict[str, Any]) -> None:
    assert not accepts(SCHEMA, wrong)
