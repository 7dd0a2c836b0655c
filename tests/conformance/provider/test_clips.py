"""Our own reader of MP4 files, against our own writer of them, and against what is none."""

from __future__ import annotations

from contextlib import suppress
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.clips import ClipError, boxes, read
from mockvideo.media import DAMAGES, Clip, write
from mockvideo.media.boxes import box, full

CLIPS = st.builds(
    Clip,
    width=st.integers(8, 160).map(lambda half: 2 * half),
    height=st.integers(8, 160).map(lambda half: 2 * half),
    fps=st.sampled_from([1, 24, 30]),
    duration=st.floats(0.1, 3),
    sound=st.booleans(),
)
FILM = write(Clip(64, 48, 24, 1, sound=False))


@given(CLIPS)
def test_what_is_written_reads_back(clip) -> None:
    movie = read(write(clip))
    assert (movie.width, movie.height, movie.has_sound) == (clip.width, clip.height, clip.sound)
    assert movie.seconds == pytest.approx(clip.duration, abs=0.001)
    assert movie.brand == "isom"


@given(st.binary(max_size=40) | st.integers(0, len(FILM)).map(lambda end: FILM[:end]))
def test_whatever_is_read_is_read_or_refused(data) -> None:
    if data != FILM:
        with pytest.raises(ClipError, match=r"\w+"):
            read(data)


@given(st.integers(0, len(FILM) - 1), st.integers(0, 255))
def test_a_wrong_byte_raises_nothing_else(place, byte) -> None:
    with suppress(ClipError):
        assert read(FILM[:place] + bytes([byte]) + FILM[place + 1 :]).tracks


@pytest.mark.parametrize("kind", sorted(DAMAGES))
def test_every_other_file_is_told_from_a_clip(kind) -> None:
    with pytest.raises(ClipError):
        read(DAMAGES[kind](FILM))


def test_a_size_of_64_bits_is_read() -> None:
    assert list(boxes(pack(">I4sQ", 1, b"free", 18) + b"ab")) == [("free", b"ab")]


def test_a_last_box_without_a_size_goes_to_the_end() -> None:
    assert list(boxes(pack(">I4s", 0, b"mdat") + b"abc")) == [("mdat", b"abc")]


def film(*moov: bytes) -> bytes:
    return box(b"ftyp", b"isom") + box(b"moov", *moov) + box(b"mdat", b"")


def track(handler: bytes, codec: bytes = b"avc1") -> bytes:
    samples = box(b"minf", box(b"stbl", full(b"stsd", pack(">I", 1), box(codec))))
    head = full(b"tkhd", pack(">II", 64 << 16, 48 << 16))
    return box(b"trak", head, box(b"mdia", full(b"hdlr", bytes(4), handler), samples))


def test_wide_times_are_read() -> None:
    header = box(b"mvhd", b"\1\0\0\0", bytes(16), pack(">IQ", 1000, 2500))
    assert read(film(header, track(b"vide"))).seconds == 2.5


@pytest.mark.parametrize(
    ("moov", "wrong"),
    [
        ([full(b"mvhd", bytes(16)), track(b"vide")], "no ticks"),
        ([full(b"mvhd", bytes(16)), track(b"soun", b"mp4a")], "no video track"),
        ([full(b"mvhd", bytes(16)), track(b"vide", b"xxxx")], "the codec xxxx"),
    ],
)
def test_what_is_wrong_is_told(moov, wrong) -> None:
    with pytest.raises(ClipError, match=wrong):
        read(film(*moov))
