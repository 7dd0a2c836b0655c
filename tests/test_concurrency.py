"""Many clients at once, of few accounts: no update is lost, no job is another's, and every credit is counted."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

import pytest

from mockvideo.core.account import Account
from mockvideo.core.rng import Chance
from mockvideo.core.settings import Caps
from mockvideo.core.timing import Timing
from mockvideo.dialect import Dialect
from mockvideo.operation import Content, List, Poll
from mockvideo.pointer import find
from mockvideo.server.app import App
from tests.driving import Answer, Client, app_of, route_of
from tests.every import DIALECTS
from tests.server.driving import BEARER, ask

CLIENTS = 64
KEYS = 16
# Seconds until a thread gives way: a thousandth of what is usual, so that races show.
OFTEN = 5e-6
TIMING = Timing(queue=(0.0, 5.0), render=(0.0, 30.0))
ROOM = Caps(finished_jobs=1_000_000, unfinished_jobs=1_000_000, journal_entries=1_000_000)
# Calls that block are a few, as a clip takes longer to make than a hundred polls.
WEIGHED = [dialect for dialect in DIALECTS.values() if dialect.pointers.submitted is not None] * 8 + [DIALECTS["a4f"]]


@pytest.fixture(scope="module", autouse=True)
def _restless() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(OFTEN)
    yield
    sys.setswitchinterval(usual)


@dataclass
class Worker:
    """One client: what it submitted and was told; ``made`` counts its jobs, ``asked`` its requests."""

    app: App
    number: int
    jobs: list[tuple[Dialect, str]] = field(default_factory=list)
    wrong: list[Answer] = field(default_factory=list)
    made: int = 0
    asked: int = 0

    @property
    def key(self) -> str:
        return f"sk-{self.number % KEYS}"

    async def work(self, operations: int) -> None:
        """Do so many things, drawn from the client's number."""
        chance = Chance(f"client {self.number}".encode())
        for turn in range(operations):
            what = chance.integer(8) % 8
            if what < 3 or not self.jobs:
                await self.submit(WEIGHED[chance.integer(8) % len(WEIGHED)], f"{self.number}/{turn}")
            else:
                dialect, job_id = self.jobs[chance.integer(16) % len(self.jobs)]
                await (self.intrude if what == 3 else self.fetch if what == 4 else self.poll)(dialect, job_id)

    async def submit(self, dialect: Dialect, prompt: str) -> None:
        client = Client(self.app, dialect, self.key)
        answer = await self.told(client.submitting({**dialect.example, "prompt": prompt}), {200, 201, 202})
        self.made += 1
        if dialect.pointers.submitted is not None:
            self.jobs.append((dialect, find(answer.document, dialect.pointers.submitted)))

    async def poll(self, dialect: Dialect, job_id: str) -> None:
        path = route_of(dialect, Poll).path.replace("{id}", job_id)
        answer = await self.told(Client(self.app, dialect, self.key).call("GET", path), {200})
        if find(answer.document, dialect.pointers.polled or dialect.pointers.submitted) != job_id:
            self.wrong.append(answer)

    async def fetch(self, dialect: Dialect, job_id: str) -> None:
        """Read the clip itself where that can be done, or else the list."""
        routes = [route for route in dialect.routes if isinstance(route.operation, Content | List)]
        for route in routes[:1]:
            path = route.path.replace("{id}", job_id)
            await self.told(Client(self.app, dialect, self.key).call("GET", path), {200, 400, 409})

    async def intrude(self, dialect: Dialect, job_id: str) -> None:
        """Ask for a job with a key that has never made one."""
        path = route_of(dialect, Poll).path.replace("{id}", job_id)
        answer = await Client(self.app, dialect, "sk-stranger").call("GET", path)
        if answer.status != 404:
            self.wrong.append(answer)

    async def told(self, call: Awaitable[Answer], expected: set[int]) -> Answer:
        self.asked += 1
        answer = await call
        if answer.status not in expected:
            self.wrong.append(answer)
        return answer


def crowd(operations: int, **settings: Any) -> tuple[App, list[Worker]]:
    """Let all clients work at the same time, each in a thread of its own."""
    app = app_of(timing=TIMING, caps=ROOM, **settings)
    workers, start = [Worker(app, number) for number in range(CLIENTS)], Barrier(CLIENTS)

    def work(worker: Worker) -> None:
        start.wait(10)
        asyncio.run(worker.work(operations))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, workers))
    assert [answer for worker in workers for answer in worker.wrong] == []
    return app, workers


def check(account: Account, own: list[Worker]) -> None:
    """Compare what an account knows with what its clients have done."""
    told = sorted((dialect.name, job_id) for worker in own for dialect, job_id in worker.jobs)
    made = [(name, job.id) for name in DIALECTS for job in account.store.latest(name)]
    assert sorted(place for place in made if place[0] != "a4f") == told
    assert len(made) == len(set(made)) == sum(worker.made for worker in own)
    assert len(account.journal) == sum(worker.asked for worker in own)
    account.clock.advance(60)
    account.arrive()
    assert (account.store.unfinished, len(account.store)) == (0, len(made))
    for dialect in DIALECTS.values():
        book = account.ledger(dialect.terms)
        cost = sum(job.request.price for job in account.store.latest(dialect.name))
        assert (book.held, book.spent, book.balance) == (0, cost, dialect.terms.tariff.opening - cost)


@pytest.fixture(scope="module", params=[80, pytest.param(10_000, marks=pytest.mark.full)])
def crowded(request: pytest.FixtureRequest) -> tuple[App, list[Worker]]:
    """What is left when all have done so many things."""
    return crowd(request.param, clock="auto")


def test_nothing_is_lost_or_mixed_up_between_many_clients(crowded) -> None:
    app, workers = crowded
    for key in {worker.key for worker in workers}:
        check(app.service.accounts.get(key), [worker for worker in workers if worker.key == key])


def test_every_exchange_has_a_number_of_its_own(crowded) -> None:
    app, _ = crowded
    numbers = [[entry.number for entry in account.journal] for account in app.service.accounts]
    assert [sorted(each) for each in numbers] == [list(range(1, len(each) + 1)) for each in numbers]


def test_every_answer_has_the_number_of_its_own_entry() -> None:
    app = app_of()
    with ThreadPoolExecutor(CLIENTS) as pool:
        replies = list(pool.map(lambda _: ask(app, "GET", "/sora/v1/models", BEARER), range(400)))
    account = app.service.accounts.get("sk-test")
    told = sorted(reply.header("x-request-id") or "" for reply in replies)
    assert told == [f"req_{account.tag}{number:08x}" for number in range(1, 401)]
