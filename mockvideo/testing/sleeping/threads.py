"""Threads that are started while others sleep, and whose code it is that starts them or sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import currentframe
from threading import Thread, current_thread
from types import FrameType

from mockvideo.testing.sleeping.sleepers import Member, Sleepers

# What these wait for is real: child processes, sockets, and a test's own server. It is the caller that tells, as
# a thread or a loop may serve the code under test and a server alike.
REAL = frozenset({"execnet", "hypercorn", "mockvideo", "multiprocessing", "subprocess", "uvicorn"})


@contextmanager
def new_threads_join(sleepers: Sleepers) -> Iterator[None]:
    """Let every thread take part that is started now, until it ends, and the one that starts it."""
    start = Thread.start

    def start_and_join(thread: Thread) -> None:
        # It is waited for from before it runs, so it cannot be asked whether it lives.
        if caller(currentframe()) in REAL or not sleepers.join(thread, Member(thread, lambda: True)):
            start(thread)
            return
        # It may start more of them before time moves.
        starter = current_thread()
        sleepers.rejoin(starter, Member(starter, starter.is_alive))
        run = thread.run

        def run_and_leave() -> None:
            try:
                run()
            finally:
                end()

        def end() -> None:
            vars(thread).pop("run", None)
            sleepers.leave(thread)

        vars(thread)["run"] = run_and_leave
        try:
            start(thread)
        except BaseException:
            end()
            raise

    Thread.start = start_and_join  # type: ignore[assignment, method-assign]  # all threads have it from here
    try:
        yield
    finally:
        if Thread.start is start_and_join:
            Thread.start = start  # type: ignore[method-assign]  # as before


def caller(frame: FrameType | None) -> str:
    """The package whose code called the function of this frame; empty if there is no such code."""
    calling = frame and frame.f_back
    return "" if calling is None else str(calling.f_globals.get("__name__")).partition(".")[0]
