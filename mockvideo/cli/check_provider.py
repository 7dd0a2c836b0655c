"""``mockvideo check-provider``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockvideo.cli import named
from mockvideo.cli.terminal import Unusable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mockvideo.conformance.provider.report import Drift, Report
    from mockvideo.conformance.provider.rule import Result
    from mockvideo.conformance.provider.target import Target

STYLES = {"kept": "green", "broken": "bold red", "not exercised": "dim", "waived": "yellow"}
FILE = click.Path(dir_okay=False, path_type=Path)
LISTED = 40


@click.command(
    epilog="Exit codes: 0 if every rule that was exercised is kept, or waived; 1 if one is broken; 2 if nothing could "
    "be examined."
)
@click.option("--dialect", metavar="NAME", required=True, shell_complete=named.complete, help="What it should speak.")
@click.option("--base-url", metavar="URL", required=True, help="Where the documented paths begin.")
@click.option("--api-key", metavar="KEY", envvar="MOCKVIDEO_API_KEY", help="The key to ask with.  [MOCKVIDEO_API_KEY]")
@click.option(
    "--tier",
    type=click.Choice(["free", "metered"]),
    help="free: nothing that can make a job; metered: a few jobs.  [free; metered with --control-url]",
)
@click.option(
    "--max-jobs",
    metavar="N",
    type=click.IntRange(min=0),
    help="Never make more jobs than this.  [5; as many as it takes with --control-url]",
)
@click.option("--profile", metavar="FILE", type=FILE, help="Model, capabilities and waived rules of this server.")
@click.option("--control-url", metavar="URL", help="A mockvideo there makes the accounts, and jobs take no time.")
@click.option("--token", metavar="TOKEN", envvar="MOCKVIDEO_TOKEN", help="Its control token.  [MOCKVIDEO_TOKEN]")
@click.option("--examples", metavar="N", type=click.IntRange(min=0), help="Orders of requests to try there.  [20]")
@click.option(
    "--write-fixture",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save what was answered as examples, without keys, ids and URLs.",
)
@click.option("--json", "as_json", metavar="FILE", type=FILE, help="Write the report as JSON.")
@click.option("--junit", metavar="FILE", type=FILE, help="Write each rule as a test case.")
def command(**flags: Any) -> None:
    """Judge whether a server keeps the contract of a dialect, rule by rule.

    Without more, nothing is sent that a server could make a job of.
    """
    from mockvideo.cli.tables import console, show

    report = _examined(flags)
    try:
        _write(report, flags)
    except OSError as error:
        raise Unusable(f"cannot write {error.filename}: {error.strerror}; give a path that can be written") from None
    show(console(), *_page(report))
    if not report.passed:
        raise click.exceptions.Exit(1)


def _examined(flags: Mapping[str, Any]) -> Report:
    """Examine the server; raises Unusable where that cannot be done."""
    try:
        from mockvideo.conformance.provider.check import EXAMPLES, check_provider
    except ModuleNotFoundError as error:
        raise Unusable(f"{error.name} is missing: pip install 'mockvideo[test]'") from None
    from mockvideo.conformance.provider.probes.free import UnreachableError
    from mockvideo.testing.control import ControlError

    examples = EXAMPLES if flags["examples"] is None else flags["examples"]
    try:
        with _spinning() as told:
            return check_provider(_target(flags), max_jobs=flags["max_jobs"], examples=examples, told=told)
    except (UnreachableError, ControlError, ValueError) as error:
        raise Unusable(str(error)) from None


def _target(flags: Mapping[str, Any]) -> Target:
    from mockvideo.conformance.provider.profile import PLAIN, load
    from mockvideo.conformance.provider.target import Target

    return Target(
        dialect=named.dialect(flags["dialect"]),
        base_url=flags["base_url"],
        api_key=flags["api_key"],
        tier=flags["tier"],
        profile=load(flags["profile"]) if flags["profile"] else PLAIN,
        control_url=flags["control_url"],
        token=flags["token"],
    )


@contextmanager
def _spinning() -> Iterator[Callable[[str], object]]:
    """Show what is being done while somebody watches; nothing is left of it."""
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


def _write(report: Report, flags: Mapping[str, Any]) -> None:
    from mockvideo.conformance.provider import fixtures, junit
    from mockvideo.conformance.provider.report import as_json

    if flags["as_json"]:
        flags["as_json"].write_text(json.dumps(as_json(report), indent=2) + "\n", "utf-8")
    if flags["junit"]:
        flags["junit"].write_bytes(junit.document(report))
    if flags["write_fixture"]:
        where = f"a server that speaks {report.dialect}, asked on {datetime.now(UTC).date()}"
        fixtures.write(report.record, flags["write_fixture"], (flags["api_key"],), where)


def _page(report: Report) -> Iterator[RenderableType]:
    """Every rule, what differs and who documents it, and the verdict."""
    from rich.text import Text

    yield Text(f"{report.dialect} at {report.base_url}", style="bold")
    yield ""
    yield _rules(report.results)
    theirs = [drift for drift in report.drift if not drift.is_ours]
    ours = [drift for drift in report.drift if drift.is_ours]
    for title, found in (("What differs from the documents", theirs), ("What differs from our guesses", ours)):
        if found:
            yield from ("", Text(title, style="bold"), _drifts(found))
    yield ""
    yield _verdict(report)


def _rules(results: tuple[Result, ...]) -> RenderableType:
    from rich.text import Text

    from mockvideo.cli.tables import table
    from mockvideo.plain import clean

    filled = table("rule", "outcome", "sentence", whole=("outcome",))
    for result in results:
        notes = [result.rule.cure if result.outcome == "broken" else "", f"({result.why})" if result.why else ""]
        said = " ".join(filter(None, [result.rule.sentence, *notes]))
        filled.add_row(result.rule.id, Text(result.outcome, style=STYLES[result.outcome]), clean(said))
    return filled


def _drifts(found: list[Drift]) -> RenderableType:
    from mockvideo.cli.tables import table
    from mockvideo.plain import clean

    filled = table("field", "differs", "documented by", "rule", "request", "times", numbers=("times",))
    for drift in found[:LISTED]:
        difference, exchange = drift.difference, drift.difference.sight.exchange
        source = f"{difference.source.origin}: {difference.source.where}".removesuffix(": ")
        request = f"{exchange.call.method} {exchange.call.route.path if exchange.call.route else exchange.call.path}"
        told = (difference.sight.place or "-", difference.sight.differs, source, difference.rule.id, request)
        filled.add_row(*map(clean, told), str(drift.times))
    if len(found) > LISTED:
        filled.add_row("…", f"and {len(found) - LISTED} more: --json FILE has them all")
    return filled


def _verdict(report: Report) -> RenderableType:
    from rich.text import Text

    counts = Counter(result.outcome for result in report.results)
    told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
    sent = f"{report.requests} requests, {report.jobs} jobs"
    style = "green" if report.passed else "bold red"
    return Text.assemble(("passed" if report.passed else "broken", style), f": {told}; {sent}")
