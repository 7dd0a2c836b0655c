"""From a credential to its account."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from threading import RLock

from mockvideo.core.account import Account
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.journal import Budget, Budgets
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

    def _open(self, key: str) -> Account:
        rest, scenario = self._split(key)
        self._admit(rest)
        if len(self._accounts) >= self.settings.caps.accounts:
            self._make_room()
        try:
            account = Account(key, self.settings, self._budgets, scenario)
        except ValueError as error:
            # A scenario is read at its first use, and its file may be wrong.
            raise ApiError(Kind.INVALID_REQUEST, str(error)) from error
        self._accounts[key] = self._tags[account.tag] = self._last = account
        return account

    def _split(self, key: str) -> tuple[str, str | None]:
        """Cut off the suffix that names a scenario, if it does."""
        rest, mark, suffix = key.rpartition("--")
        library = self.settings.library
        return (rest, suffix) if mark and library is not None and suffix in library else (key, None)

    def _admit(self, key: str) -> None:
        closed = self.settings.keys
        if not _is_well_formed(key) or (closed is not None and key not in closed):
            raise ApiError(Kind.INVALID_KEY)
        # Keys that tell what they are spare a test the setting up of a refused one.
        if any(word in key for word in ("invalid", "revoked")):
            raise ApiError(Kind.INVALID_KEY)
        if "inactive" in key:
            raise ApiError(Kind.INACTIVE_KEY)

    def _make_room(self) -> None:
        for key, account in self._accounts.items():
            if account.idle():
                account.close()
                del self._accounts[key], self._tags[account.tag]
                return
        most = self.settings.caps.accounts
        raise ApiError(Kind.UNAVAILABLE, f"This server keeps {most} accounts, all with unfinished jobs. Reuse a key.")


def _is_well_formed(key: str) -> bool:
    # What a header's bytes beyond ASCII mean is not agreed (RFC 9110, 5.5).
    return len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
