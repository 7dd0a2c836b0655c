"""Serves bytes that are in memory: whole, in part (RFC 9110, 14), or not at all if the client has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mockvideo.core.faults import Ranges
from mockvideo.server.wire import Send, Wire

# More digits than any size has make a range malformed, which serves the whole file.
RANGE = re.compile(rb"bytes=[ \t]*([0-9]{0,20})-([0-9]{0,20})[ \t]*", re.IGNORECASE)
ENTITY_TAG = re.compile(rb'(?:W/)?("[^"]*")')
CONDITIONS = frozenset({b"range", b"if-range", b"if-none-match"})

# So much of a large body is in memory at once.
PIECE = 1 << 18

# The ASGI extension through which our own transport takes a whole answer.
RESPOND = "mockvideo.respond"


class Answer(NamedTuple):
    """What goes over the wire; ``body`` may be a view of the file, and is empty where only the head is sent.

    ``wire`` is what becomes of it there; None: nothing unusual.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | memoryview
    wire: Wire | None = None

    def pieces(self) -> Iterator[bytes]:
        """The body as it is sent: pieces that fit into memory, with the zeros after it."""
        sent = Send(self.body, self.wire.zeros if self.wire is not None else 0)
        return (bytes(piece.data) + bytes(piece.zeros) for piece in sent.pieces(PIECE))


def serve(  # noqa: PLR0913 - a file and a request, everything by name
    data: bytes,
    *,
    etag: str,
    media_type: str,
    request_headers: list[tuple[bytes, bytes]],
    method: str,
    zeros: int = 0,
) -> Answer:
    """Answer a GET or HEAD for ``data`` and so many ``zeros`` after it; ``etag`` comes without quotes."""
    tag = b'"%b"' % etag.encode("ascii")
    kept = [(b"etag", tag)]
    # The precedence of RFC 9110, 13.2.2. If-Range compares strongly (13.1.5), and a date never fits: none is sent.
    asked = _conditions(request_headers)
    if b"if-none-match" in asked and _is_known(tag, asked[b"if-none-match"]):
        return Answer(304, kept, b"")
    # RFC 9110, 14.2: a range is for a GET alone.
    ranged = method == "GET" and b"range" in asked and asked.get(b"if-range", tag) == tag
    whole = Send(data, zeros)
    span = _span(asked[b"range"], whole.size) if ranged else None
    status, headers, body = _cut(whole, media_type.encode("ascii"), span)
    headers = [(b"accept-ranges", b"bytes"), *kept, *headers]
    return Answer(status, headers, b"") if method == "HEAD" else Answer(status, headers, body.data, body.wire)


def misheard(headers: list[tuple[bytes, bytes]], size: int, ranges: Ranges) -> list[tuple[bytes, bytes]]:
    """The headers of a request whose Range is not taken as it was meant, for a file of that size."""
    return [(name, _other(value, size, ranges) if name == b"range" else value) for name, value in headers]


def _other(header: bytes, size: int, ranges: Ranges) -> bytes:
    """Another Range in the place of this one: none, one byte further to the front (or back), or none that there is."""
    span = _span(header, size)
    if ranges == "ignored" or not span:
        return b""
    if ranges == "refused":
        return b"bytes=%d-" % size
    step = -1 if span.start else 1
    return b"bytes=%d-%d" % (span.start + step, span.stop - 1 + step)


def _cut(whole: Send, media_type: bytes, span: range | None) -> tuple[int, list[tuple[bytes, bytes]], Send]:
    """Status, headers and body for the whole (None), for nothing (an empty span) or for a part."""
    size = whole.size
    if span is None:
        return 200, [(b"content-type", media_type), (b"content-length", b"%d" % size)], whole
    if not span:
        return 416, [(b"content-range", b"bytes */%d" % size), (b"content-length", b"0")], Send(b"")
    headers = [
        (b"content-type", media_type),
        (b"content-range", b"bytes %d-%d/%d" % (span.start, span.stop - 1, size)),
        (b"content-length", b"%d" % len(span)),
    ]
    # Without 206 Chromium cannot seek. A view, as players ask for many parts of one file.
    return 206, headers, whole.part(span.start, span.stop)


def _conditions(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The conditional headers of a request, repeated ones joined."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in CONDITIONS:
            found[name] = found[name] + b", " + value if name in found else value
    return found


def _is_known(tag: bytes, if_none_match: bytes) -> bool:
    # Weak comparison (RFC 9110, 13.1.2), so a W/ that a proxy put before our tag makes no difference.
    return if_none_match.strip() == b"*" or tag in ENTITY_TAG.findall(if_none_match)


def _span(header: bytes, size: int) -> range | None:
    """The bytes that a Range asks for: empty if there are none such, None if the header is to be ignored."""
    match = RANGE.fullmatch(header)
    if not match:
        # Several ranges at once, too: a server may always send the whole (RFC 9110, 14.2).
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)
