"""One call of a webhook as it came, understood by what dialects say of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mockvideo.core.events import Secret
from mockvideo.core.jobs import State
from mockvideo.dialect import Dialect, spelled
from mockvideo.pointer import find
from mockvideo.testing.receiving.listener import Call
from mockvideo.webhook import Signer, Webhooks

FORMS: tuple[Secret, ...] = ("raw", "hex")
ANYBODY = Signer("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A call: ``at`` so many real seconds after its receiver began; header names are in lower case.

    ``dialect``, ``event`` and ``job`` are None where nothing tells, ``document`` where the body is no JSON.
    ``signed``: it has a signature. ``verified`` is the form of the key's digest with which that fits; None: with none.
    """

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    document: Any
    dialect: str | None
    event: str | None
    job: str | None
    signed: bool
    verified: Secret | None


class _Meaning(NamedTuple):
    """What a call is about."""

    dialect: str | None = None
    event: str | None = None
    job: str | None = None


def understood(call: Call, dialects: Iterable[Dialect], key: str | None, at: float) -> Received:
    """Read a call that one of these dialects may have made; with a key its signature is verified."""
    headers, document = dict(call.headers), _json(call.body)
    calling = [(dialect, dialect.webhooks) for dialect in dialects if dialect.webhooks is not None]
    meanings = [_meaning(dialect, webhooks, headers, document) for dialect, webhooks in calling]
    meaning = next(filter(None, meanings), _Meaning())
    signing = [webhooks for dialect, webhooks in calling if meaning.dialect in {None, dialect.name}]
    return Received(
        at=at,
        method=call.method,
        path=call.path,
        headers=headers,
        body=call.body,
        document=document,
        dialect=meaning.dialect,
        event=meaning.event,
        job=meaning.job,
        signed=_is_signed(call, signing),
        verified=None if key is None else _verified(call, signing, key),
    )


def _meaning(dialect: Dialect, webhooks: Webhooks, headers: Mapping[str, str], document: Any) -> _Meaning | None:
    event = _by_headers(webhooks, headers) or _by_status(dialect, webhooks, document)
    if event is None:
        return None
    places = (dialect.pointers.submitted, dialect.pointers.polled)
    jobs = (find(document, place) for place in places if place is not None)
    return _Meaning(dialect.name, event, next((job for job in jobs if isinstance(job, str)), None))


def _by_headers(webhooks: Webhooks, headers: Mapping[str, str]) -> str | None:
    """The event that the headers name, where a dialect's do."""
    for name in (call.event.name for call in webhooks.calls):
        marks = webhooks.headers(name)
        if marks and all(headers.get(mark.lower()) == value for mark, value in marks):
            return name
    return None


def _by_status(dialect: Dialect, webhooks: Webhooks, document: Any) -> str | None:
    """The event that tells of a job in this state."""
    state = _state(dialect, document)
    for event in (call.event for call in webhooks.calls):
        if state in event.states or (event.steps and state is State.RUNNING):
            return event.name
    return None


def _state(dialect: Dialect, document: Any) -> State | None:
    word = find(document, dialect.pointers.status or "")
    return next((state for state, text in spelled(dialect.states).items() if text == word), None)


def _is_signed(call: Call, signing: Iterable[Webhooks]) -> bool:
    """Whether it has the headers of a signature, whatever they say."""
    came = dict(call.headers).keys()
    return any(dict(made).keys() <= came for made in _signatures(call, signing, ANYBODY))


def _verified(call: Call, signing: Iterable[Webhooks], key: str) -> Secret | None:
    """The form of the key's digest that makes the signature which came; None: no form does."""
    came = set(call.headers)
    for form in FORMS:
        if any(made <= came for made in _signatures(call, signing, Signer(key, form))):
            return form
    return None


def _signatures(call: Call, signing: Iterable[Webhooks], signer: Signer) -> Iterator[set[tuple[str, str]]]:
    """Yield the headers with which this signer signs the call, for each of those who sign at all."""
    for webhooks in signing:
        if webhooks.signature is not None:
            yield {(name.lower(), value) for name, value in webhooks.sign(call.body, signer)}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
