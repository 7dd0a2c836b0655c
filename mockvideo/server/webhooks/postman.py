"""Follows accounts, and sees to it that the receivers of their webhooks are called when account time has come."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from weakref import WeakKeyDictionary, ref

from mockvideo.core.account import Account
from mockvideo.server.webhooks.rounds import Manners, Observer, Round, Write


class Postman:
    """Delivers what the accounts owe that it follows, in a thread that starts with the first of them.

    ``write`` makes the letter of an attempt, and ``observer`` hears what became of it, both in that thread. Its methods
    are safe to call from any thread.
    """

    def __init__(self, write: Write, *, manners: Manners | None = None, observer: Observer | None = None) -> None:
        self._write = write
        self._observer = observer
        self._manners = manners or Manners()
        self._lock = Lock()
        self._round: Round | None = None
        self._closed = False
        self._watches: WeakKeyDictionary[Account, tuple[Callable[[], None], ...]] = WeakKeyDictionary()

    def follow(self, account: Account) -> None:
        """Deliver from now on what this account owes."""
        with self._lock:
            if self._closed or account in self._watches:
                return
            if self._round is None:
                self._round = Round(self._write, self._manners, self._observer)
            bell = _Bell(self._round, account)
            self._watches[account] = (account.outbox.watch(bell), account.clock.watch(bell))
        bell()

    def deliver_due(self, account: Account) -> Future[None]:
        """Return what is done when all that is due now has been tried, or when the postman is closed."""
        self.follow(account)
        tried: Future[None] = Future()
        with self._lock:
            if self._round is None or self._closed:
                tried.set_result(None)
            else:
                self._round.tell(self._round.wait, account, tried)
        return tried

    def close(self) -> None:
        """Deliver nothing any more: end what is under way, and the thread."""
        with self._lock:
            self._closed = True
            for watches in self._watches.values():
                for end in watches:
                    end()
            self._watches.clear()
        if self._round is not None:
            self._round.close()


class _Bell:
    """Lets a round look at an account, once for all news that come before it does. Does not keep the account alive."""

    def __init__(self, round_: Round, account: Account) -> None:
        self._round = round_
        self._account = ref(account)
        self._rung = False

    def __call__(self) -> None:
        # Nothing is waited for here: who brings news holds the lock of the account.
        if not self._rung:
            self._rung = True
            self._round.tell(self._answer)

    def _answer(self) -> None:
        self._rung = False
        account = self._account()
        if account is not None:
            self._round.look(account)
