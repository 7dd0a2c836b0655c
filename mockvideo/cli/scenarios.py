"""``mockvideo scenarios``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from mockvideo.cli.terminal import Unusable
from mockvideo.plain import clean

if TYPE_CHECKING:
    from mockvideo.script.library import Library

FOLDER = click.option(
    "--scenarios",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="MOCKVIDEO_SCENARIOS",
    metavar="DIR",
    help="Scenario files of your own, which outrank ours.  [MOCKVIDEO_SCENARIOS]",
)


def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names that begin so."""
    from mockvideo.script.library import Library

    return [CompletionItem(name) for name in Library(context.params.get("folder")) if name.startswith(incomplete)]


@click.command()
@click.argument("name", required=False, shell_complete=complete)
@FOLDER
@click.option("--schema", is_flag=True, help="The JSON Schema of scenario files, for editors.")
def command(name: str | None, folder: Path | None, schema: bool) -> None:  # noqa: FBT001 - a flag, by its name
    """List the scenarios, or show one."""
    from mockvideo.script.library import Library

    if schema:
        _show_schema()
    elif name is None:
        _list(Library(folder))
    else:
        _show(Library(folder), name)


def refuse_unknown(name: str, library: Library) -> None:
    """Raise Unusable with the nearest names if this one is not known."""
    if name not in library:
        near = library.nearest(name)
        cure = f"did you mean {', '.join(near)}?" if near else "mockvideo scenarios lists them all"
        raise Unusable(f"there is no scenario {clean(name)!r}; {cure}")


def _show_schema() -> None:
    from mockvideo.script.schema import schema

    click.echo(json.dumps(schema(), indent=2))


def _list(library: Library) -> None:
    from mockvideo.cli.tables import console, show, table

    contents = table("scenario", "about")
    for name in library:
        contents.add_row(clean(name), clean(_about(library, name)))
    show(console(), contents)


def _about(library: Library, name: str) -> str:
    from mockvideo.script.problems import ScriptError

    try:
        return library[name].description.strip().partition("\n")[0]
    except ScriptError as error:
        return str(error).partition("\n")[0]


def _show(library: Library, name: str) -> None:
    from rich.syntax import Syntax

    from mockvideo.cli.tables import console

    refuse_unknown(name, library)
    text = library.file(name).read_text("utf-8", errors="replace")
    output = console()
    if output.is_terminal:
        output.print(Syntax(_tame(text), "toml", theme="ansi_dark", background_color="default", word_wrap=True))
    else:
        click.echo(text, nl=False)


def _tame(text: str) -> str:
    return "\n".join(map(clean, text.expandtabs(4).split("\n")))
