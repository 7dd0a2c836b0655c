"""What an exchange knows while it goes on."""

from __future__ import annotations

from starlette.types import Scope

from mockvideo.core.account import Account
from mockvideo.core.errors import Refusal
from mockvideo.core.jobs import Snapshot
from mockvideo.core.scenario import UNPLANNED, Plan
from mockvideo.dialect import Dialect
from mockvideo.operation import Route

Headers = list[tuple[bytes, bytes]]


class Call:
    """One exchange with a dialect, filled in as it proceeds.

    ``prefix`` is the URL path before the documented ``path``; ``named`` has the headers by name; ``record`` is what
    the journal keeps instead of the body. What is not known yet stands in the class, because a call is made for every
    request.
    """

    route: Route | None = None
    name: str = ""
    account: Account | None = None
    plan: Plan = UNPLANNED
    body: bytes = b""
    record: bytes | None = None
    snapshot: Snapshot | None = None
    refusal: Refusal | None = None
    hint: str | None = None

    def __init__(self, dialect: Dialect, prefix: str, path: str, scope: Scope, named: dict[bytes, bytes]) -> None:
        self.dialect = dialect
        self.prefix = prefix
        self.path = path
        self.method: str = scope["method"]
        self.headers: Headers = scope["headers"]
        self.named = named
        self.scope = scope

    @property
    def origin(self) -> str:
        """Scheme, host and mount point as the client sees them."""
        host = self.named[b"host"].decode("latin-1")
        return f"{self.scope['scheme']}://{host}{self.scope.get('root_path', '')}"

    @property
    def known_account(self) -> Account:
        """The caller's account, once the caller is identified."""
        if self.account is None:
            raise AssertionError("ask for the account after identify()")
        return self.account
