"""Media types by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.media import Clip, media_type, write

HEADS = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
    "jfif": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
    "exif": (b"\xff\xd8\xff\xe1\0\x10Exif\0", "image/jpeg"),
    "webp": (b"RIFF\x1a\0\0\0WEBPVP8L", "image/webp"),
    "gif of 1987": (b"GIF87a\1\0\1\0", "image/gif"),
    "gif of 1989": (b"GIF89a\1\0\1\0", "image/gif"),
    "mp4": (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "video/mp4"),
    "mp4 of a phone": (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video/mp4"),
    "m4v": (b"\0\0\0\x20ftypM4V \0\0\0\1M4V M4A mp42isom", "video/mp4"),
    "webm": (b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webmB\x87\x81\4", "video/webm"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", "video/quicktime"),
    "mp3 with tags": (b"ID3\4\0\0\0\0\0\x23TSSE", "audio/mpeg"),
    "mp3 without": (b"\xff\xfb\x90\x64\0\0\0\0", "audio/mpeg"),
    "mp3 of half the rate": (b"\xff\xf3\x84\xc4\0\0\0\0", "audio/mpeg"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "audio/wav"),
    "ogg": (b"OggS\0\2\0\0\0\0\0\0\0\0", "audio/ogg"),
    "m4a": (b"\0\0\0\x1cftypM4A \0\0\2\0M4A isomiso2", "audio/mp4"),
}
STRANGERS = {
    "nothing": b"",
    "text": b"hello, world",
    "a page": b"<!doctype html>",
    "JSON": b'{"id": "video_1"}',
    "PDF": b"%PDF-1.7\n",
    "UTF-16": b"\xff\xfeh\0i\0",
    "an AAC stream": b"\xff\xf1\x50\x80\x02\x1f\xfc",
    "a sync without a bit rate": b"\xff\xfb\xff\xff",
    "the letters ID3": b"ID3 is a tag",
    "an AVI": b"RIFF\0\0\0\0AVI LIST",
    "an AVIF": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
    "a HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "Matroska": b"\x1aE\xdf\xa3\xa3B\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x88matroskaB\x87\x81\4",
    "half a PNG": b"\x89PNG",
    "a box without a type": b"\0\0\0\x14",
}


@pytest.mark.parametrize(("head", "kind"), HEADS.values(), ids=HEADS)
def test_a_known_head_tells_its_type(head, kind):
    assert media_type(head) == kind


@pytest.mark.parametrize("head", STRANGERS.values(), ids=STRANGERS)
def test_an_unknown_head_is_no_type(head):
    assert media_type(head) is None


@given(st.binary(max_size=80))
def test_any_bytes_have_an_answer_that_their_first_64_decide(data):
    assert media_type(data) == media_type(data[:64])


def test_a_doctype_after_64_bytes_is_not_read():
    head, _ = HEADS["webm"]
    void = b"\xec" + bytes(60)

    assert media_type(head[:5] + void + head[5:]) is None


def test_our_own_clips_are_mp4():
    assert media_type(write(Clip(16, 16, 1, 1, sound=False))) == "video/mp4"
