"""Finds the line of a file where something stands: the end of the shortest beginning that contains it."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from itertools import accumulate
from typing import Any

from mockvideo.script.problems import Trail

# What completes a beginning that is cut within a list or a text of several lines.
CLOSERS = ("", "]", "]]", '"""', "'''")


class Lines:
    """The lines of a text that is TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
        self._read: dict[int, Any] = {}

    def find(self, trail: Trail) -> int:
        """Return the line (from 1) where a place of the document first stands."""
        # A longer beginning contains all that a shorter one does.
        return 1 + bisect_left(range(1, len(self._ends)), True, key=lambda line: _holds(self._beginning(line), trail))

    def _beginning(self, line: int) -> Any:
        if line not in self._read:
            self._read[line] = _closed(self._text[: self._ends[line - 1]])
        return self._read[line]


def _closed(text: str) -> Any:
    for closer in CLOSERS:
        try:
            return tomllib.loads(text + closer)
        except ValueError:
            continue
    return None


def _holds(document: Any, trail: Trail) -> bool:
    for step in trail:
        if isinstance(step, int):
            if not isinstance(document, list) or step >= len(document):
                return False
        elif not isinstance(document, dict) or step not in document:
            return False
        document = document[step]
    return True
