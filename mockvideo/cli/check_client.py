"""``mockvideo check-client``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockvideo.cli import named
from mockvideo.cli.terminal import Unusable, is_live, painter

if TYPE_CHECKING:
    from mockvideo.conformance.client.programs import Program
    from mockvideo.conformance.client.schedules import Schedule
    from mockvideo.conformance.client.search import Progress
    from mockvideo.conformance.client.verdict import Verdict

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
AT_ONCE, EACH_CORE = 16, 2


@click.command(
    "check-client",
    context_settings={"allow_interspersed_args": False},
    epilog="Exit codes: 0 if no rule that must be kept is broken (--strict: none at all); 1 if one is, or if it "
    "fails on a good day; 2 if nothing could be judged.",
)
@click.argument("words", nargs=-1, required=True, metavar="-- COMMAND…")
@click.option("--dialect", metavar="NAME", required=True, shell_complete=named.complete, help="What it speaks.")
@click.option("--rule", "rules", metavar="ID", multiple=True, help="Only this one, such as C1; may be repeated.  [all]")
@click.option(
    "--examples", metavar="N", type=click.IntRange(min=1), default=24, show_default=True, help="Drawn, of many events."
)
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help="Draws other ones.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="Runs at once.  [16, or 2 a processor]")
@click.option(
    "--time",
    type=click.Choice(["virtual", "real"]),
    default="virtual",
    show_default=True,
    help="virtual: Python and Node do not really sleep.",
)
@click.option("--speed", metavar="N", type=float, default=1.0, show_default=True, help="Of the server, with real time.")
@click.option("--limit", metavar="S", type=float, default=30.0, show_default=True, help="Seconds that a run may take.")
@click.option("--deadline", metavar="S", type=float, default=7_200.0, show_default=True, help="The same, virtual.")
@click.option("--every", is_flag=True, help="Let each thing go wrong at every request of its kind, not at one.")
@click.option("--slow", is_flag=True, help="Also what a client notices only after real seconds.")
@click.option("--resumable", is_flag=True, help="Also kill it: it goes on from the folder in MOCKVIDEO_FOLDER.")
@click.option("--strict", is_flag=True, help="Fail for rules that should be kept, too.")
@click.option(
    "--out", metavar="DIR", type=FOLDER, default=Path("mockvideo-findings"), show_default=True, help="For scenarios."
)
@click.option("--json", "as_json", metavar="FILE", type=FILE, help="Write the verdict as JSON.")
@click.option("--junit", metavar="FILE", type=FILE, help="Write each rule as a test case.")
@click.option("--control-url", metavar="URL", help="Use the server there.  [one of its own]")
@click.option("--token", metavar="TOKEN", envvar="MOCKVIDEO_TOKEN", help="Its control token.  [MOCKVIDEO_TOKEN]")
def command(words: tuple[str, ...], **flags: Any) -> None:
    """Judge a client: run it again and again, let things go wrong, and say which rules it breaks.

    The command makes one clip of the request in MOCKVIDEO_REQUEST, with URL and key from its environment. Its exit
    status is its answer, and the file that MOCKVIDEO_OUTPUT names, if it writes one.
    """
    from mockvideo.conformance.client.report import page

    verdict = _judged(words, flags)
    replays = _write(verdict, flags)
    click.echo(page(verdict, painter(sys.stdout), replays))
    if not verdict.passed(strict=flags["strict"]):
        raise click.exceptions.Exit(1)


def _judged(words: tuple[str, ...], flags: Mapping[str, Any]) -> Verdict:
    """Judge the command; raises Unusable where that cannot be done."""
    from mockvideo.conformance.client.bench import Limits
    from mockvideo.conformance.client.check import Options, check_client
    from mockvideo.conformance.client.rules import RULES
    from mockvideo.conformance.client.search import no_traces
    from mockvideo.testing.control import ControlError

    named.dialect(flags["dialect"])
    with ExitStack() as opened:
        opened.enter_context(no_traces())
        options = Options(
            control_url=flags["control_url"] or opened.enter_context(_server()),
            token=flags["token"],
            rules=flags["rules"] or tuple(RULES),
            examples=flags["examples"],
            seed=flags["seed"],
            slow=flags["slow"],
            every=flags["every"],
            speed=flags["speed"],
            limits=Limits(virtual=flags["deadline"], real=flags["limit"]),
            progress=opened.enter_context(_progress()),
        )
        try:
            return check_client(_program(words, flags), flags["dialect"], options)
        except (ControlError, ValueError) as error:
            raise Unusable(str(error)) from None
        except OSError as error:
            raise Unusable(f"{words[0]} cannot be run: {error.strerror}; give a command that PATH leads to") from None


def _program(words: tuple[str, ...], flags: Mapping[str, Any]) -> Program:
    from mockvideo.conformance.client.programs import Program

    jobs = flags["jobs"] or min(AT_ONCE, EACH_CORE * (os.cpu_count() or 1))
    return Program(words=words, jobs=jobs, time=flags["time"], resumable=flags["resumable"])


@contextmanager
def _server() -> Iterator[str]:
    """Start a server for this check alone."""
    from mockvideo.server.app import create_app
    from mockvideo.server.options import Options
    from mockvideo.server.thread import ServerThread

    with ServerThread(create_app(Options())) as server:
        yield server.url


@contextmanager
def _progress() -> Iterator[Progress]:
    """Give a function that shows on a terminal how far the search is."""
    if not is_live(sys.stderr):
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(28), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("[dim]{task.description}"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        bar = progress.add_task("nothing goes wrong", total=None)

        def show(done: int, total: int, schedule: Schedule) -> None:
            progress.update(bar, completed=done, total=total, description=str(schedule))

        yield show


def _write(verdict: Verdict, flags: Mapping[str, Any]) -> dict[str, str]:
    """Write scenarios and reports; return the command that plays each finding again."""
    from mockvideo.conformance.client.report import as_json, files, junit

    out: Path = flags["out"]
    replays: dict[str, str] = {}
    try:
        for name, text in files(verdict):
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, "utf-8")
            replays[name.removesuffix(".toml")] = f"mockvideo serve --scenario {shlex.quote(str(out / name))}"
        if flags["as_json"]:
            flags["as_json"].write_text(as_json(verdict, replays) + "\n", "utf-8")
        if flags["junit"]:
            flags["junit"].write_bytes(junit(verdict))
    except OSError as error:
        raise Unusable(f"cannot write {error.filename}: {error.strerror}; give a path that can be written") from None
    return replays
