"""Whole MP4 files, ready to play from their first bytes: ftyp, moov, mdat."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from struct import pack

from mockvideo.media import aac, h264
from mockvideo.media.boxes import UNITY, aac_entry, avc_entry, box, full, table
from mockvideo.media.clip import Clip
from mockvideo.media.picture import compose
from mockvideo.media.slices import pictures

FILE_TYPE = box(b"ftyp", b"isom", pack(">I", 0x200), b"isomiso2avc1mp41")
HERE = box(b"dinf", full(b"dref", pack(">I", 1), full(b"url ", flags=1)))
UNDETERMINED = 0x55C4  # the language "und"


@dataclass(frozen=True, slots=True)
class Track:
    """One track: its handler and media header, its sample tables but for where they start, its samples in one chunk.

    `ticks` is the length in units of `timescale`; `shape` is the volume, width and height that a player gives it.
    """

    handler: bytes
    header: bytes
    tables: bytes
    timescale: int
    ticks: int
    shape: tuple[int, int, int]
    data: bytes


def write(clip: Clip) -> bytes:
    """The clip as a file. The same clip is always the same bytes."""
    tracks = [video(clip), silence(clip)] if clip.sound else [video(clip)]
    media = [track.data for track in tracks]
    # The size of moov does not depend on the place: stco has 32 bits for any.
    start = len(FILE_TYPE) + len(movie(clip, tracks, 0)) + 8
    head = pack(">I4s", 8 + sum(map(len, media)), b"mdat")
    return b"".join((FILE_TYPE, movie(clip, tracks, start), head, *media))


def padding(length: int, size: int) -> tuple[bytes, int]:
    """What takes a file of that length to at least `size` bytes: the head of a `free` box, and how many zeros follow.

    The head has 8 bytes, so the file may become a little larger; both are nothing if it is large enough.
    """
    missing = size - length
    zeros = max(0, missing - 8)
    return (pack(">I4s", 8 + zeros, b"free") if missing > 0 else b""), zeros


def video(clip: Clip) -> Track:
    """The pictures, in ticks of which both an interval and a millisecond have a whole number."""
    samples = pictures(compose(clip), clip.frames)
    timescale = lcm(1000, clip.fps)
    ticks = clip.milliseconds * timescale // 1000
    entry = avc_entry(clip.width, clip.height, (h264.sequence(clip), h264.PICTURE))
    tables = (
        table(b"stts", durations(clip.frames, timescale // clip.fps, ticks)),
        table(b"stss", [(1,)]),
        full(b"stsz", pack(f">{2 + len(samples)}I", 0, len(samples), *map(len, samples))),
    )
    return Track(
        handler=b"vide",
        header=full(b"vmhd", bytes(8), flags=1),
        tables=sample_tables(entry, len(samples), tables),
        timescale=timescale,
        ticks=ticks,
        shape=(0, clip.width << 16, clip.height << 16),
        data=b"".join(samples),
    )


def durations(count: int, interval: int, total: int) -> list[tuple[int, int]]:
    """Runs of samples of one duration: all the same, but the last carries what is left of the total."""
    last = total - (count - 1) * interval
    if last == interval:
        return [(count, interval)]
    return [(number, ticks) for number, ticks in ((count - 1, interval), (1, last)) if number]


def silence(clip: Clip) -> Track:
    count, ticks = aac.frames(clip.milliseconds), aac.ticks(clip.milliseconds)
    tables = (
        table(b"stts", [(count, ticks)]),
        full(b"stsz", pack(">II", len(aac.SILENCE), count)),
    )
    return Track(
        handler=b"soun",
        header=full(b"smhd", bytes(4)),
        tables=sample_tables(aac_entry(aac.RATE, aac.CONFIG), count, tables),
        timescale=aac.RATE,
        ticks=count * ticks,
        shape=(0x100, 0, 0),
        data=aac.SILENCE * count,
    )


def sample_tables(entry: bytes, count: int, tables: tuple[bytes, ...]) -> bytes:
    """The boxes of a track of one kind of sample, all in one chunk."""
    return b"".join((full(b"stsd", pack(">I", 1), entry), *tables, table(b"stsc", [(1, count, 1)])))


def movie(clip: Clip, tracks: list[Track], start: int) -> bytes:
    """The moov box of tracks whose samples follow one another from this place in the file."""
    times = pack(">4I", 0, 0, 1000, clip.milliseconds)
    head = full(b"mvhd", times, pack(">IH10x", 0x10000, 0x100), UNITY, bytes(24), pack(">I", len(tracks) + 1))
    boxes = []
    for number, track in enumerate(tracks, 1):
        boxes.append(trak(track, number, start))
        start += len(track.data)
    return box(b"moov", head, *boxes)


def trak(track: Track, number: int, start: int) -> bytes:
    volume, width, height = track.shape
    times = pack(">5I8x", 0, 0, number, 0, track.ticks * 1000 // track.timescale)
    head = full(b"tkhd", times, pack(">4xHxx", volume), UNITY, pack(">II", width, height), flags=3)
    media = full(b"mdhd", pack(">4IHxx", 0, 0, track.timescale, track.ticks, UNDETERMINED))
    handler = full(b"hdlr", pack(">4x4s12x", track.handler), b"mockvideo\0")
    samples = box(b"stbl", track.tables, table(b"stco", [(start,)]))
    return box(b"trak", head, box(b"mdia", media, handler, box(b"minf", track.header, HERE, samples)))
