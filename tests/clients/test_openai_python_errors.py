"""What goes wrong, in the words of the current OpenAI SDK for Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import openai
import pytest
from openai import OpenAI
from sora_sdk import PROMPT, connect, deprecated

from mockvideo.core.errors import Kind
from mockvideo.core.jobs import Reason
from mockvideo.core.scenario import Outcome, Rule, Scenario
from mockvideo.core.settings import Settings
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

# What a model of the scripted server is refused for, and the SDK's word for it.
REFUSALS: dict[str, tuple[Kind, type[openai.APIStatusError]]] = {
    "veo3": (Kind.INVALID_REQUEST, openai.BadRequestError),
    "veo3-fast": (Kind.INVALID_KEY, openai.AuthenticationError),
    "veo3-pro": (Kind.INSUFFICIENT_CREDITS, openai.PermissionDeniedError),
    "veo3.1": (Kind.RATE_LIMITED, openai.RateLimitError),
    "veo3.1-fast": (Kind.INTERNAL, openai.InternalServerError),
    "veo3.1-pro": (Kind.UPSTREAM, openai.InternalServerError),
    "veo3.1-4k": (Kind.UNAVAILABLE, openai.InternalServerError),
    "veo3.1-pro-4k": (Kind.TIMEOUT, openai.InternalServerError),
}
RULES = (
    *(Rule(on="submit", model=model, error=kind) for model, (kind, _) in REFUSALS.items()),
    Rule(model="grok-video-3", outcome=Outcome(ends="failed", reason=Reason.CONTENT_POLICY)),
)


@pytest.fixture
def client(server: ServerThread, key: str) -> Iterator[OpenAI]:
    with connect(server, key) as client:
        yield client


@pytest.fixture(scope="module")
def scripted_server() -> Iterator[ServerThread]:
    with ServerThread(create_app(Options(settings=Settings(clock="auto", scenario=Scenario(rules=RULES))))) as server:
        yield server


@pytest.fixture
def scripted(scripted_server: ServerThread, key: str) -> Iterator[OpenAI]:
    with connect(scripted_server, key) as client:
        yield client


WRONG: dict[str, tuple[Callable[[OpenAI], object], type[openai.APIStatusError], str]] = {
    "unknown video": (lambda c: c.videos.retrieve("task_unknown"), openai.NotFoundError, "task_not_exist"),
    "unknown film": (lambda c: c.videos.download_content("task_unknown"), openai.NotFoundError, "task_not_exist"),
    "no model": (lambda c: c.videos.create(prompt=PROMPT), openai.BadRequestError, "invalid_request_error"),
    "unknown model": (
        lambda c: c.videos.create(prompt=PROMPT, model="sora-9"),
        openai.InternalServerError,
        "model_not_found",
    ),
    "size of sora-2-pro": (
        lambda c: c.videos.create(prompt=PROMPT, model="sora-2", size="1792x1024"),
        openai.BadRequestError,
        "invalid_size",
    ),
    "no seconds": (
        lambda c: c.videos.create(prompt=PROMPT, model="sora-2", extra_body={"seconds": 0}),
        openai.BadRequestError,
        "invalid_seconds",
    ),
    "list": (lambda c: c.videos.list(), openai.NotFoundError, "invalid_url"),
    "remix": (lambda c: c.videos.remix("task_unknown", prompt=PROMPT), openai.NotFoundError, "invalid_url"),
    "delete": (lambda c: c.videos.delete("task_unknown"), openai.NotFoundError, "invalid_url"),
    "revoked key": (
        lambda c: c.with_options(api_key="sk-revoked").videos.retrieve("task_unknown"),
        openai.AuthenticationError,
        "",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_refusal_becomes_the_exception_of_its_status(client: OpenAI, what: str) -> None:
    ask, error, code = WRONG[what]
    with deprecated(), pytest.raises(error) as raised:
        ask(client)

    assert raised.value.code == code
    assert raised.value.request_id


@pytest.mark.parametrize("model", REFUSALS)
def test_a_planned_refusal_becomes_the_exception_of_its_status(scripted: OpenAI, model: str) -> None:
    with deprecated(), pytest.raises(openai.APIStatusError) as raised:
        scripted.videos.create(prompt=PROMPT, model=model)

    assert type(raised.value) is REFUSALS[model][1]


def test_a_film_that_is_not_finished_cannot_be_fetched(client: OpenAI) -> None:
    with deprecated():
        video = client.videos.create(prompt=PROMPT, model="sora-2")
    with deprecated(), pytest.raises(openai.BadRequestError) as raised:
        client.videos.download_content(video.id)

    assert raised.value.code == "task_not_completed"


def test_a_failed_video_says_why(scripted: OpenAI) -> None:
    with deprecated():
        video = scripted.videos.create_and_poll(prompt=PROMPT, model="grok-video-3")

    assert video.status == "failed"
    assert video.error is not None
    assert video.error.code == "moderation_blocked"


def test_a_rate_limit_for_ever_is_tried_three_times(scripted_server: ServerThread, scripted: OpenAI, key: str) -> None:
    with deprecated(), pytest.raises(openai.RateLimitError):
        scripted.with_options(max_retries=2).videos.create(prompt=PROMPT, model="veo3.1")

    retries = [dict(entry.headers)[b"x-stainless-retry-count"] for entry in scripted_server.accounts.get(key).journal]
    assert retries == [b"0", b"1", b"2"]
