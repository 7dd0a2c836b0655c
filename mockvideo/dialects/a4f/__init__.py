"""A4F: an aggregator whose one video call blocks until the clip is there, and answers with it in base64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mockvideo.catalog import Row, load
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.geometry import Shape
from mockvideo.core.jobs import Snapshot, VideoRequest
from mockvideo.core.money import Tariff
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Standing, Terms
from mockvideo.dialect import Check, Credential, Dialect, Pointers, picture
from mockvideo.dialects.a4f import schemas, words
from mockvideo.operation import Document, Generate, Links, Route, View
from mockvideo.provenance import SEED, page
from mockvideo.schema import Json, without_nulls

VIDEO = "video/generation"
DAY = 86_400

# Plans by name: requests a minute and a day. The names are the documents', the figures our guess; a plan lasts 30 days.
PLANS = {"free": (5, 100), "basic": (10, 500), "pro": (20, 1_000), "ultra": (60, 5_000)}
VALIDITY = 30


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
    wanted = _wants_videos(view.query)
    rows = [row for row in CATALOG.rows.values() if wanted and plan in {None, *row.plans}]
    extras = [name for name, value in view.query.items() if name in EXTRAS and value.lower() not in {"false", "0"}]
    return {"object": "list", "data": [_model(row) | {name: EXTRAS[name](row) for name in extras} for row in rows]}


def _plan(view: View) -> str | None:
    """The plan that the query names, else the account's own."""
    named = view.query.get("plan")
    if not named:
        return view.standing.plan if view.standing else None
    if named not in PLANS:
        raise ApiError(Kind.INVALID_REQUEST, f"plan must be one of {', '.join(PLANS)}", field="plan")
    return named


def _wants_videos(query: Mapping[str, str]) -> bool:
    """An older text makes ``type`` a flag, and the singular and plural of its words are mixed."""
    return "/" not in query.get("type", "") or query["type"].removesuffix("s") == VIDEO


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


def usage(view: View) -> Json:
    """Tell an account its plan, limits and use. What no account here has, such as an e-mail address, is made up."""
    standing = view.standing
    if standing is None:
        raise ApiError(Kind.MISSING_KEY)
    per_minute, per_day = PLANS.get(standing.plan, PLANS["pro"])
    began = datetime.fromtimestamp(standing.began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "account_information": _account(standing),
        "subscription_details": {
            "creation_date": began,
            "effective_days_remaining": max(0, VALIDITY - int((standing.now - standing.began) // DAY)),
            "plan_activation_history": [{"plan": standing.plan, "activated_at": began}],
        },
        "usage_statistics": {
            "overall_request_counts": {"total": standing.requests, "streaming_chat": 0},
            "token_consumption": {
                "combined_chat_tokens": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
            },
        },
        "billing_information": {"total_amount_paid_usd": 0.0, "cumulative_token_cost_usd": 0.0},
        "rate_limits_and_restrictions": {
            "requests_per_minute_limit": per_minute,
            "requests_per_day_limit": per_day,
        },
    }


def _account(standing: Standing) -> Json:
    name = f"user-{standing.tag}"
    return {
        "username": name,
        "github_info": {
            "github_username_from_auth": name,
            "email_from_auth": f"{name}@example.invalid",
            "avatar_url": f"https://example.invalid/{name}.png",
            "supabase_user_id": standing.tag,
        },
        "api_key": masked(standing.key),
        "api_key_name": "default",
        "node_id": "node-1",
        "is_enabled": True,
        "current_plan": standing.plan,
        "model_specific_usage": {},
    }


def masked(key: str) -> str:
    """Show the first and last four characters of a key that has many more."""
    return f"{key[:4]}...{key[-4:]}" if len(key) >= 16 else "..."


def mint(chance: Chance) -> str:
    """Make an id; no answer shows it, only the clip and the journal do."""
    return chance.uuid()


CATALOG = load(__name__, schemas.CreateVideo)

MODELS = Document(answer=schemas.Models, render=models, public=True)

DIALECT = Dialect(
    title="A4F",
    documents="a4f.co/docs, Video Generation",
    reviewed="2026-11-20",
    # Nothing is polled, so there is no interval.
    terms=Terms(dialect="a4f", mint=mint, interval=0.0, tariff=Tariff("requests")),
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
)
