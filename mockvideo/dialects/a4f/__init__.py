"""A4F: an aggregator whose one video call blocks until the clip is there, and answers with it in base64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockvideo.catalog import Row, load
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.geometry import Shape
from mockvideo.core.jobs import Snapshot, VideoRequest
from mockvideo.core.money import Tariff
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Terms
from mockvideo.dialect import Check, Credential, Dialect, Pointers, picture
from mockvideo.dialects.a4f import advice, figures, schemas, words
from mockvideo.dialects.a4f.account import usage
from mockvideo.operation import Document, Generate, Links, Route, View
from mockvideo.provenance import SEED, page
from mockvideo.schema import Json, without_nulls

VIDEO = "video/generation"


def understand(request: schemas.CreateVideo, row: Row) -> VideoRequest:
    """Read a validated request of one model."""
    width, height = picture(Shape(quality=request.quality, ratio=request.ratio or row.defaults["ratio"]), {})
    return VideoRequest(
        model=row.id,
        prompt=request.prompt,
        width=width,
        height=height,
        duration=float(request.duration),
        price=row.prices["request"],
    )


def videos(snapshot: Snapshot, links: Links) -> Json:
    return {
        # The current page means the completion, an older text of it the start.
        "created": int(snapshot.completed_at or snapshot.now),
        "data": [{"b64_json": clip, "url": None, "revised_prompt": None} for clip in links.videos],
    }


def models(view: View) -> Json:
    """List the models of the asked or own plan and type, each with the extra fields that the query names."""
    plan = _plan(view)
    wanted, extras = _wants_videos(view.query), _extras(view.query)
    rows = [row for row in CATALOG.rows.values() if wanted and plan in {None, *row.plans}]
    return {"object": "list", "data": [_model(row) | {name: EXTRAS[name](row) for name in extras} for row in rows]}


def _plan(view: View) -> str | None:
    """The plan that the query names, else the account's own."""
    named = view.query.get("plan")
    if not named:
        return view.standing.plan if view.standing else None
    if named not in figures.PLANS:
        raise ApiError(Kind.INVALID_REQUEST, f"plan must be one of {', '.join(figures.PLANS)}", field="plan")
    return named


def _wants_videos(query: Mapping[str, str]) -> bool:
    """An older text makes ``type`` a flag, and the singular and plural of its words are mixed."""
    return "/" not in query.get("type", "") or query["type"].removesuffix("s") == VIDEO


def _extras(query: Mapping[str, str]) -> list[str]:
    return [name for name, value in query.items() if name in EXTRAS and value.lower() not in {"false", "0"}]


def _model(row: Row) -> Json:
    return {"id": row.id, "base_model": row.id.partition("/")[2], "owned_by": row.owner, "type": VIDEO}


def _description(row: Row) -> str:
    qualities = " or ".join(row.limits["quality"]["choice"])
    return f"Up to {row.limits['duration']['max']} s in {qualities}. {row.facts['recommendation']}."


# What a query adds to every model by name. Nothing shows these values for video: null and empty are our guess.
EXTRAS: Mapping[str, Callable[[Row], Any]] = {
    "logo": lambda _: None,
    "description": _description,
    "context_window": lambda _: None,
    "features": lambda _: [],
    "pricing": lambda row: {name: float(price) for name, price in row.prices.items()},
}


def mint(chance: Chance) -> str:
    """Make an id; no answer shows it, only the clip and the journal do."""
    return chance.uuid()


CATALOG = load(__name__, schemas.CreateVideo)

MODELS = Document(answer=schemas.Models, render=models, public=True, query=schemas.ListModels)

DIALECT = Dialect(
    title="A4F",
    documents="a4f.co/docs, Video Generation",
    reviewed="2026-11-20",
    # Nothing is polled, so there is no interval.
    terms=Terms(
        dialect="a4f",
        mint=mint,
        interval=0.0,
        tariff=Tariff("requests"),
        figures=figures.FIGURES,
        plans=figures.PLANS,
    ),
    credential=Credential(),
    routes=(
        Route("POST", "/v1/video/generations", Generate(answer=schemas.Videos, render=videos), SEED),
        # The page says GET or POST, and a client of the live API asks without a key.
        Route("GET", "/v1/models", MODELS, schemas.MODELS_PAGE),
        Route("POST", "/v1/models", MODELS, schemas.MODELS_PAGE),
        Route("GET", "/v1/usage", Document(answer=schemas.Usage, render=usage), page("a4f.co/docs, Limits")),
    ),
    checks=(
        # No document tells the order. The service looks like FastAPI, which validates before it asks for the plan.
        Check.KEY,
        Check.BODY,
        Check.SCHEMA,
        Check.MODEL,
        Check.PLAN,
        Check.CAPS,
        Check.LIMITS,
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
    pointers=Pointers(video="/data/0/b64_json", error="/error/message"),
    example={
        "model": "provider-2/kling-v2.1",
        "prompt": "A paper boat on a rainy street",
        "quality": "1080p",
        "duration": 5,
        "ratio": "16:9",
    },
    environment={"A4F_API_KEY": "{key}"},
    advice=advice.ADVICE,
    figure_sources=figures.SOURCES,
)
