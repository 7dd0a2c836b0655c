"""What the head of a request says to a dialect: where it goes, whose it is, what may be kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mockvideo.core.journal import redacted
from mockvideo.dialect import Credential
from mockvideo.operation import Route
from mockvideo.server.routes import Place


class Meaning(NamedTuple):
    """The same for every request that has the same head.

    ``route`` is the documented one that is meant, None if there is none, and ``name`` what stands there for ``{id}``.
    ``named`` has the headers by name, ``kept`` those that the journal may keep; ``key`` is the API key, if there is
    one.
    """

    place: Place
    route: Route | None
    name: str
    named: Mapping[bytes, bytes]
    kept: Mapping[bytes, bytes]
    key: str | None


def understand(place: Place, method: str, named: Mapping[bytes, bytes]) -> Meaning:
    """Work out what a request says with this method and these headers at that place."""
    methods, name = place.found or ({}, "")
    credential = place.dialect.credential
    kept = redacted(named, credential.header)
    return Meaning(place, methods.get(method), name, named, kept, key_in(named, credential))


def key_in(named: Mapping[bytes, bytes], credential: Credential) -> str | None:
    """Return the API key from where the dialect has it; None if there is none."""
    value = named.get(credential.header, b"")
    if value.startswith(credential.prefix):
        return value[len(credential.prefix) :].strip().decode("latin-1") or None
    scheme, _, key = value.decode("latin-1").partition(" ")
    # A scheme comes in any case (RFC 9110, 11.1).
    if scheme.lower() == credential.scheme.lower():
        return key.strip() or None
    return value.strip().decode("latin-1") or None if credential.bare else None
