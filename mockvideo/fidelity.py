"""How true a dialect is: what it says, counted by where each fact comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mockvideo.dialect import Dialect, Spelling, Word
from mockvideo.provenance import Origin, Source, parse
from mockvideo.schema import anatomy


@dataclass(frozen=True, slots=True)
class Tally:
    """How many facts of one sort come from each origin."""

    counts: tuple[tuple[Origin, int], ...]

    def __getitem__(self, origin: Origin) -> int:
        return dict(self.counts)[origin]

    def __add__(self, other: Tally) -> Tally:
        return Tally(tuple((origin, number + other[origin]) for origin, number in self.counts))

    @property
    def total(self) -> int:
        return sum(number for _, number in self.counts)

    @property
    def documented(self) -> float:
        """The share that is not guessed, from 0 to 1."""
        return 1 - self[Origin.GUESS] / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A dialect's fidelity. ``unsourced`` names fields whose annotations forget the source; there should be none."""

    dialect: str
    fields: Tally
    limits: Tally
    words: Tally
    unsourced: tuple[str, ...]

    @property
    def all(self) -> Tally:
        return self.fields + self.limits + self.words


def card(dialect: Dialect) -> Card:
    """Count what a dialect says: fields of its documents, words for states, errors and failures, and limits.

    Limits are those of its models, and its figures for time and requests.
    """
    found = [
        (f"{schema.__name__}.{name}", origin_of(field))
        for schema in _schemas(dialect)
        for name, field in schema.model_fields.items()
    ]
    return Card(
        dialect=dialect.name,
        fields=_tally(source for _, source in found if source is not None),
        limits=_tally(_limits(dialect)),
        words=_tally(_words(dialect)),
        unsourced=tuple(name for name, source in found if source is None),
    )


def origin_of(field: FieldInfo) -> Source | None:
    """Where a field comes from: the outermost source among its annotations."""
    _, notes = anatomy(field)
    return next((note for note in reversed(notes) if isinstance(note, Source)), None)


def source_of(dialect: Dialect, path: str, model: object = None) -> Source | None:
    """Where the limit of a request's field comes from (``params.duration``): the model's row, else the schema."""
    row = dialect.catalog.rows.get(model) if isinstance(model, str) else None
    if row is not None and path in row.limits:
        return row.origin(f"limits.{path}")
    return _field_source(dialect.catalog.schema, path.split("."))


def _field_source(schema: type[BaseModel], path: list[str]) -> Source | None:
    name, *rest = path
    field = schema.model_fields.get(name)
    if field is None:
        return None
    deeper = (_field_source(inner, rest) for inner in _inside(field.annotation)) if rest else iter(())
    return next(filter(None, deeper), None) or origin_of(field)


def _tally(sources: Iterable[Source]) -> Tally:
    counts = Counter(source.origin for source in sources)
    return Tally(tuple((origin, counts[origin]) for origin in Origin))


def _schemas(dialect: Dialect) -> Iterator[type[BaseModel]]:
    """All documents that go in and out, with what is nested in them, each once."""
    answers = (getattr(route.operation, "answer", None) for route in dialect.routes)
    waiting = [dialect.catalog.schema, *filter(None, answers), dialect.error]
    seen: set[type[BaseModel]] = set()
    while waiting:
        schema = waiting.pop(0)
        if schema not in seen:
            seen.add(schema)
            yield schema
            waiting += [inner for field in schema.model_fields.values() for inner in _inside(field.annotation)]


def _inside(kind: Any) -> Iterator[type[BaseModel]]:
    """The schemas in an annotation, however deep."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _inside(part)


def _limits(dialect: Dialect) -> Iterator[Source]:
    relations = [*dialect.catalog.relations]
    for row in dialect.catalog.rows.values():
        yield from (row.origin(f"limits.{path}") for path in row.limits)
        relations += row.relations
    yield from (parse(relation.source) for relation in relations)
    yield from dialect.figure_sources.values()


def _words(dialect: Dialect) -> Iterator[Source]:
    vocabularies = (dialect.states, dialect.errors, dialect.spellings, dialect.failures)
    spoken = (word for words in vocabularies for word in words.values())
    yield from (word.source for word in spoken if isinstance(word, Word | Spelling))
