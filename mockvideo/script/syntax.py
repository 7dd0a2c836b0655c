"""Reads TOML within bounds, and says what is none: which line, what stands there, what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from math import isfinite
from typing import Any

from mockvideo.script.problems import MisprintError, Problem, Trail, told

# Python reads no longer numbers than 4,300 digits.
LONGEST_LINE = 4_200
# tomllib's time grows with the square of a key's parts: 64 KiB of dots take 15 seconds.
MOST_DOTS = {True: 16, False: 128}
DEEPEST = 32
MOST_ENTRIES = 1_000
LARGEST = 2**63

WHERE = re.compile(r"at line (\d+), column (\d+)")
WORD = re.compile(r"[\w\"'.+-]+|.")
TWICE = ("Cannot declare", "Cannot mutate", "Cannot overwrite", "Cannot redefine", "Duplicate")
CURES = (
    ("Invalid value", "write a value: texts in quotes, true and false small, numbers with a digit first"),
    ("Expected '='", "write key = value"),
    ("Invalid statement", "write key = value, or [[rules]]"),
    ("Expected newline", "write one key = value a line"),
    ("Unclosed array", "close the list with ], put commas between its entries"),
    ("Unclosed inline table", "close the table with } in the same line, put commas between its entries"),
    ("Expected ']", "close the name of the table with as many brackets as it has before it"),
    ("Unterminated string", "close the text with the quotes that began it"),
    ("Illegal character", "close the text with its quote in the same line, and write no control characters"),
    ("Expected ", "close the text with the quote that began it"),
    ("Unescaped", "write \\\\ for a backslash, or the text in single quotes"),
    ("Invalid initial character", "keys are words of letters, digits, - and _, or stand in quotes"),
    ("Invalid date", "write a text in quotes"),
)


def parse(text: str) -> dict[str, Any]:
    """Return what a text says; raises MisprintError."""
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise MisprintError(
                number, f"is too long, with {len(line)} characters; write at most {LONGEST_LINE} a line"
            )
        if line.count(".") > MOST_DOTS[line.lstrip().startswith("[")] and not line.lstrip().startswith("#"):
            raise MisprintError(number, "has too many dots; write tables in tables, texts over several lines")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise MisprintError(1, f"nests too deep; write at most {DEEPEST} tables and lists in each other") from None
    except ValueError as error:
        raise _misprint(text, str(error)) from None


def _misprint(text: str, message: str) -> MisprintError:
    """Restate what tomllib says."""
    lines = text.replace("\r\n", "\n").split("\n")
    place = WHERE.search(message)
    number, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
    if message.startswith(TWICE):
        return MisprintError(number, "says something twice; leave one of them, write [[rules]] for each rule")
    cure = next((cure for begin, cure in CURES if message.startswith(begin)), "check quotes and brackets")
    word = WORD.match(lines[number - 1], column - 1)
    fact = f"cannot be read from {told(word[0])} on" if word else "is not complete"
    return MisprintError(number, f"{fact}; {cure}")


def implausible(value: object, trail: Trail = ()) -> Iterator[Problem]:
    """Yield what TOML or JSON can say and scenarios cannot use."""
    if isinstance(value, dict | list):
        yield from _too_much(value, trail)
    elif isinstance(value, float) and not isfinite(value):
        yield Problem(trail, f"is {value}; write a number that can be counted")
    elif isinstance(value, int) and not -LARGEST <= value < LARGEST:
        yield Problem(trail, "is too large; write a number of at most 64 bits")
    elif value is None:
        yield Problem(trail, "is null, which no file can say; leave it out")
    elif not isinstance(value, str | int | float):
        yield Problem(trail, f'is a date or a time; write a duration, or a text in quotes: "{value}"')


def _too_much(value: dict[str, Any] | list[Any], trail: Trail) -> Iterator[Problem]:
    if len(value) > MOST_ENTRIES:
        yield Problem(trail, f"has {len(value)} entries; write at most {MOST_ENTRIES}")
    elif len(trail) >= DEEPEST:
        yield Problem(trail, f"is too deep; write at most {DEEPEST} tables and lists in each other")
    elif isinstance(value, dict) and "" in value:
        yield Problem(trail, "has a key without a name; give it one")
    else:
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from implausible(inner, (*trail, step))
