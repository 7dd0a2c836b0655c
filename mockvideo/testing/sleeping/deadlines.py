"""Clocks of this process that go on with its patched sleeps, so that deadlines of the code under test come true."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from inspect import currentframe

from mockvideo.testing.sleeping.threads import REAL, caller

# What these measure is real: connections and their time-outs, and the run of the tests itself.
MEASURING = (
    REAL
    | sys.stdlib_module_names
    | {
        *("_pytest", "aiohttp", "anyio", "coverage", "freezegun", "grpc", "h2", "httpcore", "httpcore2", "hypothesis"),
        *("pytest_timeout", "time_machine", "trio", "urllib3", "websockets", "xdist"),
    }
)


def ahead(original: Callable[[], float], moved: Callable[[], float]) -> Callable[[], float]:
    """Return a clock that is ahead of another by what was slept, but for those who measure something real."""

    @wraps(original)
    def clock() -> float:
        now = original()
        return now if caller(currentframe()) in MEASURING else now + moved()

    return clock
