"""Boxes of the ISO base media file format (ISO/IEC 14496-12)."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack

# The matrix that changes nothing: 16.16 fixed point, but 2.30 in its last column (8.2.2).
UNITY = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box of version 0 with flags."""
    return box(kind, pack(">I", flags), *parts)


def table(kind: bytes, rows: Sequence[Sequence[int]]) -> bytes:
    """A counted list of rows of 32-bit numbers."""
    return full(kind, pack(">I", len(rows)), *(pack(f">{len(row)}I", *row) for row in rows))


def descriptor(tag: int, *parts: bytes) -> bytes:
    """An MPEG-4 descriptor (ISO/IEC 14496-1); ours are all shorter than 128 bytes."""
    body = b"".join(parts)
    return pack("BB", tag, len(body)) + body


def avc_entry(width: int, height: int, parameters: tuple[bytes, bytes]) -> bytes:
    """The sample entry of an H.264 track; `parameters` are its two parameter sets."""
    sequence, picture = parameters
    config = box(
        b"avcC",
        # ISO/IEC 14496-15: reserved bits are ones, then lengths of four bytes, and one parameter set of each kind.
        pack(">B3sBBH", 1, sequence[1:4], 0xFF, 0xE1, len(sequence)) + sequence,
        pack(">BH", 1, len(picture)) + picture,
    )
    shape = pack(">6xH16xHHIIIH32xHh", 1, width, height, 72 << 16, 72 << 16, 0, 1, 24, -1)
    return box(b"avc1", shape, config)


def aac_entry(rate: int, config: bytes) -> bytes:
    """The sample entry of a two-channel AAC track."""
    # ISO/IEC 14496-1: 0x40 is MPEG-4 audio, 0x15 an audio stream, 2 below the SLConfig of MP4 files.
    decoder = descriptor(4, pack(">BB3xII", 0x40, 0x15, 0, 0), descriptor(5, config))
    stream = full(b"esds", descriptor(3, pack(">HB", 2, 0), decoder, descriptor(6, b"\2")))
    return box(b"mp4a", pack(">6xH8xHH4xI", 1, 2, 16, rate << 16), stream)
