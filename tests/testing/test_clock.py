"""Time in the hand of a test."""

from __future__ import annotations

from typing import get_args

import pytest

from mockvideo.core import clock as core
from mockvideo.testing.clock import ClockMode
from mockvideo.testing.control import ControlError
from mockvideo.testing.handle import MockVideo
from mockvideo.testing.server import Server
from tests.testing.holding import states, submit


def test_its_modes_are_those_of_accounts() -> None:
    assert get_args(ClockMode) == get_args(core.ClockMode)


@pytest.mark.parametrize(("seconds", "passed"), [(90, 90.0), (0.25, 0.25), ("5m", 300.0), ("1m30s", 90.0)])
def test_time_passes_at_once(held: MockVideo, seconds: float | str, passed: float) -> None:
    before = held.clock.now
    assert held.clock.advance(seconds) == held.clock.now == before + passed


def test_what_is_due_happens(held: MockVideo) -> None:
    submit(held)
    held.clock.advance("1h")
    assert states(held) == ["succeeded"]


def test_the_next_events_of_a_job_are_its_start_and_its_end(held: MockVideo) -> None:
    submit(held)
    moments = [held.clock.next_event(), held.clock.next_event()]
    assert states(held) == ["succeeded"]
    assert moments == sorted(moments)
    assert held.jobs[0].ends_at == held.clock.now


def test_where_nothing_will_happen_is_no_next_event(held: MockVideo) -> None:
    with pytest.raises(ControlError, match="there is no next event"):
        held.clock.next_event()


def test_time_does_not_run_backwards(held: MockVideo) -> None:
    with pytest.raises(ControlError, match="seconds: Input should be greater than or equal to 0"):
        held.clock.advance(-1)


def test_clocks_are_switched_and_go_on(held: MockVideo) -> None:
    before = held.clock.now
    modes: list[ClockMode] = ["manual", "wall", "auto"]
    for mode in modes:
        held.clock.switch(mode)
        assert held.clock.mode == mode
    assert before <= held.clock.now < before + 60


def test_a_wall_clock_has_a_speed(held: MockVideo) -> None:
    held.clock.switch("wall", speed=100_000)
    held.clock.switch("wall")
    assert held.control.get("/clock")["speed"] == 100_000


def test_no_other_clock_has_a_speed(held: MockVideo) -> None:
    with pytest.raises(ControlError, match="a clock that is manual has none"):
        held.clock.switch("manual", speed=2)


def test_a_clock_is_the_one_that_was_asked_for(server: Server) -> None:
    with server.account(clock="manual") as held:
        assert held.clock.mode == "manual"
