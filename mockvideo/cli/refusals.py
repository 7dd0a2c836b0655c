"""What every dialect answers for a status: in which words, and whether they are documented."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from rich.table import Table

from mockvideo.cli.tables import table
from mockvideo.dialect import Dialect, Spelling
from mockvideo.operation import Submit
from mockvideo.pointer import error_text

# Those that clients of such APIs tell apart.
STATUSES = (400, 401, 402, 403, 404, 409, 413, 429, 500, 502, 503, 504)


def overview(dialects: Iterable[Dialect]) -> Table:
    """Return one row a dialect and status."""
    filled = table("dialect", "status", "is", "kind", "words", whole=("is", "kind"))
    for dialect in dialects:
        for status in STATUSES:
            kind, spelling, standing = dialect.literal(status)
            filled.add_row(dialect.name, str(status), standing, kind, _words(dialect, status, spelling))
    return filled


def answers(dialect: Dialect) -> Table:
    """Return one row a status, with the whole answer."""
    filled = table("status", "answer")
    for status in STATUSES:
        filled.add_row(str(status), json.dumps(_document(dialect, status), ensure_ascii=False))
    return filled


def _words(dialect: Dialect, status: int, spelling: Spelling) -> str:
    """The code and the type that the answer shows, or its text if it shows neither."""
    document = _document(dialect, status)
    shown = [word for word in (spelling.code, spelling.type) if word and json.dumps(word) in json.dumps(document)]
    return ", ".join(dict.fromkeys(shown)) or error_text(document, dialect.pointers.error)


def _document(dialect: Dialect, status: int) -> object:
    """The answer to a submission of the dialect's example."""
    refusal = dialect.ordered(None, status)
    route = next(route for route in dialect.routes if isinstance(route.operation, Submit))
    facts = {"model": dialect.example.get("model", dialect.model), "method": route.method, "path": route.path}
    return dialect.say(replace(refusal, facts={**refusal.facts, **facts}))[1]
