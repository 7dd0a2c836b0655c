"""LemonData's documents of March 2026, field for field."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal

from annotated_types import Interval
from pydantic import AfterValidator, StringConstraints

from mockvideo.provenance import SEED, code, guess, page, spec
from mockvideo.schema import RATIO, RESOLUTION, Examples, Integer, Lenient, OneOf, WebAddress, promised

CREATE = page("docs.lemondata.cc, Create Video, text of early March 2026")
OPERATION = page("docs.lemondata.cc, Create Video: a sample of late March 2026; the list of values is a later text's")
STATUS = page("docs.lemondata.cc, Get Video Status, text of March 2026")
TASK = page("docs.lemondata.cc, Get Task Status, text of March 2026")
MODELS = page("docs.lemondata.cc, List Models and Get Model")
PRICING = page("docs.lemondata.cc, Get Pricing")
BILLING = page("docs.lemondata.cc, Billing, text of early March 2026")
AGENTS = page("docs.lemondata.cc, Agent-First API, text of March 2026")
ERROR_PAGE = page("docs.lemondata.cc, Error Handling, text of March 2026")
OPENAPI = spec("LemonData's openapi.json, January 2026")
CLIENT = code("hedging8563/lemonclaw, the company's own agent, March 2026")
OUR_URL = guess("the seed says URL: an absolute one, of http or https")

OPERATIONS = (
    "text-to-video",
    "image-to-video",
    "reference-to-video",
    "start-end-to-video",
    "video-to-video",
    "video-extension",
    "audio-to-video",
    "motion-control",
)


def _named(data_url: str) -> str:
    """Name a picture by its digest, so that nothing large is kept."""
    return f"sha256:{sha256(data_url.encode()).hexdigest()}"


DataUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^data:image/[A-Za-z0-9.+-]{1,64};base64,(?:[A-Za-z0-9+/]{4})+"
        r"(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
    ),
    AfterValidator(_named),
    Examples(("data:image/png;base64,iVBORw0KGgo=",)),
]
Ratio = Annotated[str, promised(RATIO), Examples(("16:9", "9:16", "1:1", "4:3"))]
Resolution = Annotated[str, promised(RESOLUTION), Examples(("480p", "720p", "1080p", "4K"))]


class CreateVideo(Lenient):
    """The body of POST /v1/videos/generations."""

    model: Annotated[str, SEED] | None = None
    prompt: Annotated[str, CREATE]
    image_url: Annotated[WebAddress, OUR_URL] | None = None
    image: Annotated[DataUrl, SEED] | None = None
    # A guide has rough maxima for each series; the page says only that models differ, so they are no limits.
    duration: Annotated[Integer, Interval(ge=1, le=60), OPENAPI] | None = None
    aspect_ratio: Annotated[Ratio, SEED] | None = None
    resolution: Annotated[Resolution, SEED] | None = None
    fps: Annotated[Integer, Interval(ge=1, le=120), SEED] | None = None
    negative_prompt: Annotated[str, SEED] | None = None
    seed: Annotated[Integer, SEED] | None = None
    # openapi.json of that time went to 30 and, for the motion, to 100; later ones follow the seed.
    cfg_scale: Annotated[float, Interval(ge=0, le=20), SEED] | None = None
    motion_strength: Annotated[float, Interval(ge=0, le=1), SEED] | None = None
    start_image: Annotated[WebAddress, OUR_URL] | None = None
    end_image: Annotated[WebAddress, OUR_URL] | None = None
    user: Annotated[str, SEED] | None = None
    operation: Annotated[str, OneOf(OPERATIONS), OPERATION] | None = None


class ListModels(Lenient):
    """The query of GET /v1/models."""

    category: Annotated[str, MODELS] | None = None
    provider: Annotated[str, MODELS] | None = None
    tag: Annotated[str, MODELS] | None = None
    recommended_for: Annotated[str, AGENTS] | None = None


class ListPrices(Lenient):
    """The query of GET /v1/pricing."""

    model: Annotated[str, PRICING] | None = None


class Accepted(Lenient):
    """The answer to a submission; ``created_at`` in Unix seconds."""

    task_id: Annotated[str, SEED]
    id: Annotated[str, CLIENT]
    poll_url: Annotated[str, SEED]
    status: Annotated[Literal["pending"], SEED]
    model: Annotated[str, SEED]
    created_at: Annotated[int, CREATE]


class Task(Lenient):
    """The answer to a poll; times in Unix seconds."""

    task_id: Annotated[str, STATUS]
    status: Annotated[Literal["pending", "processing", "completed", "failed"], STATUS]
    progress: Annotated[int, Interval(ge=0, le=100), STATUS] | None = None
    video_url: Annotated[str, STATUS] | None = None
    error: Annotated[str, STATUS] | None = None
    model: Annotated[str, STATUS]
    created_at: Annotated[int, STATUS]
    completed_at: Annotated[int, STATUS] | None = None


class Suggestion(Lenient):
    """A model to try."""

    id: Annotated[str, AGENTS]


class Alternative(Lenient):
    """A model that works at the moment."""

    id: Annotated[str, AGENTS]
    status: Annotated[str, AGENTS]
    tags: Annotated[list[str], AGENTS]


class ErrorBody(Lenient):
    """What is inside an error: four fields as OpenAI has them, then hints."""

    message: Annotated[str, ERROR_PAGE]
    type: Annotated[str, ERROR_PAGE] | None = None
    code: Annotated[str, ERROR_PAGE] | None = None
    param: Annotated[str, ERROR_PAGE] | None = None
    did_you_mean: Annotated[str, AGENTS] | None = None
    suggestions: Annotated[list[Suggestion], AGENTS] | None = None
    alternatives: Annotated[list[Alternative], AGENTS] | None = None
    hint: Annotated[str, AGENTS] | None = None
    retryable: Annotated[bool, AGENTS] | None = None
    retry_after: Annotated[int, AGENTS] | None = None
    balance_usd: Annotated[float, AGENTS] | None = None
    estimated_cost_usd: Annotated[float, AGENTS] | None = None


class Problem(Lenient):
    """One thing that is wrong with a request."""

    field: Annotated[str, OPENAPI]
    message: Annotated[str, OPENAPI]


class Error(Lenient):
    """The one error envelope."""

    error: Annotated[ErrorBody, ERROR_PAGE]
    validation_errors: Annotated[list[Problem], OPENAPI] | None = None


class RecommendedRequest(Lenient):
    """A request to begin with."""

    operation: Annotated[str, CLIENT]
    duration: Annotated[int, CLIENT]
    aspect_ratio: Annotated[str, CLIENT]


class Contract(Lenient):
    """What a model's endpoint takes."""

    request_endpoint: Annotated[str, CLIENT]
    supported_parameters: Annotated[list[str], CLIENT]
    recommended_request_summary: Annotated[RecommendedRequest, CLIENT]


