"""``mockvideo openapi``."""

from __future__ import annotations

import json

import click

from mockvideo.cli import named
from mockvideo.cli.reach import server_url


@click.command()
@click.argument("dialect", shell_complete=named.complete)
@click.option("--url", metavar="URL", help="Where the server is.  [MOCKVIDEO_URL, else http://127.0.0.1:8420]")
def command(dialect: str, url: str | None) -> None:
    """Print a dialect as an OpenAPI 3.1 document."""
    from mockvideo.openapi import document

    found = named.dialect(dialect)
    click.echo(json.dumps(document(found, f"{server_url(url)}/{found.name}"), indent=2, ensure_ascii=False))
