"""What a dialect is: the type of a vocabulary. A dialect never sees the clock, the network or the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from mockvideo.advice import Advice
from mockvideo.catalog import Catalog, Row
from mockvideo.core.errors import NO_FACTS, ApiError, HttpDate, Kind, Literally, Refusal
from mockvideo.core.geometry import Shape, ShapeError, pixels
from mockvideo.core.jobs import Reason, State, VideoRequest
from mockvideo.core.limits import Quota
from mockvideo.core.terms import Terms
from mockvideo.operation import Generate, Route
from mockvideo.provenance import Origin, Source
from mockvideo.schema import Json
from mockvideo.statuses import kinds
from mockvideo.webhook import Webhooks


class Check(StrEnum):
    """What is checked of a submission; every dialect has its own order."""

    KEY = "key"
    LIMITS = "limits"
    BODY = "body"
    SCHEMA = "schema"
    MODEL = "model"
    PLAN = "plan"
    CAPS = "caps"
    IDEMPOTENCY = "idempotency"
    FUNDS = "funds"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class Absent:
    """A word that the dialect does not have; the nearest one stands in (None: nothing ever shows it)."""

    nearest: Any = None


def absent(*, nearest: State | Kind | Reason | None = None) -> Absent:
    """Say that a dialect has no word for something, and which of its words comes nearest."""
    return Absent(nearest)


@dataclass(frozen=True, slots=True)
class Word:
    """How a dialect says a job state."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How a dialect says an error: status, words, and a text that is filled from the refusal's facts."""

    status: int
    text: str
    source: Source
    code: str | None = None
    type: str | None = None


# What an answer tells of the balance where none was counted.
USED_UP = frozenset({Kind.INSUFFICIENT_CREDITS, Kind.QUOTA_EXCEEDED})
NOTHING_LEFT: Mapping[str, object] = MappingProxyType({"available": Decimal(0)})

# Whether documents have an answer, or we decided how it looks; literal: its status is not the one of its words.
Basis = Literal["documented", "decided", "literal"]


class Meaning(NamedTuple):
    """What a dialect makes of a literal HTTP status."""

    kind: Kind
    spelling: Spelling
    standing: Basis


