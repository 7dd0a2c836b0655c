"""An exchange as one line, for people or for programs, written as it happens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO

from mockvideo.cli import words
from mockvideo.cli.terminal import Paint, clean
from mockvideo.core.account import Account
from mockvideo.core.accounts import ANONYMOUS
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.journal import Entry
from mockvideo.dialect import Dialect
from mockvideo.fidelity import source_of
from mockvideo.pointer import error_text

Dialects = Mapping[str, Dialect]

COLOURS = {"queued": "yellow", "running": "cyan", "succeeded": "green", "failed": "red", "cancelled": "magenta"}

# What a refusal's own words do not say.
CURES = {
    Kind.INVALID_KEY: "Keys outside a closed list, and those with 'invalid' or 'revoked' in them, are refused.",
    Kind.INACTIVE_KEY: "Keys with 'inactive' in them are.",
    Kind.JOB_NOT_FOUND: "A job is known only to the key that submitted it, and only to this dialect.",
    Kind.NOT_READY: "Poll until the job has succeeded.",
}

LONGEST = 500  # characters of anything that a client sent
TOLD = 10_000  # advices that are remembered as told to an account; beyond that the first may come again

# How a miss begins that nobody wonders about: the rule is for other operations.
ELSEWHERE = ("on is ", "orders nothing ")


class Log:
    """Writes a line for every exchange, and falls silent when nobody reads any more."""

    def __init__(self, line: Callable[[Entry, Account, datetime], str], stream: IO[str]) -> None:
        self._line = line
        self._stream = stream
        self._read = True

    def __call__(self, entry: Entry, account: Account) -> None:
        if self._read:
            self.say(self._line(entry, account, datetime.now().astimezone()))

    def say(self, text: str) -> None:
        """Write what belongs to no exchange."""
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
        notes = self._dim(_missed(entry), *self._advise(entry, account))
        return "  ".join([*begin, (entry.operation or "-").ljust(8), *self._outcome(entry), *notes]).rstrip()

    def _outcome(self, entry: Entry) -> list[str]:
        paint = self._paint
        if entry.refusal is None:
            state = paint((entry.state or "").ljust(9), fg=COLOURS.get(entry.state or ""))
            notes = self._dim(_planned(entry), entry.hint)
            return [str(entry.status), state, _brief(entry.model or entry.path), *notes]
        colour = "red" if entry.status >= 500 else "yellow"
        wrong, why = explain(entry, entry.refusal, self._dialects[entry.dialect])
        return [
            paint(str(entry.status), fg=colour),
            paint(f"{entry.refusal.kind} {_brief(_planned(entry))}".rstrip(), fg=colour),
            _brief(wrong),
            *self._dim(why),
        ]

    def _dim(self, *notes: str | None) -> list[str]:
        return [self._paint(_brief(note), dim=True) for note in notes if note]

    def _advise(self, entry: Entry, account: Account) -> Iterator[str]:
        """Yield what the provider recommends and nobody has told this account yet."""
        for advice in self._dialects[entry.dialect].advice if entry.advice else ():
            place = (account.tag, entry.dialect, advice.id)
            if advice.id in entry.advice and place not in self._told:
                self._told[place] = None
                if len(self._told) > self._most_told:
                    del self._told[next(iter(self._told))]
                yield f"{advice.id}: {advice.sentence} [{words.cited(advice.source)}]"


def _planned(entry: Entry) -> str:
    if entry.rule is None:
        return ""
    what = f"{'lost, ' if entry.lost else ''}{entry.fault} fault " if entry.fault else ""
    return f"({what}planned by {entry.rule})"


def _missed(entry: Entry) -> str:
    """Say why no rule acted, where one is for this operation."""
    misses = entry.misses if entry.rule is None else ()
    return next((f"no rule: {miss}" for miss in misses if not miss.partition(": ")[2].startswith(ELSEWHERE)), "")


def explain(entry: Entry, refusal: Refusal, dialect: Dialect) -> tuple[str, str]:
    """Say what is wrong, as the client was told, and where that comes from or how to cure it."""
    wrong = _wrong(refusal, dialect) if entry.operation else f"{entry.method} {entry.path}"
    why = [_origin(refusal, dialect), entry.hint or _cure(refusal, dialect)]
    return wrong, "  ".join(filter(None, why))


def _wrong(refusal: Refusal, dialect: Dialect) -> str:
    """The words of the answer, or ours where those do not name the field."""
    told = error_text(dialect.say(refusal)[1], dialect.pointers.error)
    if refusal.field is None or refusal.field.rpartition(".")[2] in told:
        return told
    return refusal.message if refusal.field in refusal.message else f"{refusal.field}: {told}"


def _origin(refusal: Refusal, dialect: Dialect) -> str:
    source = source_of(dialect, refusal.field or "", refusal.facts.get("model"))
    return "" if source is None else f"[{words.cited(source)}]"


def _cure(refusal: Refusal, dialect: Dialect) -> str:
    if refusal.kind is Kind.MISSING_KEY:
        place = dialect.credential
        return f"Send {place.header.decode().title()}: {place.scheme} KEY".replace("  ", " ")
    if nearest := refusal.facts.get("nearest"):
        return f"Did you mean {' or '.join(map(str, nearest))}?" if isinstance(nearest, tuple) else ""
    return CURES.get(refusal.kind, "")


def _brief(text: str) -> str:
    return clean(text[:LONGEST]) + ("…" if len(text) > LONGEST else "")


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
        "path": _brief(entry.path),
        "status": entry.status,
        "job": entry.job,
        "model": entry.model,
        "state": entry.state,
        "refusal": refusal and {"kind": refusal.kind, "field": refusal.field, "message": _brief(refusal.message)},
        "rule": entry.rule and _brief(entry.rule),
        "misses": tuple(map(_brief, entry.misses)),
        "advice": entry.advice,
        "hint": entry.hint,
    }
    return clean(json.dumps({name: value for name, value in document.items() if value not in (None, "", ())}))
