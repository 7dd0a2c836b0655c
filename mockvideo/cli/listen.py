"""``mockvideo listen``."""

from __future__ import annotations

import click

from mockvideo.cli import named

PORT = 8421


@click.command()
@click.option("--port", metavar="PORT", type=click.IntRange(0, 65535), default=PORT, help="0 takes a free one.  [8421]")
@click.option("--key", metavar="KEY", envvar="MOCKVIDEO_API_KEY", help="Verify signatures by this API key.")
@click.option(
    "--dialect", metavar="NAME", shell_complete=named.complete, help="Expect only this one's webhooks.  [all]"
)
@click.option("--answer", metavar="STATUS", type=click.IntRange(200, 599), default=200, help="Answer with this.  [200]")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each webhook.")
def command(port: int, key: str | None, dialect: str | None, answer: int, as_json: bool) -> None:  # noqa: FBT001 - a flag, by its name
    """Print the webhooks that arrive, until Ctrl-C."""
    from mockvideo.cli.hearing import Ear, hear

    if dialect is not None:
        named.dialect(dialect)
    hear(Ear(key=key, dialect=dialect, status=answer, as_json=as_json), port)
