"""Account time: as fast as asked for, never backwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START, AutoClock, ManualClock, WallClock

SECONDS = st.floats(0, 1e6)
VIRTUAL = pytest.mark.parametrize("clock_of", [ManualClock, AutoClock])


def test_a_wall_clock_never_goes_backwards() -> None:
    clock = WallClock(speed=1000)
    moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_wall_clock_does_not_stand_still(speed) -> None:
    with pytest.raises(ValueError, match="speed must be above 0"):
        WallClock(speed)


@given(st.floats(0.01, 1e6), st.floats(1, 1e6))
def test_a_fast_clock_waits_less(speed, seconds) -> None:
    clock = WallClock(speed)
    assert clock.delay(clock.now() + seconds) <= seconds / speed * (1 + 1e-6)
    assert clock.delay(clock.now() - seconds) == 0


@given(st.floats(0.01, 1e6), SECONDS)
def test_a_client_is_told_real_seconds_unless_its_own_habit_is_right(speed, seconds) -> None:
    assert WallClock(speed).hint(seconds) == (None if speed == 1 else seconds / speed)
    assert WallClock().hint(seconds) is None


@VIRTUAL
@given(st.lists(SECONDS))
def test_a_virtual_clock_goes_as_far_as_it_is_advanced(clock_of, steps) -> None:
    clock, now = clock_of(), VIRTUAL_START
    for seconds in steps:
        clock.advance(seconds)
        now += seconds
        assert clock.now() == now


@VIRTUAL
def test_a_virtual_clock_never_goes_backwards(clock_of) -> None:
    with pytest.raises(ValueError, match="never runs backwards"):
        clock_of().advance(-1)


@VIRTUAL
@given(SECONDS)
def test_virtual_time_is_waited_for_by_moving_only(clock_of, seconds) -> None:
    clock = clock_of()
    until = clock.now() + seconds
    assert clock.delay(until) == (None if until > clock.now() else 0)
    assert clock.hint(seconds) == 0


@given(st.lists(SECONDS))
def test_an_automatic_clock_moves_on_to_a_moment_and_never_back(moments) -> None:
    clock, furthest = AutoClock(), VIRTUAL_START
    for moment in moments:
        furthest = max(furthest, VIRTUAL_START + moment)
        clock.reach(VIRTUAL_START + moment)
        assert clock.now() == furthest


def test_a_manual_clock_stays_where_it_is() -> None:
    clock = ManualClock()
    clock.reach(VIRTUAL_START + 10)
    assert clock.now() == VIRTUAL_START


def test_who_watches_hears_of_every_move_until_the_end_of_the_watch() -> None:
    clock, heard = AutoClock(), []
    end_watch = clock.watch(lambda: heard.append(clock.now() - VIRTUAL_START))
    clock.advance(1)
    clock.reach(VIRTUAL_START + 2)
    clock.reach(VIRTUAL_START + 1)
    clock.wake()
    end_watch()
    clock.advance(1)
    assert heard == [1, 2, 2]


def test_a_watcher_may_leave_when_it_is_called() -> None:
    clock, heard = ManualClock(), []
    end_watch = clock.watch(lambda: end_watch() or heard.append("first"))
    clock.watch(lambda: heard.append("second"))
    clock.advance(1)
    clock.advance(1)
    assert heard == ["first", "second", "second"]


@pytest.mark.parametrize("clock", [ManualClock(slept=True), WallClock()], ids=["slept", "wall"])
def test_clients_that_slept_are_ahead_of_the_real_time(clock) -> None:
    clock.advance(600)
    assert clock.ahead() == pytest.approx(600, abs=5)


@pytest.mark.parametrize("clock", [ManualClock(), AutoClock(), WallClock(60)], ids=["manual", "auto", "fast"])
def test_clients_that_did_not_sleep_are_where_the_real_time_is(clock) -> None:
    clock.advance(600)
    assert clock.ahead() == 0
