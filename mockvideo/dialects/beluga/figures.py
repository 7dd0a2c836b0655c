"""What BelugAPI says of time, and how it tells what a rate limit leaves."""

from __future__ import annotations

from math import ceil

from mockvideo.core.limits import Quota
from mockvideo.core.terms import Figures
from mockvideo.core.timing import Timing
from mockvideo.provenance import SEED

# 30 seconds to 5 minutes, from the submission to the end; how much of that is the queue is our guess.
FIGURES = Figures(timing=Timing(queue=(1.0, 5.0), render=(29.0, 295.0)))
SOURCES = {"timing": SEED}


def quota_headers(quota: Quota) -> list[tuple[bytes, bytes]]:
    """Tell a quota as OpenAI does: a guess, from the wire format that the introduction promises."""
    return [
        (b"x-ratelimit-limit-requests", b"%d" % quota.limit),
        (b"x-ratelimit-remaining-requests", b"%d" % quota.remaining),
        (b"x-ratelimit-reset-requests", duration(quota.reset).encode()),
    ]


def duration(seconds: float) -> str:
    """Write seconds as Go does and OpenAI's headers show it: ``12ms``, ``1s``, ``6m0s``; never too few of them."""
    whole, milliseconds = divmod(ceil(seconds * 1_000), 1_000)
    if not whole:
        return f"{milliseconds}ms" if milliseconds else "0s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    before = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{before}{rest + milliseconds / 1_000:g}s"
