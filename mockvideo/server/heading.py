"""What the headers of a request say to a dialect: whose it is, and what may be kept of them."""

from __future__ import annotations

from collections.abc import Mapping

from mockvideo.core.journal import redacted
from mockvideo.dialect import Credential, Dialect

Said = tuple[str | None, Mapping[bytes, bytes]]


class Heading:
    """What headers say, worked out once for all requests that have the same ones.

    ``named`` has them by name; ``served``: their host is one of ours.
    """

    __slots__ = ("_said", "named", "served")

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self.named = dict(headers)
        self.served = False
        self._said: dict[str, Said] = {}

    def said(self, dialect: Dialect) -> Said:
        """Return the API key of a dialect, None if there is none, and the headers that the journal may keep."""
        said = self._said.get(dialect.terms.dialect)
        if said is None:
            credential = dialect.credential
            said = key_in(self.named, credential), redacted(self.named, credential.header)
            self._said[dialect.terms.dialect] = said
        return said


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
