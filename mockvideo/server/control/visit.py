"""One call of the control API, and what all calls share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from mockvideo.core.account import Account
from mockvideo.dialect import Dialect
from mockvideo.server.control.audits import Audits
from mockvideo.server.control.printer import Printer
from mockvideo.server.service import Service


@dataclass(frozen=True, slots=True)
class Pace:
    """How events are sent, in real seconds: a sign of life so often, the next ones not sooner than after a ``gap``.

    A reader is dropped that is behind by ``lag`` entries, or whose socket takes nothing for ``drain`` seconds.
    """

    heartbeat: float = 15.0
    gap: float = 0.02
    lag: int = 1_000
    drain: float = 10.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What all calls of the control API share."""

    service: Service
    dialects: Mapping[str, Dialect]
    audits: Audits
    pace: Pace = field(default_factory=Pace)
    printer: Printer = field(default_factory=Printer)


class Visit:
    """One call. ``names`` are what stands for those in braces in the path, ``named`` the headers by name."""

    account: Account | None = None
    names: Mapping[str, str]

    def __init__(self, desk: Desk, scope: Scope, named: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        self.desk = desk
        self.scope = scope
        self.named = named
        self.receive = receive
        self.send = send

    @property
    def known_account(self) -> Account:
        """The account that the call is about."""
        if self.account is None:
            raise AssertionError("ask for the account after admit()")
        return self.account

    @property
    def origin(self) -> str:
        """Scheme and host as the client has sent them, which is what a browser calls the origin of our own pages."""
        return f"{self.scope['scheme']}://{self.named[b'host'].decode('latin-1')}"

    def url(self, path: str) -> str:
        """The absolute URL of a path on this server, as clients reach it."""
        public_url = self.desk.service.options.public_url
        return (public_url or self.origin + self.scope.get("root_path", "")).rstrip("/") + path
