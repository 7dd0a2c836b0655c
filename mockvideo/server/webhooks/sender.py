"""Sends one letter and says what came of it; never raises for what a receiver does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import httpx

from mockvideo import __version__
from mockvideo.server.webhooks import egress, reasons
from mockvideo.server.webhooks.egress import Forbidden, Policy, Resolver, Target
from mockvideo.server.webhooks.letters import Headers, Letter, Reply
from mockvideo.server.webhooks.resolver import system_resolver

MOST_READ = 64 << 10
LONGEST_HEAD = 16 << 10
CONNECT_SECONDS = 5.0
ONE_EACH = httpx.Limits(max_connections=None, max_keepalive_connections=0)


class _Stream(Protocol):
    """A connection as httpx shows it to a trace."""

    async def aclose(self) -> None: ...


@dataclass(slots=True)
class _Progress:
    """How far an attempt has come, for the words in which it ends."""

    awaited: str = "address of that host"
    status: int | None = None
    verdict: str = ""
    headers: Headers = ()
    body: bytearray = field(default_factory=bytearray)
    stream: _Stream | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear how a connection is made: https://www.encode.io/httpcore/extensions/#trace."""
        if event == "connection.connect_tcp.complete":
            self.stream = info["return_value"]
        elif event == "http11.send_request_headers.started":
            self.awaited = "answer"

    def note(self, response: httpx.Response) -> None:
        """Keep the head of an answer."""
        self.awaited = "end of the answer"
        self.status = response.status_code
        self.verdict = reasons.of_status(response.status_code, response.headers.get("location"))
        self.headers = _kept(response.headers)

    async def aclose(self) -> None:
        """Close the connection: httpx leaves it open if time is over while TLS is agreed upon."""
        if self.stream is not None:
            await self.stream.aclose()


class Sender:
    """Sends letters from one event loop, over one pool that opens with the first.

    A connection carries one letter, so a receiver that closes idle ones cannot lose any, no name is taken for another
    at the same address, and none stays open. No proxy is asked. ``tls``: whom to trust, else whom httpx and the system
    do; ``connect``: seconds that a connection may take of those of its letter.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        resolver: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        connect: float = CONNECT_SECONDS,
    ) -> None:
        self._policy = policy
        self._connect = connect
        self._resolver = resolver
        self._tls = tls
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def send(self, letter: Letter) -> Reply:
        """Try once to deliver the letter."""
        # Not in the receiver's time: the first one reads many certificates.
        transport = self._open()
        began = perf_counter()
        progress = _Progress()
        reason, refused = "", False
        try:
            async with asyncio.timeout(letter.timeout), aclosing(progress):
                await self._attempt(transport, letter, progress)
        except Forbidden as error:
            reason, refused = str(error), True
        except httpx.ConnectTimeout:
            reason = f"no connection within {self._connect:g} s"
        except TimeoutError:
            reason = f"no {progress.awaited} within {letter.timeout:g} s"
        except (httpx.TransportError, OSError) as error:
            reason = reasons.of_error(error)
        return Reply(
            progress.status,
            progress.verdict or reason,
            perf_counter() - began,
            progress.headers,
            bytes(progress.body),
            refused,
        )

    async def close(self) -> None:
        """Close what is open; a letter that is sent afterwards opens it again."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    async def _attempt(self, transport: httpx.AsyncHTTPTransport, letter: Letter, progress: _Progress) -> None:
        target = egress.parse(letter.url)
        addresses = await egress.route(self._policy, target, self._resolver)
        timeout = httpx.Timeout(letter.timeout, connect=self._connect)
        extensions = {"sni_hostname": target.place.host, "timeout": timeout.as_dict(), "trace": progress.trace}
        requests = [_request(letter, target, address, extensions) for address in addresses]
        progress.awaited = "connection"
        async with aclosing(await _first(transport, requests)) as response:
            progress.note(response)
            # As it comes: a small answer that is compressed can be a very large one.
            async for piece in response.aiter_raw():
                progress.body += piece[: MOST_READ - len(progress.body)]
                if len(progress.body) == MOST_READ:
                    break

    def _open(self) -> httpx.AsyncHTTPTransport:
        if self._transport is None:
            # A transport and not a client, which keeps cookies and reads what a redirect says.
            tls = self._tls or _trusting()
            self._transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=ONE_EACH)
        return self._transport


async def _first(transport: httpx.AsyncHTTPTransport, requests: list[httpx.Request]) -> httpx.Response:
    """Ask one address after the other until one listens: of the two of localhost, often only one does."""
    *others, last = requests
    for request in others:
        try:
            return await transport.handle_async_request(request)
        except httpx.TransportError as error:
            if not reasons.is_unconnected(error):
                raise
    return await transport.handle_async_request(last)


def _request(letter: Letter, target: Target, address: str, extensions: dict[str, Any]) -> httpx.Request:
    """A request to an address that says what the host is meant to get."""
    return httpx.Request(
        "POST",
        httpx.URL(scheme=target.scheme, host=address, port=target.place.port, raw_path=target.path.encode()),
        headers=_headers(letter, target),
        content=letter.body,
        extensions=extensions,
    )


def _headers(letter: Letter, target: Target) -> list[tuple[bytes, bytes]]:
    given = {name.lower() for name, _ in letter.headers}
    ours = {"Host": target.authority, "User-Agent": f"mockvideo/{__version__}", "Accept": "*/*"}
    ours |= {"Accept-Encoding": "identity", "Connection": "close"}
    headers = [*((name, value) for name, value in ours.items() if name.lower() not in given), *letter.headers]
    return [(name.encode(), value.encode()) for name, value in headers]


def _kept(headers: httpx.Headers) -> Headers:
    kept: list[tuple[str, str]] = []
    room = LONGEST_HEAD
    for name, value in headers.multi_items():
        room -= len(name) + len(value)
        if room < 0:
            break
        kept.append((name, value))
    return tuple(kept)


def _trusting() -> ssl.SSLContext:
    """The authorities that httpx knows, and those of this machine: tools for local certificates add theirs there."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
