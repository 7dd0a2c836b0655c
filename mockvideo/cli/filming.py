"""One real job with every dialect at once, over HTTP, while somebody watches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.text import Text

from mockvideo.cli.screen import See, Sight, watching
from mockvideo.cli.tables import console, show, table
from mockvideo.core.settings import Settings
from mockvideo.dialect import Dialect
from mockvideo.plain import clean
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from mockvideo.testing.client import Client, JobError

PAUSE = 0.1  # seconds between two polls
KEY = "sk-demo"


@dataclass(frozen=True, slots=True)
class Film:
    """A clip and how it came: the provider's words, and seconds from the submission to the saved file."""

    dialect: str
    model: str
    states: tuple[str, ...]
    seconds: float
    path: Path
    size: int


def film_all(folder: Path, pace: Mapping[str, Any]) -> None:
    """Make a clip with every dialect on a server of our own; raises ClickException if one fails."""
    app = create_app(Options(settings=Settings(**pace)))
    output = console()
    output.print(f"One job with each of {len(app.dialects)} APIs", style="dim")
    # The server ends before the pool does, so that nobody waits for a job after an interruption.
    with (
        watching(output, [_sight(dialect) for dialect in app.dialects.values()]) as see,
        ThreadPoolExecutor(len(app.dialects)) as pool,
        ServerThread(app) as server,
    ):
        films = {
            name: pool.submit(film, dialect, f"{server.url}/{name}", folder, see)
            for name, dialect in app.dialects.items()
        }
        problems = [f"{name}: {problem}" for name, future in films.items() if (problem := _problem(future))]
    _conclude(output, [future.result() for future in films.values() if not future.exception()])
    if problems:
        raise click.ClickException(clean("; ".join(problems)))


def film(dialect: Dialect, base_url: str, folder: Path, see: See) -> Film:
    """Submit the dialect's example, poll until it is done, save the clip; raises JobError, OSError or HTTPError."""
    began = time.monotonic()
    with Client(dialect, base_url, KEY) as client:
        client.submit()
        while not client.finished:
            see(_sight(dialect, client))
            time.sleep(PAUSE)
            client.poll()
        see(_sight(dialect, client))
        clip = client.download()
    path = folder / f"{dialect.name}.mp4"
    path.write_bytes(clip)
    return Film(dialect.name, _model(dialect), tuple(client.states), time.monotonic() - began, path, len(clip))


def _sight(dialect: Dialect, client: Client | None = None) -> Sight:
    if client is None:
        return Sight(dialect.name, _model(dialect))
    word = client.states[-1] if client.states else "answered"
    return Sight(dialect.name, _model(dialect), clean(word), client.state, client.progress)


def _model(dialect: Dialect) -> str:
    return str(dialect.example.get("model", dialect.model))


def _problem(film: Future[Film]) -> str:
    """Wait for a film; return what went wrong, if anything did. What nobody foresees is raised."""
    error = film.exception()
    if error is None or isinstance(error, JobError | OSError | httpx.HTTPError):
        return str(error or "")
    raise error


def _conclude(output: Console, films: list[Film]) -> None:
    columns = ("dialect", "model", "states", "seconds", "file", "size")
    end = table(*columns, numbers=("seconds", "size"), whole=("model", "file"))
    for made in films:
        states = " → ".join(made.states) or "one call"
        end.add_row(
            made.dialect, made.model, states, f"{made.seconds:.1f}", made.path.name, f"{made.size / 1000:,.0f} kB"
        )
    show(output, end)
    if films:
        show(output, Text(f"{len(films)} clips in {films[0].path.parent}", style="dim"))
