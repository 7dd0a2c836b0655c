"""Tables in the colours that the output can show, and in whole lines of plain text where it is no terminal."""

from __future__ import annotations

from typing import Literal

from rich.console import Console, RenderableType
from rich.table import Table

WIDE = 10_000


def console() -> Console:
    """Return a console on the standard output, without limits where nobody reads along."""
    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = WIDE
    return made


def table(*columns: str, numbers: tuple[str, ...] = (), whole: tuple[str, ...] = ()) -> Table:
    """Return an empty table with these headings; ``numbers`` stand to the right, ``whole`` columns are not wrapped."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for place, column in enumerate(columns):
        justify: Literal["right", "left"] = "right" if column in numbers else "left"
        first = place == 0
        no_wrap = first or column in whole
        made.add_column(column, style="cyan" if first else "", justify=justify, no_wrap=no_wrap, overflow="fold")
    return made


def show(output: Console, *shown: RenderableType) -> None:
    """Print, without blanks at the ends of lines where programs read along."""
    if output.is_terminal:
        output.print(*shown, sep="\n")
        return
    with output.capture() as captured:
        output.print(*shown, sep="\n")
    for line in captured.get().splitlines():
        print(line.rstrip())
