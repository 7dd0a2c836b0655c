"""What scenarios say of time is read as it is written, and drawn within its bounds."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mockvideo.core.rng import Chance, digest
from mockvideo.core.timing import LONGEST, UNITS, Lognormal, Polls, Seconds, Stretch, Stuck, Timing, drawn

SOURCES = st.binary().map(digest)
LENGTHS = st.floats(0, LONGEST)
MEDIANS = st.floats(0.001, 1000)
SECONDS: TypeAdapter[float] = TypeAdapter(Seconds)
STRETCH: TypeAdapter[tuple[float, float]] = TypeAdapter(Stretch)
TIMING = TypeAdapter(Timing)


# Durations


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(sorted(UNITS))), min_size=1, max_size=4))
def test_a_duration_is_the_sum_of_its_parts(parts) -> None:
    text = " ".join(f"{number}{unit}" for number, unit in parts)
    assert SECONDS.validate_python(text) == pytest.approx(sum(number * UNITS[unit] for number, unit in parts))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("250ms", 0.25),
        ("5s", 5.0),
        ("2m", 120.0),
        ("1m30s", 90.0),
        ("1.5 h", 5400.0),
        ("366d", LONGEST),
        (" 7 s ", 7.0),
    ],
)
def test_a_duration_is_read(text, meant) -> None:
    assert SECONDS.validate_python(text) == pytest.approx(meant)


@pytest.mark.parametrize("text", ["", "5", "5 minutes", "-5s", "s", "1m30", "5x", "1e3s", "five seconds"])
def test_what_is_no_duration_is_refused_with_one_that_is(text) -> None:
    with pytest.raises(ValidationError, match="is no duration; write seconds as a number, or 250ms, 5s"):
        SECONDS.validate_python(text)


@given(LENGTHS)
def test_a_number_is_seconds(number) -> None:
    assert SECONDS.validate_python(number) == number


@pytest.mark.parametrize("value", [-1, inf, "367d", None])
def test_a_duration_is_neither_negative_nor_endless(value) -> None:
    with pytest.raises(ValidationError):
        SECONDS.validate_python(value)


def test_a_stretch_is_written_with_its_smaller_end_first() -> None:
    assert STRETCH.validate_python(["5m", "15m"]) == (300, 900)
    with pytest.raises(ValidationError, match="900 comes after 300; write the smaller one first"):
        STRETCH.validate_python(["15m", "5m"])


@pytest.mark.parametrize(
    ("document", "meant"),
    [
        ({}, Timing()),
        ({"queue": 0, "render": "2m"}, Timing(queue=0.0, render=120.0)),
        ({"render": [1, "2s"]}, Timing(render=(1.0, 2.0))),
        ({"render": {"median": "90s", "sigma": 1}}, Timing(render=Lognormal(median=90.0, sigma=1.0))),
        ({"queue": {"polls": 2}}, Timing(queue=Polls(polls=2))),
        ({"progress": [0.1, 0.5]}, Timing(progress=(0.1, 0.5))),
        ({"progress": {"stuck_at": 0.9}}, Timing(progress=Stuck(stuck_at=0.9))),
        ({"progress": "absent"}, Timing(progress="absent")),
    ],
)
def test_a_timing_is_read_as_it_is_written(document, meant) -> None:
    assert TIMING.validate_python(document) == meant


# Draws


@given(SOURCES, LENGTHS, LENGTHS)
def test_a_stretch_is_drawn_between_its_ends(source, one, other) -> None:
    low, high = sorted([one, other])
    assert low <= drawn((low, high), Chance(source)) <= high


@given(SOURCES, LENGTHS)
def test_a_fixed_length_is_not_drawn(source, length) -> None:
    assert drawn(length, Chance(source)) == length


@given(SOURCES, MEDIANS, st.floats(0, 5))
def test_a_lognormal_length_takes_time_and_ends(source, median, sigma) -> None:
    assert 0 < drawn(Lognormal(median=median, sigma=sigma), Chance(source)) <= LONGEST


@given(SOURCES, MEDIANS)
def test_without_sigma_a_lognormal_length_is_its_median(source, median) -> None:
    assert drawn(Lognormal(median=median, sigma=0.0), Chance(source)) == median


def test_half_of_all_lognormal_lengths_are_below_the_median_and_some_far_above() -> None:
    chance = Chance(b"seed")
    lengths = [drawn(Lognormal(median=60.0, sigma=1.0), chance) for _ in range(400)]
    assert 160 < sum(length < 60 for length in lengths) < 240
    assert max(lengths) > 300


@given(SOURCES, st.integers(1, 9))
def test_a_number_of_polls_stays_one(source, polls) -> None:
    assert drawn(Polls(polls=polls), Chance(source)) == Polls(polls=polls)
