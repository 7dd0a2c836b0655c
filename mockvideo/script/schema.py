"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from mockvideo.script.fields import FIELDS
from mockvideo.script.read import MOST_RULES, adapter

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return what may stand in a file, with what every field does."""
    made = _clean(adapter().json_schema())
    tables = {"Scenario": made, **made["$defs"]}
    for table, fields in FIELDS.items():
        # What a class says of itself is for readers of Python.
        tables[table.__name__].pop("description", None)
        properties = tables[table.__name__]["properties"]
        tables[table.__name__]["properties"] = {
            str(name): {"description": f"{field.about} Write {field.form}.", **properties[name]}
            for name, field in fields.items()
        }
    made["properties"]["rules"]["maxItems"] = MOST_RULES
    return {"$schema": DIALECT, "title": "mockvideo scenario", **made}


def _clean(node: Any) -> Any:
    """Leave out what only Python knows: names of classes and fields as titles, and None, which TOML cannot say."""
    if isinstance(node, list):
        return [_clean(each) for each in node]
    if not isinstance(node, dict):
        return node
    cleaned = {key: _clean(value) for key, value in node.items() if not _pythonic(key, value)}
    forms = [form for form in cleaned.pop("anyOf", []) if form != {"type": "null"}]
    return cleaned | _either(forms)


def _either(forms: list[dict[str, Any]]) -> dict[str, Any]:
    """Say that one of these forms will do; a single one needs no choice."""
    if len(forms) == 1:
        return forms[0]
    return {"anyOf": forms} if forms else {}


def _pythonic(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)
