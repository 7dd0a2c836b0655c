"""The provider's queries and answers, field for field."""

# ruff: noqa: N815 - the names are the provider's

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import ConfigDict, WithJsonSchema

from mockvideo.dialects.apiframe.zod import Request
from mockvideo.provenance import SEED, page, spec
from mockvideo.schema import Lenient, OneOf

ACCEPTED = spec("openapi.json, JobAccepted")
JOB = spec("openapi.json, Job")
LIST = spec("openapi.json, JobList")
QUERY = spec("openapi.json, GET /v2/jobs")
ME = spec("openapi.json, Me")
ENTRY = spec("openapi.json, ModelCatalogEntry")
UPLOAD = spec("openapi.json, Upload")
VALIDATION = spec("openapi.json, ValidationError")
CREDITS = spec("openapi.json, InsufficientCredits")
JOBS_PAGE = page("apiframe.ai/docs, Get Job")
MIDJOURNEY_PAGE = page("docs-v2.apiframe.ai, midjourney-video")
ME_PAGE = page("docs-v2.apiframe.ai, Get Account Info")

STATUSES = ("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED")
MODALITIES = ("image", "video", "music")

Status = Literal["QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]


class ListJobs(Request):
    """The query of GET /v2/jobs."""

    model_config = ConfigDict(extra="ignore")

    status: Annotated[str, OneOf(STATUSES), QUERY] | None = None
    model: Annotated[str, QUERY] | None = None
    limit: Annotated[int, Interval(ge=1, le=100), QUERY] = 20
    cursor: Annotated[str, QUERY] | None = None
    scope: Annotated[str, OneOf(("user", "team")), QUERY] = "user"
    search: Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"}), QUERY] | None = None
    include_models: Annotated[str, OneOf(("true", "false")), QUERY] = "false"


class ListModels(Request):
    """The query of GET /v2/models."""

    model_config = ConfigDict(extra="ignore")

    modality: Annotated[str, OneOf(MODALITIES), spec("openapi.json, GET /v2/models")] | None = None


class Accepted(Lenient):
    """The answer to a submission."""

    jobId: Annotated[str, SEED]
    status: Annotated[Literal["QUEUED", "PROCESSING", "COMPLETED", "FAILED"], ACCEPTED]


class Result(Lenient):
    """What a job made: one clip, or Midjourney's four."""

    videoUrl: Annotated[str, JOBS_PAGE] | None = None
    videos: Annotated[list[str], Len(4, 4), MIDJOURNEY_PAGE] | None = None


class ListedJob(Lenient):
    """A job in a list."""

    id: Annotated[str, JOB]
    status: Annotated[Status, JOB]
    model: Annotated[str, JOB]
    progress: Annotated[int, Interval(ge=0, le=100), JOB]
    result: Annotated[Result, JOB] | None
    error: Annotated[str, JOB] | None
    creditCost: Annotated[int, JOB]
    webhookStatus: Annotated[Literal["pending", "delivered", "failed"], JOB] | None
    createdAt: Annotated[str, JOB]
    completedAt: Annotated[str, JOB] | None
    expired: Annotated[bool, LIST]


class Job(ListedJob):
    """The answer to a poll: with the request as it was received."""

    input: Annotated[dict[str, Any], JOB] | None


class JobList(Lenient):
    """The answer to GET /v2/jobs."""

    jobs: Annotated[list[ListedJob], LIST]
    nextCursor: Annotated[str, LIST] | None
    hasMore: Annotated[bool, LIST]
    models: Annotated[list[str], LIST] | None = None


class User(Lenient):
    """Who is calling."""

    id: Annotated[str, ME]
    email: Annotated[str, ME]
    role: Annotated[str, ME]


class Team(Lenient):
    """Whose credits are spent."""

    id: Annotated[str, ME]
    name: Annotated[str, ME]
    credits: Annotated[int, Interval(ge=0), ME]
    plan: Annotated[str, ME]
    customerId: Annotated[str, ME] | None
    maxConcurrentJobs: Annotated[int, ME_PAGE]


class ApiKey(Lenient):
    """The key of the request."""

    id: Annotated[str, ME]
    name: Annotated[str, ME]
    prefix: Annotated[str, ME]


class Me(Lenient):
    """The answer to GET /v2/me."""

    user: Annotated[User, ME]
    team: Annotated[Team, ME]
    apiKey: Annotated[ApiKey, ME]


class Model(Lenient):
    """One entry of the model list."""

    id: Annotated[str, ENTRY]
    label: Annotated[str, ENTRY]
    modality: Annotated[Literal["video"], ENTRY]
    description: Annotated[str, ENTRY]
    costMin: Annotated[int, ENTRY]
    costMax: Annotated[int, ENTRY]
    pricingMode: Annotated[Literal["flat", "per-second"], ENTRY]


class Models(Lenient):
    """The answer to GET /v2/models."""

    models: Annotated[list[Model], spec("openapi.json, ModelCatalog")]


class Upload(Lenient):
    """The answer to POST /v2/uploads."""

    id: Annotated[str, UPLOAD]
    url: Annotated[str, UPLOAD]
    kind: Annotated[Literal["image", "video", "audio"], UPLOAD]
    contentType: Annotated[str, UPLOAD]
    byteSize: Annotated[int, UPLOAD]
    expiresAt: Annotated[str, UPLOAD]


class Error(Lenient):
    """The flat error envelope, with what single errors add to it."""

    error: Annotated[str, SEED]
    details: Annotated[dict[str, list[str]], VALIDATION] | None = None
    creditsRequired: Annotated[int, CREDITS] | None = None
    creditsAvailable: Annotated[int, CREDITS] | None = None
