"""A clock like that of an account, and threads that start together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

Mode = Literal["wall", "manual", "auto"]


class Still:
    """Stands at 0 until it is advanced; a ``broken`` one says no."""

    def __init__(self, *, mode: Mode = "auto", broken: bool = False) -> None:
        self.mode: Mode = mode
        self.broken = broken
        self.moves: list[float] = []

    @property
    def now(self) -> float:
        return sum(self.moves)

    def switch(self, mode: Mode, *, slept: bool = False) -> None:
        self._answer()
        self.mode = mode

    def advance(self, seconds: float) -> None:
        self._answer()
        self.moves.append(seconds)

    def _answer(self) -> None:
        if self.broken:
            raise RuntimeError("no server answers")


def in_threads(*targets: Callable[[], object] | int) -> list[threading.Thread]:
    """Run each in a thread of its own, or the second as often as the first says, until all have ended."""
    number, *rest = targets
    functions = rest * number if isinstance(number, int) else targets
    threads = [threading.Thread(target=function) for function in functions if not isinstance(function, int)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return threads
