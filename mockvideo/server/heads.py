"""Heads of requests that came before: who polls says the same bytes again and again, and they mean the same."""

from __future__ import annotations

import re
from typing import Any

from uvicorn._types import HTTPScope

# What one is worth keeping: a browser's cookies make longer ones, and then nobody polls.
LONGEST = 2_048
MOST = 1_024
END = b"\r\n\r\n"
UPGRADE = re.compile(rb"(\r\n)Upgrade:(?=[ \t]*h2c)", re.IGNORECASE)
# A head with one of these is not followed by just so many bytes and then by the next one.
UNUSUAL = frozenset({b"expect", b"transfer-encoding", b"upgrade"})
# The ASGI extension through which an application finds the head of its request.
HEAD = "mockvideo.head"


class Head:
    """What a request says before its body, which has ``length`` bytes.

    ``scope`` is what ASGI makes of it; ``meaning`` is the application's own, None until it leaves something there.
    """

    __slots__ = ("length", "meaning", "scope")

    def __init__(self, scope: HTTPScope, length: int) -> None:
        self.scope = scope
        self.length = length
        self.meaning: Any = None


class Heads:
    """The heads of whole requests that came lately, by their bytes with the blank line; all are forgotten at once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, data: bytes) -> Head | None:
        """Return the head of a request if ``data`` is just that request, whole."""
        size = data.find(END) + len(END)
        head = self._known.get(data[:size])
        return head if head is not None and len(data) - size == head.length else None

    def keep(self, data: bytes, scope: HTTPScope) -> None:
        """Remember the head of ``data``, of which a parser made this scope and no other, if there is nothing unusual.

        A parser that takes other line ends than these sees another body; its length tells.
        """
        size = data.find(END) + len(END)
        if size > LONGEST or scope["http_version"] != "1.1":
            return
        named = dict(scope["headers"])
        length = int(named.get(b"content-length", b"0"))
        if len(data) - size != length or not UNUSUAL.isdisjoint(named):
            return
        if len(self._known) >= MOST:
            self._known.clear()
        scope = scope.copy()
        # They hold the exchange that is over.
        scope["extensions"] = {}
        self._known[data[:size]] = Head(scope, length)


def staying(data: bytes) -> bytes:
    """Rename the offer to speak HTTP/2 in a head, which may be passed over (RFC 9110, 7.8).

    Java's client makes it with every request, and uvicorn's parser loses the body of one that does.
    """
    head, end, rest = data.partition(END)
    return b"".join((UPGRADE.sub(b"\\1Passed-Over:", head), end, rest))
