"""Entries of a journal: which ones are asked for, and how they are told."""

from __future__ import annotations

from base64 import b64encode

from mockvideo.core.journal import Entry
from mockvideo.server.control.asked import Filters
from mockvideo.server.control.told import BodyTold, EntryTold, RefusalTold


def fits(entry: Entry, asked: Filters) -> bool:
    """Whether an entry is asked for."""
    wanted = (asked.dialect, asked.operation, asked.job, asked.model, asked.planned)
    found = (entry.dialect, entry.operation, entry.job, entry.model, entry.planned)
    return (
        entry.number > (asked.since or 0)
        and all(want is None or want == have for want, have in zip(wanted, found, strict=True))
        and (asked.status is None or asked.status in {str(entry.status), f"{entry.status // 100}xx"})
    )


def told(entry: Entry, body: bytes | None = None) -> EntryTold:
    """Tell an entry, and what is kept of its body."""
    refusal = entry.refusal
    return EntryTold(
        number=entry.number,
        at=entry.at,
        dialect=entry.dialect,
        operation=entry.operation,
        method=entry.method,
        path=entry.path,
        status=entry.status,
        job=entry.job,
        model=entry.model,
        state=entry.state,
        refusal=refusal and RefusalTold(kind=refusal.kind, field=refusal.field, message=refusal.message),
        planned=entry.planned,
        rule=entry.rule,
        misses=list(entry.misses),
        hint=entry.hint,
        advice=list(entry.advice),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in entry.headers.items()},
        size=entry.size,
        digest=entry.digest.hex(),
        price=entry.price,
        took=entry.took,
        refund=entry.refund,
        fault=entry.fault,
        lost=entry.lost,
        body=None if body is None else readable(body),
    )


def readable(body: bytes) -> BodyTold:
    try:
        return BodyTold(text=body.decode())
    except UnicodeDecodeError:
        return BodyTold(base64=b64encode(body).decode())
