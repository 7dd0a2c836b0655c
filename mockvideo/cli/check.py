"""``mockvideo check``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockvideo.cli.scenarios import FOLDER, refuse_unknown
from mockvideo.plain import clean

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mockvideo.core.scenario import Scenario


@click.command()
@click.argument("files", metavar="FILE…", nargs=-1, type=click.Path())
@FOLDER
def command(files: tuple[str, ...], folder: Path | None) -> None:
    """Check scenarios, and say what of them no provider documents.

    FILE is a path, or the name of a scenario that ships or stands in DIR; without any, all in DIR are checked.
    """
    from mockvideo.cli.tables import console, show
    from mockvideo.script.problems import ScriptError
    from mockvideo.script.read import load

    output, wrong = console(), False
    for file in [_file(each, folder) for each in files] or _all(folder):
        try:
            scenario = load(file)
        except ScriptError as error:
            wrong = True
            click.echo("\n".join(map(clean, str(error).splitlines())), err=True)
        else:
            show(output, *_report(str(file), scenario))
    if wrong:
        raise click.exceptions.Exit(1)


def _file(named: str, folder: Path | None) -> Path:
    from mockvideo.script.library import Library

    file = Path(named)
    if file.exists() or file.suffix == ".toml":
        return file
    library = Library(folder)
    refuse_unknown(named, library)
    return library.file(named)


def _all(folder: Path | None) -> list[Path]:
    if folder is None:
        raise click.UsageError("say what to check: a FILE, or all in --scenarios DIR")
    return sorted(folder.glob("*.toml"))


def _report(file: str, scenario: Scenario) -> Iterator[RenderableType]:
    from rich.text import Text

    from mockvideo.cli.tables import table
    from mockvideo.dialects import load as load_dialects
    from mockvideo.script.check import remarks, strangers
    from mockvideo.script.problems import path

    dialects = load_dialects()
    found = [("*", remark) for remark in strangers(scenario, dialects.values())]
    found += [(dialect.name, remark) for dialect in dialects.values() for remark in remarks(scenario, dialect)]
    yield Text.assemble(clean(file), ": ", ("ok", "green"))
    if found:
        filled = table("dialect", "place", "says")
        filled.show_header = False
        for name, remark in found:
            filled.add_row(f"  {name}", path(remark.trail), remark.says)
        yield filled
