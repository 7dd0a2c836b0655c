"""What Apiframe recommends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockvideo.advice import Advice, Asked, polled_too_soon, private_url, private_webhook, texts
from mockvideo.dialects.apiframe.rows import FAMILIES
from mockvideo.provenance import guess, page, sdk, spec

REACHED = guess("the pages say URL, and the provider is to reach it")
# What the page of Veo 2 names; the schema has one block for all of Veo.
VEO_2 = frozenset({"duration", "aspect_ratio", "seed", "image"})


def _params(asked: Asked, *models: str) -> Mapping[str, Any]:
    """The parameters object of a request, if it is for one of these models (none: for any)."""
    model = asked.row.id if asked.row is not None else ""
    params = asked.document.get(FAMILIES.get(model, "")) if not models or model in models else None
    return params if isinstance(params, dict) else {}


ADVICE = (
    polled_too_soon(5.0, page("docs-v2.apiframe.ai, Get Job, which recommends 5 to 10 seconds for video")),
    Advice(
        id="idempotency-key",
        source=sdk("README of @apiframe-ai/sdk 2, Idempotency"),
        sentence="Send an Idempotency-Key with every submission: a retry then makes no second job.",
        when=lambda asked: asked.headers is not None and b"idempotency-key" not in asked.headers,
    ),
    private_url(REACHED, *sorted(set(FAMILIES.values()))),
    private_webhook(REACHED, "webhookUrl"),
    Advice(
        id="data-url",
        source=spec("openapi.json, POST /v2/uploads, the only place that takes a file"),
        sentence="Upload the file with POST /v2/uploads and send its URL instead of a data URL.",
        when=lambda asked: any(text[:5].lower() == "data:" for text in texts(_params(asked))),
    ),
    Advice(
        id="ignored-resolution",
        source=page("docs-v2.apiframe.ai, sora-2"),
        sentence="Leave resolution out: sora-2 takes and ignores it, sora-2-pro does not.",
        when=lambda asked: "resolution" in _params(asked, "sora-2"),
    ),
    Advice(
        id="ignored-sound",
        source=guess("the schema has the field for all of Seedance, but the first generation has no sound"),
        sentence="Leave generate_audio out: Seedance 1 has no sound, from seedance-1.5-pro on there is.",
        when=lambda asked: bool(
            _params(asked, "seedance-1-lite", "seedance-1-pro", "seedance-1-pro-fast").get("generate_audio")
        ),
    ),
    Advice(
        id="veo-2-fields",
        source=page("docs-v2.apiframe.ai, veo-2"),
        sentence="Send veo-2 only duration, aspect_ratio, seed and image: its page names no other parameter.",
        when=lambda asked: not _params(asked, "veo-2").keys() <= VEO_2,
    ),
)
