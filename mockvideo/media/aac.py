"""Silence in AAC-LC: two channels at 48 kHz (ISO/IEC 14496-3)."""

from __future__ import annotations

from mockvideo.media.bits import pack

RATE = 48_000
FRAME_TICKS = 1024

# AudioSpecificConfig: AAC-LC, 48 kHz, two channels, frames of 1024.
CONFIG = pack((2, 5), (3, 4), (2, 4), (0, 3))

_CHANNEL = (0, 8 + 3)  # global gain; no pulses, no noise shaping, no gain control
# A raw_data_block: a channel pair with a common window of no bands at all (max_sfb 0), then ID_END.
SILENCE = pack((1, 3), (0, 4), (1, 1), (0, 11), (0, 2), _CHANNEL, _CHANNEL, (7, 3))


def frames(milliseconds: int) -> int:
    """Whole frames below the duration (a longer track would stretch the clip), but one at least."""
    # Chromium takes the longest track for the length of the clip: 5.013 s instead of 5.
    return max(1, milliseconds * RATE // (1000 * FRAME_TICKS))


def ticks(milliseconds: int) -> int:
    """How long one frame sounds: a clip shorter than that cuts its only one."""
    return min(FRAME_TICKS, milliseconds * RATE // 1000)
