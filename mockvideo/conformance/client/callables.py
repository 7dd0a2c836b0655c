"""Runs a client that is a function of Python, in a thread of its own and in virtual time."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import inspect
import os
import random
import time
import warnings
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from mockvideo.conformance.client.bench import Bench, Seat, judged
from mockvideo.conformance.client.evidence import Answer, Kind, Run
from mockvideo.conformance.client.passing import OvertimeError, Pace, Passing, virtual_time
from mockvideo.conformance.client.schedules import Event, Schedule

Generate = Callable[..., Any]
# Real seconds: how often somebody looks after a client that is slow, and how long one that is ended may take.
LOOK, GRACE = 0.25, 2.0
FOLDER = "folder"


class FloodError(BaseException):
    """The client sends requests without end and never sleeps."""


class KilledError(BaseException):
    """The client dies here."""


# What ends a client from outside.
ENDED: Mapping[type, Kind] = {OvertimeError: "overtime", FloodError: "flood"}


@dataclass(slots=True)
class Call:
    """One call of the client: what came back, or what was raised."""

    answer: Any = None
    error: BaseException | None = None
    steady: float | None = None
    silent: bool = False


class Function:
    """A client ``generate(base_url, api_key, request)`` that returns the clip's bytes, its path or its URL.

    It may be asynchronous. With a parameter ``folder`` it gets an empty folder that outlives it when it is killed.
    """

    jobs = 1

    def __init__(self, generate: Generate) -> None:
        self._generate = generate
        self._passing = Passing()
        self.resumable = FOLDER in inspect.signature(generate).parameters

    def run(self, bench: Bench, schedule: Schedule) -> Run:
        """Let the client make one clip while this schedule is played."""
        kill = next((event for event in schedule.events if event.kills), None)
        with bench.account(schedule, silent=False) as seat, TemporaryDirectory(prefix="mockvideo-") as folder:
            call = self.call(seat, folder, kill)
            restarted = None
            # Who let the error through that its connection met is dead as well.
            if kill is not None and call.error is not None and seat.count(kill.operation) >= kill.number:
                restarted = seat.count()
                call = self.call(seat, folder)
            found = answered(call)
            ended = seat.run(found, steady=call.steady, restarted=restarted)
            return ended if found.kind != "done" else _fetched(seat, ended, call.answer)

    def call(self, seat: Seat, folder: str, kill: Event | None = None) -> Call:
        """Call the client once, in virtual time; it is killed at an event that says so."""

        def watch() -> None:
            if kill is not None and seat.count(kill.operation) >= kill.number:
                raise KilledError

        call = Call()
        pace = Pace(seat.advance, self._passing, seat.bench.limits.virtual, watch)
        chance = random.getstate()
        random.seed(seat.schedule.seed)
        thread = Thread(target=self._play, args=(call, seat, folder), name="mockvideo-client", daemon=True)
        try:
            with virtual_time(pace, self._passing):
                thread.start()
                call.silent = not _end(thread, seat)
        finally:
            random.setstate(chance)
        call.steady = pace.steady
        return call

    def _play(self, call: Call, seat: Seat, folder: str) -> None:
        more = {FOLDER: folder} if self.resumable else {}
        try:
            given = self._generate(seat.base_url, seat.key, dict(seat.bench.request), **more)
            call.answer = self._awaited(given) if inspect.isawaitable(given) else given
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the client's answer
            call.error = error

    def _awaited(self, given: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await given

        with asyncio.Runner(loop_factory=self._passing.loop) as runner:
            return runner.run(wait())


def _end(thread: Thread, seat: Seat) -> bool:
    """Wait until the client has ended, and end it if it does not; tell whether it could be ended."""
    limits, began = seat.bench.limits, time.monotonic()
    thread.join(LOOK)
    while thread.is_alive() and time.monotonic() - began < limits.real:
        if seat.count() > limits.requests:
            _raise(thread, FloodError)
        thread.join(LOOK)
    if thread.is_alive():
        _raise(thread, TimeoutError)
        thread.join(GRACE)
    return time.monotonic() - began < limits.real


def _raise(thread: Thread, error: type[BaseException]) -> None:
    """Raise an error where the thread's code is, as soon as it runs code of Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(error))


def answered(call: Call) -> Answer:
    """Tell how a call ended; done: it returned a URL that is still to be looked at."""
    ended = "silence" if call.silent else ENDED.get(type(call.error))
    if ended is not None:
        _sweep(call)
        return Answer(ended)
    return _looked_at(call.answer) if call.error is None else Answer("error", _told(call.error))


def file_of(given: Any) -> bytes | None:
    """Return the bytes that were handed out: they themselves, in a data URL, or at a path; None if it is no such."""
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    if isinstance(given, str) and given.startswith("data:"):
        return b64decode(given.partition(",")[2])
    # pathlib raises for some texts that are no path.
    at_path = isinstance(given, str | os.PathLike) and os.path.isfile(given)  # noqa: PTH113
    return Path(given).read_bytes() if at_path else None


def is_url(given: Any) -> bool:
    return isinstance(given, str) and given.startswith(("http:", "https:"))


def _sweep(call: Call) -> None:
    """Let go of what a client held when it was ended anywhere; that it is still open is not the client's fault."""
    call.error = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def _looked_at(given: Any) -> Answer:
    data = file_of(given)
    if data is not None:
        return judged(data)
    if is_url(given):
        return Answer("done")
    if isinstance(given, str | os.PathLike):
        return Answer("junk", f"there is no file {given}")
    return Answer("junk", f"it returned {type(given).__name__}; bytes, a path or a URL are a clip")


def _fetched(seat: Seat, ended: Run, url: str) -> Run:
    """Look at the clip behind a URL, after everything else was seen."""
    return ended.answered(seat.fetched(url))


def _told(error: BaseException) -> str:
    """All that an error says: its text, what it carries, its notes, and those of what caused it."""
    said: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(said) < 20:
        carried: Mapping[str, Any] = {name: value for name, value in vars(seen).items() if name != "__notes__"}
        said += [f"{type(seen).__name__}: {seen}", *getattr(seen, "__notes__", [])]
        said += [f"{name}={value!s:.200}" for name, value in carried.items()]
        seen = seen.__cause__ or seen.__context__
    return " | ".join(said)
