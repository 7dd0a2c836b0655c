"""Sees to it that webhooks are delivered, without loading what that takes before there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from threading import Lock, Thread
from typing import TYPE_CHECKING
from weakref import finalize

from mockvideo.core.account import Account
from mockvideo.core.deliveries import Delivery
from mockvideo.dialect import Dialect
from mockvideo.server.clips import Clips
from mockvideo.server.options import Options

if TYPE_CHECKING:
    from mockvideo.server.webhooks.postman import Postman

Observer = Callable[[Account, Delivery], object]


class Deliverer:
    """One postman for all accounts of a server, hired with the first webhook and let go when the server ends.

    ``observer`` hears of every attempt, in the postman's thread; it is to be set before the first webhook.
    """

    observer: Observer | None = None

    def __init__(self, options: Options, dialects: Mapping[str, Dialect], clips: Clips) -> None:
        self._options = options
        self._dialects = dialects
        self._clips = clips
        self._lock = Lock()
        self._postman: Postman | None = None
        self._servers = 0
        # Those that a server listens on, which no webhook may go to.
        self._ports: set[int] = set()

    @contextmanager
    def listening(self, ports: Iterable[int]) -> Iterator[None]:
        """Deliver for a server on these ports; when the last one ends, so does whatever is under way."""
        ports = frozenset(ports)
        with self._lock:
            self._servers += 1
            self._ports |= ports
        try:
            yield
        finally:
            with self._lock:
                self._servers -= 1
                self._ports -= ports
                postman = None if self._servers else self._let_go()
            if postman is not None:
                postman.close()

    def follow(self, account: Account, port: int | None = None) -> None:
        """Deliver what this account owes from now on; ``port`` is the one that its client came to."""
        if port is not None:
            self._ports.add(port)
        self._hired().follow(account)

    def deliver_due(self, account: Account) -> Future[None] | None:
        """Return what is done when all that is due now has been tried; None: nothing is."""
        with account.lock:
            if not account.outbox.busy(account.fold()):
                return None
        return self._hired().deliver_due(account)

    def _hired(self) -> Postman:
        with self._lock:
            if self._postman is None:
                hire = import_module("mockvideo.server.webhooks.post").hire
                postman: Postman = hire(self._options, self._dialects, self._clips, self._ports, self.observer)
                self._postman = postman
                # Of an application that nobody serves, nobody says when it ends.
                self._forgotten = finalize(self, _let_go_later, postman)
                self._forgotten.atexit = False
            return self._postman

    def _let_go(self) -> Postman | None:
        postman, self._postman = self._postman, None
        if postman is not None:
            self._forgotten.detach()
            self._ports.clear()
        return postman


def _let_go_later(postman: Postman) -> None:
    # In a thread of its own, as the one that collects garbage may hold what the postman waits for, or be the postman's.
    Thread(target=postman.close, name="mockvideo-webhooks-end", daemon=True).start()
