"""Reads the boxes of MP4 files (ISO/IEC 14496-12): what a player learns before it decodes a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from

# What the players of today decode, and the sound that goes with it.
CODECS = frozenset({"avc1", "avc3", "hvc1", "hev1", "av01", "vp09", "mp4v", "mp4a", "Opus", "ac-3", "ec-3"})


class ClipError(ValueError):
    """What is no MP4 file that plays; the message says where it ends to be one."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track: ``vide`` or ``soun``, the name of its codec, and its sides in pixels (0 for sound)."""

    handler: str
    codec: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Movie:
    """What a file says of itself; ``brand`` is its kind, ``seconds`` its length."""

    brand: str
    seconds: float
    tracks: tuple[Track, ...]

    @property
    def width(self) -> int:
        return max((track.width for track in self.tracks), default=0)

    @property
    def height(self) -> int:
        return max((track.height for track in self.tracks), default=0)

    @property
    def has_sound(self) -> bool:
        return any(track.handler == "soun" for track in self.tracks)


def read(data: bytes) -> Movie:
    """Return what the file says of itself; raises ClipError if it cannot be played."""
    parts = dict(boxes(data))
    if next(iter(parts), "") != "ftyp":
        raise ClipError(f"it does not begin as an MP4 file does, but with {data[:16]!r}")
    for kind in ("moov", "mdat"):
        if kind not in parts:
            raise ClipError(f"there is no {kind} box")
    movie = list(boxes(parts["moov"]))
    tracks = tuple(_track(body) for kind, body in movie if kind == "trak")
    _refuse_unplayable(tracks)
    return Movie(_text(_part(parts["ftyp"], 0, 4)), _seconds(dict(movie).get("mvhd", b"")), tracks)


def boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the kind and the body of each box; raises ClipError if one is larger than what is left."""
    place = 0
    while place < len(data):
        size, kind = unpack_from(">I4s", _part(data, place, 8))
        head = 16 if size == 1 else 8
        if size == 1:
            (size,) = unpack_from(">Q", _part(data, place + 8, 8))
        size = size or len(data) - place
        if size < head or place + size > len(data):
            raise ClipError(f"the box {_text(kind)!r} has {size} bytes, and {len(data) - place} are left")
        yield _text(kind), data[place + head : place + size]
        place += size


def _refuse_unplayable(tracks: tuple[Track, ...]) -> None:
    for track in tracks:
        if track.codec not in CODECS:
            raise ClipError(f"no player knows the codec {track.codec}")
    if not any(track.handler == "vide" for track in tracks):
        raise ClipError("there is no video track")


def _track(body: bytes) -> Track:
    parts = dict(boxes(body))
    media = dict(boxes(parts.get("mdia", b"")))
    samples = dict(boxes(dict(boxes(dict(boxes(media.get("minf", b""))).get("stbl", b""))).get("stsd", b"")[8:]))
    # Both sides end the header, as 16.16 fixed point.
    width, height = unpack_from(">II", _part(parts.get("tkhd", b"")[-8:], 0, 8))
    return Track(_text(_part(media.get("hdlr", b""), 8, 4)), next(iter(samples), ""), width >> 16, height >> 16)


def _seconds(header: bytes) -> float:
    """The length that a movie's header tells; version 1 has wider times."""
    long = header[:1] == b"\1"
    scale, length = unpack_from(">IQ", _part(header, 20, 12)) if long else unpack_from(">II", _part(header, 12, 8))
    if not scale:
        raise ClipError("its clock has no ticks")
    return float(length / scale)


def _part(data: bytes, start: int, size: int) -> bytes:
    if start + size > len(data):
        raise ClipError(f"it ends where {size} more bytes are needed")
    return data[start : start + size]


def _text(name: bytes) -> str:
    return name.decode("latin-1")
