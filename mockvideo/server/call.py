"""What an exchange knows while it goes on."""

from __future__ import annotations

from decimal import Decimal

from starlette.types import Scope

from mockvideo.advice import Advisor, Asked
from mockvideo.core.account import Account
from mockvideo.core.errors import Refusal
from mockvideo.core.faults import Earlier, Level
from mockvideo.core.jobs import FINAL, UNSCRIPTED, Snapshot, State
from mockvideo.core.planning import UNPLANNED, Plan
from mockvideo.operation import Operation, Route
from mockvideo.server.heading import Heading
from mockvideo.server.routes import Place

Headers = list[tuple[bytes, bytes]]


class Call:
    """One exchange with a dialect, filled in as it proceeds.

    ``prefix`` is the URL path before the documented ``path``, where ``name`` stands for the ``{id}`` of the ``route``;
    ``named`` has the headers by name; ``number`` is that of its journal entry, 0 until it is asked for; ``record`` is
    what the journal keeps instead of the body; ``scripted``: a rule or the job's script may change the answer.
    ``fault`` is the level on which one did, and ``lost`` whether the client does not learn what was answered. What is
    not known yet stands in the class, because a call is made for every request.
    """

    route: Route | None = None
    name: str = ""
    account: Account | None = None
    number: int = 0
    plan: Plan = UNPLANNED
    body: bytes = b""
    record: bytes | None = None
    snapshot: Snapshot | None = None
    refusal: Refusal | None = None
    hint: str | None = None
    scripted: bool = False
    fault: Level | None = None
    lost: bool = False
    advice: tuple[str, ...] = ()
    digest: bytes = b""
    price: Decimal | None = None

    def __init__(self, scope: Scope, place: Place, heading: Heading) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.headers: Headers = scope["headers"]
        self.place = place
        self.dialect, _, self.prefix, self.path, found = place
        self.named = heading.named
        self.key, self.kept = heading.said(self.dialect)
        if found is not None:
            methods, self.name = found
            self.route = methods.get(self.method)

    @property
    def origin(self) -> str:
        """Scheme, host and mount point as the client sees them."""
        host = self.named[b"host"].decode("latin-1")
        return f"{self.scope['scheme']}://{host}{self.scope.get('root_path', '')}"

    def show(self, snapshot: Snapshot) -> Snapshot:
        """Return the job as this answer tells it, which a rule may want to be behind the truth."""
        fault = self.plan.fault
        if fault is not None and fault.snapshot is not None:
            truth, snapshot = snapshot, _earlier(snapshot, fault.snapshot)
            self.fault = self.fault if snapshot == truth else "snapshot"
        self.snapshot = snapshot
        if snapshot.job.script is not UNSCRIPTED:
            self.scripted = True
        return snapshot

    def advise(self, advisor: Advisor, asked: Asked) -> None:
        """Note what the provider recommends and this request ignored."""
        self.advice = advisor.ignored(self.known_route.name, asked)

    @property
    def operation(self) -> Operation | None:
        """What the documented route does; None if none is meant."""
        return self.route.operation if self.route is not None else None

    @property
    def known_route(self) -> Route:
        """The documented route, once it is known that one is meant."""
        if self.route is None:
            raise AssertionError("ask for the route after it was recognised")
        return self.route

    @property
    def known_account(self) -> Account:
        """The caller's account, once the caller is identified."""
        if self.account is None:
            raise AssertionError("ask for the account after identify()")
        return self.account


def _earlier(snapshot: Snapshot, told: Earlier) -> Snapshot:
    """The job as it may have been before."""
    state = told.state or (State.RUNNING if snapshot.state in FINAL else snapshot.state)
    progress = snapshot.progress if told.progress is None else told.progress
    return snapshot._replace(state=state, progress=progress)
