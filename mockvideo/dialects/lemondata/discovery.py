"""How clients of LemonData choose a model: the model list, one model, prices, and what else would do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from mockvideo.catalog import Row, load
from mockvideo.core.errors import ApiError, Kind
from mockvideo.dialects.lemondata.schemas import CreateVideo
from mockvideo.operation import View
from mockvideo.schema import Json

PRICE = Decimal("0.20")  # US dollars a generation where the price is not public: Sora's, our guess
SINCE = 1_706_000_000  # of the published sample
ENDPOINT = "/v1/videos/generations"

# Which operation a word of the seed's tables means; the extension and effects models start from a picture.
CAPABILITIES = {
    "T2V": "text-to-video",
    "I2V": "image-to-video",
    "keyframe": "start-end-to-video",
    "reference": "reference-to-video",
    "editing": "video-to-video",
    "extension": "video-extension",
    "Video extension": "video-extension",
    "Visual effects": "image-to-video",
}
PICTURES = frozenset({"image_url", "image"})
FRAMES = frozenset({"start_image", "end_image"})


CATALOG = load("mockvideo.dialects.lemondata", CreateVideo)
RANKS = {model: rank for rank, model in enumerate(CATALOG.rows, 1)}


def price(row: Row) -> Decimal:
    """What a generation costs, in US dollars."""
    return row.prices.get("generation", PRICE)


def price_of(model: object) -> Decimal:
    """What a generation by the model of this name costs; if there is none, what Sora's does."""
    row = CATALOG.rows.get(str(model))
    return PRICE if row is None else price(row)


def length(row: Row) -> int:
    """How long a video is that is not said to be of another length, in seconds."""
    return int(row.defaults.get("duration", 5))


def cheaper(required: Decimal) -> list[Json]:
    """Suggest up to three models that cost less, the cheapest first."""
    rows = sorted((row for row in CATALOG.rows.values() if price(row) < required), key=price)
    return [{"id": row.id} for row in rows[:3]]


def alternatives(model: object) -> list[Json]:
    """Name two other models."""
    others = [other for other in CATALOG.rows if other != model]
    return [{"id": other, "status": "available", "tags": []} for other in others[:2]]


def models(view: View) -> Json:
    recommended = bool(view.query.get("recommended_for"))
    rows = [row for row in CATALOG.rows.values() if _asked_for(row, view.query)]
    return {"object": "list", "data": [_entry(row, recommended=recommended) for row in rows]}


def model(view: View) -> Json:
    return _entry(_found(view.name), recommended=True)


def prices(view: View) -> Json:
    name = view.query.get("model")
    rows = [_found(name)] if name else CATALOG.rows.values()
    return {"object": "list", "data": [_priced(row) for row in rows]}


def _found(name: str) -> Row:
    """Return a model's row; what a submission refuses with 400 is simply not found here."""
    row = CATALOG.rows.get(name)
    if row is None:
        raise ApiError(Kind.UNKNOWN_MODEL, field="id", model=name)
    return row


def _asked_for(row: Row, query: Mapping[str, str]) -> bool:
    known = {
        "category": ("video",),
        "provider": (row.owner.lower(),),
        "tag": ("video", *operations(row)),
        "recommended_for": ("video",),
    }
    return all(query.get(name, "").lower() in {"", *values} for name, values in known.items())


def operations(row: Row) -> list[str]:
    """The operations that a model's capabilities mean."""
    return [CAPABILITIES[word] for word in row.facts["capabilities"] if word in CAPABILITIES]


def _parameters(row: Row) -> list[str]:
    """The fields that a model does not ignore."""
    can = set(operations(row))
    ignored = (FRAMES if "start-end-to-video" not in can else frozenset()) | (
        PICTURES if can == {"text-to-video"} else frozenset()
    )
    return [name for name in CreateVideo.model_fields if name not in ignored]


def _entry(row: Row, *, recommended: bool) -> Json:
    can = operations(row)
    extension: Json = {
        "category": "video",
        "pricing_unit": "per_request",
        "capabilities": ["video", *can],
        "supported_operations": can,
        "public_contract_summary": {
            "request_endpoint": ENDPOINT,
            "supported_parameters": _parameters(row),
            "recommended_request_summary": {"operation": can[0], "duration": length(row), "aspect_ratio": "16:9"},
        },
    }
    if recommended:
        extension["agent_preferences"] = {"video": _preference(row)}
    return {
        "id": row.id,
        "object": "model",
        "created": SINCE,
        "owned_by": row.owner.lower(),
        "lemondata": extension,
    }


def _preference(row: Row) -> Json:
    """Rank a model by its place in the catalog; the figures are those of the client's own tests."""
    return {
        "preferred_rank": RANKS[row.id],
        "success_rate_24h": 0.95,
        "sample_count_24h": 12,
        "status": "ready",
        "updated_at": "2026-03-28T00:00:00.000Z",
    }


def _priced(row: Row) -> Json:
    pricing = {
        "input_per_1m": None,
        "output_per_1m": None,
        "per_request": str(price(row)),
        "is_lock_price": True,
        "currency": "USD",
    }
    return {"model": row.id, "pricing": pricing, "provider": row.owner.lower()}
