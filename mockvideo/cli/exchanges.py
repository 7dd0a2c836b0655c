"""An exchange as one line, for people or for programs, written as it happens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO

from mockvideo.cli.terminal import Paint, clean
from mockvideo.core.account import Account
from mockvideo.core.accounts import ANONYMOUS
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.journal import Entry
from mockvideo.dialect import Dialect
from mockvideo.fidelity import source_of
from mockvideo.pointer import error_text
from mockvideo.provenance import Origin

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


class Log:
    """Writes a line for every exchange, and falls silent when nobody reads any more."""

    def __init__(self, line: Callable[[Entry, Account, datetime], str], stream: IO[str]) -> None:
        self._line = line
        self._stream = stream
        self._read = True

    def __call__(self, entry: Entry, account: Account) -> None:
        if self._read:
            line = self._line(entry, account, datetime.now().astimezone())
            try:
                print(line, file=self._stream, flush=True)
            except OSError:
                self._read = False
                # What is left in the buffer would fail once more when Python ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


class Text:
    """Lines for people: time, key, dialect, operation, status, state, model; for a refusal what is wrong and why."""

    def __init__(self, dialects: Dialects, paint: Paint) -> None:
        self._dialects = dialects
        self._paint = paint
        self._width = max(map(len, dialects))

    def __call__(self, entry: Entry, account: Account, now: datetime) -> str:
        paint, dialect = self._paint, entry.dialect.ljust(self._width)
        begin = [paint(f"{now:%H:%M:%S}", dim=True), paint(tail(account), dim=True), dialect]
        return "  ".join([*begin, (entry.operation or "-").ljust(8), *self._outcome(entry)]).rstrip()

    def _outcome(self, entry: Entry) -> list[str]:
        paint = self._paint
        if entry.refusal is None:
            state = paint((entry.state or "").ljust(9), fg=COLOURS.get(entry.state or ""))
            hint = paint(_brief(entry.hint or ""), dim=True)
            return [str(entry.status), state, _brief(entry.model or entry.path), hint]
        colour = "red" if entry.status >= 500 else "yellow"
        planned = " (planned)" if entry.planned else ""
        wrong, why = explain(entry, entry.refusal, self._dialects[entry.dialect])
        return [
            paint(str(entry.status), fg=colour),
            paint(entry.refusal.kind + planned, fg=colour),
            _brief(wrong),
            paint(_brief(why), dim=True),
        ]


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
    if source is None:
        return ""
    # There is one seed, and it needs no further words.
    return "[seed]" if source.origin is Origin.SEED else f"[{source.origin}: {source.where}]"


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
        "planned": entry.planned or None,
        "hint": entry.hint,
    }
    return clean(json.dumps({name: value for name, value in document.items() if value not in (None, "")}))
