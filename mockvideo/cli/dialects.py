"""``mockvideo dialects``."""

from __future__ import annotations

import click

from mockvideo.cli import named


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=named.complete)
@click.option("--errors", is_flag=True, help="What they answer for each status, and whether that is documented.")
def command(names: tuple[str, ...], errors: bool) -> None:  # noqa: FBT001 - a flag, by its name
    """List the dialects, or show some and how faithful they are."""
    from mockvideo.cli import portraits, refusals
    from mockvideo.cli.tables import console, show
    from mockvideo.dialects import load

    chosen = [named.dialect(name) for name in names]
    if errors:
        show(console(), refusals.overview(chosen or load().values()))
        if len(chosen) == 1:
            show(console(), "", refusals.answers(chosen[0]))
    elif chosen:
        for number, dialect in enumerate(chosen):
            show(console(), *([""] if number else []), *portraits.portrait(dialect))
    else:
        show(console(), portraits.overview(load().values()))
