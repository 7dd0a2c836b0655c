"""The neutral kinds of API error, and the one exception that carries a refusal from anywhere to the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pydantic import with_config

NO_FACTS: Mapping[str, object] = MappingProxyType({})


# A function, as dataclasses of Python 3.11 refuse a default that has no hash.
def no_facts() -> Mapping[str, object]:
    """The empty mapping that all values share."""
    return NO_FACTS


class Kind(StrEnum):
    """Why a provider says no. Every dialect spells every kind in its own envelope."""

    INVALID_REQUEST = "invalid_request"
    MISSING_INPUT = "missing_input"
    MODEL_LIMIT = "model_limit"
    UNKNOWN_MODEL = "unknown_model"
    MISSING_KEY = "missing_key"
    INVALID_KEY = "invalid_key"
    INACTIVE_KEY = "inactive_key"
    PLAN_REQUIRED = "plan_required"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    ROUTE_NOT_FOUND = "route_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    JOB_NOT_FOUND = "job_not_found"
    NOT_READY = "not_ready"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXCEEDED = "quota_exceeded"
    INTERNAL = "internal"
    UPSTREAM = "upstream"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with a request's document.

    ``path`` leads to the value (empty: the document itself), ``rule`` is pydantic's name of the broken rule
    (``missing``, ``literal_error``, …), ``context`` its bounds.
    """

    path: tuple[str | int, ...]
    rule: str
    message: str
    context: Mapping[str, object] = dataclasses.field(default_factory=no_facts)

    @property
    def field(self) -> str:
        """The path as clients read it, parts joined by dots."""
        return ".".join(map(str, self.path))


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True)
class HttpDate:
    """A Retry-After that names a moment: so many seconds from now, negative ones are past."""

    date: float


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True)
class Literally:
    """A Retry-After that says just this, sense or nonsense."""

    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An API error as data: what a dialect needs to spell it and a reader needs to cure it.

    ``message`` is empty where the dialect's own text should stand; ``retry_after`` is in seconds of account time;
    ``facts`` fill the dialect's text (``model``, ``id``, ``path`` …) and its documented extra fields. ``status`` and
    ``text`` are literal: they stand in the place of the dialect's own.
    """

    kind: Kind
    message: str = ""
    field: str | None = None
    issues: tuple[Issue, ...] = ()
    retry_after: float | HttpDate | Literally | None = None
    facts: Mapping[str, object] = dataclasses.field(default_factory=no_facts)
    status: int | None = None
    text: str = ""


# No frozen dataclass: contextlib and add_note set attributes of the exceptions that pass.
class ApiError(Exception):
    """Raised anywhere, caught in exactly one place (``server.exchange``)."""

    def __init__(
        self,
        kind: Kind,
        message: str = "",
        *,
        field: str | None = None,
        issues: tuple[Issue, ...] = (),
        retry_after: float | None = None,
        **facts: object,
    ) -> None:
        super().__init__(message or kind.value)
        self.refusal = Refusal(kind, message, field, issues, retry_after, facts)

    @classmethod
    def of(cls, refusal: Refusal, **facts: object) -> ApiError:
        """Raise what is planned, or what is known already with more facts."""
        error = cls(refusal.kind, refusal.message)
        error.refusal = dataclasses.replace(refusal, facts={**refusal.facts, **facts})
        return error
