"""What clients of httpx and httpx2, synchronous or not, see of requests that follow from each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple

import anyio
import httpx
import httpx2
import pytest

PATIENCE = 5.0


@dataclass(frozen=True)
class Asked:
    """One request; ``more`` is what the client's ``stream`` takes beside, ``patience`` the read timeout."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    patience: float | None = PATIENCE
    more: dict[str, Any] = field(default_factory=dict)


class Seen(NamedTuple):
    """What came of it, as far as it came; ``error`` is the name of what was raised. A Date is only known to be one."""

    status: int | None
    reason: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    error: str | None

    @property
    def document(self) -> Any:
        return json.loads(self.body)


Conversation = Generator[Asked, Seen, None]


@dataclass(frozen=True)
class Way:
    """How to ask: with a library, without an event loop or on one."""

    library: ModuleType
    backend: str | None = None

    @property
    def name(self) -> str:
        return f"{self.library.__name__}-{self.backend or 'sync'}"

    def hold(self, conversation: Callable[[], Conversation], **client: Any) -> list[Seen]:
        """Return all that is seen by a client that is made like this."""
        if self.backend is not None:
            return anyio.run(self._hold_async, conversation(), client, backend=self.backend)
        seen: list[Seen] = []
        with self.library.Client(**client) as http:
            for asked in _each(conversation(), seen):
                seen.append(self._see(http, asked))
        return seen

    def see(self, asked: Asked, **client: Any) -> Seen:
        (seen,) = self.hold(lambda: _only(asked), **client)
        return seen

    async def _hold_async(self, conversation: Conversation, client: dict[str, Any]) -> list[Seen]:
        seen: list[Seen] = []
        async with self.library.AsyncClient(**client) as http:
            for asked in _each(conversation, seen):
                seen.append(await self._see_async(http, asked))
        return seen

    def _see(self, http: Any, asked: Asked) -> Seen:
        found = _Found()
        try:
            with http.stream(asked.method, asked.path, **self._more(asked)) as response:
                found.begin(response)
                for part in response.iter_raw():
                    found.body += part
        except self.library.HTTPError as error:
            found.error = type(error).__name__
        return found.seen

    async def _see_async(self, http: Any, asked: Asked) -> Seen:
        found = _Found()
        try:
            async with http.stream(asked.method, asked.path, **self._more(asked)) as response:
                found.begin(response)
                async for part in response.aiter_raw():
                    found.body += part
        except self.library.HTTPError as error:
            found.error = type(error).__name__
        return found.seen

    def _more(self, asked: Asked) -> dict[str, Any]:
        timeout = self.library.Timeout(PATIENCE, read=asked.patience)
        return {"headers": list(asked.headers), "timeout": timeout, **asked.more}


class _Found:
    def __init__(self) -> None:
        self.head: tuple[int | None, str, list[tuple[bytes, bytes]]] = (None, "", [])
        self.body = b""
        self.error: str | None = None

    def begin(self, response: Any) -> None:
        headers = [(name, b"now" if name == b"date" else value) for name, value in response.headers.raw]
        self.head = response.status_code, response.reason_phrase, headers

    @property
    def seen(self) -> Seen:
        return Seen(*self.head, self.body, self.error)


def _only(asked: Asked) -> Conversation:
    yield asked


def _each(conversation: Conversation, seen: list[Seen]) -> Generator[Asked, None, None]:
    """Yield what is asked; what came of it stands at the end of ``seen`` then."""
    try:
        asked = next(conversation)
        while True:
            yield asked
            asked = conversation.send(seen[-1])
    except StopIteration:
        return


WAYS = [Way(library, backend) for library in (httpx, httpx2) for backend in (None, "asyncio", "trio")]
every_way = pytest.mark.parametrize("way", [pytest.param(way, id=way.name) for way in WAYS])
