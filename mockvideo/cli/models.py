"""``mockvideo models``."""

from __future__ import annotations

import click

from mockvideo.cli import named


@click.command()
@click.argument("dialect", shell_complete=named.complete)
@click.option("--json", "as_json", is_flag=True, help="The catalog as JSON, with the source of every entry.")
def command(dialect: str, as_json: bool) -> None:  # noqa: FBT001 - a flag, by its name
    """List the models of a dialect with their limits."""
    from mockvideo.cli.catalogs import as_document, as_table
    from mockvideo.cli.tables import console, show

    found = named.dialect(dialect)
    if as_json:
        click.echo(as_document(found))
    else:
        show(console(), as_table(found))
