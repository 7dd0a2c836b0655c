"""Rules across fields as JSON Schemas, each with the same rule in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockvideo.catalog import ANY, Relation
from mockvideo.openapi.shapes import provenance
from mockvideo.provenance import parse
from mockvideo.schema import Json

# Whoever looks whether anything is there takes null and what is empty for nothing.
FILLED: Json = {"not": {"enum": [None, "", []]}}


def rules(relations: Iterable[Relation], shape: Json, defaults: Mapping[str, Any]) -> list[Json]:
    """Write the rules that can matter to an object of this shape; a field that is absent has its default."""
    matter = [relation for relation in relations if _can_hold(relation, shape)]
    written = [rule(relation, defaults) for relation in matter if not _is_case(relation)]
    for path, by_value in _cases(filter(_is_case, matter)).items():
        # Many conditions as branches, because what draws requests from a schema gets lost in a dozen of conditions.
        if len(by_value) > 1:
            written.append(_branches(path, by_value, shape, defaults))
        else:
            (among,) = by_value.values()
            written += [rule(relation, defaults) for relation in among]
    return written


def rule(relation: Relation, defaults: Mapping[str, Any]) -> Json:
    """Write one rule."""
    if not relation.when:
        return _demanded(relation, defaults)
    when = [_has(path, value, defaults) for path, value in relation.when.items()]
    return {"if": _all_of(when), "then": _demanded(relation, defaults)}


def sentence(relation: Relation) -> str:
    """Say a rule in words."""
    parts = [
        *([f"requires {' or '.join(relation.needs)}"] if relation.needs else []),
        *(f"requires {_said(path, value)}" for path, value in relation.requires.items()),
        *(f"excludes {_said(path, value)}" for path, value in relation.excludes.items()),
    ]
    when = " with ".join(_said(path, value) for path, value in relation.when.items()) or "This model"
    return f"{when} {' and '.join(parts)}."


def _can_hold(relation: Relation, shape: Json) -> bool:
    """Whether its conditions can be met."""
    return all(_possible(shape, path, value) for path, value in relation.when.items())


def _is_case(relation: Relation) -> bool:
    """Whether it depends on what one field says, and on nothing else."""
    return len(relation.when) == 1 and ANY not in relation.when.values()


def _cases(relations: Iterable[Relation]) -> dict[str, dict[Any, list[Relation]]]:
    """Sort cases by the field that they depend on, and what it says."""
    cases: dict[str, dict[Any, list[Relation]]] = {}
    for relation in relations:
        ((path, value),) = relation.when.items()
        cases.setdefault(path, {}).setdefault(value, []).append(relation)
    return cases


def _branches(path: str, by_value: Mapping[Any, list[Relation]], shape: Json, defaults: Mapping[str, Any]) -> Json:
    """Write rules of which at most one can hold, by what a field says."""
    whens = {value: _has(path, value, defaults) for value in by_value}
    branches = [
        _all_of([whens[value], *(_demanded(relation, defaults) for relation in among)])
        for value, among in by_value.items()
    ]
    known = (_field(shape, path) or {}).get("enum", [ANY])
    if not whens.keys() >= {value for value in known if value is not None}:
        branches.append({"not": {"anyOf": list(whens.values())}})
    return {"anyOf": branches}


def _demanded(relation: Relation, defaults: Mapping[str, Any]) -> Json:
    """Write what a rule demands where it holds."""
    demands = [
        *([_one_of(relation.needs)] if relation.needs else []),
        *(_has(path, value, defaults) for path, value in relation.requires.items()),
        *({"not": _has(path, value, defaults)} for path, value in relation.excludes.items()),
    ]
    return {"description": sentence(relation), "x-provenance": provenance(parse(relation.source)), **_all_of(demands)}


def _one_of(needs: tuple[str, ...]) -> Json:
    present = [_at(need, FILLED, there=True) for need in needs]
    return {"anyOf": present} if len(present) > 1 else present[0]


def _has(path: str, value: object, defaults: Mapping[str, Any]) -> Json:
    """What a document looks like in which the field has the value."""
    if value == ANY:
        return {} if path in defaults else _at(path, FILLED, there=True)
    if defaults.get(path) == value:
        return _at(path, {"enum": [value, None]}, there=False)
    return _at(path, {"const": value}, there=True)


def _at(path: str, shape: Json, *, there: bool) -> Json:
    """Put the shape of a field into the objects around it."""
    for name in reversed(path.split(".")):
        shape = {"properties": {name: shape}, **({"required": [name]} if there else {})}
    return shape


def _all_of(shapes: list[Json]) -> Json:
    return shapes[0] if len(shapes) == 1 else {"allOf": shapes}


def _field(shape: Json, path: str) -> Json | None:
    """Return the shape of a field; None if the object has no such field."""
    found: Json | None = shape
    for name in path.split("."):
        found = None if found is None else found.get("properties", {}).get(name)
    return found


def _possible(shape: Json, path: str, value: object) -> bool:
    """Whether an object of this shape can have the value there."""
    field = _field(shape, path)
    return field is not None and (value == ANY or value in field.get("enum", [value]))


def _said(path: str, value: object) -> str:
    return path if value == ANY else f"{path} = {value}"
