"""What kind of media some bytes are, by their first few."""

from __future__ import annotations

import re

LOOK = 64

SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), media_type)
    for pattern, media_type in (
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb"GIF8[79]a", "image/gif"),
        (rb".{4}ftypqt  ", "video/quicktime"),
        (rb".{4}ftypM4[AB] ", "audio/mp4"),
        (rb".{4}ftyp(?:iso|mp4|avc1|dash|M4V|MSNV)", "video/mp4"),
        (rb"\x1aE\xdf\xa3.*\x42\x82\x84webm", "video/webm"),
        (rb"RIFF.{4}WAVE", "audio/wav"),
        (rb"OggS", "audio/ogg"),
        # MPEG layers II and III; layer I would also match a UTF-16 byte order mark, 00 is an AAC stream.
        (rb"ID3[\2-\4]|\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd][\0-\xef]", "audio/mpeg"),
    )
)


def media_type(data: bytes) -> str | None:
    """The media type that the first 64 bytes show, or None."""
    head = data[:LOOK]
    return next((kind for pattern, kind in SIGNATURES if pattern.match(head)), None)
