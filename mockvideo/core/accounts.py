"""From a credential to its account."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from math import inf
from threading import RLock

from mockvideo.core.account import Account
from mockvideo.core.control import choose, reset_jobs
from mockvideo.core.direction import Order
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.journal import Budget, Budgets
from mockvideo.core.scenario import Scenario
from mockvideo.core.settings import Settings

LONGEST_KEY = 512
ANONYMOUS = "\0anonymous"  # no credential can be called so


class Accounts:
    """All accounts of a server, made at their first request, bounded; the longest idle ones go first.

    Safe to call from any thread: the same key is always the same account.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        caps = settings.caps
        self._budgets = Budgets(Budget(caps.journal_total), Budget(caps.uploads_total))
        self._accounts: OrderedDict[str, Account] = OrderedDict()
        self._tags: dict[str, Account] = {}
        self._lock = RLock()
        self._last: Account | None = None
        self.anonymous = Account(ANONYMOUS, settings, self._budgets)
        # Whether the scenario of all accounts is another one than that of the settings.
        self._directed = False

    def __iter__(self) -> Iterator[Account]:
        with self._lock:
            return iter(tuple(self._accounts.values()))

    def __len__(self) -> int:
        return len(self._accounts)

    def get(self, key: str) -> Account:
        """Return the account of this credential; raises ApiError if the credential is refused."""
        account = self._accounts.get(key)
        # Most requests come from whom the last one came from.
        if account is not None and account is self._last:
            return account
        with self._lock:
            account = self._accounts.get(key)
            if account is None:
                return self._open(key)
            self._accounts.move_to_end(key)
            self._last = account
            return account

    def tagged(self, tag: str) -> Account | None:
        """Return the account that minted URLs with this tag."""
        return self._tags.get(tag)

    def create(self, key: str, settings: Settings) -> Account:
        """Make an account with settings of its own, whatever keys are admitted; one that has its key is forgotten.

        Raises ApiError for a key that no dialect could take.
        """
        rest, scenario = self._split(key)
        _refuse_unusable(rest)
        with self._lock:
            if key in self._accounts:
                self.delete(self._accounts[key])
            return self._make(key, settings, scenario)

    def delete(self, account: Account) -> None:
        """Forget an account and its jobs; its key makes another one."""
        with self._lock:
            if self._accounts.get(account.key) is account:
                reset_jobs(account)
                self._drop(account)
                self._last = None

    def direct(self, scenario: str | Scenario | None, lasts: float = inf) -> None:
        """Put a scenario in force for all accounts and those to come, in the place of the one that is; None ends it.

        It lasts so many seconds of each account's own time; one that comes later has what is left of them to the
        anonymous one.
        """
        with self._lock:
            self._directed = True
            for account in (self.anonymous, *self._accounts.values()):
                choose(account, scenario, lasts, source="server")

    def order(self) -> Order | None:
        """Return what is in force for accounts to come, by the clock of the anonymous one."""
        with self.anonymous.lock:
            self.anonymous.fold()
            return next((order for source, order in self.anonymous.direction.orders() if source == "server"), None)

    def _open(self, key: str) -> Account:
        rest, scenario = self._split(key)
        closed = self.settings.keys
        if closed is not None and rest not in closed:
            raise ApiError(Kind.INVALID_KEY)
        _refuse_unusable(rest)
        return self._make(key, self.settings, scenario)

    def _make(self, key: str, settings: Settings, scenario: str | None) -> Account:
        if len(self._accounts) >= settings.caps.accounts:
            self._make_room()
        try:
            account = Account(key, settings, self._budgets, scenario)
        except ValueError as error:
            # A scenario is read at its first use, and its file may be wrong.
            raise ApiError.of(Refusal(Kind.INVALID_REQUEST, str(error), text=str(error))) from error
        if self._directed:
            order = self.order()
            lasts = inf if order is None else order.until - self.anonymous.moment
            choose(account, order and order.scenario, lasts, source="server")
        self._accounts[key] = self._tags[account.tag] = self._last = account
        return account

    def _split(self, key: str) -> tuple[str, str | None]:
        """Cut off the suffix that names a scenario, if it does."""
        rest, mark, suffix = key.rpartition("--")
        library = self.settings.library
        return (rest, suffix) if mark and library is not None and suffix in library else (key, None)

    def _make_room(self) -> None:
        expecting_nothing = (account for account in self._idle() if not account.outbox.pending)
        # Who waits for a webhook may have waited for ever: on a clock that stands still none comes.
        account = next(expecting_nothing, None) or next(self._idle(), None)
        if account is not None:
            self._drop(account)
            return
        most = self.settings.caps.accounts
        raise ApiError(Kind.UNAVAILABLE, f"This server keeps {most} accounts, all with unfinished jobs. Reuse a key.")

    def _idle(self) -> Iterator[Account]:
        """Yield the accounts without an unfinished job, the longest unused first; to look at all takes long."""
        return (account for account in self._accounts.values() if account.idle())

    def _drop(self, account: Account) -> None:
        account.close()
        del self._accounts[account.key], self._tags[account.tag]


def _refuse_unusable(key: str) -> None:
    # Keys that tell what they are spare a test the setting up of a refused one.
    if not _is_well_formed(key) or any(word in key for word in ("invalid", "revoked")):
        raise ApiError(Kind.INVALID_KEY)
    if "inactive" in key:
        raise ApiError(Kind.INACTIVE_KEY)


def _is_well_formed(key: str) -> bool:
    # What a header's bytes beyond ASCII mean is not agreed (RFC 9110, 5.5).
    return len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
