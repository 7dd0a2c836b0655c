"""An account's time, in the hand of a test."""

from __future__ import annotations

from typing import Any, Literal

from mockvideo.testing.control import Control

ClockMode = Literal["wall", "manual", "auto"]


class Clock:
    """Tells, moves and switches the clock of an account; moments are in seconds since the epoch."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> float:
        return self._moment(self._told())

    @property
    def mode(self) -> ClockMode:
        mode: ClockMode = self._told()["mode"]
        return mode

    def advance(self, seconds: float | str) -> float:
        """Let so many seconds pass at once, or ``"5m"``; returns the moment that it is then."""
        return self._moment(self._control.post("/clock/advance", {"seconds": seconds}))

    def next_event(self) -> float:
        """Go on to when a job changes or a scenario ends, and return that moment; raises ControlError if none will."""
        return self._moment(self._control.post("/clock/advance", {"to": "next_event"}))

    def switch(self, mode: ClockMode, speed: float | None = None, *, slept: bool = False) -> None:
        """Go on from here with another clock; only one of mode ``wall`` has a speed, which is 1 unless it had one.

        ``slept``: the sleeps of the code under test move a manual clock, so it is told whole how long to wait.
        """
        self._control.put("/clock", {"mode": mode, "slept": slept} | ({} if speed is None else {"speed": speed}))

    def _told(self) -> Any:
        return self._control.get("/clock")

    @staticmethod
    def _moment(told: Any) -> float:
        return float(told["now"])
