"""``mockvideo dialects``."""

from __future__ import annotations

import click

from mockvideo.cli import named


@click.command()
@click.argument("name", required=False, shell_complete=named.complete)
def command(name: str | None) -> None:
    """List the dialects, or show one and how faithful it is."""
    from mockvideo.cli.portraits import overview, portrait
    from mockvideo.cli.tables import console, show
    from mockvideo.dialects import load

    output = console()
    show(output, *(portrait(named.dialect(name)) if name else [overview(load().values())]))
