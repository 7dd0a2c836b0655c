"""Says what pydantic found, in the words of scenario files: no types, no branches, but what may be written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from mockvideo.script.fields import FIELDS, Field, field_at
from mockvideo.script.problems import Problem, Trail, instead, told

EXPECTED = re.compile("'([^']*)'")
UNKNOWN = "unexpected_keyword_argument"


class Finding(NamedTuple):
    """One error of pydantic's. ``choices``: where one of several forms may stand, and which of them it tried there."""

    trail: Trail
    value: Any
    kind: str
    words: tuple[str, ...] = ()
    choices: tuple[tuple[Trail, str | int], ...] = ()


def problems(error: ValidationError, document: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a document, once a place."""
    found = [_finding(each, document) for each in error.errors(include_url=False, include_input=False)]
    return [Problem(each.trail, _says(each)) for each in _meant(found, document)]


def _finding(error: Any, document: Mapping[str, Any]) -> Finding:
    trail: Trail = ()
    choices: list[tuple[Trail, str | int]] = []
    here: Any = document
    # What is missing is nowhere: blame what lacks it.
    for step in error["loc"][:-1] if error["type"] == "missing" else error["loc"]:
        if isinstance(here, list if isinstance(step, int) else dict) and (isinstance(step, int) or step in here):
            trail, here = (*trail, step), here[step]
        else:
            choices.append((trail, step))
    expected = error.get("ctx", {}).get("expected", "") if isinstance(here, str) else ""
    return Finding(trail, here, error["type"], tuple(EXPECTED.findall(expected)), tuple(choices))


def _meant(found: Iterable[Finding], document: Mapping[str, Any], depth: int = 0) -> Iterator[Finding]:
    """Yield what is wrong in the form that was meant, where one of several may stand."""
    tried: dict[Trail, dict[str | int, list[Finding]]] = {}
    for each in found:
        if len(each.choices) > depth:
            trail, form = each.choices[depth]
            tried.setdefault(trail, {}).setdefault(form, []).append(each)
        else:
            yield each
    for trail, forms in tried.items():
        nearest = _nearest(trail, forms.values())
        if nearest is None:
            yield Finding(trail, _value(document, trail), "form")
        else:
            yield from _meant(nearest, document, depth + 1)


def _nearest(trail: Trail, forms: Collection[list[Finding]]) -> list[Finding] | None:
    """Return the errors of the form that fits but for details; None: none does, or two as well."""
    fitting = [errors for errors in forms if all(each.trail != trail or each.words for each in errors)]
    fewest = min(map(len, fitting), default=0)
    nearest = [errors for errors in fitting if len(errors) == fewest]
    return nearest[0] if len(nearest) == 1 else None


def _value(document: Any, trail: Trail) -> Any:
    for step in trail:
        document = document[step]
    return document


def _says(found: Finding) -> str:
    if found.kind == UNKNOWN:
        return _unknown(found.trail)
    return f"is {told(found.value)}; {instead(found.value, found.words, field_at(found.trail).form)}"


def _unknown(trail: Trail) -> str:
    """Say where an unknown field belongs, or which one was meant."""
    name = trail[-1]
    homes = {home for table in FIELDS.values() for home, field in table.items() if _holds(field, name)}
    if homes:
        return f"is not known here; it belongs into {' or '.join(sorted(map(str, homes)))}"
    known = [str(each) for table in field_at(trail[:-1]).inside for each in FIELDS[table]]
    return f"is not known; {instead(name, known, 'one of ' + ', '.join(known))}"


def _holds(field: Field, name: str | int) -> bool:
    return any(name in FIELDS[table] for table in field.inside)
