"""Bit strings as H.264 and AAC write them: a code is a value and its length in bits."""

from __future__ import annotations

import re
from collections.abc import Iterable

Code = tuple[int, int]

STOP: Code = (1, 1)
# The third byte is only looked at, because the next two zeros may begin with it.
FORBIDDEN = re.compile(rb"\0\0(?=[\0-\3])")


def exp_golomb(number: int) -> Code:
    """An unsigned number, ue(v) in H.264, clause 9.1."""
    return number + 1, 2 * (number + 1).bit_length() - 1


def join(codes: Iterable[Code]) -> Code:
    value = length = 0
    for more, bits in codes:
        value = value << bits | more
        length += bits
    return value, length


def repeat(code: Code, count: int) -> Code:
    """The same code so many times: the code times 0…010…010…01."""
    value, bits = code
    return value * (((1 << bits * count) - 1) // ((1 << bits) - 1)), bits * count


def pack(*codes: Code) -> bytes:
    """The codes one after the other, with zero bits up to the end of the last byte."""
    value, bits = join(codes)
    size = -(-bits // 8)
    return (value << size * 8 - bits).to_bytes(size)


def payload(*codes: Code) -> bytes:
    """The same for a NAL unit, in which no three bytes may look like a start code (H.264, 7.4.1)."""
    return FORBIDDEN.sub(b"\0\0\3", pack(*codes))
