"""Plays what a client saved, with a decoder that is not ours."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import av


class Film(NamedTuple):
    """What a player finds in a file; ``frames`` are the ones that could be decoded."""

    width: int
    height: int
    seconds: float
    frames: int
    sound: bool = False


def play(path: Path) -> Film:
    with av.open(path) as file:
        video = file.streams.video[0]
        assert file.duration is not None
        seconds = file.duration / av.time_base
        frames = sum(1 for _ in file.decode(video))
        return Film(video.width, video.height, seconds, frames, sound=bool(file.streams.audio))
