"""What all commands owe a terminal: colours where they are wanted, no control bytes, errors in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import IO, Any

import click

Paint = Callable[..., str]


class Unusable(click.ClickException):
    """What was asked for cannot be done; one line says what to do instead."""

    exit_code = 2


def painter(stream: IO[Any], environ: Mapping[str, str] = os.environ) -> Paint:
    """Return what colours a text (``fg``, ``bold``, ``dim``) if this stream should have colours."""
    return _coloured if _has_colours(stream, environ) else _plain


def is_live(stream: IO[Any], environ: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody sees lines change: a terminal that can, and not a build that keeps a log."""
    return stream.isatty() and environ.get("TERM") != "dumb" and environ.get("CI", "") in {"", "0", "false"}


def _has_colours(stream: IO[Any], environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (stream.isatty() and environ.get("TERM") != "dumb")


def _coloured(text: str, **style: Any) -> str:
    return click.style(text, **style) if text else ""


def _plain(text: str, **_: object) -> str:
    return text
