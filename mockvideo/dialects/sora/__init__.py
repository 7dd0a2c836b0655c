"""A relay in the shape of OpenAI's video API, built on new-api: one asynchronous API before thirty-three models."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from mockvideo.catalog import Row, load
from mockvideo.core.errors import NO_FACTS
from mockvideo.core.geometry import Shape
from mockvideo.core.jobs import VideoRequest
from mockvideo.core.money import Tariff
from mockvideo.core.rng import ALPHANUMERIC, Chance
from mockvideo.core.terms import Terms
from mockvideo.dialect import Check, Credential, Dialect, Pointers, picture
from mockvideo.dialects.sora import advice, figures, schemas, words
from mockvideo.dialects.sora.fold import fold, from_form
from mockvideo.dialects.sora.jobs import WEBHOOKS, video
from mockvideo.operation import Content, Document, Poll, Route, Submit, View
from mockvideo.provenance import SEED
from mockvideo.schema import Json

PRICE = Decimal("0.10")  # US dollars a second; the relay publishes no price: our guess


def understand(request: schemas.CreateVideo, row: Row) -> VideoRequest:
    """Read a validated request of one model."""
    width, height = _picture(request, row)
    duration = _duration(request.seconds or row.defaults.get("seconds", 5), row)
    return VideoRequest(
        model=row.id,
        prompt=request.prompt or "",
        width=width,
        height=height,
        duration=duration,
        fps=request.fps or 24,
        sound=request.sound == "on",
        image=request.image_url is not None,
        price=_price(duration),
        extra={"external_task_id": request.external_task_id} if request.external_task_id else NO_FACTS,
        webhook=WEBHOOKS.asked(request.callback_url),
    )


def _picture(request: schemas.CreateVideo, row: Row) -> tuple[int, int]:
    asked = Shape(
        size=request.size,
        width=request.width,
        height=request.height,
        resolution=request.resolution,
        ratio=request.aspect_ratio,
        quality=request.quality,
        fallback_resolution=row.defaults.get("resolution", "720p"),
    )
    words = (asked.size, asked.resolution, asked.ratio, asked.quality)
    silent = all(word is None for word in words) and None in {asked.width, asked.height}
    return picture(asked._replace(size=row.defaults.get("size")) if silent else asked, {"ratio": "aspect_ratio"})


@lru_cache(maxsize=256)
def _price(duration: float) -> Decimal:
    return PRICE * Decimal(str(duration))


def _duration(asked: float, row: Row) -> float:
    """Return the nearest of the lengths that a model makes, the longer of two as near."""
    lengths = row.facts.get("lengths")
    return float(min(lengths, key=lambda length: (abs(length - asked), -length))) if lengths else float(asked)


def models(_: View) -> Json:
    return {
        "success": True,
        "object": "list",
        "data": [
            {
                "id": row.id,
                "object": "model",
                "created": 1626777600,
                "owned_by": row.owner,
                "supported_endpoint_types": ["openai-video"],
            }
            for row in CATALOG.rows.values()
        ],
    }


def mint(chance: Chance) -> str:
    return "task_" + chance.text(32, ALPHANUMERIC)


CATALOG = load(__name__, schemas.CreateVideo)

DIALECT = Dialect(
    title="Sora-compatible relay (new-api)",
    documents="docs.aiid.edu.kg, Create video",
    reviewed="2026-11-20",
    terms=Terms(dialect="sora", mint=mint, interval=10.0, tariff=Tariff("USD", held=True), figures=figures.FIGURES),
    credential=Credential(bare=True),
    routes=(
        Route(
            "POST",
            "/v1/videos",
            Submit(
                answer=schemas.Video,
                render=video,
                accepts=("application/json", "multipart/form-data", "application/x-www-form-urlencoded"),
                form=from_form,
                large=True,
            ),
            SEED,
        ),
        Route("GET", "/v1/videos/{id}", Poll(answer=schemas.Video, render=video), SEED),
        Route("GET", "/v1/videos/{id}/content", Content(), SEED),
        Route("GET", "/v1/models", Document(answer=schemas.Models, render=models), schemas.CONVENTIONS),
    ),
    checks=(
        Check.KEY,
        Check.LIMITS,
        Check.BODY,
        Check.MODEL,
        Check.SCHEMA,
        Check.CAPS,
        Check.FUNDS,
        Check.AVAILABLE,
    ),
    catalog=CATALOG,
    understand=understand,
    fold=fold,
    states=words.STATES,
    errors=words.ERRORS,
    spellings=words.SPELLINGS,
    failures=words.FAILURES,
    envelope=words.envelope,
    error=schemas.Error,
    pointers=Pointers(
        submitted="/id",
        polled="/id",
        status="/status",
        progress="/progress",
        video="/video_url",
        error="/error/message",
        images=schemas.IMAGES,
        mirrors={"id": ("/task_id",), "video": ("/url", "/metadata/url")},
    ),
    example={"model": "sora-2", "prompt": "A cat on a skateboard at sunset", "seconds": "4", "size": "1280x720"},
    environment={"OPENAI_BASE_URL": "{url}/v1", "OPENAI_API_KEY": "{key}"},
    request_id_headers=(b"x-request-id", b"x-oneapi-request-id"),
    poll_after_header=b"openai-poll-after-ms",
    advice=advice.ADVICE,
    figure_sources=figures.SOURCES,
    webhooks=WEBHOOKS,
)
