"""What a documented route does, in neutral verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from pydantic import BaseModel

from mockvideo.core.files import File
from mockvideo.core.jobs import Snapshot
from mockvideo.core.terms import Page, Standing
from mockvideo.core.uploads import Upload as Uploaded
from mockvideo.provenance import Source
from mockvideo.schema import Json

Form = list[tuple[str, str | File]]


class Links(NamedTuple):
    """What leads back to this server: the path before the documented one, and the result of each clip.

    A result is a URL, or the clip in base64 where the operation answers ``inline``.
    """

    prefix: str = ""
    videos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a document is made from: the account (None: none is needed), the query, and the name in the path."""

    standing: Standing | None
    query: Mapping[str, str]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A job of a list, with its links."""

    snapshot: Snapshot
    links: Links


class Render(Protocol):
    """Write a job as the dialect's document."""

    def __call__(self, snapshot: Snapshot, links: Links, /) -> Json: ...


JSON_ONLY = ("application/json",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Accept a job. ``form`` turns form fields into a document; without it only JSON is understood."""

    answer: type[BaseModel]
    render: Render
    status: int = 200
    accepts: tuple[str, ...] = JSON_ONLY
    form: Callable[[Form], Json] | None = None
    replay_header: bytes | None = None
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate(Submit):
    """Accept a job and answer when it has ended; the clips come inside the document, in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """Tell how a job stands; ``check`` refuses what cannot be an id."""

    answer: type[BaseModel]
    render: Render
    check: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Hand out the job's clip itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """List the account's jobs; ``read`` understands the query, which looks like ``query``."""

    answer: type[BaseModel]
    read: Callable[[Mapping[str, str]], Page]
    render: Callable[[list[Item], Mapping[str, str], bool], Json]
    query: type[BaseModel] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Keep a file that comes in the form field ``field``; ``check`` refuses what the provider does."""

    answer: type[BaseModel]
    field: str
    check: Callable[[File], None]
    render: Callable[[Uploaded, str], Json]
    status: int = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A read-only answer made from account and catalog: models, me, usage, pricing, health.

    ``query`` is what its query looks like; only ``render`` checks one.
    """

    answer: type[BaseModel]
    render: Callable[[View], Json]
    public: bool = False
    query: type[BaseModel] | None = None


Operation = Submit | Poll | Content | List | Upload | Document


@dataclass(frozen=True)
class Route:
    """A documented method and path (``{id}`` at most once, one segment) and what it does."""

    method: str
    path: str
    operation: Operation
    source: Source

    @cached_property
    def name(self) -> str:
        """The operation in one neutral word, as rules and the journal say it."""
        return type(self.operation).__name__.lower()

    @property
    def query(self) -> type[BaseModel] | None:
        """What the query of a list or a document looks like, where there is one."""
        return self.operation.query if isinstance(self.operation, List | Document) else None

    @property
    def replay_header(self) -> bytes | None:
        """The header with the idempotency key of a submission, where there are such."""
        return self.operation.replay_header if isinstance(self.operation, Submit) else None
