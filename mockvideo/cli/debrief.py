"""The page that ends a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mockvideo.cli import summary
from mockvideo.cli.bounds import Check
from mockvideo.cli.evidence import LONGEST, Evidence
from mockvideo.cli.terminal import Paint
from mockvideo.core.audit import Report
from mockvideo.plain import clean

GAP = "  "


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the command was: the variables that led to our URL, the names of the dialects, the seed of the story.

    ``astray`` is the last path that somebody asked for and that belongs to no dialect.
    """

    variables: Mapping[str, str]
    dialects: Sequence[str]
    seed: int
    astray: str = ""


def page(evidence: Evidence, report: Report, checks: Sequence[Check], stage: Stage, paint: Paint) -> str:
    """Return the page: what was asked for and what became of it, block by block, and at the end the checks."""
    blocks = [
        [summary.page(report, paint)] if report.jobs else [],
        [GAP + paint(note, fg="yellow") for note in _notes(report, stage)],
        _section("refused", evidence.refused, paint),
        _section("advice", evidence.advised, paint),
        _section("webhooks that did not arrive", evidence.undelivered, paint),
        _section("ordered by rules", evidence.planned, paint),
        _section("rules that never matched", _idle(evidence), paint),
        [*_verdict(checks, paint), GAP + paint(f"The same story again: --seed {stage.seed}", dim=True)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _notes(report: Report, stage: Stage) -> Iterator[str]:
    requests = sum(usage.traffic.requests for usage in report.dialects)
    if stage.astray:
        paths = " or ".join(f"/{name}" for name in stage.dialects)
        yield f"{clean(stage.astray[:LONGEST])} was asked for, where nothing is: paths begin with {paths}."
    elif not requests:
        yield "No request came. Let the client read where to send them from one of these variables, which are set:"
        yield from (f"{GAP}{name}={value}" for name, value in stage.variables.items())
    if requests and not report.jobs:
        yield f"No job came of {requests:,} requests."


def _idle(evidence: Evidence) -> Iterator[str]:
    for name, why in evidence.idle.items():
        yield clean(f"{name}: {why}" if why else f"{name}: no such request came")


def _section(title: str, lines: Iterable[str], paint: Paint) -> list[str]:
    shown = [GAP * 2 + line for line in lines]
    return [GAP + paint(title, dim=True), *shown] if shown else []


def _verdict(checks: Sequence[Check], paint: Paint) -> Iterator[str]:
    width = max(len(check.name) for check in checks)
    for check in checks:
        mark = paint("FAILED", fg="red", bold=True) if check.broken else paint("ok    ", fg="green")
        yield GAP + GAP.join([mark, check.name.ljust(width), check.found])
        if check.broken:
            yield " " * (2 * len(GAP) + len("FAILED") + width) + GAP + paint(check.cure, fg="yellow")
