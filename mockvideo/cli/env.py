"""``mockvideo env``."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from mockvideo.cli import named
from mockvideo.cli.reach import server_url
from mockvideo.cli.terminal import Unusable
from mockvideo.plain import clean

if TYPE_CHECKING:
    pass

KEY = "sk-mockvideo"


def _dotenv(value: str) -> str:
    """Quote only where it must be: not every reader of such files takes quotes away."""
    return value if re.fullmatch(r"[\w./:@%+=,-]*", value) else json.dumps(value, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "sh": lambda values: "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items()),
    "dotenv": lambda values: "\n".join(f"{name}={_dotenv(value)}" for name, value in values.items()),
    "json": lambda values: json.dumps(values, indent=2),
    "github": lambda values: "\n".join(f"{name}={value}" for name, value in values.items()),
}


@click.command(
    epilog='In a shell: eval "$(mockvideo env)"; in an action: mockvideo env --format github >> "$GITHUB_ENV"'
)
@click.option("--dialect", metavar="NAME", shell_complete=named.complete, help="Only this one.  [all]")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="sh", show_default=True)
@click.option("--url", metavar="URL", help="Where the server is.  [MOCKVIDEO_URL, else http://127.0.0.1:8420]")
@click.option("--key", metavar="KEY", help=f"The API key to use.  [MOCKVIDEO_API_KEY, else {KEY}]")
def command(dialect: str | None, form: str, url: str | None, key: str | None) -> None:
    """Print the variables that point common clients here."""
    base = server_url(url)
    key = key or os.environ.get("MOCKVIDEO_API_KEY") or KEY
    if clean(base + key) != base + key:
        raise Unusable("URL and key must be printable; give others with --url and --key")
    values, conflicts = variables(dialect, base, key)
    for conflict in conflicts:
        click.echo(conflict, err=True)
    click.echo(FORMATS[form](values))


def variables(dialect: str | None, url: str, key: str) -> tuple[dict[str, str], list[str]]:
    """Return the variables for the clients of all dialects, or of one, and what two dialects want in different ways."""
    from mockvideo import surroundings
    from mockvideo.dialects import load

    only = None if dialect is None else named.dialect(dialect)
    values, contested = surroundings.variables(load().values(), url, key, only=only)
    return values, [
        f"{name} stays {value}: {other} wants it too, see --dialect {other}." for name, value, other in contested
    ]
