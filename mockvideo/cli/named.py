"""Dialects by name, as arguments of commands."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from mockvideo.cli.terminal import Unusable

if TYPE_CHECKING:
    from mockvideo.dialect import Dialect


def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names that begin so."""
    from mockvideo.dialects import load

    return [CompletionItem(name) for name in load() if name.startswith(incomplete)]


def dialect(name: str) -> Dialect:
    """Return the dialect of this name; raises Unusable if there is none."""
    from mockvideo.dialects import load

    known = load()
    refuse_unknown(name, known)
    return known[name]


def refuse_unknown(name: str, known: Iterable[str]) -> None:
    """Raise Unusable with the nearest names if this one is not known."""
    names = list(known)
    if name not in names:
        near = get_close_matches(name, names, n=1) or names
        raise Unusable(f"there is no dialect {name!r}; did you mean {', '.join(near)}?")
