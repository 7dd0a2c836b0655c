"""Price lists to look at."""

from __future__ import annotations

from pydantic import TypeAdapter
from rich.table import Table

from mockvideo.catalog import Row
from mockvideo.cli import words
from mockvideo.cli.tables import table
from mockvideo.dialect import Dialect

ROWS = TypeAdapter(list[Row])


def as_document(dialect: Dialect) -> str:
    """Return the rows as JSON; amounts of money are texts, because they are exact."""
    return ROWS.dump_json(list(dialect.catalog.rows.values()), indent=2).decode()


def as_table(dialect: Dialect) -> Table:
    """Return the rows in words, without the columns in which no row has anything."""
    rows = [_cells(row, dialect.terms.tariff.currency) for row in dialect.catalog.rows.values()]
    headings = [name for name in rows[0] if any(row[name] for row in rows)]
    filled = table(*headings)
    for row in rows:
        filled.add_row(*(row[name] for name in headings))
    return filled


def _cells(row: Row, currency: str) -> dict[str, str]:
    return {
        "model": row.id,
        "name": row.name,
        "owner": row.owner,
        "accepts (default)": words.accepts(row),
        "price": words.prices(row, currency),
        "plans": " ".join(row.plans),
        "facts": words.pairs(row.facts),
    }
