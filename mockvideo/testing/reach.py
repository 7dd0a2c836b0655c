"""Where an account is reached: URLs, variables, clients and transports."""

from __future__ import annotations

from contextlib import ExitStack
from difflib import get_close_matches
from typing import Any, Protocol

import httpx

from mockvideo.dialect import Dialect
from mockvideo.surroundings import variables
from mockvideo.testing.control import Line
from mockvideo.testing.exchanges import dialects

# Real seconds: blocking calls on a wall clock take as long as their job.
PATIENCE = 60.0
# Event loops end before fixtures, and nobody could close a kept connection then.
UNKEPT = httpx.Limits(max_keepalive_connections=0)


class Reachable(Protocol):
    """Where accounts are: ``http`` asks its control API, with the control ``token`` if it has one."""

    url: str
    token: str | None
    http: Line

    def transport(self) -> Any:
        """Return what carries requests of httpx and httpx2 to this server, synchronous or not."""

    def close(self) -> None: ...


class Reach:
    """An account's ways in. What is opened here is closed with ``opened``."""

    def __init__(self, server: Reachable, key: str, opened: ExitStack) -> None:
        self.key = key
        self._server = server
        self._opened = opened
        self._async_clients: list[httpx.AsyncClient] = []

    def url(self, dialect: str | None = None) -> str:
        """Return the base URL of a dialect, else of the server, without a slash at its end."""
        return self._server.url if dialect is None else f"{self._server.url}/{_known(dialect).name}"

    def env(self, dialect: str | None = None) -> dict[str, str]:
        """Return the variables that point common clients here: those of ``mockvideo env``.

        Where two dialects want to have one in different ways, the first has it; name the other to have it its way.
        """
        only = None if dialect is None else _known(dialect)
        values, _ = variables(dialects().values(), self.url(), self.key, only=only)
        return values

    def client(self, dialect: str) -> httpx.Client:
        """Return a client with base URL and key, over the socket; it is closed with this handle."""
        client = httpx.Client(**self._place(dialect))
        self._opened.callback(client.close)
        return client

    def async_client(self, dialect: str) -> httpx.AsyncClient:
        """Return an asynchronous client; ``async with`` a handle closes it, and its connections end by themselves."""
        client = httpx.AsyncClient(**self._place(dialect), limits=UNKEPT)
        self._async_clients.append(client)
        return client

    @property
    def transport(self) -> Any:
        """A new transport for ``httpx.Client``, which needs no socket if the server is in this process."""
        return self._server.transport()

    @property
    def async_transport(self) -> Any:
        """A new transport for ``httpx.AsyncClient``, which needs no socket if the server is in this process."""
        return self._server.transport()

    def _place(self, dialect: str) -> dict[str, Any]:
        credential = _known(dialect).credential
        return {
            "base_url": self.url(dialect),
            "headers": {credential.header.decode(): credential.prefix.decode() + self.key},
            "timeout": PATIENCE,
            # A proxy of the surroundings would not find this machine's server.
            "trust_env": False,
            # To load certificates takes longer than most tests.
            "verify": self.url().startswith("https:"),
        }


def _known(name: str) -> Dialect:
    known = dialects()
    if name not in known:
        near = get_close_matches(name, known, n=1) or known
        raise ValueError(f"there is no dialect {name!r}; did you mean {', '.join(near)}?")
    return known[name]
