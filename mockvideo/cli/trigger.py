"""``mockvideo trigger``."""

from __future__ import annotations

import sys
from typing import Any

import click

from mockvideo.cli import named

KEY = "sk-mockvideo"
FORMS = ("raw", "hex")
MODES = ("local", "allowlist", "any")


@click.command()
@click.argument("dialect", shell_complete=named.complete)
@click.argument("event")
@click.option("--to", "url", metavar="URL", required=True, help="Where it goes.")
@click.option("--key", metavar="KEY", envvar="MOCKVIDEO_API_KEY", help=f"Sign as for this API key.  [{KEY}]")
@click.option(
    "--webhook-secret",
    "form",
    type=click.Choice(FORMS),
    envvar="MOCKVIDEO_WEBHOOK_SECRET",
    help="Sign with the digest of the key, or with its hexadecimal text.  [raw]",
)
@click.option("--model", metavar="MODEL", help="Of the job that it tells of.  [that of the dialect's example]")
@click.option(
    "--webhooks", "mode", type=click.Choice(MODES), envvar="MOCKVIDEO_WEBHOOKS", help="Who may be called.  [local]"
)
@click.option("--webhook-allow", "allowed", multiple=True, metavar="HOST:PORT", help="This receiver may be, too.")
def command(dialect: str, event: str, url: str, **said: Any) -> None:
    """Send one webhook, without a job and without a server.

    EVENT is one of the dialect's, such as completed. It is written, signed and sent as the server does it, once. The
    exit code is 1 if it does not arrive.
    """
    from mockvideo.cli.sample import Sample
    from mockvideo.cli.sending import policy, send
    from mockvideo.webhook import Signer

    sample = Sample(named.dialect(dialect), event, url, said["model"])
    signer = Signer(said["key"] or KEY, said["form"] or "raw")
    if not send(sample, signer, policy(url, said["mode"], said["allowed"])):
        sys.exit(1)
