"""What is wrong with a scenario, in words that can be shown anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from pydantic_core import to_json

SHOWN = 5
LONGEST_TOLD = 60

Trail = tuple[str | int, ...]


class ScriptError(ValueError):
    """A scenario that cannot be used: one message a problem, in lines; ``more`` problems are only counted."""

    def __init__(self, messages: Sequence[str], more: int = 0) -> None:
        super().__init__("\n".join([*messages, *([f"and {more} more"] if more else [])]))


class MisprintError(ValueError):
    """What is no TOML: the text stops making sense at this line (from 1)."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


class Problem(NamedTuple):
    """What is wrong at one place of a document, and what would be right there."""

    trail: Trail
    says: str


def path(trail: Trail) -> str:
    """Say a place as people count: ``rules[1].error`` is in the first rule."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{legible(part)}" for part in trail)
    return "".join(parts).removeprefix(".")


def told(value: object) -> str:
    """Say a value as files write it."""
    return legible(_written(value))


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {_written(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return f"{value:g}" if isinstance(value, float) else to_json(value).decode()


def legible(text: str) -> str:
    """Return a text from outside short, and without what cannot be seen or steers a terminal."""
    short = text if len(text) <= LONGEST_TOLD else text[: LONGEST_TOLD - 1] + "…"
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in short)


def instead(found: object, known: Iterable[str], form: str) -> str:
    """Say the cure: the nearest known word, else what may be written."""
    near = get_close_matches(found[:LONGEST_TOLD], list(known), n=1) if isinstance(found, str) else []
    return f"did you mean {near[0]}?" if near else f"write {form}"
