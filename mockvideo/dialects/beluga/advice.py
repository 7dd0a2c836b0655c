"""What BelugAPI recommends."""

from __future__ import annotations

from mockvideo.advice import polled_too_soon, private_url, unknown_field
from mockvideo.dialects.beluga.schemas import CreateVideo
from mockvideo.provenance import SEED, guess

ADVICE = (
    polled_too_soon(5.0, SEED),
    private_url(guess("the page says URL, and the provider is to fetch it"), "image_url"),
    unknown_field(
        CreateVideo,
        guess("the page has seven fields and does not say what becomes of others"),
        "Send model, prompt, duration, resolution, aspect_ratio, audio and image_url: any other field is ignored.",
    ),
)
