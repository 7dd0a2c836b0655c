"""Finds the folders that ship with the package: beside it in a clone, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the folder ``fixtures`` or ``scenarios``; raises FileNotFoundError if it did not ship."""
    for parent in (PACKAGE, PACKAGE.parent):
        if (parent / name).is_dir():
            return parent / name
    message = f"the folder {name!r} is missing; install mockvideo again, or run it from a whole clone"
    raise FileNotFoundError(message)
