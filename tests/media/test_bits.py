"""Bit strings, and the levels and silence made of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.media import aac, h264
from mockvideo.media.bits import exp_golomb, join, pack, payload, repeat

codes = st.integers(1, 40).flatmap(lambda length: st.tuples(st.integers(0, (1 << length) - 1), st.just(length)))


def as_text(code):
    value, length = code
    return f"{value:0{length}b}" if length else ""


@pytest.mark.parametrize(
    ("number", "bits"), [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (7, "0001000"), (25, "000011010")]
)
def test_exp_golomb_codes_are_those_of_the_standard(number, bits):
    assert as_text(exp_golomb(number)) == bits


@given(st.lists(codes, max_size=8))
def test_joined_codes_follow_one_another(parts):
    assert as_text(join(parts)) == "".join(map(as_text, parts))


@given(codes, st.integers(0, 50))
def test_a_repeated_code_is_that_code_again_and_again(code, count):
    assert as_text(repeat(code, count)) == as_text(code) * count


@given(st.lists(codes, max_size=8))
def test_packed_bits_end_in_less_than_a_byte_of_zeros(parts):
    text = "".join(map(as_text, parts))
    packed = "".join(f"{byte:08b}" for byte in pack(*parts))

    assert packed == text + "0" * (-len(text) % 8)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=40))
def test_an_escaped_payload_has_no_start_code_and_unescapes_to_itself(data):
    escaped = payload(*((byte, 8) for byte in data))

    assert not any(bytes([0, 0, forbidden]) in escaped for forbidden in range(3))
    assert escaped.replace(b"\0\0\3", b"\0\0") == bytes(data)


@pytest.mark.parametrize(
    ("columns", "rows", "fps", "level"),
    [
        (1, 1, 1, 10),
        (11, 9, 15, 10),
        (10, 6, 24, 10),
        (20, 12, 24, 12),
        (40, 30, 24, 30),
        (80, 45, 30, 31),
        (80, 45, 60, 32),
        (120, 68, 30, 40),
        (120, 68, 60, 42),
        (240, 135, 24, 51),
        (240, 135, 60, 52),
        (256, 1, 1, 40),
        (256, 256, 24, 60),
        (256, 256, 120, 61),
    ],
)
def test_the_level_is_the_lowest_that_fits_frame_rate_and_side(columns, rows, fps, level):
    assert h264.level(columns, rows, fps) == level


@given(st.integers(1, 256), st.integers(1, 256), st.integers(1, 120))
def test_every_allowed_size_and_rate_has_a_level(columns, rows, fps):
    assert 10 <= h264.level(columns, rows, fps) <= 61


@given(st.integers(1, 3_600_000))
def test_silence_is_whole_frames_below_the_duration_unless_that_is_none(milliseconds):
    count, ticks = aac.frames(milliseconds), aac.ticks(milliseconds)

    assert count * ticks <= milliseconds * 48
    assert ticks == 1024 or count == 1
