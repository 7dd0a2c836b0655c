"""``mockvideo run``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from mockvideo.cli import named
from mockvideo.cli.scenarios import FOLDER, complete
from mockvideo.cli.terminal import Unusable


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog="Exit codes: that of the command, 128 + N for signal N, 127 if there is no such command, 126 if it cannot "
    "be run; 1 if it succeeded and a bound is broken; 2 if these options cannot be used.",
)
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND…")
@click.option("--dialect", metavar="NAME", shell_complete=named.complete, help="Only this one's variables.  [all]")
@click.option("--scenario", metavar="NAME|FILE", shell_complete=complete, help="What happens to every request.")
@FOLDER
@click.option("--speed", metavar="N|instant", help="Time passes N times as fast, or jobs end at once.  [1]")
@click.option("--seed", metavar="N", help="The story of an earlier run again.  [another one in each run]")
@click.option("--max-cost", metavar="C", help="Fail if jobs cost more, in any currency that their dialects bill.")
@click.option("--max-waste", metavar="N", type=click.IntRange(min=0), help="Fail if more jobs were wasted.")
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the command's end and each bound as test cases.",
)
def command(words: tuple[str, ...], max_cost: str | None, max_waste: int | None, **flags: Any) -> None:
    """Run a command beside a server of its own, and say what came of it.

    The command finds URL and key in its environment, as mockvideo env prints them. When it has ended, one page on the
    standard error tells its jobs, what was refused and why, advice, cost and waste.
    """
    from mockvideo.cli.bounds import Bounds
    from mockvideo.cli.running import Order, conduct, settled
    from mockvideo.server.notation import SetupError, amount

    junit, dialect = flags.pop("junit"), flags.pop("dialect")
    try:
        options = settled({**flags, "scenarios": flags.pop("folder")}, os.environ, Path.cwd())
    except SetupError as error:
        raise Unusable(str(error)) from None
    try:
        bounds = Bounds(None if max_cost is None else amount(max_cost), max_waste)
    except SetupError as error:
        raise Unusable(f"--max-cost: {error}") from None
    raise click.exceptions.Exit(conduct(Order(words, options, bounds, dialect, junit)))
