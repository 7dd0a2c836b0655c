"""An exchange as one line, for people or for programs, written as it happens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from threading import Lock
from typing import IO

from mockvideo import wording
from mockvideo.cli.terminal import Paint
from mockvideo.core.account import Account
from mockvideo.core.accounts import ANONYMOUS
from mockvideo.core.journal import Entry
from mockvideo.dialect import Dialect
from mockvideo.plain import clean
from mockvideo.wording import brief

Dialects = Mapping[str, Dialect]

COLOURS = {"queued": "yellow", "running": "cyan", "succeeded": "green", "failed": "red", "cancelled": "magenta"}

TOLD = 10_000  # advices that are remembered as told to an account; beyond that the first may come again


class Log:
    """Writes a line for every exchange, from any thread, and falls silent when nobody reads any more."""

    def __init__(self, line: Callable[[Entry, Account, datetime], str], stream: IO[str]) -> None:
        self._line = line
        self._stream = stream
        self._read = True
        self._lock = Lock()

    def __call__(self, entry: Entry, account: Account) -> None:
        if self._read:
            self.say(self._line(entry, account, datetime.now().astimezone()))

    def say(self, text: str) -> None:
        """Write what belongs to no exchange."""
        with self._lock:
            try:
                print(text, file=self._stream, flush=True)
            except OSError:
                self._read = False
                # What is left in the buffer would fail once more when Python ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class Text:
    """Lines for people: time, key, dialect, operation, status, state, model; for a refusal what is wrong and why.

    Each advice is told once to an account; ``most_told`` bounds the memory of that.
    """

    def __init__(self, dialects: Dialects, paint: Paint, *, most_told: int = TOLD) -> None:
        self._dialects = dialects
        self._paint = paint
        self._width = max(map(len, dialects))
        self._most_told = most_told
        self._told: dict[tuple[str, str, str], None] = {}

    def __call__(self, entry: Entry, account: Account, now: datetime) -> str:
        paint, dialect = self._paint, entry.dialect.ljust(self._width)
        begin = [paint(f"{now:%H:%M:%S}", dim=True), paint(tail(account), dim=True), dialect]
        notes = [paint(brief(advice), dim=True) for advice in self._advise(entry, account)]
        return "  ".join([*begin, (entry.operation or "-").ljust(8), *self._outcome(entry), *notes]).rstrip()

    def _outcome(self, entry: Entry) -> list[str]:
        paint, told = self._paint, wording.outcome(entry, self._dialects[entry.dialect])
        notes = [paint(note, dim=True) for note in told.notes]
        if entry.refusal is None:
            state = paint(told.word.ljust(9), fg=COLOURS.get(told.word))
            return [told.status, state, told.about, *notes]
        colour = "red" if entry.status >= 500 else "yellow"
        return [paint(told.status, fg=colour), paint(told.word, fg=colour), told.about, *notes]

    def _advise(self, entry: Entry, account: Account) -> Iterator[str]:
        """Yield what the provider recommends and nobody has told this account yet."""
        for advice in self._dialects[entry.dialect].advice if entry.advice else ():
            place = (account.tag, entry.dialect, advice.id)
            if advice.id in entry.advice and place not in self._told:
                self._told[place] = None
                if len(self._told) > self._most_told:
                    del self._told[next(iter(self._told))]
                yield wording.recommended(advice)


def tail(account: Account) -> str:
    """The last four characters of the account's key; none if there is no key."""
    return "    " if account.key == ANONYMOUS else clean(account.key[-4:]).rjust(4)


def record(entry: Entry, account: Account, now: datetime) -> str:
    """Return a line of JSON for programs; what is unknown is left out."""
    refusal = entry.refusal
    document = {
        "time": now.isoformat(timespec="milliseconds"),
        "key": tail(account).strip(),
        "dialect": entry.dialect,
        "operation": entry.operation,
        "method": entry.method,
        "path": brief(entry.path),
        "status": entry.status,
        "job": entry.job,
        "model": entry.model,
        "state": entry.state,
        "refusal": refusal and {"kind": refusal.kind, "field": refusal.field, "message": brief(refusal.message)},
        "rule": entry.rule and brief(entry.rule),
        "misses": tuple(map(brief, entry.misses)),
        "advice": entry.advice,
        "hint": entry.hint,
    }
    return clean(json.dumps({name: value for name, value in document.items() if value not in (None, "", ())}))
