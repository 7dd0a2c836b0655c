"""Looks into JSON documents by pointer (RFC 6901)."""

from __future__ import annotations

from typing import Any


def find(document: Any, pointer: str) -> Any:
    """Return what stands at the pointer; None where nothing does."""
    for part in pointer.split("/")[1:]:
        # In this order, or ~01 would become a slash (RFC 6901, 4).
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(name)] if name.isdecimal() and int(name) < len(document) else None
        else:
            document = document.get(name) if isinstance(document, dict) else None
    return document


def error_text(document: Any, pointer: str) -> str:
    """Return what an error says, where the pointer leads to its text or to an object with a message."""
    found = find(document, pointer)
    if isinstance(found, dict):
        found = found.get("message")
    return "" if found is None else str(found)
