"""One thread that calls receivers: an event loop with what is due, and a timer for what will be."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import NamedTuple

from mockvideo.core.account import Account
from mockvideo.core.control import next_due, take_due
from mockvideo.core.deliveries import Attempt, Delivery
from mockvideo.server.webhooks.egress import Policy, Resolver
from mockvideo.server.webhooks.lanes import EACH, TOTAL, Lanes
from mockvideo.server.webhooks.letters import Letter, Reply
from mockvideo.server.webhooks.resolver import system_resolver
from mockvideo.server.webhooks.sender import Sender

Write = Callable[[Account, Delivery], Letter]
Observer = Callable[[Account, Delivery], object]
# Real seconds: what takes longer may hold up others; no timer is set to less.
SLOW = 1.0
SOON = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a postman calls: whom, how many at once of a receiver (``each``) and of all, and how it finds and trusts."""

    policy: Policy = field(default_factory=Policy)
    each: int = EACH
    total: int = TOTAL
    resolver: Resolver = system_resolver
    tls: ssl.SSLContext | None = None


class _Errand(NamedTuple):
    """An attempt that is due at that moment of account time."""

    account: Account
    delivery: Delivery
    due: float


class Round:
    """Tries what accounts owe when it is due. Only ``tell`` and ``close`` are for other threads."""

    def __init__(self, write: Write, manners: Manners, observer: Observer | None) -> None:
        self._write = write
        self._observer = observer
        self._sender = Sender(manners.policy, resolver=manners.resolver, tls=manners.tls)
        self._lanes = Lanes(self._deliver, each=manners.each, total=manners.total)
        self._timers: dict[Account, asyncio.TimerHandle] = {}
        self._waiting: dict[Account, list[Future[None]]] = {}
        self._over = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        # A program that forgets to close ends all the same.
        self._thread = Thread(target=self._run, name="mockvideo-webhooks", daemon=True)
        self._thread.start()

    def tell(self, step: Callable[..., object], *arguments: object) -> None:
        """Let the thread do something soon."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(step, *arguments)

    def close(self) -> None:
        self.tell(self._over.set)
        self._thread.join()

    def look(self, account: Account) -> None:
        """Try what is due, and look again when something is."""
        for delivery in take_due(account):
            due = delivery.next_try or account.moment
            job = (account.tag, delivery.dialect, delivery.job_id)
            self._lanes.put(receiver(delivery.url), job, due, _Errand(account, delivery, due))
        timer = self._timers.pop(account, None)
        if timer is not None:
            timer.cancel()
        moment = next_due(account)
        delay = None if moment is None else account.clock.delay(moment)
        if delay is not None:
            self._timers[account] = self._loop.call_later(max(delay, SOON), self.look, account)
        self._tell_waiting(account)

    def wait(self, account: Account, tried: Future[None]) -> None:
        """Tell when all that is due has been tried."""
        self._waiting.setdefault(account, []).append(tried)
        self.look(account)

    def _tell_waiting(self, account: Account) -> None:
        if account in self._waiting and not account.outbox.busy(account.clock.now()):
            for tried in self._waiting.pop(account):
                _finish(tried)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        await self._over.wait()
        for timer in self._timers.values():
            timer.cancel()
        await self._lanes.close()
        await self._sender.close()
        for waiting in self._waiting.values():
            for tried in waiting:
                _finish(tried)

    async def _deliver(self, errand: _Errand) -> bool:
        """Try once, and note how it went; return whether that was quick."""
        account, delivery, due = errand
        clock = account.clock
        # On a virtual clock that was moved far, each try is at its own moment all the same.
        at = max(due, clock.now()) if clock.mode == "wall" else due
        letter, reply = await self._attempt(account, delivery)
        if reply.refused:
            ended = account.outbox.refuse(delivery.id, reply.reason)
        else:
            ended = account.outbox.note(delivery.id, _attempt(at, letter, reply))
        # Before the next of the same job begins: another attempt at this one may be due earlier.
        self.look(account)
        if ended is not None and self._observer is not None:
            self._observer(account, ended)
        return reply.seconds < SLOW

    async def _attempt(self, account: Account, delivery: Delivery) -> tuple[Letter, Reply]:
        letter = Letter(delivery.url, [], b"", 0.0)
        try:
            letter = self._write(account, delivery)
            return letter, await self._sender.send(letter)
        except Exception as error:  # noqa: BLE001 - a dialect may be anybody's, and others have deliveries, too
            return letter, Reply(None, f"cannot be sent: {error!r}", 0.0)


def receiver(url: str) -> str:
    """Return scheme, host and port of any text that should be a URL."""
    return "/".join(url.split("/", 3)[:3]).lower()


def _attempt(at: float, letter: Letter, reply: Reply) -> Attempt:
    return Attempt(
        at=at,
        status=reply.status,
        reason=reply.reason,
        seconds=reply.seconds,
        headers=tuple(letter.headers),
        body=letter.body,
        reply=reply.body,
    )


def _finish(tried: Future[None]) -> None:
    # Who waited may have given up, which cancels it.
    if tried.set_running_or_notify_cancel():
        tried.set_result(None)
