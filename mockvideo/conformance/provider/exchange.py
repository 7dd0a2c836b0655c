"""What was asked and what came back: the only evidence there is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from mockvideo.core.errors import Refusal
from mockvideo.dialect import Dialect
from mockvideo.operation import Route
from mockvideo.schema import Json

OWN_KEY = ""


class Purpose(StrEnum):
    """Why a request was sent."""

    NO_KEY = "a request without a key"
    WRONG_KEY = "a request with a key that nobody has"
    INACTIVE_KEY = "a request with a key that is switched off"
    PUBLIC = "a public document, without a key"
    UNKNOWN_ROUTE = "a path that leads nowhere"
    UNKNOWN_METHOD = "a method that a path does not have"
    UNKNOWN_JOB = "a job that nobody submitted"
    IMPOSSIBLE_ID = "an id that no job can have"
    MALFORMED = "a body that is no JSON object"
    EMPTY = "a submission that says nothing"
    UNKNOWN_MODEL = "a submission for a model that nobody has"
    DOCUMENT = "a document"
    UPLOAD = "an upload"
    BEYOND = "a submission beyond a limit"
    AT = "a submission at a limit"
    SUBMIT = "a submission"
    POLL = "a poll"
    SETTLED = "a poll after the end"
    LAST = "the last poll of a job that does not end"
    JOINED = "a poll at the answered URL, joined to the base URL"
    CONCATENATED = "a poll at the answered URL, put behind the base URL"
    EARLY = "a download before the end"
    CONTENT = "a download"
    RESULT = "a result, without a key"
    PART = "a part of a result"
    REPLAY = "the same submission with the same idempotency key"
    CONFLICT = "another submission with the same idempotency key"
    LIST = "a list"
    PAGE = "a page of a list"
    FOREIGN_LIST = "a list for another key"
    FOREIGN_POLL = "a poll with another key"
    NO_CREDITS = "a submission without credits"
    NO_PLAN = "a submission on a plan that lacks the model"
    TOO_MANY = "a request too many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to send. ``path`` is a documented one, or a whole URL.

    ``key`` is the session's own, another, or None. ``expects`` is how the contract refuses it (None: it does not);
    ``concerns`` is the limit or the field that it is about. ``story`` numbers the job that it belongs to; ``creates``:
    whoever answers wrongly, or as hoped, may make a job of it.
    """

    purpose: Purpose
    method: str
    path: str
    route: Route | None = None
    document: Json | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = OWN_KEY
    expects: Refusal | None = None
    concerns: str = ""
    story: int | None = None
    creates: bool = False


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; status 0: none came, and ``lost`` says why. ``headers`` are in lower case."""

    number: int
    call: Call
    url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    lost: str = ""

    @property
    def purpose(self) -> Purpose:
        return self.call.purpose

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300

    @property
    def told(self) -> str:
        """What came back in one word: the status, or why there is none."""
        return str(self.status or self.lost)

    @cached_property
    def document(self) -> Any:
        """The answer as JSON; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def header(self, name: str) -> str | None:
        """The first value of a header, by its name in lower case."""
        return next((value for known, value in self.headers if known == name), None)


@dataclass(frozen=True, slots=True)
class Story:
    """The life of one job: its submission and all that was asked about it."""

    exchanges: tuple[Exchange, ...]

    @property
    def submission(self) -> Exchange:
        return self.exchanges[0]

    def of(self, *purposes: Purpose) -> Iterator[Exchange]:
        """Yield the exchanges of these purposes, in their order."""
        return (exchange for exchange in self.exchanges if exchange.purpose in purposes)

    def heard(self, *purposes: Purpose) -> Iterator[Exchange]:
        """Yield those of them that were answered with success."""
        return (exchange for exchange in self.of(*purposes) if exchange.succeeded)


@dataclass(frozen=True, slots=True)
class Record:
    """All that was exchanged with a server that claims to speak a dialect."""

    dialect: Dialect
    exchanges: tuple[Exchange, ...]

    def of(self, *purposes: Purpose) -> Iterator[Exchange]:
        """Yield the exchanges of these purposes, in their order."""
        return (exchange for exchange in self.exchanges if exchange.purpose in purposes)

    @property
    def stories(self) -> tuple[Story, ...]:
        """The lives of the jobs that were followed, each beginning with its submission."""
        found: dict[int, list[Exchange]] = {}
        for exchange in self.exchanges:
            if exchange.call.story is not None:
                found.setdefault(exchange.call.story, []).append(exchange)
        return tuple(Story(tuple(exchanges)) for exchanges in found.values())
