"""Shows figures beside their budgets, as tables and as a JSON document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.benchmarks.budgets import Bound, budget_of
from tests.benchmarks.figures import Figure, Section

COLUMNS = ("mockvideo", "", "ratio", "rounds", "must", "stretch")
LEGEND = (
    "Medians of the quiet rounds, of all if none was quiet; CPU is what one request costs the server, or what one test "
    "costs. Ratio: the share of the other's efficiency (1 is as good), or, with an x, how many times the other's cost. "
    "Rounds: the least and the greatest ratio of one round."
)


@dataclass(frozen=True, slots=True)
class Report:
    """One run: the command line, the machine, what was measured, what could not be, and how long it took."""

    command: str
    machine: dict[str, object]
    sections: list[Section] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0


def show(report: Report, console: Console) -> None:
    for section in report.sections:
        console.print(_table(section) if section.figures else Text(section.title, "bold"))
        for note in section.notes:
            console.print(note, style="yellow")
        console.print()
    console.print(LEGEND, style="dim")
    console.print(_machine(report.machine), style="dim", highlight=False)
    for failure in report.failures:
        console.print(Text(f"did not run: {failure}", style="bold red"))


def document(report: Report) -> dict[str, Any]:
    """The report as JSON; every figure with its budget."""
    written = asdict(report)
    for section, as_written in zip(report.sections, written["sections"], strict=True):
        for figure, target in zip(section.figures, as_written["figures"], strict=True):
            target["budget"] = {name: _judged(bound, figure) for name, bound in _bounds(figure) if bound}
    return written


def _bounds(figure: Figure) -> tuple[tuple[str, Bound | None], tuple[str, Bound | None]]:
    budget = budget_of(figure)
    return ("must", budget.must if budget else None), ("stretch", budget.stretch if budget else None)


def _judged(bound: Bound, figure: Figure) -> dict[str, object]:
    return {"bound": bound.text, "met": bound.met(figure)}


def _table(section: Section) -> Table:
    table = Table(title=section.title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name in COLUMNS:
        table.add_column(name or section.other, justify="right", no_wrap=True)
    for what, group in groupby(section.figures, key=lambda figure: figure.what):
        rows = list(group)
        for figure in rows:
            table.add_row(what if figure is rows[0] else "", _named(figure), *_cells(figure))
        if len(rows) > 1:
            table.add_section()
    return table


def _named(figure: Figure) -> Text:
    return Text(f"{figure.quantity.name} ").append(figure.quantity.unit, "dim")


def _cells(figure: Figure) -> tuple[str | Text, ...]:
    other = "" if figure.other is None else number(figure.other)
    verdicts = (_verdict(bound, figure) for _, bound in _bounds(figure))
    return number(figure.ours), other, _ratio(figure), _spread(figure), *verdicts


def number(value: float) -> str:
    """Three digits that count, or all before the point."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 99.95 or value == 0 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return ""
    return f"{figure.ratio:.2f}" + (" x" if figure.quantity.form == "times" else "")


def _spread(figure: Figure) -> str:
    if figure.spread is None or len(figure.rounds) < 2:
        return ""
    least, greatest = figure.spread
    return f"{least:.2g}-{greatest:.2g}"


def _verdict(bound: Bound | None, figure: Figure) -> Text:
    met = bound.met(figure) if bound else None
    if bound is None or met is None:
        return Text("")
    word, style = ("ok", "green") if met else ("short", "bold red")
    return Text(f"{bound.text} ").append(f"{word:5}", style)


def _machine(machine: dict[str, object]) -> str:
    versions = machine.get("versions")
    known = versions if isinstance(versions, dict) else {}
    facts = [f"{name.replace('_', ' ')} {value}" for name, value in machine.items() if name != "versions"]
    return ", ".join([*facts, *(f"{name} {version}" for name, version in known.items())])
