"""Whole files, judged by PyAV, ffprobe and ffmpeg."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import tracemalloc
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.media import Clip, padding, write

LINES = ("sora", "sora-2", "video_123")

sides = st.one_of(st.integers(8, 64), st.integers(64, 320)).map(lambda half: 2 * half)
durations = st.one_of(st.sampled_from([0.001, 0.01, 0.5, 1.0, 1.5]), st.floats(0.001, 1.5))
clips = st.builds(
    Clip,
    width=sides,
    height=sides,
    fps=st.one_of(st.sampled_from([1, 24, 25, 30, 60, 120]), st.integers(1, 120)),
    duration=durations,
    sound=st.booleans(),
    lines=st.just(LINES),
    tint=st.integers(0, (1 << 24) - 1),
)
once = settings(deadline=None, max_examples=40)
needs_ffmpeg = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="install ffmpeg to have it judge the clips too"
)


def boxes(data):
    """Kind, start and size of the outermost boxes."""
    place = 0
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        yield kind, place, size
        place += size


@once
@given(clips)
def test_a_decoder_finds_the_size_that_was_asked(decode, clip):
    seen = decode(write(clip))

    assert (seen.width, seen.height) == (clip.width, clip.height)


@once
@given(clips)
def test_a_decoder_finds_every_picture(decode, clip):
    assert decode(write(clip)).pictures == clip.frames


@once
@given(clips)
def test_the_duration_is_exact_to_the_millisecond(decode, clip):
    assert abs(decode(write(clip)).seconds - Fraction(clip.milliseconds, 1000)) < Fraction(1, 1000)


@once
@given(clips)
def test_the_average_rate_is_pictures_over_duration(decode, clip):
    assert decode(write(clip)).rate == Fraction(clip.frames * 1000, clip.milliseconds)


@pytest.mark.parametrize("fps", [1, 7, 24, 25, 30, 50, 60, 119, 120])
def test_whole_seconds_have_exactly_the_rate_that_was_asked(decode, fps):
    assert decode(write(Clip(32, 32, fps, 3, sound=True))).rate == fps


@once
@given(clips)
def test_there_is_sound_exactly_when_asked_and_it_is_silent(decode, clip):
    seen = decode(write(clip))

    assert (seen.sounds > 0) == clip.sound
    assert seen.loudest == 0


@given(clips.filter(lambda clip: clip.sound and clip.milliseconds >= 22))
@once
def test_sound_ends_with_the_pictures_or_less_than_a_frame_before(decode, clip):
    missing = clip.milliseconds * 48 - decode(write(clip)).sounds

    assert 0 <= missing < 1024


@pytest.mark.parametrize(
    ("width", "height", "fps"), [(3840, 2160, 24), (2160, 3840, 60), (4096, 4096, 1), (4096, 16, 120), (16, 4096, 30)]
)
def test_a_large_frame_decodes_as_well(decode, width, height, fps):
    seen = decode(write(Clip(width, height, fps, 3 / fps, sound=True, lines=LINES)))

    assert (seen.width, seen.height, seen.pictures) == (width, height, 3)
    assert seen.first != seen.last


@once
@given(clips)
def test_the_same_clip_is_the_same_bytes(clip):
    assert write(clip) == write(clip)


@once
@given(clips)
def test_a_player_finds_everything_before_the_samples(clip):
    assert [kind for kind, _, _ in boxes(write(clip))] == [b"ftyp", b"moov", b"mdat"]


def test_no_clock_has_left_a_time_in_the_file():
    data = write(Clip(32, 32, 24, 1, sound=True))
    times = [data[data.index(kind) + 8 :][:8] for kind in (b"mvhd", b"tkhd", b"mdhd")]

    assert times == [bytes(8)] * 3


@pytest.mark.parametrize(("fps", "sound"), [(30, True), (1, False)])
def test_an_hour_is_small(fps, sound):
    assert len(write(Clip(1280, 720, fps, 3600, sound=sound, lines=LINES))) < 4_000_000


def test_an_hour_is_written_in_little_memory():
    tracemalloc.start()
    try:
        write(Clip(4096, 4096, 30, 3600, sound=True, lines=LINES))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 32_000_000


def test_half_an_hour_has_all_its_frames(decode):
    seen = decode(write(Clip(16, 16, 10, 1800, sound=False)))

    assert (seen.pictures, seen.seconds) == (18_000, 1800)


def padded(data, size):
    """The file with what takes it to that size."""
    head, zeros = padding(len(data), size)
    return data + head + bytes(zeros)


@given(st.binary(max_size=40), st.integers(-5, 100))
def test_a_padded_file_has_at_least_that_size(data, size):
    found = len(padded(data, size))

    assert found in {max(size, len(data)), len(data) + 8}
    assert found >= size


def test_four_gigabytes_of_padding_take_no_room():
    head, zeros = padding(1_000, 4 << 30)

    assert (len(head), 1_000 + 8 + zeros) == (8, 4 << 30)
    assert int.from_bytes(head[:4], "big") == 8 + zeros


@pytest.mark.parametrize("more", [1, 7, 8, 9, 5000])
def test_padding_is_one_free_box(more):
    data = write(Clip(32, 32, 24, 1, sound=True))

    assert list(boxes(padded(data, len(data) + more)))[-1] == (b"free", len(data), max(8, more))


def test_a_file_that_is_large_enough_is_not_padded():
    data = write(Clip(32, 32, 24, 1, sound=True))

    assert padding(len(data), len(data)) == (b"", 0)


@once
@given(clips, st.integers(0, 10_000))
def test_a_padded_clip_decodes_to_the_same(decode, clip, more):
    data = write(clip)

    assert decode(padded(data, len(data) + more)) == decode(data)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("width", "height", "fps", "duration"),
    [(1280, 720, 24, 5), (720, 1280, 30, 4.2), (160, 90, 25, 0.9), (16, 16, 1, 0.01), (3840, 2160, 24, 0.5)],
)
def test_ffmpeg_decodes_without_a_word(tmp_path, width, height, fps, duration):
    file = tmp_path / "clip.mp4"
    file.write_bytes(write(Clip(width, height, fps, duration, sound=True, lines=LINES)))
    command = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(file), "-f", "null", "-"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@needs_ffmpeg
@pytest.mark.parametrize("fps", [24, 30, 119])
@pytest.mark.parametrize("duration", [5, 2.017])
def test_ffprobe_reads_what_was_asked(tmp_path, fps, duration):
    file = tmp_path / "clip.mp4"
    file.write_bytes(write(Clip(646, 362, fps, duration, sound=False)))
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(file)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    (stream,) = found["streams"]

    assert (stream["width"], stream["height"], stream["profile"]) == (646, 362, "Constrained Baseline")
    assert (stream["r_frame_rate"], stream["level"]) == (f"{fps}/1", 30 if fps < 42 else 31 if fps < 112 else 32)
    assert float(stream["duration"]) == float(found["format"]["duration"]) == duration
