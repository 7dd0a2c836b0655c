"""Heads of requests whose headers came before: a client says the same ones again and again, and they mean the same."""

from __future__ import annotations

import re
from typing import Any

from uvicorn._types import HTTPScope

# A longer section has cookies, and comes from a browser.
LONGEST = 2_048
MOST = 1_024
END = b"\r\n\r\n"
UPGRADE = re.compile(rb"(\r\n)Upgrade:(?=[ \t]*h2c)", re.IGNORECASE)
# What means the same to every reader. All others are uvicorn's: queries, escapes, odd letters, other methods.
PLAIN = re.compile(rb"(GET|HEAD|POST) (/(?!/)[A-Za-z0-9._~:=/-]*) HTTP/1\.1\r\n")
# A section with one of these is not followed by just so many bytes and then by the next request.
UNUSUAL = frozenset({b"expect", b"transfer-encoding", b"upgrade"})
# The ASGI extension through which an application finds the section of its request.
SECTION = "mockvideo.section"


class Section:
    """The header section of requests, whose bodies have ``length`` bytes.

    ``scope`` is what ASGI makes of one of them; ``heading`` is the application's own, None until it leaves something.
    """

    __slots__ = ("heading", "length", "scope")

    def __init__(self, scope: HTTPScope, length: int) -> None:
        self.scope = scope
        self.length = length
        self.heading: Any = None


# A whole request: its method and path, its section, and where its body begins.
Known = tuple[str, str, Section, int]


class Sections:
    """The header sections that came lately, by their bytes with the blank line; all are forgotten at once.

    One is remembered at its second time, as some clients say something else in every request.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[bytes, Section | None] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, data: bytes) -> Known | None:
        """Return the request that ``data`` is if it is one, whole, with a plain first line and a known section."""
        line = PLAIN.match(data)
        if line is None:
            return None
        start = data.find(END) + len(END)
        section = self._known.get(data[line.end() : start])
        if section is None or len(data) - start != section.length:
            return None
        method, path = line.groups()
        return method.decode(), path.decode(), section, start

    def keep(self, data: bytes, scope: HTTPScope) -> None:
        """Remember the section of ``data``, of which a parser made this scope and no other, if nothing is unusual.

        A parser that takes other line ends than these sees another body; its length tells.
        """
        line, start = PLAIN.match(data), data.find(END) + len(END)
        if line is None or start - line.end() > LONGEST:
            return
        place = data[line.end() : start]
        if place not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[place] = None
            return
        named = dict(scope["headers"])
        length = int(named.get(b"content-length", b"0"))
        if len(data) - start == length and UNUSUAL.isdisjoint(named):
            scope = scope.copy()
            # They hold the exchange that is over.
            scope["extensions"] = {}
            self._known[place] = Section(scope, length)


def staying(data: bytes) -> bytes:
    """Rename the offer to speak HTTP/2 in a head, which may be passed over (RFC 9110, 7.8).

    Java's client makes it with every request, and uvicorn's parser loses the body of one that does.
    """
    head, end, rest = data.partition(END)
    return b"".join((UPGRADE.sub(b"\\1Passed-Over:", head), end, rest))
