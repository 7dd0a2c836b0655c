"""``mockvideo demo``."""

from __future__ import annotations

from pathlib import Path

import click

from mockvideo.cli.terminal import Unusable


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("mockvideo-demo"),
    show_default=True,
    help="Where the clips go.",
)
@click.option("--speed", default="1", show_default=True, metavar="N|instant", help="Time passes N times as fast.")
def command(out: Path, speed: str) -> None:
    """Make one clip with every dialect, the way its documents do it."""
    from mockvideo.cli.filming import film_all
    from mockvideo.server.notation import SetupError, pace

    try:
        settings = pace(speed)
        out.mkdir(parents=True, exist_ok=True)
    except SetupError as error:
        raise Unusable(f"--speed: {error}") from None
    except OSError as error:
        raise Unusable(f"--out: cannot make {out}: {error.strerror}") from None
    film_all(out, settings)
