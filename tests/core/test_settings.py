"""What a server and its accounts begin with."""

from __future__ import annotations

import pytest

from mockvideo.core.clock import AutoClock, ManualClock, WallClock
from mockvideo.core.settings import Settings


@pytest.mark.parametrize(("mode", "kind"), [("wall", WallClock), ("manual", ManualClock), ("auto", AutoClock)])
def test_every_account_gets_a_clock_of_the_chosen_mode(mode, kind) -> None:
    settings = Settings(clock=mode)
    one, other = settings.new_clock(), settings.new_clock()
    assert (type(one), type(other)) == (kind, kind)
    assert one is not other


def test_a_wall_clock_is_as_fast_as_the_settings_say() -> None:
    assert Settings(speed=60).new_clock().speed == 60


def test_virtual_clocks_all_begin_at_the_same_moment() -> None:
    assert Settings(clock="manual").new_clock().now() == Settings(clock="auto").new_clock().now()
