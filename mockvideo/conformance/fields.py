"""What each field of a request accepts, read off its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, GroupedMetadata, Le, MaxLen, MinLen
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from mockvideo.schema import Examples, Json, OneOf, anatomy


@dataclass(frozen=True, slots=True)
class Field:
    """What one field accepts: a type, one of its ``choices`` if there are any, and values within bounds.

    ``low`` and ``high`` bound a number of that type, ``shortest`` and ``longest`` a text or a list; None is no bound.
    """

    kind: Any
    required: bool = True
    choices: tuple[Any, ...] = ()
    examples: tuple[Any, ...] = ()
    pattern: str | None = None
    low: Any = None
    high: Any = None
    shortest: int = 0
    longest: int | None = None

    @property
    def schema(self) -> type[BaseModel] | None:
        """The schema of an object; None if the value is none."""
        return self.kind if isinstance(self.kind, type) and issubclass(self.kind, BaseModel) else None

    @property
    def item(self) -> Field | None:
        """What a list holds; None if the value is none."""
        return of_type(get_args(self.kind)[0]) if get_origin(self.kind) is list else None

    @property
    def alternatives(self) -> tuple[Field, ...]:
        """What a value of several types may be."""
        return tuple(map(of_type, get_args(self.kind))) if get_origin(self.kind) in {Union, UnionType} else ()

    @property
    def composed(self) -> bool:
        """Whether the value is made of others, or is of one of several types."""
        return self.schema is not None or self.item is not None or self.alternatives != ()

    def within(self, value: float) -> bool:
        """Whether a number is not out of bounds."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def of_type(kind: Any, *, required: bool = True) -> Field:
    """Read a type with its annotations."""
    return _read(FieldInfo.from_annotation(kind), required=required)


@cache
def fields(schema: type[BaseModel]) -> dict[str, Field]:
    """Return the fields of a schema by name."""
    return {name: _read(info, required=info.is_required()) for name, info in schema.model_fields.items()}


def walk(schema: type[BaseModel], before: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every field by its path; those of an object follow it as ``params.duration``."""
    for name, field in fields(schema).items():
        yield before + name, field
        if field.schema is not None:
            yield from walk(field.schema, f"{before}{name}.")


def placed(document: Json, path: str, value: object) -> Json:
    """Return the document with this value at the path."""
    name, _, rest = path.partition(".")
    inner = document.get(name)
    return {**document, name: placed(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def without(document: Json, path: str) -> Json:
    """Return the document without what is at the path."""
    name, _, rest = path.partition(".")
    inner = document.get(name)
    if rest and isinstance(inner, dict):
        return {**document, name: without(inner, rest)}
    return {other: value for other, value in document.items() if other != name}


def present(document: Json, path: str) -> bool:
    """Whether there is something at the path, or at the list or text that it leads through."""
    name, _, rest = path.partition(".")
    inner = document.get(name)
    return present(inner, rest) if rest and isinstance(inner, dict) else name in document


def _read(info: FieldInfo, *, required: bool) -> Field:
    kind, notes = anatomy(info)
    field = Field(kind, required)
    if get_origin(kind) is Literal:
        field = replace(field, choices=get_args(kind))
    for note in _flat(notes):
        if (tell := TOLD.get(type(note))) is not None:
            field = replace(field, **tell(field, note))
    if field.choices and isinstance(field.choices[0], int | float):
        field = replace(field, choices=tuple(filter(field.within, field.choices)))
    return field


def _flat(notes: Iterable[object]) -> Iterator[object]:
    for note in notes:
        yield note
        if isinstance(note, GroupedMetadata):
            yield from note


def _narrower(pick: Callable[[Any, Any], Any], known: Any, told: Any) -> Any:
    """Of two limits of one sort the one that holds."""
    return told if known is None else pick(known, told)


def _bound(field: Field, bound: Any) -> int | float:
    """Return a bound in the field's own type: catalogs write 5.0 for 5."""
    return int(bound) if field.kind is int else float(bound)


def _common(known: tuple[Any, ...], told: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the choices that both leave; no choices are any."""
    return tuple(value for value in told if value in known) if known else told


# What an annotation changes of a field, by its type.
TOLD: Mapping[type, Callable[[Field, Any], dict[str, Any]]] = {
    OneOf: lambda field, note: {"choices": _common(field.choices, note.values)},
    Examples: lambda _, note: {"examples": note.values},
    Ge: lambda field, note: {"low": _narrower(max, field.low, _bound(field, note.ge))},
    Le: lambda field, note: {"high": _narrower(min, field.high, _bound(field, note.le))},
    MinLen: lambda field, note: {"shortest": max(field.shortest, note.min_length)},
    MaxLen: lambda field, note: {"longest": _narrower(min, field.longest, note.max_length)},
    StringConstraints: lambda field, note: {"pattern": note.pattern or field.pattern},
}
