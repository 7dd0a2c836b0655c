"""Dialects to look at: what they serve, and how faithful they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mockvideo.cli import words
from mockvideo.cli.tables import table
from mockvideo.dialect import Dialect
from mockvideo.fidelity import Tally, card
from mockvideo.provenance import Origin, parse
from mockvideo.wording import cited


def overview(dialects: Iterable[Dialect]) -> Table:
    """Return one row a dialect."""
    filled = table("dialect", "title", "base path", "models", "documented", numbers=("models", "documented"))
    for dialect in dialects:
        share = f"{card(dialect).all.documented:.0%}"
        filled.add_row(dialect.name, dialect.title, f"/{dialect.name}", str(len(dialect.catalog.rows)), share)
    return filled


def portrait(dialect: Dialect) -> Iterator[RenderableType]:
    """Yield what there is to know of one dialect."""
    yield Text.assemble((dialect.title, "bold"), (f"  {dialect.documents}, reviewed {dialect.reviewed}", "dim"))
    yield ""
    yield _routes(dialect)
    yield ""
    yield _facts(dialect)
    yield ""
    if dialect.advice:
        yield _advice(dialect)
        yield ""
    yield _fidelity(dialect)
    if unsourced := card(dialect).unsourced:
        yield f"without a source: {', '.join(unsourced)}"


def _routes(dialect: Dialect) -> Table:
    filled = table("route", "does", "source")
    for route in dialect.routes:
        filled.add_row(f"{route.method} /{dialect.name}{route.path}", route.name, route.source.origin)
    return filled


def _facts(dialect: Dialect) -> Table:
    place, catalog = dialect.credential, dialect.catalog
    filled = table("", "")
    filled.show_header = False
    filled.add_row("key", f"{place.header.decode().title()}: {place.scheme} KEY".replace("  ", " "))
    filled.add_row("models", f"{len(catalog.rows)} (mockvideo models {dialect.name})")
    filled.add_row("polling", f"every {dialect.terms.interval:g} s" if dialect.terms.interval else "none: calls block")
    filled.add_row("limits", _limited(dialect))
    for rule in catalog.relations:
        filled.add_row("rule", f"{words.relation(rule)} [{parse(rule.source).origin}]")
    if dialect.environment:
        filled.add_row("variables", f"{', '.join(dialect.environment)} (mockvideo env --dialect {dialect.name})")
    return filled


def _limited(dialect: Dialect) -> str:
    """Name the fields that models limit, and how many models do."""
    rows = dialect.catalog.rows.values()
    counts = Counter(path.rpartition(".")[2] for row in rows for path in row.limits)
    return ", ".join(f"{name} ({number})" for name, number in counts.most_common()) or "the same for all models"


def _advice(dialect: Dialect) -> Table:
    filled = table("advice", "says", "source")
    for advice in dialect.advice:
        filled.add_row(advice.id, advice.sentence, cited(advice.source))
    return filled


def _fidelity(dialect: Dialect) -> Table:
    found = card(dialect)
    sorts = {"fields": found.fields, "limits": found.limits, "words": found.words, "all": found.all}
    filled = table("fidelity", *Origin, "total", "documented", numbers=(*Origin, "total", "documented"))
    for name, tally in sorts.items():
        filled.add_row(name, *_numbers(tally), str(tally.total), f"{tally.documented:.0%}")
    return filled


def _numbers(tally: Tally) -> Iterator[str]:
    return (str(number or "") for _, number in tally.counts)
