"""A4F's documents, field for field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Interval

from mockvideo.provenance import SEED, code, guess, page
from mockvideo.schema import Lenient, OneOf

ERRORS_PAGE = page("a4f.co/docs, Errors")
MODELS_PAGE = page("a4f.co/docs, List Available Models")
OLDER_MODELS_PAGE = page("a4f.co/docs, List Available Models, an older text")
LIVE = code("whoissajo/a4f, a chat front end written against the live API")
KIND_OF_VIDEO = guess("the page gives the types of chat and images; its older video page writes video/generation")

# 480p is documented, but no listed model has it: it is always refused by the model.
QUALITIES = ("480p", "720p", "1080p")
RATIOS = ("1:1", "16:9", "9:16", "3:4", "4:3")
DURATIONS = Interval(ge=1, le=8)


class CreateVideo(Lenient):
    """The body of POST /v1/video/generations."""

    model: Annotated[str, SEED]
    prompt: Annotated[str, SEED]
    quality: Annotated[str, OneOf(QUALITIES), SEED]
    # Not even 5.0, because "not an integer" is the first cause of a 400 in the seed's table.
    duration: Annotated[int, DURATIONS, SEED]
    ratio: Annotated[str, OneOf(RATIOS), SEED] | None = None


class Video(Lenient):
    """One finished clip."""

    b64_json: Annotated[str, SEED]
    url: Annotated[str | None, SEED]
    revised_prompt: Annotated[str | None, SEED]


class Videos(Lenient):
    """The answer to a generation; ``created`` is when it was completed, in Unix seconds."""

    created: Annotated[int, SEED]
    data: Annotated[list[Video], SEED]


class ErrorBody(Lenient):
    """What is inside an error."""

    message: Annotated[str, ERRORS_PAGE]
    type: Annotated[str | None, ERRORS_PAGE] = None
    param: Annotated[str | None, ERRORS_PAGE] = None
    code: Annotated[str | None, ERRORS_PAGE] = None


class Error(Lenient):
    """The one error envelope."""

    error: Annotated[ErrorBody, ERRORS_PAGE]


class ListModels(Lenient):
    """The query of GET /v1/models; an empty plan is the account's own, and the last five add a field to every model."""

    plan: Annotated[str, OneOf(("", "free", "basic", "pro", "ultra")), MODELS_PAGE] | None = None
    type: Annotated[str, MODELS_PAGE] | None = None
    logo: Annotated[str, MODELS_PAGE] | None = None
    description: Annotated[str, MODELS_PAGE] | None = None
    context_window: Annotated[str, MODELS_PAGE] | None = None
    features: Annotated[str, MODELS_PAGE] | None = None
    pricing: Annotated[str, MODELS_PAGE] | None = None


class Model(Lenient):
    """One entry of the model list; what follows ``type`` is there when the query asks for it."""

    id: Annotated[str, MODELS_PAGE]
    base_model: Annotated[str, MODELS_PAGE]
    owned_by: Annotated[str, MODELS_PAGE]
    type: Annotated[Literal["video/generation"], KIND_OF_VIDEO]
    logo: Annotated[str, MODELS_PAGE] | None = None
    description: Annotated[str, MODELS_PAGE] | None = None
    context_window: Annotated[int, MODELS_PAGE] | None = None
    features: Annotated[list[str], MODELS_PAGE] | None = None
    pricing: Annotated[dict[str, Any], MODELS_PAGE] | None = None


class Models(Lenient):
    """The model list."""

    object: Annotated[Literal["list"], OLDER_MODELS_PAGE]
    data: Annotated[list[Model], MODELS_PAGE]


class GithubInfo(Lenient):
    """Who signed up."""

    github_username_from_auth: Annotated[str, LIVE]
    email_from_auth: Annotated[str, LIVE]
    avatar_url: Annotated[str, LIVE]
    supabase_user_id: Annotated[str, LIVE]


class AccountInformation(Lenient):
    """Whose key this is, masked, and its plan."""

    username: Annotated[str, LIVE]
    github_info: Annotated[GithubInfo, LIVE]
    api_key: Annotated[str, LIVE]
    api_key_name: Annotated[str, LIVE]
    node_id: Annotated[str, LIVE]
    is_enabled: Annotated[bool, LIVE]
    current_plan: Annotated[str, LIVE]
    model_specific_usage: Annotated[dict[str, Any], LIVE]


class Activation(Lenient):
    """When a plan began."""

    plan: Annotated[str, LIVE]
    activated_at: Annotated[str, LIVE]


class SubscriptionDetails(Lenient):
    """Since when and how long the plan holds."""

    creation_date: Annotated[str, LIVE]
    effective_days_remaining: Annotated[int, LIVE]
    plan_activation_history: Annotated[list[Activation], LIVE]


class RequestCounts(Lenient):
    """How many requests there were."""

    total: Annotated[int, LIVE]
    streaming_chat: Annotated[int, LIVE]


class Tokens(Lenient):
    """What chat consumed."""

    input_tokens: Annotated[int, LIVE]
    output_tokens: Annotated[int, LIVE]
    total_tokens: Annotated[int, LIVE]


class TokenConsumption(Lenient):
    """Tokens of all kinds of chat."""

    combined_chat_tokens: Annotated[Tokens, LIVE]


class UsageStatistics(Lenient):
    """Requests and tokens so far."""

    overall_request_counts: Annotated[RequestCounts, LIVE]
    token_consumption: Annotated[TokenConsumption, LIVE]


class BillingInformation(Lenient):
    """US dollars so far."""

    total_amount_paid_usd: Annotated[float, LIVE]
    cumulative_token_cost_usd: Annotated[float, LIVE]


class RateLimits(Lenient):
    """How many requests the plan allows."""

    requests_per_minute_limit: Annotated[int, LIVE]
    requests_per_day_limit: Annotated[int, LIVE]


class Usage(Lenient):
    """The answer to GET /v1/usage, as a client of the live API types it."""

    account_information: Annotated[AccountInformation, LIVE]
    subscription_details: Annotated[SubscriptionDetails, LIVE]
    usage_statistics: Annotated[UsageStatistics, LIVE]
    billing_information: Annotated[BillingInformation, LIVE]
    rate_limits_and_restrictions: Annotated[RateLimits, LIVE]
