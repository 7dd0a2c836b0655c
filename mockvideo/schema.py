"""Schemas of providers' documents: one type validates, narrows to a model's limits, and can be drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, get_args, get_origin

from annotated_types import Interval, Len
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from mockvideo.core.errors import ApiError, Issue, Kind
from mockvideo.provenance import SEED, Source

Json = dict[str, Any]


# Both refuse infinity, which from_json makes of 1e999, and protect no names: those are the provider's choice.
class Lenient(BaseModel):
    """A document whose unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False, protected_namespaces=())


class Strict(BaseModel):
    """A document whose unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


def _integral(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Integer = Annotated[int, BeforeValidator(_integral)]
# A whole number; 5.0 is one, as JavaScript servers see it.


@dataclass(frozen=True, slots=True)
class AnyCase:
    """Marks a text whose letters may come in any case."""


Lowered = Annotated[str, BeforeValidator(_lowered), AnyCase()]
# Text whose letters may come in any case, and are small from here on.


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these; ``Literal`` cannot be made from data and takes ``True`` for 1."""

    values: tuple[object, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, value: object) -> object:
        """Return the value, or say which ones would do."""
        for known in self.values:
            if value == known and type(value) is type(known):
                return value
        expected = ", ".join(map(repr, self.values))
        raise PydanticCustomError("one_of", "Input should be one of {expected}", {"expected": expected})


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts of a form that no other annotation tells, such as a URL or a ratio: what is drawn when requests are."""

    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Also:
    """What a field takes beside its own type, because a validator makes that of it: what OpenAPI documents add."""

    kinds: tuple[Any, ...]


# What documents promise of a picture, which is less than what is accepted: of these forms every text makes one. Only a
# wide ratio of a high resolution makes one that is too large.
_SIDE = r"(?:1[68]|[2-9][02468]|[1-9][0-9][02468]|[1-3][0-9]{2}[02468]|40[0-8][02468]|409[0246])"
SIZE = rf"^{_SIDE}[xX]{_SIDE}$"
RESOLUTION = (
    r"^(?:(?:[1-9][0-9][02468]|1[0-9]{2}[02468]|20[0-9][02468]|21[0-5][02468]|2160)[pP]?"
    r"|[24][kK]|[fF]?[hH][dD]|[sS][dD])$"
)
RATIO = (
    r"^(?:[1-4]:[1-4]|[2-8]:[2-8]|(?:[4-9]|1[0-6]):(?:[4-9]|1[0-6])"
    r"|(?:9|[12][0-9]|3[0-6]):(?:9|[12][0-9]|3[0-6]))$"
)


def promised(*patterns: str) -> WithJsonSchema:
    """Promise in documents that texts of these forms will do; what is accepted stays as it is."""
    return WithJsonSchema({"type": "string", "pattern": "|".join(patterns)})


# An absolute address; nothing ever fetches it.
WebAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#]\S*$"),
    # In ASCII, as languages differ in what is white space beyond it.
    promised(r"^[Hh][Tt][Tt][Pp][Ss]?://[!\"$-.0->@-~][!-~]*$"),
    Examples(("https://example.com/whale.png", "HTTP://localhost:8000/whale?size=large#first")),
]


@dataclass(frozen=True, slots=True)
class Variant:
    """Marks a field that exists only for the models whose catalog row names it."""


VARIANT = Variant()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How a catalog row narrows one field. It never loosens it.

    ``min`` and ``max`` bound a number, ``max_length`` a text or a list.
    """

    choice: tuple[object, ...] = ()
    min: float | None = None
    max: float | None = None
    max_length: int | None = None
    required: bool = False
    source: Source = SEED

    def annotations(self) -> list[object]:
        """What to add to the field's own annotations."""
        added: list[object] = [self.source]
        if self.choice:
            added.append(OneOf(self.choice))
        if self.min is not None or self.max is not None:
            added.append(Interval(ge=self.min, le=self.max))
        if self.max_length is not None:
            added.append(Len(0, self.max_length))
        return added


Limits = Mapping[str, Limit]


def anatomy(field: FieldInfo) -> tuple[Any, tuple[object, ...]]:
    """Return a field's type without None, and its annotations."""
    kind, notes = field.annotation, tuple(field.metadata)
    if type(None) in get_args(kind):
        kind = reduce(or_, (part for part in get_args(kind) if part is not type(None)))
    if get_origin(kind) is Annotated:
        kind, notes = get_args(kind)[0], (*get_args(kind)[1:], *notes)
    return kind, notes


def narrow(schema: type[BaseModel], limits: Limits, name: str) -> type[BaseModel]:
    """Return the schema with these limits, by field name; ``params.duration`` names a field of a nested object.

    It is built on what the schema is built on: validators belong there, those of the schema itself are left out.
    """
    unknown = {path.partition(".")[0] for path in limits} - set(schema.model_fields)
    if unknown:
        message = f"{name} limits fields that {schema.__name__} does not have: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    fields: dict[str, Any] = {}
    for field, info in schema.model_fields.items():
        own = {path.removeprefix(field): limit for path, limit in limits.items() if path.partition(".")[0] == field}
        kind, notes = anatomy(info)
        if own or VARIANT not in notes:
            fields[field] = _narrowed(kind, notes, own, required=info.is_required())
    return create_model(name, __base__=schema.__bases__[0], __module__=schema.__module__, **fields)


def _narrowed(kind: Any, notes: tuple[object, ...], own: Limits, *, required: bool) -> tuple[Any, Any]:
    limit = own.get("", Limit())
    inner = {path.removeprefix("."): limit for path, limit in own.items() if path}
    if inner:
        kind = narrow(kind, inner, kind.__name__)
    for note in (*notes, *(limit.annotations() if "" in own else ())):
        kind = kind if note == VARIANT else Annotated[kind, note]
    # A row never makes a required field nullable: an explicit null would pass, and break what reads it.
    return (kind, ...) if required or limit.required else (kind | None, None)


def without_nulls(document: Json) -> Json:
    """Leave out fields that are null, for providers to whom null is absent."""
    return {name: value for name, value in document.items() if value is not None}


def validate(
    schema: type[BaseModel], document: Json, *, strict: bool = True, broken: Kind = Kind.INVALID_REQUEST
) -> BaseModel:
    """Read a document; raises ApiError of the kind ``broken``, or missing_input, with every issue.

    ``strict`` refuses ``"5"`` for 5 (JSON); form text is read leniently.
    """
    try:
        return schema.model_validate(document, strict=strict)
    except ValidationError as error:
        issues = tuple(
            Issue(found["loc"], found["type"], found["msg"], found.get("ctx", {}))
            for found in error.errors(include_url=False, include_input=False)
        )
        first = issues[0]
        kind = Kind.MISSING_INPUT if first.rule == "missing" else broken
        raise ApiError(kind, f"{first.field}: {first.message}", field=first.field, issues=issues) from None
