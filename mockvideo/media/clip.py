"""What a clip is asked to be, and the bounds that keep one request from becoming a bomb."""

from __future__ import annotations

from dataclasses import dataclass

# Those of core.geometry once more, because this package imports nothing of ours.
SHORTEST_SIDE, LONGEST_SIDE = 16, 4096
HIGHEST_RATE = 120
LONGEST = 3600
MOST_FRAMES = 108_000


@dataclass(frozen=True, slots=True)
class Clip:
    """A video to write: sides in pixels, frames a second, seconds, and what its card says.

    `tint` is 24 bits of chance that colour the card: on sides of 160 or more, no two tints look the same.
    """

    width: int
    height: int
    fps: int
    duration: float
    sound: bool
    lines: tuple[str, ...] = ()
    tint: int = 0

    def __post_init__(self) -> None:
        for name, side in (("width", self.width), ("height", self.height)):
            if side % 2 or not SHORTEST_SIDE <= side <= LONGEST_SIDE:
                raise ValueError(f"{name} {side}: choose an even number from {SHORTEST_SIDE} to {LONGEST_SIDE}")
        if not 1 <= self.fps <= HIGHEST_RATE:
            raise ValueError(f"fps {self.fps}: choose from 1 to {HIGHEST_RATE}")
        if not 0 < self.duration <= LONGEST:
            raise ValueError(f"duration {self.duration}: choose more than 0 and at most {LONGEST} seconds")
        if self.frames > MOST_FRAMES:
            raise ValueError(f"{self.frames} frames: choose a duration and fps that make at most {MOST_FRAMES}")
        if not 0 <= self.tint < 1 << 24:
            raise ValueError(f"tint {self.tint}: choose from 0 to {(1 << 24) - 1}")

    @property
    def milliseconds(self) -> int:
        """The duration that the file states."""
        return max(1, round(self.duration * 1000))

    @property
    def frames(self) -> int:
        """The nearest whole number of frame intervals, so the last one lasts half to one and a half of them."""
        return max(1, (2 * self.milliseconds * self.fps + 1000) // 2000)
