"""BelugAPI's documents, field for field."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Interval
from pydantic import StringConstraints

from mockvideo.provenance import SEED, guess, page
from mockvideo.schema import RATIO, Examples, Integer, Lenient, Lowered, WebAddress, promised

INTRODUCTION = page("belugapi.com/docs, Introduction")
ERROR_PAGE = page("belugapi.com/docs/errors, Errors & Rate Limits")
OPENAI_SHAPE = guess("the introduction promises OpenAI's wire format and shows no example")
OUR_FILTER = guess("the introduction says what the list is filtered by, not the parameters")
HEALTH_SHAPE = guess("the introduction says what is checked, not in which words")

Ratio = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,9}:[0-9]{1,9}$"),
    promised(RATIO),
    Examples(("16:9", "9:16", "1:1", "21:9")),
]


class CreateVideo(Lenient):
    """The body of POST /v1/videos/generations."""

    model: Annotated[str, SEED]
    prompt: Annotated[str, SEED]
    duration: (
        Annotated[Integer, Interval(ge=1), guess("the field is the seed's, which bounds it only above")] | None
    ) = None
    resolution: Annotated[Lowered, SEED] | None = None
    aspect_ratio: Annotated[Ratio, guess("the seed names three ratios and etc.: any W:H within 4:1")] | None = None
    audio: Annotated[bool, SEED] | None = None
    image_url: Annotated[WebAddress, guess("the seed says URL: an absolute one, of http or https")] | None = None


class Accepted(Lenient):
    """The answer to a submission."""

    task_id: Annotated[str, SEED]
    status: Annotated[Literal["pending"], SEED]


class Result(Lenient):
    """What a completed task made."""

    video_url: Annotated[str, SEED]
    duration_seconds: Annotated[float, SEED]


class Task(Lenient):
    """The answer to a poll."""

    task_id: Annotated[str, SEED]
    status: Annotated[Literal["pending", "processing", "completed", "failed", "cancelled"], SEED]
    result: Annotated[Result, SEED] | None = None
    error: Annotated[str, guess("the seed names the field and prints it whole")] | None = None


class ErrorBody(Lenient):
    """What is inside an error."""

    message: Annotated[str, ERROR_PAGE]
    type: Annotated[
        Literal[
            "invalid_request_error",
            "authentication_error",
            "insufficient_quota",
            "rate_limit_error",
            "upstream_error",
            "server_error",
            "timeout",
        ],
        ERROR_PAGE,
    ]
    code: Annotated[str | None, ERROR_PAGE]
    param: Annotated[str | None, ERROR_PAGE]


class Error(Lenient):
    """The one error envelope."""

    error: Annotated[ErrorBody, ERROR_PAGE]


class ListModels(Lenient):
    """The query of GET /v1/models."""

    category: Annotated[str, OUR_FILTER] | None = None
    provider: Annotated[str, OUR_FILTER] | None = None
    q: Annotated[str, OUR_FILTER] | None = None
    search: Annotated[str, OUR_FILTER] | None = None


class Model(Lenient):
    """One model, alone or in the list."""

    id: Annotated[str, OPENAI_SHAPE]
    object: Annotated[Literal["model"], OPENAI_SHAPE]
    created: Annotated[int, OPENAI_SHAPE]
    owned_by: Annotated[str, OPENAI_SHAPE]
    category: Annotated[str, guess("the list can be filtered by it")]


class Models(Lenient):
    """The model list."""

    object: Annotated[Literal["list"], OPENAI_SHAPE]
    data: Annotated[list[Model], OPENAI_SHAPE]


class Health(Lenient):
    """Whether the service lives."""

    status: Annotated[Literal["ok"], HEALTH_SHAPE]
    catalog: Annotated[Literal["ok"], HEALTH_SHAPE]
    database: Annotated[Literal["ok"], HEALTH_SHAPE]
