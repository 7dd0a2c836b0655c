"""Follows scenario files that are changed while a server runs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from mockvideo.script.library import Library

SECONDS = 0.5


class Follower:
    """Looks at the library's files now and then, and tells what it has read anew or could not read."""

    def __init__(self, library: Library, tell: Callable[[str], object], seconds: float = SECONDS) -> None:
        self._library = library
        self._tell = tell
        self._seconds = seconds
        self._over = Event()
        self._thread = Thread(target=self._follow, name="mockvideo-scenarios", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._over.wait(self._seconds):
            for message in self._library.refresh():
                self._tell(message)
