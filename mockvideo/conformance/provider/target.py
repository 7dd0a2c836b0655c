"""Where the server is, and whose keys it is asked with: the one that was given, or fresh ones of its control API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from mockvideo.conformance.provider.profile import PLAIN, Profile
from mockvideo.conformance.provider.session import Budget, Recorder, Session, client
from mockvideo.dialect import Dialect
from mockvideo.testing.control import Control, ask

Tier = Literal["free", "metered"]
# Of jobs that somebody pays for.
MOST_JOBS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server that claims to speak a dialect.

    With a ``control_url`` every part of the examination has an account of its own, whose clock needs nobody to wait.
    The ``tier`` is free unless jobs cost nothing there.
    """

    dialect: Dialect
    base_url: str
    api_key: str | None = None
    tier: Tier | None = None
    profile: Profile = PLAIN
    control_url: str | None = None
    token: str | None = None
    sleep: Callable[[float], object] = time.sleep

    @property
    def metered(self) -> bool:
        return self.tier == "metered" or (self.tier is None and self.control_url is not None)

    @property
    def has_key(self) -> bool:
        return self.api_key is not None or self.control_url is not None


@dataclass(slots=True)
class Bench:
    """A target that is being examined: the connection to it, what it said, and what it may still cost."""

    target: Target
    http: httpx.Client
    control: httpx.Client | None
    budget: Budget
    recorder: Recorder = field(default_factory=Recorder)

    @property
    def makes_accounts(self) -> bool:
        return self.control is not None

    @property
    def models(self) -> tuple[str, ...]:
        """The models to ask for: the profile's, else all."""
        named = self.target.profile.model
        return tuple(self.target.dialect.catalog.rows) if named is None else (named,)

    @property
    def pause(self) -> float:
        """Seconds between two polls: those that the documents advise, none where time moves by itself."""
        return 0.0 if self.makes_accounts else self.target.dialect.terms.interval

    @property
    def patience(self) -> int:
        """How many polls a job may take."""
        return max(2, int(self.target.profile.patience / max(1.0, self.target.dialect.terms.interval)))

    @contextmanager
    def session(self, recorder: Recorder | None = None, **order: Any) -> Iterator[Session]:
        """Yield a session: of a fresh account with these settings, or with the key that was given.

        Raises ControlError where the server makes no accounts.
        """
        made = self._account(order)
        session = Session(self.target.dialect, self.target.base_url, made or self.target.api_key, self.http)
        session.budget, session.hosts = self.budget, frozenset(self.target.profile.hosts)
        session.recorder = recorder or self.recorder
        try:
            yield session
        finally:
            if self.control is not None and made is not None:
                Control(self.control, made).delete("")

    def _steady(self) -> dict[str, Any]:
        """A scenario whose jobs are polled a few times in every state."""
        interval = max(1.0, self.target.dialect.terms.interval)
        return {"timing": {"queue": 2 * interval, "render": 5 * interval}}

    def _account(self, order: Mapping[str, Any]) -> str | None:
        if self.control is None:
            return None
        wish = {"clock": "auto", **order, "scenario": {**self._steady(), **order.get("scenario", {})}}
        made = ask(self.control, "POST", "/accounts", self.target.token, json=wish)
        key: str = made["key"]
        return key


@contextmanager
def opened(target: Target, most_jobs: int | None) -> Iterator[Bench]:
    """Connect to a target; ``most_jobs`` None: five, and no limit where jobs cost nothing."""
    limit = MOST_JOBS if most_jobs is None and target.control_url is None else most_jobs
    with client(target.base_url) as http:
        if target.control_url is None:
            yield Bench(target, http, None, Budget(limit))
            return
        with httpx.Client(base_url=target.control_url, trust_env=False) as control:
            yield Bench(target, http, control, Budget(limit))