class Preference(Lenient):
    """How a model fared in the last 24 hours."""

    preferred_rank: Annotated[int, CLIENT]
    success_rate_24h: Annotated[float, CLIENT]
    sample_count_24h: Annotated[int, CLIENT]
    status: Annotated[str, CLIENT]
    updated_at: Annotated[str, CLIENT]


class Preferences(Lenient):
    """Recommendations by scene."""

    video: Annotated[Preference, CLIENT]


class Extension(Lenient):
    """What the provider adds to OpenAI's model object."""

    category: Annotated[Literal["video"], AGENTS]
    pricing_unit: Annotated[Literal["per_request"], AGENTS]
    capabilities: Annotated[list[str], CLIENT]
    supported_operations: Annotated[list[str], CLIENT]
    public_contract_summary: Annotated[Contract, CLIENT]
    agent_preferences: Annotated[Preferences, CLIENT] | None = None


class Model(Lenient):
    """One model, alone or in the list; ``created`` in Unix seconds."""

    id: Annotated[str, MODELS]
    object: Annotated[Literal["model"], MODELS]
    created: Annotated[int, MODELS]
    owned_by: Annotated[str, MODELS]
    lemondata: Annotated[Extension, AGENTS]


class Models(Lenient):
    """The model list."""

    object: Annotated[Literal["list"], MODELS]
    data: Annotated[list[Model], MODELS]


class Pricing(Lenient):
    """A model's prices in US dollars; a video has one per request."""

    input_per_1m: Annotated[str | None, PRICING]
    output_per_1m: Annotated[str | None, PRICING]
    per_request: Annotated[str | None, PRICING]
    is_lock_price: Annotated[bool, PRICING]
    currency: Annotated[Literal["USD"], PRICING]


class Priced(Lenient):
    """One model of the price list."""

    model: Annotated[str, PRICING]
    pricing: Annotated[Pricing, PRICING]
    provider: Annotated[str, PRICING]


class PriceList(Lenient):
    """The price list."""

    object: Annotated[Literal["list"], PRICING]
    data: Annotated[list[Priced], PRICING]
