"""Limits and prices in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mockvideo.catalog import ANY, Relation, Row
from mockvideo.schema import Limit


def accepts(row: Row) -> str:
    """Say what a model accepts, field by field; fields of one object stand together, their object before them."""
    said: dict[str, list[str]] = {}
    for path in dict.fromkeys((*row.limits, *row.defaults)):
        parent, _, name = path.rpartition(".")
        said.setdefault(parent, []).append(limit(name, row.narrowed.get(path, Limit()), row.defaults.get(path)))
    fields = [f"{parent}: {', '.join(inner)}" if parent else ", ".join(inner) for parent, inner in said.items()]
    return "; ".join([*fields, *map(relation, row.relations)])


def limit(name: str, limit: Limit, default: object = None) -> str:
    """Say how a row narrows a field: ``duration up to 25 (5)``, the default at the end; a mere name is just taken."""
    said = [
        name,
        _choice(limit.choice),
        _range(limit.min, limit.max),
        f"at most {limit.max_length} long" if limit.max_length is not None else "",
        "required" if limit.required else "",
        f"({default})" if default is not None else "",
    ]
    return " ".join(filter(None, said))


def relation(rule: Relation) -> str:
    """Say a rule across fields."""
    when = " and ".join(_equal(rule.when))
    says = [
        "needs " + " or ".join(map(_leaf, rule.needs)) if rule.needs else "",
        "requires " + " and ".join(_equal(rule.requires)) if rule.requires else "",
        "excludes " + " and ".join(_equal(rule.excludes)) if rule.excludes else "",
    ]
    return " ".join(filter(None, [when, ", ".join(filter(None, says))]))


def prices(row: Row, currency: str) -> str:
    """Say what a model costs, by variant."""
    said = ", ".join(f"{variant} {price.normalize():f}" for variant, price in row.prices.items())
    return f"{said} {currency}" if said else ""


def pairs(values: Mapping[str, object]) -> str:
    """Say names with their values, lists by their items."""
    return ", ".join(f"{name} {_value(value)}" for name, value in values.items())


def _value(value: object) -> str:
    return " ".join(map(_value, value)) if isinstance(value, list | tuple) else str(value)


def _choice(choice: Iterable[object]) -> str:
    return "|".join(map(str, choice))


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if high is not None:
        return f"up to {high:g}"
    return "" if low is None else f"from {low:g}"


def _equal(values: Mapping[str, object]) -> list[str]:
    return [_leaf(path) if value == ANY else f"{_leaf(path)}={value}" for path, value in values.items()]


def _leaf(path: str) -> str:
    return path.rpartition(".")[2]
