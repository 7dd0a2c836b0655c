"""Refusals in the words of Zod 4, the library with which the provider's backend checks its requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Self, get_args, get_origin

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from mockvideo.schema import OneOf, Strict, anatomy


class Null:
    """JSON's null, which JavaScript does not take for absence: a value of no type that a schema has."""


NULL: Final = Null()

# Zod has no such cap; a list of fifty thousand wrong items would keep the server busy for seconds.
MOST_ISSUES: Final = 100

TYPES = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    list: "array",
    Null: "null",
    type(None): "null",
}

TEXTS = {
    "string_too_short": "Too small: expected string to have >={min_length} characters",
    "string_too_long": "Too big: expected string to have <={max_length} characters",
    "too_short": "Too small: expected array to have >={min_length} items",
    "too_long": "Too big: expected array to have <={max_length} items",
    "greater_than_equal": "Too small: expected number to be >={ge:.0f}",
    "less_than_equal": "Too big: expected number to be <={le:.0f}",
    "int_parsing": "Invalid input: expected number, received NaN",
    "string_pattern_mismatch": r"Invalid string: must match pattern /^\d+:\d+$/",
    "url_parsing": "Invalid URL",
}


class Part(Strict):
    """An object inside a request."""

    @model_validator(mode="before")
    @classmethod
    def keep_nulls(cls, document: Any) -> Any:
        """Refuse a null also where a field may be left out."""
        if not isinstance(document, dict):
            return document
        return {name: NULL if value is None else value for name, value in document.items()}


class Request(Part):
    """A request, or a query."""

    @model_validator(mode="wrap")
    @classmethod
    def in_zods_words(cls, document: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Refuse in Zod's words; the rules keep pydantic's names."""
        try:
            return handler(document)
        except ValidationError as error:
            raise ValidationError.from_exception_data(cls.__name__, list(_lines(cls, error))) from None


def _lines(schema: type[BaseModel], error: ValidationError) -> Iterator[InitErrorDetails]:
    strangers: dict[tuple[int | str, ...], list[str]] = {}
    for found in error.errors(include_url=False)[:MOST_ISSUES]:
        # Zod reports unknown keys at their parent, all in one; pydantic each at its own place.
        if found["type"] == "extra_forbidden":
            *parent, name = found["loc"]
            strangers.setdefault(tuple(parent), []).append(json.dumps(name, ensure_ascii=False))
        else:
            yield _line(found, _text(schema, found))
    for place, names in strangers.items():
        text = f"Unrecognized key{'s' if len(names) > 1 else ''}: {', '.join(names)}"
        yield InitErrorDetails(type=PydanticCustomError("extra_forbidden", text), loc=place, input=names)


def _line(found: ErrorDetails, text: str) -> InitErrorDetails:
    rule = PydanticCustomError(found["type"], text, found.get("ctx"))
    return InitErrorDetails(type=rule, loc=found["loc"], input=found["input"])


def _text(schema: type[BaseModel], found: ErrorDetails) -> str:
    kind, notes = _expected(schema, found["loc"])
    choice = next((note for note in notes if isinstance(note, OneOf)), None)
    if choice is not None:
        return _options(choice.values)
    if found["type"] in TEXTS:
        return TEXTS[found["type"]].format_map(found.get("ctx", {}))
    return _mistyped(kind, found)


def _mistyped(kind: Any, found: ErrorDetails) -> str:
    value = found["input"]
    received = "undefined" if found["type"] == "missing" else TYPES.get(type(value), "object")
    expected = "int" if kind is int and isinstance(value, float) else TYPES.get(get_origin(kind) or kind, "object")
    return f"Invalid input: expected {expected}, received {received}"


def _expected(schema: Any, path: tuple[int | str, ...]) -> tuple[Any, tuple[object, ...]]:
    """Return the type at that path and its annotations."""
    kind: Any = schema
    notes: tuple[object, ...] = ()
    for part in path:
        items = FieldInfo.from_annotation(get_args(kind)[0]) if isinstance(part, int) else kind.model_fields[part]
        kind, notes = anatomy(items)
    return kind, notes


def _options(values: tuple[object, ...]) -> str:
    """Name the words of an enumeration; of a union of numbers Zod names none."""
    if all(isinstance(value, str) for value in values):
        return "Invalid option: expected one of " + "|".join(map(json.dumps, values))
    return "Invalid input"
