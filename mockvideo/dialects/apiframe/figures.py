"""What Apiframe says of time and limits."""

from __future__ import annotations

from mockvideo.core.terms import Figures
from mockvideo.core.timing import Timing
from mockvideo.dialects.apiframe.schemas import ME_PAGE
from mockvideo.provenance import code, page

SLOTS = 10

# 1 to 5 minutes, from the submission to the end; how much of that is the queue is our guess.
FIGURES = Figures(timing=Timing(queue=(1.0, 5.0), render=(59.0, 295.0)), slots=SLOTS, requests_per_minute=500)
SOURCES = {
    "timing": page("docs-v2.apiframe.ai, FAQ"),
    "slots": ME_PAGE,
    "requests_per_minute": code("joonhyungbae/opencircuit, which notes it from the vendor's documents, August 2026"),
}
