"""The kinds of event loops: who runs in them, and how a task blocks until another thread rouses it."""

from __future__ import annotations

import asyncio
import sys
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Protocol

Bed = tuple[Awaitable[object], Callable[[], None]]


class Loop(Protocol):
    """The event loop that runs in this thread."""

    def task(self) -> Any:
        """Return the task that runs now."""

    def tasks(self) -> Iterable[Any]:
        """Return all its tasks that have not ended."""

    def alive(self, task: Any) -> bool: ...

    def at_end(self, task: Any, callback: Callable[[Any], None]) -> None:
        """Call back when that task has ended, if this kind of loop can tell."""

    def bed(self) -> Bed:
        """Return what to wait for, and what ends that wait from any thread; it does nothing when the loop has ended."""


class AsyncioLoop:
    """A loop of asyncio, or one that does as asyncio's do."""

    def task(self) -> Any:
        return asyncio.current_task()

    def tasks(self) -> Iterable[Any]:
        return asyncio.all_tasks()

    def alive(self, task: Any) -> bool:
        return not task.done()

    def at_end(self, task: Any, callback: Callable[[Any], None]) -> None:
        task.add_done_callback(callback)

    def bed(self) -> Bed:
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        def rouse() -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, future)

        return future, rouse


class TrioLoop:
    """The loop of trio."""

    def task(self) -> Any:
        return _trio().lowlevel.current_task()

    def tasks(self) -> Iterable[Any]:
        return _descendants(_trio().lowlevel.current_root_task())

    def alive(self, task: Any) -> bool:
        return task.coro.cr_frame is not None

    def at_end(self, task: Any, callback: Callable[[Any], None]) -> None:
        """Trio tells nobody but the nursery; that it lives no more is seen at the next look."""

    def bed(self) -> Bed:
        event, token = _trio().Event(), _trio().lowlevel.current_trio_token()

        def rouse() -> None:
            # Of trio's RunFinishedError this is the base.
            with suppress(RuntimeError):
                token.run_sync_soon(event.set)

        return event.wait(), rouse


ASYNCIO: Loop = AsyncioLoop()
TRIO: Loop = TrioLoop()


def _resolve(future: Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _trio() -> Any:
    """It is here when one of its loops runs, and only then."""
    return sys.modules["trio"]


def _descendants(task: Any) -> Iterator[Any]:
    yield task
    for nursery in task.child_nurseries:
        for child in nursery.child_tasks:
            yield from _descendants(child)
