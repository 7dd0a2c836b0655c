"""How long A4F takes and what its plans allow: no document has a number, all are our guess."""

from __future__ import annotations

from mockvideo.core.terms import Figures
from mockvideo.core.timing import Timing
from mockvideo.provenance import guess

TIMING = Timing(queue=(0.0, 0.0), render=(20.0, 180.0))

# The names are the documents'; that each plan has these two limits is on the page about limits.
PLANS = {
    "free": Figures(timing=TIMING, requests_per_minute=5, requests_per_day=100),
    "basic": Figures(timing=TIMING, requests_per_minute=10, requests_per_day=500),
    "pro": Figures(timing=TIMING, requests_per_minute=20, requests_per_day=1_000),
    "ultra": Figures(timing=TIMING, requests_per_minute=60, requests_per_day=5_000),
}
# Of an account that says no more.
FIGURES = PLANS["pro"]

OUR_LIMIT = guess("every plan has such a limit, and no public page has its number")
SOURCES = {
    "timing": guess("no document says; clients of the live API wait for 60 to 180 seconds"),
    "requests_per_minute": OUR_LIMIT,
    "requests_per_day": OUR_LIMIT,
}
