"""LemonData (later TokenLab) as of March 2026: a task is submitted, then polled at the URL that the answer names."""

from __future__ import annotations

from urllib.parse import quote

from mockvideo.catalog import Row
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.geometry import Shape
from mockvideo.core.jobs import FINAL, Reason, Snapshot, State, VideoRequest
from mockvideo.core.money import Tariff
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Terms
from mockvideo.dialect import Check, Credential, Dialect, Pointers, picture, spelled
from mockvideo.dialects.lemondata import advice, discovery, figures, schemas, words
from mockvideo.operation import Document, Links, Poll, Route, Submit
from mockvideo.schema import Json, without_nulls

STATUS = spelled(words.STATES)
LARGEST_IMAGE = 20 << 20  # bytes; the Error Handling page says 20MB


def fold(document: Json) -> Json:
    """Leave out nulls, and refuse a picture that is too large before it is read."""
    folded = without_nulls(document)
    image = folded.get("image")
    if isinstance(image, str) and _bytes(image) > LARGEST_IMAGE:
        message = f"image: at most {LARGEST_IMAGE >> 20} MiB; send image_url instead"
        raise ApiError(Kind.PAYLOAD_TOO_LARGE, message, field="image")
    return folded


def _bytes(data_url: str) -> int:
    """How many bytes a base64 data URL holds."""
    coded = len(data_url) - data_url.find(",") - 1
    return coded * 3 // 4 - data_url.count("=", len(data_url) - 2)


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
    return VideoRequest(
        model=row.id,
        prompt=request.prompt,
        width=width,
        height=height,
        duration=float(request.duration or discovery.length(row)),
        fps=request.fps or 24,
        image=bool(request.image_url or request.image or request.start_image),
        price=discovery.price(row),
    )


def accepted(snapshot: Snapshot, links: Links) -> Json:
    job = snapshot.job
    return {
        # The docs' samples read task_id, the company's own agent reads id.
        "task_id": job.id,
        "id": job.id,
        "poll_url": f"{links.prefix}/v1/tasks/{quote(job.id, safe='')}",
        "status": STATUS[snapshot.state],
        "model": job.request.model,
        "created_at": int(job.submitted_at),
    }


def task(snapshot: Snapshot, links: Links) -> Json:
    job, state = snapshot.job, snapshot.state
    document: Json = {"task_id": job.id, "status": STATUS[state]}
    if state not in FINAL:
        document["progress"] = snapshot.percent
    elif state is State.SUCCEEDED:
        document["progress"] = 100
        (document["video_url"],) = links.videos
    else:
        # A text in every page and sample; openapi.json of the same time has an object.
        document["error"] = words.FAILURES[job.reason or Reason.INTERNAL].text
    document["model"] = job.request.model
    document["created_at"] = int(job.submitted_at)
    if state is State.SUCCEEDED:
        document["completed_at"] = int(snapshot.completed_at or snapshot.now)
    return document


def mint(chance: Chance) -> str:
    return "video_" + chance.text(24)


SUBMIT = Submit(answer=schemas.Accepted, render=accepted, large=True)
POLL = Poll(answer=schemas.Task, render=task)

DIALECT = Dialect(
    title="LemonData",
    documents="docs.lemondata.cc, Create Video, late March 2026",
    reviewed="2026-11-20",
    # The pages disagree: charged and kept, charged and given back, or held and released. The latest text holds.
    terms=Terms(dialect="lemondata", mint=mint, interval=5.0, tariff=Tariff("USD", held=True), figures=figures.FIGURES),
    credential=Credential(),
    routes=(
        Route("POST", "/v1/videos/generations", SUBMIT, schemas.CREATE),
        Route("POST", "/v1/video/generations", SUBMIT, schemas.BILLING),
        Route("GET", "/v1/tasks/{id}", POLL, schemas.TASK),
        Route("GET", "/v1/videos/generations/{id}", POLL, schemas.STATUS),
        Route(
            "GET",
            "/v1/models",
            Document(answer=schemas.Models, render=discovery.models, public=True, query=schemas.ListModels),
            schemas.MODELS,
        ),
        Route(
            "GET",
            "/v1/models/{id}",
            Document(answer=schemas.Model, render=discovery.model, public=True),
            schemas.MODELS,
        ),
        Route(
            "GET",
            "/v1/pricing",
            Document(answer=schemas.PriceList, render=discovery.prices, public=True, query=schemas.ListPrices),
            schemas.PRICING,
        ),
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
    catalog=discovery.CATALOG,
    understand=understand,
    fold=fold,
    states=words.STATES,
    errors=words.ERRORS,
    spellings=words.SPELLINGS,
    failures=words.FAILURES,
    envelope=words.envelope,
    error=schemas.Error,
    pointers=Pointers(
        submitted="/task_id",
        polled="/task_id",
        poll_path="/poll_url",
        status="/status",
        progress="/progress",
        video="/video_url",
        error="/error",
        images=("/image_url", "/image", "/start_image", "/end_image"),
        mirrors={"id": ("/id",)},
    ),
    example={
        "model": "sora-2",
        "prompt": "A calm ocean at sunrise",
        "operation": "text-to-video",
        "duration": 4,
        "aspect_ratio": "16:9",
    },
    environment={"TOKENLAB_API_BASE": "{url}", "TOKENLAB_API_KEY": "{key}"},
    model="sora-2",
    advice=advice.ADVICE,
    figure_sources=figures.SOURCES,
    quota_headers=figures.quota_headers,
)
