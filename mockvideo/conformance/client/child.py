"""Inside of a Python program under the kit: lets its time be virtual. It needs nothing but the standard library."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio import BaseEventLoop
from collections.abc import Mapping
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPSConnection
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockvideo.conformance.client.passing import OvertimeError, Pace, Passing, virtual_time

CLOCK = "MOCKVIDEO_CLIENT_CLOCK"
LIMIT = "MOCKVIDEO_CLIENT_LIMIT"
MARK = "MOCKVIDEO_CLIENT_MARK"
# What all event loops of asyncio have.
TIME = "time"
# As the command timeout says it.
OVERTIME = 124


def begin(environ: Mapping[str, str]) -> ExitStack | None:
    """Let time be virtual from now on, if a kit has started this process; what ends it again is for tests."""
    url, key = environ.get(CLOCK), environ.get("MOCKVIDEO_API_KEY", "")
    if not url:
        return None
    passing = Passing()
    mark = Path(environ[MARK])
    pace = _Pace(lambda seconds: advance(url, key, seconds), passing, float(environ[LIMIT]), mark=mark)
    opened = ExitStack()
    opened.enter_context(virtual_time(pace, passing))
    opened.callback(setattr, BaseEventLoop, TIME, BaseEventLoop.time)
    real = BaseEventLoop.time

    def time(loop: asyncio.BaseEventLoop) -> float:
        return real(loop) + passing.seconds

    setattr(BaseEventLoop, TIME, time)
    return opened


class _Pace(Pace):
    """Ends the process where a function is left by an exception; tells its parent since when sleeps are longer."""

    def __init__(self, *told: Any, mark: Path) -> None:
        super().__init__(*told)
        self._mark = mark

    def advance(self, seconds: float) -> None:
        steady = self.steady
        try:
            super().advance(seconds)
            if self.steady != steady:
                self._mark.write_text(f"{self.steady}")
        except OvertimeError:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(OVERTIME)


def advance(url: str, key: str, seconds: float) -> None:
    """Move the account's clock on, past any proxy."""
    where = urlsplit(url)
    kind: Any = HTTPSConnection if where.scheme == "https" else HTTPConnection
    connection = kind(where.hostname, where.port)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    try:
        connection.request("POST", where.path, dumps({"seconds": seconds}), headers)
        connection.getresponse().read()
    finally:
        connection.close()
