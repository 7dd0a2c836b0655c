"""Starts a coroutine at once, and makes a task only of one that waits: most exchanges never do.

``asyncio.Task(eager_start=True)`` of Python 3.12 does the same; this also serves 3.11. No coroutine started here may
ask for the current task or for the event loop before it first waits: there may be none.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Task
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

# Bound here, as a test of the same process may replace asyncio's: what our server waits for is real.
sleep = asyncio.sleep


def start(routine: Coroutine[Any, Any, None], loop: AbstractEventLoop) -> Task[None] | None:
    """Run until the routine first waits; None if it ended without."""
    try:
        waiting = routine.send(None)
    except StopIteration:
        return None
    return loop.create_task(finish(routine, waiting))


async def finish(routine: Coroutine[Any, Any, None], waiting: object) -> None:
    """Go on with a routine that has begun, and waits."""
    await _steps(routine, waiting)


@coroutine
def _steps(routine: Coroutine[Any, Any, None], waiting: object) -> Generator[object, Any, None]:
    """Hand what the routine waits for to the task, and what came of it back to the routine."""
    try:
        while True:
            try:
                came = yield waiting
            except BaseException as error:  # noqa: BLE001 - a cancellation is the routine's to handle
                waiting = routine.throw(error)
            else:
                waiting = routine.send(came)
    except StopIteration:
        return
