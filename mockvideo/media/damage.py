"""Files that are no clips, or no longer: each is wrong in one way."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from struct import pack, unpack_from

# The size of the picture, in pixels.
WIDTH, HEIGHT = 320, 180
GREY = b"\x33"


def boxes(data: bytes) -> Iterator[tuple[bytes, range]]:
    """The outermost boxes of a clip of ours, whose sizes all have 32 bits, and where they lie."""
    start = 0
    while start < len(data):
        size, kind = unpack_from(">I4s", data, start)
        yield kind, range(start, start + size)
        start += size


def without_index(data: bytes) -> bytes:
    """A recording that was never finished: the pictures, and nothing that says where they lie."""
    return b"".join(data[place.start : place.stop] for kind, place in boxes(data) if kind != b"moov")


def cut(data: bytes) -> bytes:
    """The beginning up to the middle of the pictures."""
    place = dict(boxes(data))[b"mdat"]
    return data[: (place.start + place.stop) // 2]


def of_no_codec(data: bytes) -> bytes:
    """The same pictures in a codec that nobody has."""
    place = dict(boxes(data))[b"moov"]
    # The file type names this codec, too, where it may stay.
    index = data[place.start : place.stop].replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC")
    return data[: place.start] + index + data[place.stop :]


def picture() -> bytes:
    """A PNG, all grey."""
    rows = (b"\0" + GREY * WIDTH) * HEIGHT
    head = pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


# What becomes of a clip, by the words of scenarios.
DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "no_moov": without_index,
    "cut": cut,
    "wrong_codec": of_no_codec,
    "empty": lambda _: b"",
    "picture": lambda _: picture(),
}
