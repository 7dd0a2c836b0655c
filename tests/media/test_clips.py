"""The bounds of a clip."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.media import Clip

PLAIN = {"width": 1280, "height": 720, "fps": 24, "duration": 5.0, "sound": True}


def refused(**asked):
    with pytest.raises(ValueError) as caught:
        Clip(**PLAIN | asked)
    return str(caught.value)


@pytest.mark.parametrize("side", [-2, 0, 14, 15, 17, 1279, 4097, 4098, 10**12])
@pytest.mark.parametrize("name", ["width", "height"])
def test_a_side_out_of_bounds_is_refused_with_the_bounds(name, side):
    assert refused(**{name: side}) == f"{name} {side}: choose an even number from 16 to 4096"


@pytest.mark.parametrize("fps", [-1, 0, 121, 10**12])
def test_a_rate_out_of_bounds_is_refused_with_the_bounds(fps):
    assert refused(fps=fps) == f"fps {fps}: choose from 1 to 120"


@pytest.mark.parametrize("duration", [-1.0, 0, 3600.001, 1e300, math.inf, math.nan])
def test_a_duration_out_of_bounds_is_refused_with_the_bounds(duration):
    assert "more than 0 and at most 3600 seconds" in refused(duration=duration)


def test_too_many_frames_are_refused_with_the_bound():
    assert refused(fps=31, duration=3600) == "111600 frames: choose a duration and fps that make at most 108000"


@pytest.mark.parametrize("tint", [-1, 1 << 24])
def test_a_tint_of_more_than_24_bits_is_refused(tint):
    assert "choose from 0 to 16777215" in refused(tint=tint)


@pytest.mark.parametrize(
    "bounds",
    [
        {"width": 16, "height": 4096, "fps": 1, "tint": 0},
        {"width": 4096, "height": 16, "fps": 30, "duration": 3600, "tint": (1 << 24) - 1},
        {"fps": 120, "duration": 900.0},
    ],
)
def test_the_bounds_themselves_are_allowed(bounds):
    assert Clip(**PLAIN | bounds).frames <= 108_000


@given(st.integers(1, 120), st.floats(0.0001, 900))
def test_the_frames_fill_the_duration_to_half_an_interval(fps, duration):
    clip = Clip(**PLAIN | {"fps": fps, "duration": duration})

    assert clip.frames == 1 or abs(clip.frames / fps - clip.milliseconds / 1000) <= 0.5 / fps + 1e-9
