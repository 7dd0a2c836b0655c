"""Jobs as they go: a bar for each on a terminal, else a line for each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from mockvideo.cli.terminal import is_live
from mockvideo.core.jobs import FINAL, State

WAITING = "waiting"
COLOURS = {State.SUCCEEDED: "green", State.FAILED: "red", State.CANCELLED: "red", State.RUNNING: "cyan"}


@dataclass(frozen=True, slots=True)
class Sight:
    """A job as a client sees it: the provider's word for its state, and the progress in per cent if it tells any."""

    dialect: str
    model: str
    word: str = WAITING
    state: State | None = None
    progress: float | None = None


See = Callable[[Sight], None]


@contextmanager
def watching(output: Console, jobs: Sequence[Sight]) -> Iterator[See]:
    """Give a function that shows how a job stands, to be called from any thread."""
    if not is_live(output.file):
        yield Lines(output, jobs)
        return
    with Progress(
        TextColumn("[bold]{task.fields[sight].dialect}"),
        TextColumn("[dim]{task.fields[sight].model}"),
        BarColumn(28, "bright_black", complete_style="cyan", finished_style="green", pulse_style="cyan"),
        TextColumn("{task.fields[word]}"),
        TextColumn("[dim]{task.elapsed:.1f} s"),
        console=output,
        transient=True,
    ) as progress:
        yield Bars(progress, jobs)


class Bars:
    """A bar for each job; where the provider tells no progress it only moves."""

    def __init__(self, progress: Progress, jobs: Sequence[Sight]) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        for sight in jobs:
            self._tasks[sight.dialect] = progress.add_task("", total=None, sight=sight, word=sight.word)

    def __call__(self, sight: Sight) -> None:
        task = self._tasks[sight.dialect]
        colour = COLOURS.get(sight.state, "yellow") if sight.state else "dim"
        self._progress.update(task, sight=sight, word=f"[{colour}]{sight.word}")
        if sight.state in FINAL:
            self._progress.update(task, total=100, completed=100)
            self._progress.stop_task(task)
        elif sight.progress is not None:
            self._progress.update(task, total=100, completed=sight.progress)


class Lines:
    """A line for each change."""

    def __init__(self, output: Console, jobs: Sequence[Sight]) -> None:
        self._output = output
        self._width = max(len(sight.dialect) for sight in jobs)
        self._last: dict[str, str] = {}

    def __call__(self, sight: Sight) -> None:
        if self._last.get(sight.dialect) != sight.word:
            self._last[sight.dialect] = sight.word
            self._output.print(f"{sight.dialect.ljust(self._width)}  {sight.word}")
