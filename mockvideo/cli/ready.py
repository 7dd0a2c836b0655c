"""The file that tells other programs where the server listens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mockvideo.cli.terminal import Unusable


@contextmanager
def announced(path: Path | None, document: Mapping[str, object]) -> Iterator[Callable[[], None]]:
    """Give a function that puts the file there in one step; in the end the file goes, if it is still ours.

    A file that cannot be written is found out at once, not when the server listens.
    """
    if path is None:
        yield lambda: None
        return
    text = json.dumps(document, indent=2) + "\n"
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.unlink(missing_ok=True)  # left by a server that was killed
        draft.write_text(text, "utf-8")
    except OSError as error:
        raise Unusable(f"cannot write {path}: {error.strerror}") from None
    try:
        yield lambda: _put(draft, path)
    finally:
        draft.unlink(missing_ok=True)
        with suppress(OSError):
            if path.read_text("utf-8") == text:
                path.unlink()


def _put(draft: Path, path: Path) -> None:
    draft.replace(path)
