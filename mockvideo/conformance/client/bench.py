"""Where clients are run: a fresh account of any server for each schedule, and what is told of it afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import inf
from typing import Any

import httpx

from mockvideo.conformance.client.evidence import NIL, Answer, Run, flaw
from mockvideo.conformance.client.schedules import Schedule, tables
from mockvideo.dialect import Dialect
from mockvideo.testing.control import Control, ask
from mockvideo.testing.exchanges import Exchange, read

SERVER = "http://127.0.0.1:8420"
# Real seconds that the control API may take.
PATIENCE = 30.0
MOST_TOLD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a client is ended that does not end by itself: virtual seconds, requests, real seconds."""

    virtual: float = 7_200.0
    requests: int = 600
    real: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A server with a dialect, and the request that clients make there. ``base_url`` stands in for the server's own."""

    http: httpx.Client
    token: str | None
    dialect: Dialect
    request: Mapping[str, Any]
    base_url: str | None = None
    limits: Limits = field(default_factory=Limits)
    speed: float = 1.0

    @contextmanager
    def account(self, schedule: Schedule, *, silent: bool = True) -> Iterator[Seat]:
        """Give an account on which this schedule is played; it is deleted when the block ends. Raises ControlError."""
        with self.playing(tables(schedule, silent=silent), schedule) as seat:
            yield seat

    @contextmanager
    def playing(self, scenario: Mapping[str, Any], schedule: Schedule) -> Iterator[Seat]:
        """Give an account with any scenario, as the control API takes it. Raises ControlError."""
        order = {"clock": "wall", "speed": self.speed, "scenario": scenario}
        made = ask(self.http, "POST", "/accounts", self.token, json=order)
        control = Control(self.http, made["key"])
        base_url = self.base_url or made["base_urls"][self.dialect.name]
        try:
            yield Seat(self, schedule, control, made["key"], base_url)
        finally:
            control.delete("")


@dataclass(frozen=True, slots=True)
class Seat:
    """One run's account: what the client is given, and what is seen of it."""

    bench: Bench
    schedule: Schedule
    control: Control
    key: str
    base_url: str

    @property
    def server_url(self) -> str:
        return str(self.bench.http.base_url).rstrip("/")

    def advance(self, seconds: float) -> None:
        self.control.post("/clock/advance", {"seconds": seconds})

    def count(self, operation: str | None = None) -> int:
        """How many requests have come, of all operations or of one."""
        if operation is None:
            return int(self.control.get("")["exchanges"])
        return len(self.control.get("/journal", operation=operation, limit=MOST_TOLD)["entries"])

    def run(self, answer: Answer, *, steady: float | None = None, restarted: int | None = None) -> Run:
        """Return what the run left behind."""
        exchanges = tuple(self._exchanges())
        spent = self.control.get("/audit")["dialects"].get(self.bench.dialect.name)
        began = exchanges[0].at if exchanges else 0.0
        elapsed = self.control.get("/clock")["elapsed"] / self.bench.speed
        return Run(
            schedule=self.schedule,
            dialect=self.bench.dialect,
            answer=answer,
            exchanges=exchanges,
            acted=self._acted(),
            seconds=max(0.0, elapsed - began),
            steady=inf if steady is None else steady,
            restarted=restarted,
            paid=Decimal(spent["cost"]) if spent else NIL,
            currency=spent["currency"] if spent else "",
        )

    def fetched(self, url: str) -> Answer:
        """Judge the clip at a URL that a client handed out."""
        try:
            return judged(self.download(url))
        except httpx.HTTPError as error:
            return Answer("junk", f"the URL that it hands out leads nowhere: {error}")

    def download(self, url: str) -> bytes:
        """Return what is there, now that nothing goes wrong any more. Raises httpx.HTTPError."""
        self.control.delete("/scenario")
        return self.bench.http.get(url, follow_redirects=True).raise_for_status().content

    def _exchanges(self) -> Iterator[Exchange]:
        told = self.control.get("/journal", limit=MOST_TOLD, bodies=1)["entries"]
        # In the client's own seconds.
        return (replace(each, at=each.at / self.bench.speed) for each in map(read, told))

    def _acted(self) -> tuple[int, ...]:
        orders = self.control.get("/scenario")["in_force"]
        return tuple(rule["acted"] for order in orders if order["source"] == "account" for rule in order["counts"])


def reached(control_url: str | None) -> httpx.Client:
    """Return a client of the server there, else of the one at MOCKVIDEO_URL."""
    url = (control_url or os.environ.get("MOCKVIDEO_URL") or SERVER).rstrip("/")
    # Past the proxies of the surroundings; to load certificates takes longer than many a run.
    transport = httpx.HTTPTransport(verify=url.startswith("https:"), trust_env=False)
    return httpx.Client(base_url=url, transport=transport, timeout=PATIENCE)


def judged(data: bytes) -> Answer:
    """Tell whether the bytes are a clip."""
    wrong = flaw(data)
    return Answer("junk", wrong) if wrong else Answer("clip")
