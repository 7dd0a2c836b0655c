"""Messages of HTTP as people read them: headers and body, indented, without what steers a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from mockvideo.cli.terminal import Paint
from mockvideo.wording import brief

MOST_LINES = 200
# What every message has, and nobody wonders about.
PLUMBING = frozenset({"accept", "accept-encoding", "connection", "content-length", "host"})


def message(headers: Iterable[tuple[str, str]], body: bytes, paint: Paint) -> Iterator[str]:
    """Yield the lines of a message: the headers that tell something, then the body, JSON in several lines."""
    for name, value in headers:
        if name.lower() not in PLUMBING:
            yield f"  {paint(brief(name) + ':', dim=True)} {brief(value)}"
    lines = _text(body).split("\n") if body else []
    yield from (f"  {brief(line.expandtabs(2))}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield paint(f"  … and {len(lines) - MOST_LINES:,} lines more", dim=True)


def _text(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
