"""``mockvideo health``."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.client import HTTPException
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector

import click

from mockvideo.cli.reach import server_url
from mockvideo.plain import clean

SECONDS = 3


@click.command()
@click.option("--url", metavar="URL", help="Where the server is.  [MOCKVIDEO_URL, else http://127.0.0.1:8420]")
def command(url: str | None) -> None:
    """Ask a server whether it lives: exit code 0 or 1."""
    base = server_url(url)
    try:
        version = _version(f"{base}/_mockvideo/health")
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        reason = getattr(error, "reason", error)
        raise click.ClickException(clean(f"no mockvideo answers at {base}: {reason}")) from None
    click.echo(clean(f"mockvideo {version} answers at {base}"))


def _version(url: str) -> str:
    # No proxy of the surroundings, which would not find this machine's server, and no redirection.
    opener = OpenerDirector()
    opener.add_handler(HTTPHandler())
    opener.add_handler(HTTPSHandler())
    with opener.open(url, timeout=SECONDS) as answer:
        if answer.status != HTTPStatus.OK:
            raise ValueError(answer.reason)
        return str(json.load(answer)["version"])
