"""Reads scenarios: files, and the one rule that a header or a prompt spells out. Whatever is wrong is a ScriptError."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from mockvideo.core.scenario import Scenario
from mockvideo.script import blame, sense
from mockvideo.script.lines import Lines
from mockvideo.script.problems import SHOWN, MisprintError, Problem, ScriptError, Trail, path
from mockvideo.script.syntax import implausible, parse

LARGEST_FILE = 64 << 10
LONGEST_INLINE = 4 << 10
MOST_RULES = 200
# Two dashes part an API key from the name of its scenario.
NAME = re.compile("(?!.*--)[A-Za-z0-9][A-Za-z0-9._-]*")
TOO_LARGE = f"is too large; write at most {LARGEST_FILE >> 10} KiB"


# At the first use: to build it takes longer than to read a file.
@cache
def adapter() -> TypeAdapter[Scenario]:
    """Return what checks documents against the values."""
    return TypeAdapter(Scenario)


def load(file: Path) -> Scenario:
    """Read a file; the scenario is called as it is, without its ending. Raises ScriptError."""
    if not NAME.fullmatch(file.stem):
        raise ScriptError([f"{file}: cannot be named in keys; call it by letters, digits, dots, _ and single dashes"])
    try:
        # Nothing else ends: a pipe waits for its writer, a device goes on for ever.
        content = _content(file) if file.is_file() else None
    except OSError as error:
        raise ScriptError([f"{file}: cannot be read ({error.strerror}); give a file that you may read"]) from None
    if content is None:
        raise ScriptError([f"{file}: there is no such file; give the path of a scenario"])
    if len(content) > LARGEST_FILE:
        raise ScriptError([f"{file}: {TOO_LARGE}"])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScriptError([f"{file}:{line}: is no UTF-8 text; save the file as UTF-8"]) from None
    return scenario(text, name=file.stem, file=str(file))


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def scenario(text: str, *, name: str, file: str = "scenario") -> Scenario:
    """Read the text of a file; raises ScriptError whose messages begin with ``file`` and the line."""
    if len(text) > LARGEST_FILE:
        raise ScriptError([f"{file}: {TOO_LARGE}"])
    try:
        document = parse(text)
    except MisprintError as error:
        raise ScriptError([f"{file}:{error.line}: {error}"]) from None
    lines = Lines(text)
    return replace(
        _checked(document, lambda trail: f"{file}:{lines.find(trail)}: {path(trail) or 'the file'}"), name=name
    )


@lru_cache(maxsize=512)
def inline(text: str) -> Scenario:
    """Read one rule, written as the inside of a TOML inline table: ``on = "submit", status = 402``."""
    if len(text) > LONGEST_INLINE:
        raise ScriptError([f"the rule has {len(text)} characters; write at most {LONGEST_INLINE}, or a file"])
    if "\n" in text:
        raise ScriptError(["the rule has several lines; write it in one, with commas between its fields"])
    try:
        rule = parse(f"rule = {{{text}}}")["rule"]
    except MisprintError as error:
        raise ScriptError([f'the rule {error}; for example on = "submit", status = 402']) from None
    return replace(_checked({"rules": [rule]}, lambda trail: path(trail[2:]) or "the rule"), name=text)


def document(tables: Mapping[str, Any], *, name: str) -> Scenario:
    """Read what a file says from its tables, as JSON has them. Raises ScriptError."""
    if len(to_json(tables)) > LARGEST_FILE:
        raise ScriptError([f"the scenario {TOO_LARGE}"])
    return replace(_checked(dict(tables), lambda trail: path(trail) or "the scenario"), name=name)


def one_rule(table: Mapping[str, Any], *, name: str) -> Scenario:
    """Read one rule from its table, which may be as long as one that a header spells out. Raises ScriptError."""
    if len(to_json(table)) > LONGEST_INLINE:
        raise ScriptError([f"the rule is too large; write at most {LONGEST_INLINE >> 10} KiB, or a scenario"])
    return replace(_checked({"rules": [dict(table)]}, lambda trail: path(trail[2:]) or "the rule"), name=name)


def tables(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario says as tables, which ``document`` reads."""
    written: dict[str, Any] = adapter().dump_python(scenario, mode="json", exclude_defaults=True, by_alias=True)
    written.pop("name", None)
    return written


def _checked(document: dict[str, Any], place: Callable[[Trail], str]) -> Scenario:
    """Return what a document says; ``place`` leads the messages."""
    _refuse(_unusable(document), place)
    try:
        read = adapter().validate_json(to_json(document), strict=True)
    except ValidationError as error:
        raise _refusal(blame.problems(error, document), place) from None
    _refuse(sense.problems(read, document), place)
    return read


def _unusable(document: dict[str, Any]) -> Iterator[Problem]:
    if "name" in document:
        yield Problem(("name",), "is not known; a scenario is called as its file is")
    rules = document.get("rules")
    if isinstance(rules, list) and len(rules) > MOST_RULES:
        yield Problem(("rules", MOST_RULES), f"is too much; write at most {MOST_RULES} rules")
    yield from implausible(document)


def _refuse(problems: Iterable[Problem], place: Callable[[Trail], str]) -> None:
    if found := list(problems):
        raise _refusal(found, place)


def _refusal(found: Sequence[Problem], place: Callable[[Trail], str]) -> ScriptError:
    # To find a line takes time, and there may be thousands of problems.
    messages = [f"{place(problem.trail)} {problem.says}" for problem in found[:SHOWN]]
    return ScriptError(messages, len(found) - len(messages))
