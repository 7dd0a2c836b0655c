"""Looks into JSON documents by pointer (RFC 6901), and makes changed copies of them."""

from __future__ import annotations

import re
from typing import Any

# Without leading zeros, and short enough for any list.
INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def find(document: Any, pointer: str) -> Any:
    """Return what stands at the pointer; None where nothing does."""
    return next(iter(_found(document, pointer)), None)


def stands(document: Any, pointer: str) -> bool:
    """Whether anything stands at the pointer, be it null."""
    return bool(_found(document, pointer))


def put(document: Any, pointer: str, value: Any) -> Any:
    """Return a copy with the value at the pointer.

    Parents that are missing or null become objects. Of a list, items that stand are replaced and none is added. Where
    the pointer leads through anything else, nothing changes.
    """
    return _put(document, _names(pointer), value)


def remove(document: Any, pointer: str) -> Any:
    """Return a copy without what stands at the pointer; later items of a list move up."""
    names = _names(pointer)
    return _remove(document, names) if names else document


def error_text(document: Any, pointer: str) -> str:
    """Return what an error says, where the pointer leads to its text or to an object with a message."""
    found = find(document, pointer)
    if isinstance(found, dict):
        found = found.get("message")
    return "" if found is None else str(found)


def _names(pointer: str) -> list[str]:
    # In this order, or ~01 would become a slash (RFC 6901, 4).
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _found(document: Any, pointer: str) -> tuple[Any, ...]:
    """What stands at the pointer, as the only item; empty where nothing does."""
    for name in _names(pointer):
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif (index := _index(document, name)) is not None:
            document = document[index]
        else:
            return ()
    return (document,)


def _index(document: Any, name: str) -> int | None:
    """The index of an item that the list has; None for what has none."""
    if not isinstance(document, list) or INDEX.fullmatch(name) is None:
        return None
    index = int(name)
    return index if index < len(document) else None


def _put(document: Any, names: list[str], value: Any) -> Any:
    if not names:
        return value
    name, *deeper = names
    inside = {} if document is None else document
    if isinstance(inside, dict):
        return {**inside, name: _put(inside.get(name), deeper, value)}
    index = _index(inside, name)
    if index is None:
        return document
    return [*inside[:index], _put(inside[index], deeper, value), *inside[index + 1 :]]


def _remove(document: Any, names: list[str]) -> Any:
    name, *deeper = names
    if isinstance(document, dict) and name in document:
        if deeper:
            return {**document, name: _remove(document[name], deeper)}
        return {other: value for other, value in document.items() if other != name}
    index = _index(document, name)
    if index is None:
        return document
    kept = [_remove(document[index], deeper)] if deeper else []
    return [*document[:index], *kept, *document[index + 1 :]]
