"""Many deliveries to many receivers of which some never answer: nobody waits for the dead."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mockvideo.core.account import Account
from mockvideo.core.deliveries import Delivery
from mockvideo.server.webhooks.lanes import TOTAL
from mockvideo.server.webhooks.letters import Letter
from mockvideo.server.webhooks.postman import Postman
from tests.core.accounting import TERMS, account_of, submit

DELIVERIES, RECEIVERS, DEAD = 10_000, 100, 10
A_SECOND = 250  # so many become due, which leaves a machine of two cores some air
DESCRIPTORS = Path("/proc/self/fd")
pytestmark = pytest.mark.full


@contextmanager
def quick_receivers(number: int) -> Iterator[list[int]]:
    """The ports of so many receivers that answer at once, in one thread."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 Fine\r\nConnection: close\r\n\r\n")
        writer.close()

    async def listen() -> None:
        servers = [await asyncio.start_server(answer, "127.0.0.1", 0) for _ in range(number)]
        ports.extend(server.sockets[0].getsockname()[1] for server in servers)
        ready.set()
        await over.wait()
        for server in servers:
            server.close()

    over = asyncio.Event()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        thread = threading.Thread(target=runner.run, args=(listen(),))
        thread.start()
        ready.wait()
        yield ports
        loop.call_soon_threadsafe(over.set)
        thread.join()


@contextmanager
def dead_receivers(number: int) -> Iterator[list[int]]:
    """The ports of so many that let connections wait for ever."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        yield [listener.getsockname()[1] for listener in listeners]


class Watch:
    """What became of the deliveries to receivers that answer: how late they came, and what was open meanwhile."""

    def __init__(self, owed: int) -> None:
        self.late: list[float] = []
        self.most_open = 0
        self.over = threading.Event()
        self._owed = owed

    def __call__(self, account: Account, delivery: Delivery) -> None:
        if delivery.state == "delivered":
            self.late.append(account.clock.now() - delivery.at)
            self.over.set() if len(self.late) == self._owed else None
        if len(self.late) % 50 == 0:
            self.most_open = max(self.most_open, descriptors())


def descriptors() -> int:
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


def owe(account: Account, ports: list[int]) -> None:
    """Owe the deliveries from now on, evenly in time and to all receivers in turn."""
    snapshot = account.view(TERMS, submit(account))
    began = account.clock.now() + 0.5
    for number in range(DELIVERIES):
        at, url = began + number / A_SECOND, f"http://127.0.0.1:{ports[number % len(ports)]}/hook"
        name = f"webhook-{number}"
        account.outbox.put(
            Delivery(id=name, dialect="sora", job_id=name, event="e", url=url, at=at, snapshot=snapshot, next_try=at)
        )


def test_receivers_that_answer_do_not_wait_for_the_dead() -> None:
    account = account_of(clock="wall")
    watch = Watch(DELIVERIES * (RECEIVERS - DEAD) // RECEIVERS)
    with quick_receivers(RECEIVERS - DEAD) as quick, dead_receivers(DEAD) as dead:
        owe(account, dead + quick)
        before = descriptors()
        postman = Postman(
            lambda _, delivery: Letter(delivery.url, [], b'{"status": "completed"}', 10.0), observer=watch
        )
        postman.follow(account)
        assert watch.over.wait(600)
        postman.close()
    late = sorted(watch.late)
    median, p99 = late[len(late) // 2], late[len(late) * 99 // 100]
    opened = watch.most_open - before
    print(f"\nlate: median {median:.4f} s, p99 {p99:.4f} s, most {late[-1]:.3f} s; {opened} more descriptors at most")
    # Each dead one is waited for a hundred times, 10 s each: who stood behind it would be 1,000 s late, not as many as
    # a busy machine takes.
    assert p99 < 60.0
    # Both ends of a connection are in this process, and those of the postman's loop.
    assert opened <= 2 * TOTAL + 10
