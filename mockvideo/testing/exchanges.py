"""One request and its answer, read from what the control API tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.faults import Level
from mockvideo.core.jobs import Refund
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.pointer import find
from mockvideo.testing.bodies import document

COPIED = (
    *("number", "at", "dialect", "operation", "method", "path", "status", "job", "model", "state", "planned"),
    *("rule", "hint", "headers", "size", "digest", "took", "fault", "lost"),
)

# Entry points are looked for once in a process.
dialects = cache(load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer.

    ``at`` is account time in seconds since the account began. ``document`` is the request's body as far as it is kept
    (``size`` bytes came), ``prompt`` what stands in it where the dialect has prompts. A submission that made a job has
    its ``price``. ``rule`` planned what was answered, ``misses`` says of the other rules why they did not match.
    ``lost``: the client did not learn from the answer what stands here, because of a ``fault`` on that level.
    """

    number: int
    at: float
    dialect: str
    operation: str
    method: str
    path: str
    status: int
    job: str | None
    model: str | None
    state: str | None
    refusal: Refusal | None
    planned: bool
    rule: str | None
    misses: tuple[str, ...]
    hint: str | None
    advice: tuple[str, ...]
    headers: Mapping[str, str]
    size: int
    digest: str
    price: Decimal | None
    took: float | None
    refund: Refund
    fault: Level | None
    lost: bool
    document: Any
    prompt: str | None


def made_jobs(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return the submissions that made a job."""
    return [each for each in exchanges if each.price is not None]


def read(told: Mapping[str, Any]) -> Exchange:
    """Return what the control API tells of an exchange."""
    dialect = dialects().get(told["dialect"])
    body = document(told["body"].get("text") or "", told["headers"].get("content-type", ""))
    prompt = find(body, dialect.pointers.prompt) if dialect else None
    copied: dict[str, Any] = {name: told[name] for name in COPIED}
    return Exchange(
        **copied,
        refusal=_refusal(told, body, dialect),
        misses=tuple(told["misses"]),
        advice=tuple(told["advice"]),
        price=None if told["price"] is None else Decimal(told["price"]),
        refund=Refund(told["refund"]),
        document=body,
        prompt=prompt if isinstance(prompt, str) else None,
    )


def _refusal(told: Mapping[str, Any], body: Any, dialect: Dialect | None) -> Refusal | None:
    """Rebuild a refusal with the facts that its words need."""
    said = told["refusal"]
    if said is None:
        return None
    model = find(body, "/model")
    facts: dict[str, object] = {"method": told["method"], "path": told["path"]}
    if dialect is not None and (found := _named(told["path"], dialect)):
        facts["id"] = found
    if isinstance(model, str):
        facts["model"] = model
    if dialect is not None and isinstance(model, str) and said["kind"] == Kind.UNKNOWN_MODEL:
        facts["nearest"] = dialect.catalog.nearest(model)
    return Refusal(Kind(said["kind"]), said["message"], said["field"], facts=facts, text=said["message"])


def _named(path: str, dialect: Dialect) -> str | None:
    """The job that a documented path names."""
    patterns = (re.escape(route.path).replace(r"\{id\}", "([^/]+)") for route in dialect.routes if "{id}" in route.path)
    return next((found[1] for pattern in patterns if (found := re.fullmatch(pattern, path))), None)
