"""``mockvideo serve``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from mockvideo.cli.terminal import Unusable


@click.command(
    epilog="Every option is also an environment variable (--port: MOCKVIDEO_PORT; --allowed-host: "
    "MOCKVIDEO_ALLOWED_HOSTS) and a key of [tool.mockvideo] in ./pyproject.toml."
)
@click.option("--host", metavar="HOST", help="Address to listen on.  [127.0.0.1]")
@click.option("--port", metavar="PORT", help="Port to listen on; 0 takes a free one.  [8420]")
@click.option("--listen", multiple=True, metavar="NAME=PORT", help="Serve a dialect at the root of its own port, too.")
@click.option("--speed", metavar="N|instant", help="Time passes N times as fast, or jobs end at once.  [1]")
@click.option("--seed", metavar="N", help="Another seed is another story: ids, durations.  [0]")
@click.option("--scenario", metavar="NAME|FILE", help="What happens to every key that names no other: a script.")
@click.option("--scenarios", metavar="DIR", help="Scenario files of your own; they can be named everywhere, too.")
@click.option("--strict", is_flag=True, default=None, help="Refuse to answer what a dialect does not document.")
@click.option("--credits", metavar="N", help="What every account begins with, in each dialect's currency.  [plenty]")
@click.option("--plan", metavar="NAME", help="The plan of every account.  [pro]")
@click.option("--slots", metavar="N", help="Renders at once; more jobs wait.  [as many as there are]")
@click.option("--requests-per-minute", metavar="N", help="Requests that an account may make.  [any number]")
@click.option("--requests-per-day", metavar="N", help="The same for a day (UTC).  [any number]")
@click.option("--key", multiple=True, metavar="KEY", help="Admit this API key, and no others that are not named.")
@click.option("--keys", metavar="FILE", help="Admit the API keys in this file, one a line.")
@click.option(
    "--public-url", metavar="URL", help="Where clients reach this server: replaces the origin in result URLs."
)
@click.option("--media", type=click.Choice(["http", "data"]), help="Results are URLs here, or data: URLs.  [http]")
@click.option("--allowed-host", multiple=True, metavar="HOST", help="Serve this Host as well.")
@click.option("--cors-origin", multiple=True, metavar="ORIGIN", help="Let web pages of this origin read answers.")
@click.option(
    "--token", metavar="TOKEN", help="What opens the control API for all accounts.  [beyond loopback a new one]"
)
@click.option("--no-control", is_flag=True, default=None, help="Leave the control API out.")
@click.option(
    "--webhooks",
    type=click.Choice(["local", "allowlist", "any"]),
    help="Whom webhooks may go to: here, a list, all.  [local]",
)
@click.option("--webhook-allow", multiple=True, metavar="HOST:PORT", help="Let webhooks go to this receiver.")
@click.option(
    "--webhook-secret",
    type=click.Choice(["raw", "hex"]),
    help="They are signed with a digest's bytes, or its text.  [raw]",
)
@click.option(
    "--log", type=click.Choice(["text", "json", "off"]), help="One line per exchange.  [text on a terminal, else off]"
)
@click.option("--ready-file", metavar="PATH", help="Write URLs and pid here as JSON when the server listens.")
def command(**flags: object) -> None:
    """Serve every dialect on one local port."""
    from mockvideo.cli.launch import launch
    from mockvideo.server.environment import read_project, setup
    from mockvideo.server.notation import SetupError

    try:
        asked = setup(flags, os.environ, read_project(Path.cwd()))
    except SetupError as error:
        raise Unusable(str(error)) from None
    launch(asked, sys.stdout)
