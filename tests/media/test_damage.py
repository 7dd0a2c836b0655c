"""Files that are no clips, or no longer, as a decoder sees them."""

from __future__ import annotations

import io

import av
import pytest

from mockvideo.media import DAMAGES, Clip, media_type, write
from mockvideo.media.damage import HEIGHT, WIDTH, boxes

CLIP = write(Clip(320, 180, 24, 2, sound=True, lines=("avc1", "avcC")))


def test_the_boxes_of_a_clip_follow_one_another():
    found = list(boxes(CLIP))

    assert [kind for kind, _ in found] == [b"ftyp", b"moov", b"mdat"]
    assert [place.start for _, place in found][1:] == [place.stop for _, place in found][:-1]
    assert found[-1][1].stop == len(CLIP)


@pytest.mark.parametrize(("kind", "pictures"), [("no_moov", 0), ("empty", 0), ("wrong_codec", 0), ("picture", 1)])
def test_a_damaged_clip_does_not_play(kind, pictures):
    assert play(DAMAGES[kind](CLIP)) == pictures


def test_a_clip_that_is_cut_begins_to_play(decode):
    pictures = play(DAMAGES["cut"](CLIP))

    assert 0 < pictures < decode(CLIP).pictures


def play(data):
    """How many pictures a player finds until it gives up."""
    count = 0
    try:
        with av.open(io.BytesIO(data)) as container:
            for _ in container.decode(video=0):
                count += 1
    except (av.error.FFmpegError, AttributeError):
        # A stream whose codec is unknown has no decoder to ask.
        pass
    return count


def test_a_cut_clip_is_the_beginning_of_it():
    found = DAMAGES["cut"](CLIP)

    assert CLIP.startswith(found)
    assert dict(boxes(CLIP))[b"mdat"].start < len(found) < len(CLIP)


def test_without_an_index_everything_else_is_there():
    place = dict(boxes(CLIP))[b"moov"]

    assert DAMAGES["no_moov"](CLIP) == CLIP[: place.start] + CLIP[place.stop :]


def test_another_codec_is_named_in_the_index_alone():
    found = DAMAGES["wrong_codec"](CLIP)
    place = dict(boxes(CLIP))[b"moov"]

    assert (found[: place.start], found[place.stop :]) == (CLIP[: place.start], CLIP[place.stop :])
    assert b"avc" not in found[place.start : place.stop]
    assert media_type(found) == "video/mp4"


def test_the_picture_is_one():
    found = DAMAGES["picture"](CLIP)

    assert media_type(found) == "image/png"
    with av.open(io.BytesIO(found)) as image:
        (frame,) = image.decode(video=0)
    assert (frame.width, frame.height) == (WIDTH, HEIGHT)
