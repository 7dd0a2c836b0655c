"""Sums of accounts, kept only of those for which somebody asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from mockvideo.core.account import Account
from mockvideo.core.audit import Audit, Report
from mockvideo.core.journal import Entry


@dataclass(slots=True)
class Sum:
    """What an account's exchanges came to, but for the first ``missed`` ones."""

    tag: str
    audit: Audit
    missed: int
    lock: Lock = field(default_factory=Lock)

    def note(self, entry: Entry | None) -> None:
        """Count an entry, from any thread."""
        if entry is not None:
            with self.lock:
                self.audit.note(entry, self.tag)

    def report(self) -> Report:
        with self.lock:
            return self.audit.report()


class Audits:
    """The sums of accounts, complete for those that were watched from their beginning.

    Of another one the entries count that its journal still has. A sum goes with its account.
    """

    def __init__(self, currencies: Mapping[str, str], *, inline: bool) -> None:
        self._currencies = currencies
        self._inline = inline
        self._sums: WeakKeyDictionary[Account, Sum] = WeakKeyDictionary()

    def of(self, account: Account) -> Sum:
        """Return the sum of an account, which is kept from now on."""
        kept = self._sums.get(account)
        return self._begin(account) if kept is None else kept

    def restart(self, account: Account) -> None:
        """Count from the next exchange on, if the account is watched."""
        kept = self._sums.get(account)
        if kept is not None:
            with kept.lock:
                kept.audit, kept.missed = self._audit(), account.journal.count

    def _begin(self, account: Account) -> Sum:
        entries = list(account.journal)
        begun = Sum(account.tag, self._audit(), account.journal.count - len(entries))
        for entry in entries:
            begun.note(entry)
        account.journal.watch(begun.note)
        self._sums[account] = begun
        return begun

    def _audit(self) -> Audit:
        return Audit(self._currencies, inline=self._inline)
