"""Answers that lie: one document, changed at the places that its dialect declares or at JSON pointers."""

from __future__ import annotations

import json
from typing import Any

from mockvideo.core.faults import Changes
from mockvideo.core.planning import SUBMISSIONS
from mockvideo.dialect import Pointers
from mockvideo.pointer import find, put, remove, stands
from mockvideo.schema import Json

# Every dialect's documents are far flatter; a pointer of thousands of parts would be a document too deep to write.
DEEPEST = 32


def lie(document: Json, changes: Changes, pointers: Pointers, *, operation: str) -> Json:
    """Return the document as it is to be told, in the order in which ``Changes`` names its changes.

    Only ``set`` makes something of nothing; what names a place that is not there changes nothing.
    """
    for place, value in changes.set.items():
        document = _set(document, places(place, pointers, operation), value)
    for place in changes.null:
        document = _replaced(document, _standing(document, places(place, pointers, operation)), None)
    for place in changes.omit:
        document = _without(document, places(place, pointers, operation))
    for place in changes.text:
        document = _as_text(document, places(place, pointers, operation))
    for place, target in changes.rename.items():
        document = _moved(document, places(place, pointers, operation), places(target, pointers, operation))
    if changes.wrap is not None:
        document = {changes.wrap: document}
    document = {**document, **changes.beside}
    # Unknown fields come last, and never hide a known one.
    return document | extras(changes.extra, changes.blob) | document


def places(place: str, pointers: Pointers, operation: str) -> tuple[str, ...]:
    """Return where a place is: a declared one with its mirrors, or the pointer itself; none if no document has it."""
    if place.startswith("/"):
        return (place,) if place.count("/") <= DEEPEST else ()
    job_id = pointers.submitted if operation in SUBMISSIONS else pointers.polled or pointers.submitted
    declared = {
        "id": job_id,
        "status": pointers.status,
        "progress": pointers.progress,
        "video": pointers.video,
        "error": pointers.error,
        "poll_url": pointers.poll_path,
    }
    first = declared.get(place)
    return () if first is None else (first, *pointers.mirrors.get(place, ()))


def extras(number: int, letters: int = 0) -> Json:
    """Return so many fields that no document has, of every JSON type in turn, and one with so many letters."""
    values = ("blue", 7, None, {"zone": {"name": "b", "rank": 1.5}}, [True, "c", None])
    fields: Json = {f"extra_{index + 1}": values[index % len(values)] for index in range(number)}
    return {**fields, "extra_blob": "x" * letters} if letters else fields


def _standing(document: Json, pointers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(pointer for pointer in pointers if stands(document, pointer))


def _set(document: Json, pointers: tuple[str, ...], value: Any) -> Json:
    return _replaced(document, _standing(document, pointers) or pointers[:1], value)


def _replaced(document: Json, pointers: tuple[str, ...], value: Any) -> Json:
    for pointer in pointers:
        document = put(document, pointer, value)
    return document


def _without(document: Json, pointers: tuple[str, ...]) -> Json:
    # From the end, as the items of a list move up.
    for pointer in reversed(pointers):
        document = remove(document, pointer)
    return document


def _moved(document: Json, pointers: tuple[str, ...], targets: tuple[str, ...]) -> Json:
    """Move a value to the first target, and take its mirrors away; nothing moves to where nothing can be put."""
    standing = _standing(document, pointers)
    if not standing or not targets:
        return document
    moved = put(_without(document, standing), targets[0], find(document, standing[0]))
    return moved if stands(moved, targets[0]) else document


def _as_text(document: Json, pointers: tuple[str, ...]) -> Json:
    for pointer in _standing(document, pointers):
        value = find(document, pointer)
        document = put(document, pointer, json.dumps(value) if isinstance(value, bool | int | float) else value)
    return document
