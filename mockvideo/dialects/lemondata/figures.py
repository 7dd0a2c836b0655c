"""What LemonData says of time and limits, and how it tells what a rate limit leaves."""

from __future__ import annotations

from math import ceil

from mockvideo.core.limits import Quota
from mockvideo.core.terms import Figures
from mockvideo.core.timing import Timing
from mockvideo.provenance import guess, page

REQUESTS_PER_MINUTE = 1_000

FIGURES = Figures(timing=Timing(queue=(1.0, 5.0), render=(59.0, 595.0)), requests_per_minute=REQUESTS_PER_MINUTE)
SOURCES = {
    "timing": guess("Get Video Status says no time, but its task takes 60 seconds and its client waits 600"),
    "requests_per_minute": page("docs.lemondata.cc, Rate Limits, its lowest tier; the API introduction has 60"),
}


def quota_headers(quota: Quota) -> list[tuple[bytes, bytes]]:
    """Tell a quota as openapi.json of January 2026 has it for the 429; the reset is a moment, in Unix seconds."""
    return [
        (b"x-ratelimit-limit", b"%d" % quota.limit),
        (b"x-ratelimit-remaining", b"%d" % quota.remaining),
        (b"x-ratelimit-reset", b"%d" % ceil(quota.resets_at)),
    ]
