"""BelugAPI: one gateway before twenty-seven models; a task is submitted, then polled."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mockvideo.catalog import Row, load
from mockvideo.core.geometry import Shape
from mockvideo.core.jobs import Reason, Snapshot, State, VideoRequest
from mockvideo.core.money import Tariff
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Terms
from mockvideo.dialect import Check, Credential, Dialect, Pointers, picture, spelled
from mockvideo.dialects.beluga import advice, figures, schemas, words
from mockvideo.operation import Document, Links, Poll, Route, Submit, View
from mockvideo.provenance import SEED
from mockvideo.schema import Json, without_nulls

STATUS = spelled(words.STATES)
PRICE = Decimal("0.05")  # US dollars a second; the provider publishes no price: our guess
SINCE = 1_767_225_600  # when the models came, in seconds since the epoch; nothing says: our guess


def understand(request: schemas.CreateVideo, row: Row) -> VideoRequest:
    """Read a validated request of one model."""
    width, height = picture(
        Shape(
            resolution=request.resolution,
            ratio=request.aspect_ratio,
            fallback_resolution=row.defaults.get("resolution", "720p"),
        ),
        {"ratio": "aspect_ratio"},
    )
    duration = request.duration or row.defaults.get("duration", 5)
    return VideoRequest(
        model=row.id,
        prompt=request.prompt,
        width=width,
        height=height,
        duration=float(duration),
        sound=request.audio is True,
        image=request.image_url is not None,
        price=PRICE * duration,
    )


def accepted(snapshot: Snapshot, _: Links) -> Json:
    return {"task_id": snapshot.job.id, "status": STATUS[snapshot.state]}


def task(snapshot: Snapshot, links: Links) -> Json:
    job, state = snapshot.job, snapshot.state
    document: Json = {"task_id": job.id, "status": STATUS[state]}
    if state is State.SUCCEEDED:
        (url,) = links.videos
        document["result"] = {"video_url": url, "duration_seconds": int(job.request.duration)}
    elif state is State.FAILED:
        document["error"] = words.FAILURES[job.reason or Reason.INTERNAL].text
    return document


def models(view: View) -> Json:
    return {"object": "list", "data": [_entry(row) for row in CATALOG.rows.values() if _asked_for(row, view.query)]}


def _asked_for(row: Row, query: Mapping[str, str]) -> bool:
    """Filter by category, provider and full text; the introduction names the filters, the parameters are our guess."""
    known = {"category": "video", "provider": row.owner.lower()}
    text = query.get("q") or query.get("search") or ""
    return text.lower() in f"{row.id} {row.name}".lower() and all(
        query.get(name, "").lower() in {"", value} for name, value in known.items()
    )


def model(view: View) -> Json:
    return _entry(CATALOG.row(view.name))


def _entry(row: Row) -> Json:
    return {
        "id": row.id,
        "object": "model",
        "created": SINCE,
        "owned_by": row.owner.lower(),
        "category": "video",
    }


def health(_: View) -> Json:
    return {"status": "ok", "catalog": "ok", "database": "ok"}


def mint(chance: Chance) -> str:
    return "vtask_" + chance.text(9)


CATALOG = load(__name__, schemas.CreateVideo)

DIALECT = Dialect(
    title="BelugAPI",
    documents="belugapi.com/docs, Video Generation",
    reviewed="2026-11-20",
    terms=Terms(dialect="beluga", mint=mint, interval=5.0, tariff=Tariff("USD"), figures=figures.FIGURES),
    credential=Credential(),
    routes=(
        Route("POST", "/v1/videos/generations", Submit(answer=schemas.Accepted, render=accepted), SEED),
        Route("GET", "/v1/videos/tasks/{id}", Poll(answer=schemas.Task, render=task), SEED),
        Route(
            "GET",
            "/v1/models",
            Document(answer=schemas.Models, render=models, public=True, query=schemas.ListModels),
            schemas.INTRODUCTION,
        ),
        # Needs a key: the introduction exempts the list and the health check, and nothing else.
        Route("GET", "/v1/models/{id}", Document(answer=schemas.Model, render=model), schemas.INTRODUCTION),
        Route("GET", "/v1/health", Document(answer=schemas.Health, render=health, public=True), schemas.INTRODUCTION),
    ),
    checks=(
        Check.KEY,
        Check.LIMITS,
        Check.BODY,
        Check.SCHEMA,
        Check.MODEL,
        Check.CAPS,
        Check.FUNDS,
        Check.AVAILABLE,
    ),
    catalog=CATALOG,
    understand=understand,
    fold=without_nulls,
    states=words.STATES,
    errors=words.ERRORS,
    spellings=words.SPELLINGS,
    failures=words.FAILURES,
    envelope=words.envelope,
    error=schemas.Error,
    pointers=Pointers(
        submitted="/task_id",
        polled="/task_id",
        status="/status",
        video="/result/video_url",
        error="/error",
        images=("/image_url",),
    ),
    example={
        "model": "sora-2-preview",
        "prompt": "A white whale under northern lights",
        "duration": 5,
        "resolution": "1080p",
        "aspect_ratio": "16:9",
        "audio": True,
    },
    environment={},
    advice=advice.ADVICE,
    figure_sources=figures.SOURCES,
    quota_headers=figures.quota_headers,
)
