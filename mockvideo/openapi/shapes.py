"""JSON Schemas of types: what validates a document tells what it looks like, and where each field comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, GroupedMetadata, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, StringConstraints, WithJsonSchema
from pydantic.fields import FieldInfo

from mockvideo.core.files import File
from mockvideo.provenance import Source
from mockvideo.schema import Also, AnyCase, Examples, Json, OneOf, anatomy

BYTES: Json = {"type": "string", "contentMediaType": "application/octet-stream", "minLength": 1}
NULL: Json = {"type": "null"}
PLAIN: Mapping[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Any: {},
    File: BYTES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How types are written.

    ``name`` gives nested objects a name and returns the reference to it; without it they stand where they are.
    ``nulls``: fields that need not be there may be null as well; ``files``: a file may stand where a form has one.
    """

    name: Callable[[type[BaseModel]], Json] | None = None
    nulls: bool = True
    files: bool = False

    def document(self, schema: type[BaseModel]) -> Json:
        """Write an object with its fields."""
        fields = schema.model_fields.items()
        shape: Json = {"type": "object", "properties": {name: self.field(info) for name, info in fields}}
        required = [name for name, info in fields if info.is_required()]
        if required:
            shape["required"] = required
        if schema.model_config.get("extra") == "forbid":
            shape["additionalProperties"] = False
        return shape

    def field(self, info: FieldInfo) -> Json:
        """Write a field: its type, its limits, and who says so."""
        kind, notes = anatomy(info)
        shape = self.value(kind, notes)
        if self.nulls and NoneType in get_args(info.annotation):
            shape = or_null(shape)
        if info.default is not None and not info.is_required():
            shape["default"] = info.default
        sources = [note for note in notes if isinstance(note, Source)]
        if sources:
            shape["x-provenance"] = _provenance_of_field(sources)
        return shape

    def value(self, kind: Any, notes: Iterable[object] = ()) -> Json:
        """Write a type with its annotations."""
        told = list(_flat(notes))
        shape = _limited(self._plain(kind), told)
        others = [other for note in told if isinstance(note, Also) for other in note.kinds]
        more = [self._annotated(other) for other in others if self.files or other is not File]
        return {"anyOf": [shape, *more]} if more else shape

    def _annotated(self, kind: Any) -> Json:
        return self.value(*anatomy(FieldInfo.from_annotation(kind)))

    def _plain(self, kind: Any) -> Json:
        if kind in PLAIN:
            return PLAIN[kind]
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self._nested(kind)
        origin, inside = get_origin(kind), get_args(kind)
        if origin is Literal:
            return _one_of(inside)
        if origin in {Union, UnionType}:
            return {"anyOf": [self._annotated(part) for part in inside]}
        items = self._annotated(inside[-1])
        return (
            {"type": "array", "items": items} if origin is list else {"type": "object", "additionalProperties": items}
        )

    def _nested(self, schema: type[BaseModel]) -> Json:
        return self.document(schema) if self.name is None else self.name(schema)


def or_null(shape: Json) -> Json:
    """Let a value be null, too; where there is no type, anything goes anyway."""
    if "$ref" in shape:
        return {"anyOf": [shape, NULL]}
    if "anyOf" in shape:
        return {**shape, "anyOf": [*shape["anyOf"], NULL]}
    if "type" not in shape:
        return shape
    known = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
    return {**shape, "type": [shape["type"], "null"], **known}


def provenance(source: Source) -> Json:
    """Say where a fact comes from."""
    return {"origin": f"{source.origin}", **({"where": source.where} if source.where else {})}


def _provenance_of_field(sources: list[Source]) -> Json:
    """Say where a field comes from; what a model's row adds stands behind what all models have."""
    limited = {} if sources[-1] is sources[0] else {"limit": provenance(sources[-1])}
    return {**provenance(sources[0]), **limited}


def _limited(shape: Json, notes: list[object]) -> Json:
    """Return a shape with what annotations say, in their order; what they say of words is said in small letters."""
    limited = dict(shape)
    for note in notes:
        if (tell := TOLD.get(type(note))) is not None:
            limited |= tell(note, limited)
    return _in_any_case(limited) if any(isinstance(note, AnyCase) for note in notes) else limited


def _in_any_case(shape: Json) -> Json:
    """Let words be written in capitals, too."""
    if "enum" not in shape:
        return shape
    return {**shape, "enum": list(dict.fromkeys(form for word in shape["enum"] for form in (word, word.upper())))}


def _flat(notes: Iterable[object]) -> Iterator[object]:
    for note in notes:
        yield note
        if isinstance(note, GroupedMetadata):
            yield from note


def _one_of(values: tuple[Any, ...]) -> Json:
    return {**PLAIN[type(values[0])], "enum": list(values)}


def _bound(word: str, pick: Callable[[Any, Any], Any]) -> Callable[[Any, Json], Json]:
    """Write a bound of a number; of two of one sort the one that holds. Catalogs write 5.0 for 5."""
    attribute = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}[word]

    def tell(note: Any, shape: Json) -> Json:
        bound = getattr(note, attribute)
        value = int(bound) if float(bound).is_integer() else bound
        return {word: pick(shape.get(word, value), value)}

    return tell


def _length(end: str, pick: Callable[[int, int], int]) -> Callable[[Any, Json], Json]:
    """Write a bound of the length of a text or a list."""

    def tell(note: Any, shape: Json) -> Json:
        word = end + ("Items" if shape["type"] == "array" else "Length")
        length = getattr(note, f"{end}_length")
        return {word: pick(shape.get(word, length), length)} if end == "max" or length else {}

    return tell


# What an annotation says of a value, by its type; the shape so far comes with it.
TOLD: Mapping[type, Callable[[Any, Json], Json]] = {
    WithJsonSchema: lambda note, _: dict(note.json_schema or {}),
    OneOf: lambda note, shape: {"enum": [value for value in note.values if value in shape.get("enum", note.values)]},
    Examples: lambda note, _: {"examples": list(note.values)},
    StringConstraints: lambda note, _: {"pattern": note.pattern} if note.pattern else {},
    Ge: _bound("minimum", max),
    Le: _bound("maximum", min),
    Gt: _bound("exclusiveMinimum", max),
    Lt: _bound("exclusiveMaximum", min),
    MinLen: _length("min", max),
    MaxLen: _length("max", min),
}
