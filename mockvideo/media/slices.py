"""The pictures of a clip as H.264 slices (ITU-T H.264, 7.3.3 to 7.3.5): one intra picture, then hardly anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle, islice

from mockvideo.media.bits import STOP, Code, exp_golomb, join, payload, repeat
from mockvideo.media.picture import ACROSS, DOWN, OWN, Picture

FRAME_NUMBERS = 16

# A macroblock of Intra16x16 without residual: mb_type, intra_chroma_pred_mode, mb_qp_delta, and a coeff_token for "no
# coefficients". That is longer beside or below an I_PCM macroblock, which counts as full (9.2.1): small letters.
PREDICTED: dict[bytes, Code] = {
    DOWN: (0b010_011_1_1, 8),
    ACROSS: (0b011_010_1_1, 8),
    DOWN.lower(): (0b010_011_1_000011, 13),
    ACROSS.lower(): (0b011_010_1_000011, 13),
}
RUN = re.compile(rb"[Oo]+|D+|d+|A+|a+")
SMALL = ord(" ")
BESIDE_OWN = bytes(SMALL if kind == ord(OWN) else 0 for kind in range(256))

# mb_type of I_PCM (table 7-11); in a P slice the intra types begin at 5 (7-13). Samples end with a byte, so the
# codes between two such macroblocks are padded the same way every time.
INTRA_PCM = exp_golomb(25)
INTRA_PCM_AGAIN = payload(INTRA_PCM)
LATER_PCM = exp_golomb(5 + 25)
LATER_PCM_AGAIN = payload(exp_golomb(0), LATER_PCM)

# first_mb_in_slice 0, slice_type, parameter set 0, frame_num, then for an intra slice idr_pic_id 0 and no marking, for
# a later one no reference list of its own and no marking; QP as it is; no deblocking.
INTRA_HEADER: Code = (0b1_0001000_1_0000_1_00_1_010, 20)
LATER_HEADERS = tuple(join(((0b1_00110_1, 7), (number, 4), (0b000_1_010, 7))) for number in range(FRAME_NUMBERS))


def pictures(picture: Picture, count: int) -> list[bytes]:
    """So many samples, one a picture."""
    samples = list(islice(cycle(stills(picture.columns * picture.rows)), count))
    samples[0] = intra(picture)
    for number, columns in steps(len(picture.fills), count):
        samples[number] = step(picture, number, columns)
    return samples


def sample(*parts: bytes) -> bytes:
    """A NAL unit behind its length, as it lies in an MP4 file.

    Each part is escaped, and no start code arises where two meet, for samples are never below 4.
    """
    return b"".join((sum(map(len, parts)).to_bytes(4), *parts))


def intra(picture: Picture) -> bytes:
    """The first picture, which needs no other."""
    parts = [b"\x65"]
    waiting = [INTRA_HEADER]
    for kind, count, blocks in runs(picture):
        if blocks:
            parts += payload(*waiting, INTRA_PCM), INTRA_PCM_AGAIN.join(blocks)
            waiting = []
        else:
            waiting.append(repeat(PREDICTED[kind], count))
    return sample(*parts, payload(*waiting, STOP))


def runs(picture: Picture) -> Iterator[tuple[bytes, int, list[bytes]]]:
    """Macroblocks of one kind that follow one another: their kind, their number and the samples they have."""
    columns, done = picture.columns, 0
    plain = above = DOWN * columns
    for row in sorted(picture.drawn.keys() | {row + 1 for row in picture.drawn if row + 1 < picture.rows}):
        yield DOWN, columns * (row - done), []
        drawn = picture.drawn.get(row)
        kinds = bytes(drawn.kinds) if drawn else plain
        for run in RUN.finditer(marked(kinds, above)):
            blocks = drawn.blocks[run.start() : run.end()] if drawn and run[0][:1] in b"Oo" else []
            yield run[0][:1], len(run[0]), blocks
        done, above = row + 1, kinds
    yield DOWN, columns * (picture.rows - done), []


def marked(kinds: bytes, above: bytes) -> bytes:
    """The kinds of a row, in small letters where the left or upper neighbour has samples of its own."""
    left, over = (int.from_bytes(row.translate(BESIDE_OWN)) for row in (kinds, above))
    return (int.from_bytes(kinds) | left >> 8 | over).to_bytes(len(kinds))


@lru_cache(maxsize=32)
def stills(macroblocks: int) -> tuple[bytes, ...]:
    """The pictures in which nothing moves, one for each frame number."""
    return tuple(sample(b"\x41", payload(header, exp_golomb(macroblocks), STOP)) for header in LATER_HEADERS)


def step(picture: Picture, number: int, columns: range) -> bytes:
    """A picture that fills these columns of the bar."""
    row, left = picture.bar
    first = row * picture.columns + left + columns.start
    rest = picture.columns * picture.rows - first - len(columns)
    head = payload(LATER_HEADERS[number % FRAME_NUMBERS], exp_golomb(first), LATER_PCM)
    blocks = LATER_PCM_AGAIN.join(picture.fills[columns.start : columns.stop])
    tail = payload(exp_golomb(rest), STOP) if rest else payload(STOP)
    return sample(b"\x41", head, blocks, tail)


def steps(width: int, count: int) -> Iterator[tuple[int, range]]:
    """The pictures in which the bar grows, and by which columns: none is filled in the first, all in the last."""
    moves, filled = count - 1, 0
    while filled < width and moves:
        number = -(-(filled + 1) * moves // width)
        reached = width * number // moves
        yield number, range(filled, reached)
        filled = reached
