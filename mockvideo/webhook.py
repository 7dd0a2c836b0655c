"""How a provider calls its clients: where requests ask for it, what is told, how it is signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic_core import to_json

from mockvideo.core.deliveries import Delivery, Headers
from mockvideo.core.events import Event, Secret, Webhook
from mockvideo.core.faults import Mishap
from mockvideo.core.jobs import State
from mockvideo.operation import Links, Render
from mockvideo.provenance import Source

AS_IT_IS = Mishap()
# Names that lead nowhere, for ever (RFC 2606).
ELSEWHERE = "https://elsewhere.example"
NO_HEADERS: Headers = ()
JSON: Headers = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of call: what it is made for, and its document."""

    event: Event
    render: Render
    source: Source


@dataclass(frozen=True, slots=True)
class Signature:
    """How calls are signed: what is made of an API key, and the headers that are made with that of a body."""

    digest: Callable[[str], bytes]
    sign: Callable[[bytes, bytes], Headers]
    source: Source


class Signer(NamedTuple):
    """With what somebody signs: an API key, and the form that its digest has."""

    key: str
    form: Secret = "raw"


class Written(NamedTuple):
    """What one attempt sends."""

    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """The webhooks of a dialect.

    ``url`` and ``wanted`` are where requests have the URL and the names of events (JSON pointers; None: nowhere);
    without names they mean the ``usual`` ones. ``headers`` come with the event of that name, ``timeout`` is how many
    seconds a receiver has. ``sources`` say where all that comes from, by field; waits are the events' own.
    """

    url: str
    wanted: str | None = None
    calls: tuple[Call, ...]
    usual: tuple[str, ...]
    headers: Callable[[str], Headers] = lambda _: NO_HEADERS
    signature: Signature | None = None
    timeout: float = 10.0
    sources: Mapping[str, Source] = field(default_factory=dict)

    def asked(self, url: str | None, names: tuple[str, ...] | list[str] | None = None) -> Webhook | None:
        """Return what a request asks for that has this URL, and names these events."""
        if not url:
            return None
        wanted = names or self.usual
        return Webhook(url, tuple(call.event for call in self.calls if call.event.name in wanted))

    def call(self, name: str, state: State) -> Call:
        """Return the kind of call that tells an event, or else an end that it is not about."""
        own = next(call for call in self.calls if call.event.name == name)
        if state in own.event.states or not state.final:
            return own
        return next((call for call in self.calls if state in call.event.states), own)

    def sign(self, body: bytes, signer: Signer) -> Headers:
        """Return the headers that sign a body; none if calls are not signed."""
        if self.signature is None:
            return NO_HEADERS
        digest = self.signature.digest(signer.key)
        return self.signature.sign(body, digest.hex().encode() if signer.form == "hex" else digest)

    def write(self, delivery: Delivery, links: Links, signer: Signer) -> Written:
        """Return what to send; ``links`` are those of what the delivery tells, its ``snapshot``."""
        mishap = delivery.mishap or AS_IT_IS
        call = self.call(delivery.event, delivery.snapshot.state)
        if mishap.url is not None:
            links = links._replace(videos=tuple(map(_elsewhere, links.videos)))
        body = to_json(call.render(delivery.snapshot, links))
        signature = self._signature(body, signer, mishap.signature)
        headers = (*JSON, *self.headers(call.event.name), *signature)
        return Written(headers, body if mishap.body is None else BODIES[mishap.body](body))

    def _signature(self, body: bytes, signer: Signer, misused: str | None) -> Headers:
        if misused == "missing":
            return NO_HEADERS
        if misused == "other_key":
            signer = signer._replace(key=f"{signer.key} of another account")
        # What an earlier delivery said is not seen, only that it was something else.
        headers = self.sign(b"earlier: " + body if misused == "stale" else body, signer)
        return tuple((name, _wrong(value)) for name, value in headers) if misused == "wrong" else headers


def _wrong(value: str) -> str:
    """Another text of the same form."""
    return value[:-1] + ("1" if value[-1] == "0" else "0")


def _elsewhere(url: str) -> str:
    return ELSEWHERE + urlsplit(url).path


def _altered(body: bytes) -> bytes:
    """Something was changed on the way."""
    return to_json({**json.loads(body), "altered": True})


def _reencoded(body: bytes) -> bytes:
    """The same document, as a proxy that reads and writes JSON makes it."""
    return json.dumps(json.loads(body), indent=1).encode()


BODIES: Mapping[str, Callable[[bytes], bytes]] = {"altered": _altered, "reencoded": _reencoded}
