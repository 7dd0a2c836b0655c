"""What A4F recommends."""

from __future__ import annotations

from mockvideo.advice import Advice, Asked, unknown_field
from mockvideo.dialects.a4f.schemas import CreateVideo
from mockvideo.provenance import SEED, guess

MODEST = 5  # seconds; the page names no figure, but its own example has this one


def _is_premium(asked: Asked) -> bool:
    return asked.row is not None and asked.row.facts.get("recommendation") == "Use sparingly"


def _is_long(asked: Asked) -> bool:
    duration = asked.document.get("duration")
    return isinstance(duration, int) and duration > MODEST


ADVICE = (
    Advice(
        id="use-sparingly",
        source=SEED,
        sentence="Use this premium model sparingly: begin with provider-2/seedance-lite or provider-2/kling-v2.1.",
        when=_is_premium,
    ),
    Advice(
        id="best-quality",
        source=SEED,
        sentence="Ask for quality 1080p, which is recommended for most models.",
        when=lambda asked: asked.document.get("quality", "1080p") != "1080p",
    ),
    Advice(
        id="shorter-duration",
        source=SEED,
        sentence="Ask for 5 seconds or less where a shorter video will do.",
        when=_is_long,
    ),
    unknown_field(
        CreateVideo,
        guess("the page has five fields and does not say what becomes of others"),
        "Send model, prompt, quality, duration and ratio: any other field is ignored.",
    ),
)
