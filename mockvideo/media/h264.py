"""The parameter sets of H.264 Constrained Baseline (ITU-T H.264, 7.3.2, annexes A and E)."""

from __future__ import annotations

from mockvideo.media.bits import STOP, Code, exp_golomb, payload
from mockvideo.media.clip import Clip

SIDE = 16

# Table A-1: level_idc, most macroblocks a second, most macroblocks a frame. Our largest clip needs no higher one.
# Left out are those that differ from a lower one in neither number: 1b, 2 and 4.1.
LEVELS = (
    (10, 1_485, 99),
    (11, 3_000, 396),
    (12, 6_000, 396),
    (13, 11_880, 396),
    (21, 19_800, 792),
    (22, 20_250, 1_620),
    (30, 40_500, 1_620),
    (31, 108_000, 3_600),
    (32, 216_000, 5_120),
    (40, 245_760, 8_192),
    (42, 522_240, 8_704),
    (50, 589_824, 22_080),
    (51, 983_040, 36_864),
    (52, 2_073_600, 36_864),
    (60, 4_177_920, 139_264),
    (61, 8_355_840, 139_264),
)

YES, NO, NONE = (1, 1), (0, 1), exp_golomb(0)


def level(columns: int, rows: int, fps: int) -> int:
    """The lowest level for a frame of so many macroblocks; its longer side counts too (A.3.1)."""
    frame, side = columns * rows, max(columns, rows)
    return next(idc for idc, rate, size in LEVELS if frame * fps <= rate and frame <= size and side**2 <= 8 * size)


def sequence(clip: Clip) -> bytes:
    """The sequence parameter set, as a NAL unit."""
    columns, rows = -(-clip.width // SIDE), -(-clip.height // SIDE)
    right, below = columns * SIDE - clip.width, rows * SIDE - clip.height
    return b"\x67" + payload(
        # Constrained Baseline: profile 66 with constraint_set0_flag and constraint_set1_flag (A.2.1.1).
        *((66, 8), (0xC0, 8), (level(columns, rows, clip.fps), 8)),
        *(NONE, NONE, exp_golomb(2)),  # its number; 16 frame numbers; pictures come in the order of their numbers
        *(exp_golomb(1), NO),  # one reference frame, no gaps
        *(exp_golomb(columns - 1), exp_golomb(rows - 1), YES, YES),  # frames, not fields
        *(YES, NONE, exp_golomb(right // 2), NONE, exp_golomb(below // 2)),  # cropping, in pairs of pixels
        *(YES, *usability(clip.fps)),
        STOP,
    )


def usability(fps: int) -> tuple[Code, ...]:
    """Video usability information: square pixels, BT.709 in video range, a fixed rate, nothing reordered."""
    return (
        *(YES, (1, 8), NO),
        *(YES, (5, 3), NO, YES, (1, 8), (1, 8), (1, 8), NO),
        *(YES, (1, 32), (2 * fps, 32), YES),  # ticks are counted per field
        *(NO, NO, NO),
        # Unless it is told that nothing is reordered, a decoder may wait until its whole buffer is full (E.2.1).
        *(YES, YES, NONE, NONE, NONE, NONE, NONE, exp_golomb(1)),
    )


# Number and sequence set 0, CAVLC, one slice group, no weights, QP 26, and slices say whether they deblock.
PICTURE = b"\x68" + payload((0b1_1_0_0_1_1_1_0_00_1_1_1_1_0_0, 16), STOP)
