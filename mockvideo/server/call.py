"""What an exchange knows while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockvideo.core.account import Account
from mockvideo.core.errors import Refusal
from mockvideo.core.jobs import Snapshot
from mockvideo.core.scenario import UNPLANNED, Plan
from mockvideo.dialect import Dialect
from mockvideo.operation import Route

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Call:
    """One exchange with a dialect, filled in as it proceeds.

    ``prefix`` is the URL path before the documented ``path``; ``origin`` is scheme, host and mount point as the client
    sees them; ``named`` has the headers by name.
    """

    dialect: Dialect
    prefix: str
    path: str
    method: str
    query: bytes
    headers: Headers
    named: dict[bytes, bytes]
    origin: str
    route: Route | None = None
    name: str = ""
    account: Account | None = None
    plan: Plan = UNPLANNED
    body: bytes = b""
    snapshot: Snapshot | None = None
    refusal: Refusal | None = None
    hint: str | None = None

    @property
    def operation(self) -> Any:
        """What the route does; whoever performs it knows its type."""
        assert self.route is not None
        return self.route.operation

    @property
    def known_account(self) -> Account:
        """The caller's account, once the caller is identified."""
        assert self.account is not None
        return self.account