@dataclass(frozen=True, kw_only=True)
class Credential:
    """Where the API key stands: a header, and the scheme before it (empty: none), which ``bare`` makes optional."""

    header: bytes = b"authorization"
    scheme: str = "Bearer"
    bare: bool = False

    @cached_property
    def prefix(self) -> bytes:
        """What stands before the key as clients write it."""
        return f"{self.scheme} ".encode() if self.scheme else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """Where the documents hold what every dialect has (JSON pointers); None: nowhere.

    ``submitted`` and ``polled`` are the job's id in the answers to a submission and to a poll (None: the same place);
    ``prompt`` and ``images`` stand in requests, all others in answers. ``mirrors`` are the other places where answers
    repeat an ``id`` or a ``video``.
    """

    submitted: str | None = None
    polled: str | None = None
    poll_path: str | None = None
    status: str | None = None
    progress: str | None = None
    video: str
    error: str
    prompt: str = "/prompt"
    images: tuple[str, ...] = ()
    mirrors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one provider's HTTP API speaks.

    ``fold`` makes one canonical document of all the ways to write a request, before the catalog's schema and rows
    check it; ``understand`` reads it. ``model`` is the one that a request without a model means. ``spellings`` of
    single fields outrank those of their kind. ``environment`` points common clients here: ``{url}`` is the base URL of
    the dialect, ``{key}`` the API key. ``figure_sources`` says where the figures of ``terms`` come from, by name;
    ``quota_headers`` tells what a rate limit leaves.
    """

    title: str
    documents: str
    reviewed: str
    terms: Terms
    credential: Credential
    routes: tuple[Route, ...]
    checks: tuple[Check, ...]
    catalog: Catalog
    understand: Callable[[Any, Row], VideoRequest]
    states: Mapping[State, Word | Absent]
    errors: Mapping[Kind, Spelling | Absent]
    failures: Mapping[Reason, Spelling]
    envelope: Callable[[Refusal, Spelling, str], Json]
    error: type[BaseModel]
    pointers: Pointers
    example: Mapping[str, Any]
    environment: Mapping[str, str]
    fold: Callable[[Json], Json]
    model: str | None = None
    spellings: Mapping[tuple[Kind, str], Spelling] = field(default_factory=dict)
    request_id_headers: tuple[bytes, ...] = (b"x-request-id",)
    poll_after_header: bytes | None = None
    advice: tuple[Advice, ...] = ()
    figure_sources: Mapping[str, Source] = field(default_factory=dict)
    quota_headers: Callable[[Quota], list[tuple[bytes, bytes]]] | None = None
    webhooks: Webhooks | None = None

    def __post_init__(self) -> None:
        missing = list(_unspelled(self))
        if missing:
            message = (
                f"dialect {self.terms.dialect!r} does not spell: {', '.join(missing)}. "
                "Give each a word, or absent(nearest=…) with one that is spelled."
            )
            raise ValueError(message)

    def __repr__(self) -> str:
        return f"<Dialect {self.name}>"

    @property
    def name(self) -> str:
        return self.terms.dialect

    def spelling(self, refusal: Refusal) -> Spelling:
        """How the dialect says this refusal, or the nearest it has, under a literal status if there is one."""
        own = self._own(refusal)
        return own if refusal.status is None else replace(own, status=refusal.status)

    def standing(self, refusal: Refusal) -> Basis:
        """Tell whether the provider's documents have this answer."""
        own = self._own(refusal)
        if refusal.status not in {None, own.status}:
            return "literal"
        return "decided" if own.source.origin is Origin.GUESS else "documented"

    def literal(self, status: int) -> Meaning:
        """How the dialect says just this status: in words that go with it if it has any, else in the nearest."""
        refusals = [Refusal(kind, status=status) for kind in self._meant(status)]
        refusal = next((one for one in refusals if self.standing(one) == "documented"), refusals[0])
        return Meaning(refusal.kind, self.spelling(refusal), self.standing(refusal))

    def ordered(
        self,
        kind: Kind | None,
        status: int | None = None,
        text: str = "",
        retry_after: float | HttpDate | Literally | None = None,
    ) -> Refusal:
        """Return the refusal that somebody orders: an error by its kind, a literal status, or one under the other."""
        meant = kind or self.literal(500 if status is None else status).kind
        facts = NOTHING_LEFT if meant in USED_UP else NO_FACTS
        return Refusal(meant, retry_after=retry_after, facts=facts, status=status, text=text)

    def say(self, refusal: Refusal) -> tuple[int, Json]:
        """Return the HTTP status and the document of a refusal."""
        spelling = self.spelling(refusal)
        facts = _Facts({"message": refusal.message or f"{refusal.kind}".replace("_", " "), **refusal.facts})
        return spelling.status, self.envelope(refusal, spelling, refusal.text or spelling.text.format_map(facts))

    def _own(self, refusal: Refusal) -> Spelling:
        if refusal.field is not None and (special := self.spellings.get((refusal.kind, refusal.field))):
            return special
        return self._spelled(refusal.kind)

    def _meant(self, status: int) -> Sequence[Kind]:
        """The kinds whose own words go with a status, else those that mean it, else any."""
        meant = kinds(status)
        own = self._saying(status, meant) or self._saying(status, Kind)
        # The words of a client's error do not go with a server's.
        near = [kind for kind in meant if self._spelled(kind).status // 100 == status // 100]
        return own or near or meant

    def _saying(self, status: int, among: Iterable[Kind]) -> list[Kind]:
        words = ((kind, self.errors[kind]) for kind in among)
        return [kind for kind, word in words if isinstance(word, Spelling) and word.status == status]

    def _spelled(self, kind: Kind) -> Spelling:
        spelling = self.errors[kind]
        return spelling if isinstance(spelling, Spelling) else self._spelled(spelling.nearest)


def spelled(states: Mapping[State, Word | Absent]) -> dict[State, str]:
    """The text of every state, or of its nearest; a dialect that shows no states has none."""
    words = {state: states.get(word.nearest) if isinstance(word, Absent) else word for state, word in states.items()}
    return {state: word.text for state, word in words.items() if isinstance(word, Word)}


class _Facts(dict[str, object]):
    """What fills a text; a planned refusal may know less than one that happened."""

    def __missing__(self, name: str) -> object:
        return _Unknown()


class _Unknown:
    """A fact that nobody told, in whatever form the text wants it."""

    def __format__(self, form: str) -> str:
        return "unknown"


def _unspelled(dialect: Dialect) -> Iterator[str]:
    # A blocking call answers when all is over: no document of it ever shows a state.
    blocking = any(isinstance(route.operation, Generate) for route in dialect.routes)
    vocabularies: tuple[tuple[str, Mapping[Any, object], Iterable[StrEnum]], ...] = (
        ("state", dialect.states, State),
        ("error", dialect.errors, Kind),
        ("failure", dialect.failures, Reason),
    )
    for what, words, known in vocabularies:
        anything = blocking and what == "state"
        yield from (f"{what} {member}" for member in known if not _is_spelled(words, member, anywhere=anything))


def _is_spelled(words: Mapping[Any, object], member: StrEnum, *, anywhere: bool) -> bool:
    """Whether a member has a word, or is absent with a nearest one; ``anywhere``: it may be absent without."""
    word = words.get(member)
    if isinstance(word, Absent):
        return anywhere or isinstance(words.get(word.nearest), Word | Spelling)
    return word is not None


def picture(shape: Shape, fields: Mapping[str, str]) -> tuple[int, int]:
    """Return width and height; raises ApiError that names the dialect's own field (``fields`` by part of the shape)."""
    try:
        return pixels(shape)
    except ShapeError as error:
        raise ApiError(Kind.INVALID_REQUEST, str(error), field=fields.get(error.part, error.part)) from None
