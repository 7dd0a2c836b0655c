"""A price list: the models of a dialect, and the request schemas that its rows imply."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as checked
from pydantic_core import to_json

from mockvideo.core.errors import ApiError, Kind
from mockvideo.provenance import Source, parse
from mockvideo.schema import Limit, narrow

ANY = "*"
# Of a name from the wire, which may be of any length; difflib's time grows with the square of it.
LONGEST_TOLD = 200
SCALARS = frozenset({str, int, float, bool})


@checked(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Relation:
    """A rule across fields: when all of ``when`` holds, so must the rest.

    ``needs``: one of these fields is there. ``requires``: each field has this value. ``excludes``: none has. ``*``
    stands for any value; a field that is absent has its model's default.
    """

    when: dict[str, Any] = Field(default_factory=dict)
    needs: tuple[str, ...] = ()
    requires: dict[str, Any] = Field(default_factory=dict)
    excludes: dict[str, Any] = Field(default_factory=dict)
    source: str = "seed"

    def check(self, request: BaseModel, defaults: Mapping[str, Any]) -> None:
        """Refuse a request that breaks the rule."""
        for path, value in self.when.items():
            if not _has(request, defaults, path, value):
                return
        if self.needs and not any(_has(request, {}, path, ANY) for path in self.needs):
            raise ApiError(Kind.MISSING_INPUT, f"{self._condition()}requires {self._choices()}", field=self.needs[0])
        self._demand(self.requires, request, defaults, wanted=True)
        self._demand(self.excludes, request, defaults, wanted=False)

    def _demand(self, values: dict[str, Any], request: BaseModel, defaults: Mapping[str, Any], *, wanted: bool) -> None:
        for path, value in values.items():
            if _has(request, defaults, path, value) is not wanted:
                verb, facts = ("requires", {"expected": value}) if wanted else ("excludes", {})
                message = f"{self._condition()}{verb} {path}={_json(value)}"
                raise ApiError(Kind.MODEL_LIMIT, message, field=path, **facts)

    def _condition(self) -> str:
        stated = " with ".join(path if value == ANY else f"{path}={_json(value)}" for path, value in self.when.items())
        return f"{stated} " if stated else "this model "

    def _choices(self) -> str:
        return self.needs[0] if len(self.needs) == 1 else "one of " + ", ".join(self.needs)


def _json(value: object) -> str:
    """A value as a client writes it, texts without quotes."""
    return value if isinstance(value, str) else to_json(value).decode()


def _get(request: BaseModel, defaults: Mapping[str, Any], path: str) -> Any:
    """Return the value at the path, or the model's default for it."""
    found: Any = getattr(request, path, None) if "." not in path else _inside(request, path)
    return defaults.get(path) if found is None else found


def _inside(found: Any, path: str) -> Any:
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _has(request: BaseModel, defaults: Mapping[str, Any], path: str, value: object) -> bool:
    found = _get(request, defaults, path)
    return found not in (None, "", [], ()) if value == ANY else found == value


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Row:
    """One model: what it accepts, what it does where the request is silent, what it costs.

    ``limits``, ``defaults`` and ``prices`` are keyed by field path or variant; ``sources`` says where single entries
    come from (``limits.duration``), ``source`` where all others do. ``facts`` are for the dialect's own documents.
    """

    id: str
    name: str = ""
    owner: str = ""
    source: str = "seed"
    limits: dict[str, Any] = Field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    defaults: dict[str, Any] = Field(default_factory=dict)
    prices: dict[str, Decimal] = Field(default_factory=dict)
    plans: tuple[str, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)

    def origin(self, path: str) -> Source:
        """Where the entry at ``limits.duration``, ``defaults.size``, ``prices.5s`` … comes from."""
        parents = (path, path.rpartition(".")[0], path.partition(".")[0])
        return parse(next((self.sources[place] for place in parents if place in self.sources), self.source))

    @cached_property
    def narrowed(self) -> dict[str, Limit]:
        """The row's limits as values, by field path."""
        return {
            path: TypeAdapter(Limit).validate_python({**limit, "source": self.origin(f"limits.{path}")})
            for path, limit in self.limits.items()
        }


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    models: tuple[Row, ...]
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What one model accepts: its request schema and the rules that can apply, by field and value of a condition."""

    schema: type[BaseModel]
    rules: Mapping[str, Mapping[Any, tuple[Relation, ...]]]

    def relate(self, row: Row, request: BaseModel) -> None:
        """Refuse a request that breaks a rule across fields."""
        for path, by_value in self.rules.items():
            found = _get(request, row.defaults, path) if path else None
            # A list or an object from the wire cannot be looked up: it has no hash.
            for value in (found if type(found) in SCALARS else None, ANY):
                for relation in by_value.get(value, ()):
                    relation.check(request, row.defaults)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The rows by model id, in the order of the provider's document; ``relations`` hold for every model."""

    schema: type[BaseModel]
    rows: Mapping[str, Row]
    relations: tuple[Relation, ...] = ()
    _accepted: dict[str, Accepted] = field(default_factory=dict, compare=False, repr=False)

    def row(self, model: object) -> Row:
        """Return the row of a model; raises ApiError with the nearest name if there is none."""
        if not isinstance(model, str):
            raise ApiError(Kind.INVALID_REQUEST, "model: must be a string", field="model")
        row = self.rows.get(model)
        if row is None:
            raise ApiError(Kind.UNKNOWN_MODEL, field="model", model=model[:LONGEST_TOLD], nearest=self.nearest(model))
        return row

    def nearest(self, model: str) -> tuple[str, ...]:
        """Return up to three names that resemble this one, the best first."""
        return tuple(get_close_matches(model[:LONGEST_TOLD], self.rows, n=3))

    def request(self, row: Row) -> type[BaseModel]:
        """Return the request schema of a model, built at its first use."""
        return self._accepts(row).schema

    def relate(self, row: Row, request: BaseModel) -> None:
        """Refuse a request that breaks a rule across fields."""
        self._accepts(row).relate(row, request)

    def _accepts(self, row: Row) -> Accepted:
        accepted = self._accepted.get(row.id)
        if accepted is None:
            rules: dict[str, dict[Any, tuple[Relation, ...]]] = {}
            for relation in (*self.relations, *row.relations):
                path, value = next(iter(relation.when.items()), ("", None))
                place = rules.setdefault(path, {})
                place[value] = (*place.get(value, ()), relation)
            schema = narrow(self.schema, row.narrowed, row.id)
            accepted = self._accepted[row.id] = Accepted(schema, rules)
        return accepted


def load(package: str, schema: type[BaseModel]) -> Catalog:
    """Read ``models.toml`` of a dialect's package."""
    text = files(package).joinpath("models.toml").read_text("utf-8")
    document = _File.model_validate(tomllib.loads(text))
    rows = {row.id: row for row in document.models}
    if len(rows) < len(document.models):
        twice = sorted({row.id for row in document.models if rows[row.id] is not row})
        message = f"{package} lists a model twice: {', '.join(twice)}"
        raise ValueError(message)
    return Catalog(schema, rows, document.relations)
