"""Requests drawn from the types of a dialect: what validates them tells what they look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from pydantic import BaseModel

from mockvideo.conformance.acceptance import mended, refused
from mockvideo.conformance.fields import Field, fields, placed, walk
from mockvideo.conformance.limits import edges, extremes
from mockvideo.dialect import Dialect
from mockvideo.schema import Json

OPTIONAL = 8
"""How many optional fields a drawn object has at most; more of them slow the search and tell no more."""

SOME = 3
"""How many items a drawn list has at most, unless it needs more."""

SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=SOME) | st.dictionaries(st.text(), inner, max_size=SOME),
    max_leaves=5,
)

PLAIN: Mapping[Any, Callable[[Field], SearchStrategy[Any]]] = {
    str: lambda field: st.text(min_size=field.shortest, max_size=field.longest),
    bool: lambda _: st.booleans(),
    int: lambda field: st.integers(field.low, field.high),
    float: lambda field: st.floats(field.low, field.high, allow_nan=False, allow_infinity=False),
    Any: lambda _: ANYTHING,
}


@dataclass(frozen=True, slots=True)
class Invalid:
    """A document that a dialect must refuse, and what is wrong with it."""

    document: Json
    wrong: str


def values(field: Field) -> SearchStrategy[Any]:
    """JSON values that the field accepts."""
    if field.choices:
        return st.sampled_from(field.choices)
    if field.examples or field.pattern:
        shown = st.sampled_from(field.examples) if field.examples else st.nothing()
        return shown | (st.from_regex(field.pattern, fullmatch=True) if field.pattern else st.nothing())
    return _composed(field) if field.composed else PLAIN[field.kind](field)


def _composed(field: Field) -> SearchStrategy[Any]:
    if field.schema is not None:
        return objects(field.schema)
    if field.item is not None:
        most = SOME if field.longest is None else min(SOME, field.longest)
        return st.lists(values(field.item), min_size=field.shortest, max_size=max(field.shortest, most))
    return st.one_of(*map(values, field.alternatives))


@cache
def objects(schema: type[BaseModel]) -> SearchStrategy[Json]:
    """JSON objects that fit the schema, each with some of its optional fields."""
    required = {name: values(field) for name, field in fields(schema).items() if field.required}
    optional = {name: values(field) for name, field in fields(schema).items() if not field.required}
    names = st.lists(st.sampled_from(sorted(optional)), unique=True, max_size=OPTIONAL) if optional else st.just([])
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries({**required, **{name: optional[name] for name in chosen}})
    )


def models(dialect: Dialect) -> SearchStrategy[str]:
    """The names of the dialect's models."""
    return st.sampled_from(tuple(dialect.catalog.rows))


def requests(dialect: Dialect, model: str | None = None) -> SearchStrategy[Json]:
    """Submissions that the dialect accepts, of one model or of any."""

    @st.composite
    def accepted(draw: DrawFn) -> Json:
        row = dialect.catalog.rows[draw(models(dialect)) if model is None else model]
        document = {**draw(objects(dialect.catalog.request(row))), "model": row.id}
        found = mended(dialect, row, document, lambda field: draw(values(field).filter(_is_filled)))
        return reject() if found is None else found

    return accepted()


def _is_filled(value: object) -> bool:
    """Whether a value is one for providers to whom an empty one is none."""
    return value not in ("", [])


def invalid_requests(dialect: Dialect) -> SearchStrategy[Invalid]:
    """Submissions that the dialect refuses, each wrong in one place."""
    edges_of = cache(lambda model: tuple(edges(dialect, dialect.catalog.rows[model])))
    beyond = models(dialect).flatmap(lambda model: st.sampled_from(edges_of(model)))
    drawn = st.one_of(
        _of_no_model(dialect),
        _out_of_place(dialect),
        beyond.map(lambda edge: Invalid(edge.beyond, f"not so: {edge.limit}")),
    )
    return drawn.filter(lambda invalid: refused(dialect, invalid.document) is not None)


def _of_no_model(dialect: Dialect) -> SearchStrategy[Invalid]:
    unknown = st.text() | models(dialect).map(lambda model: f"{model}x")
    return st.builds(
        lambda document, model: Invalid({**document, "model": model}, f"no model is called {model!r}"),
        requests(dialect),
        unknown,
    )


def _out_of_place(dialect: Dialect) -> SearchStrategy[Invalid]:
    """One field has a value that it does not accept."""

    @st.composite
    def spoilt(draw: DrawFn) -> Invalid:
        model = draw(models(dialect))
        path, field = draw(st.sampled_from(tuple(walk(dialect.catalog.request(dialect.catalog.rows[model])))))
        beyond = [value for _, _, value in extremes(field)]
        value = draw(ANYTHING | st.sampled_from(beyond) if beyond else ANYTHING)
        return Invalid(placed(draw(requests(dialect, model)), path, value), f"{path} is {value!r}")

    return spoilt()
