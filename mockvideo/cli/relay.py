"""Runs a command where we run: signals reach it, and its end is told as a shell tells it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from shutil import which
from types import FrameType
from typing import Any

NOT_FOUND = 127
NOT_RUNNABLE = 126

# Not every system has all of them. A terminal sends the first two to all of its foreground process group.
TYPED = tuple(number for number in signal.Signals if number.name in {"SIGINT", "SIGQUIT"})
SENT = tuple(number for number in signal.Signals if number.name in {"SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"})

Catch = Callable[[int, FrameType | None], object]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended: its status as a shell tells it, after so many seconds; ``trouble``: why it never began."""

    status: int
    seconds: float = 0.0
    trouble: str = ""


class Relay:
    """Passes signals on; those that come before the command is there wait for it."""

    def __init__(self) -> None:
        self._early: list[int] = []
        self._send: Callable[[int], object] = self._early.append

    def __call__(self, number: int, _: FrameType | None) -> None:
        self._send(number)

    def reach(self, send: Callable[[int], object]) -> None:
        """Send there from now on, first what has waited."""
        self._send = send
        for number in self._early:
            send(number)


def run(words: Sequence[str], environ: Mapping[str, str]) -> Ending:
    """Run a command to its end, whatever signals come.

    Where a terminal is, it stays in our process group, so that it can read what is typed, and the terminal's signals
    reach it without us. Elsewhere it has a group of its own: what we are sent reaches all of it, and only once.
    """
    typed_for_it = os.name == "nt" or _is_in_foreground()
    relay, began = Relay(), time.monotonic()
    with _catching({**dict.fromkeys(TYPED, _leave if typed_for_it else relay), **dict.fromkeys(SENT, relay)}):
        try:
            process = subprocess.Popen(  # noqa: S603 - it is ours to run what we are told to
                words,
                # Windows finds the .cmd files of npm by their whole names only.
                executable=which(words[0]),
                env=environ,
                process_group=None if typed_for_it else 0,
            )
        except OSError as error:
            return _stillborn(words[0], error)
        relay.reach(process.send_signal if typed_for_it else partial(_send_to_group, process.pid))
        status = process.wait()
    return Ending(128 - status if status < 0 else status, time.monotonic() - began)


def _stillborn(name: str, error: OSError) -> Ending:
    if isinstance(error, FileNotFoundError):
        return Ending(NOT_FOUND, trouble=f"there is no command {name}; give a path, or one that PATH leads to")
    cure = "give an executable file, a script with its #! in the first line"
    return Ending(NOT_RUNNABLE, trouble=f"{name} cannot be run ({error.strerror}); {cure}")


@contextmanager
def _catching(catches: Mapping[signal.Signals, Catch]) -> Iterator[None]:
    """Catch these signals, but none that whoever started us wants to be ignored, as nohup does."""
    own = {number: catch for number, catch in catches.items() if signal.getsignal(number) not in {signal.SIG_IGN, None}}
    before: dict[int, Any] = {number: signal.signal(number, catch) for number, catch in own.items()}
    try:
        yield
    finally:
        for number, catch in before.items():
            signal.signal(number, catch)


def _leave(_: int, __: FrameType | None) -> None:
    """Leave it to the command, which has had the same signal."""


def _send_to_group(leader: int, number: int) -> None:
    # Nobody may be left of it by now.
    with suppress(OSError):
        os.killpg(leader, number)


def _is_in_foreground() -> bool:
    """Whether what is typed at our terminal, if there is one, is meant for our process group."""
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
