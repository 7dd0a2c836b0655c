"""A file that came with a request."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a received file; only an upload keeps ``data`` beyond its exchange.

    ``media_type`` is sniffed from the first bytes (``application/octet-stream`` if unknown), never what the client
    declared; ``digest`` is the SHA-256 in hex; ``size`` counts bytes.
    """

    name: str
    media_type: str
    size: int
    digest: str
    data: bytes = field(repr=False, compare=False)
