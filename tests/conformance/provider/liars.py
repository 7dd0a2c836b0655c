"""One liar for every rule of servers: what it does wrong, and which rules say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from mockvideo.conformance.clips import read
from mockvideo.conformance.provider.probes.free import NOWHERE, WRONG_KEY, WRONG_METHOD
from mockvideo.conformance.provider.probes.metered import NO_MODEL
from mockvideo.conformance.provider.probes.states import INACTIVE_KEY
from mockvideo.core.rng import Chance
from mockvideo.dialects import load
from mockvideo.media import Clip, write
from tests.conformance.provider.lying import Lying, Request, Response

DIALECTS = load()
JPEG = b"\xff\xd8\xff\xe0"


@dataclass(frozen=True)
class Liar:
    """``scenario`` is for all accounts of the server; ``also`` are rules that the same lie breaks."""

    rule: str
    dialect: str
    scenario: dict[str, Any] | None = None
    lying: Callable[[], Lying] = Lying
    also: frozenset[str] = field(default_factory=frozenset)


def told(rule: str, dialect: str, *also: str, **said: Any) -> Liar:
    """A liar by one line of a scenario."""
    return Liar(rule, dialect, {"rules": [said]}, also=frozenset(also))


def asked(rule: str, dialect: str, ask: Callable[[Request], Request], *also: str) -> Liar:
    """A liar that understands something else."""
    return Liar(rule, dialect, lying=lambda: Lying(ask=ask), also=frozenset(also))


def answered(rule: str, dialect: str, answer: Callable[[Request, Response], Response], *also: str) -> Liar:
    """A liar that answers something else."""
    return Liar(rule, dialect, lying=lambda: Lying(answer=answer), also=frozenset(also))


def status(
    new: int, when: Callable[[Request, Response], bool], document: Any = None
) -> Callable[[Request, Response], Response]:
    """Answer so with another status, and maybe another document."""

    def answer(request: Request, response: Response) -> Response:
        if not when(request, response):
            return response
        body = response if document is None else response.saying(document)
        return Response(new, body.headers, body.body)

    return answer


def stranger(dialect: str) -> str:
    return DIALECTS[dialect].terms.mint(Chance(b"nobody"))


def is_stranger(request: Request) -> bool:
    return request.method == "GET" and request.path.endswith(stranger("beluga"))


def open_to_all(request: Request) -> Request:
    return request if request.key or "/models" in request.path else request.keyed(b"sk-guest")


def taking(wrong: str) -> Callable[[Request], Request]:
    """Take a wrong key for a good one."""
    return lambda request: request.keyed(b"sk-guest") if wrong.encode() in request.key else request


class Confusing:
    """Asks with the key of whoever asked first."""

    def __init__(self) -> None:
        self.first: dict[str, bytes] = {}

    def learn(self, request: Request, response: Response) -> Response:
        """Remember who made which job, and whose lists were asked for first."""
        if request.method == "POST" and response.status in (200, 202):
            self.first[response.body.decode()] = request.key.removeprefix(b"Bearer ")
        return response

    def ask(self, request: Request) -> Request:
        name = request.path.rpartition("/")[2]
        owner = next((key for body, key in self.first.items() if f'"{name}"' in body), None)
        return request.keyed(owner) if owner else request


def confusing() -> Lying:
    confused = Confusing()
    return Lying(ask=confused.ask, answer=confused.learn)


def listing_for_anybody() -> Lying:
    seen: dict[str, bytes] = {}

    def answer(request: Request, response: Response) -> Response:
        if not request.path.endswith("/v2/jobs") or response.status != 200:
            return response
        if b'"jobs":[]' in response.body and "full" in seen:
            return response.holding(seen["full"])
        if b'"jobs":[]' not in response.body:
            seen["full"] = response.body
        return response

    return Lying(answer=answer)


def filming(**changed: Any) -> Lying:
    """Hand out other clips; of a part, the whole."""

    def ask(request: Request) -> Request:
        return replace(request, headers={name: value for name, value in request.headers.items() if name != b"range"})

    def answer(_: Request, response: Response) -> Response:
        if (b"content-type", b"video/mp4") not in response.headers:
            return response
        movie = read(response.body)
        true = {"width": movie.width, "height": movie.height, "duration": movie.seconds, "sound": movie.has_sound}
        return response.holding(write(Clip(fps=24, **{**true, **changed})))

    return Lying(ask=ask, answer=answer)


def mumbling(_: Request, response: Response) -> Response:
    """Do not say that it was the duration."""
    if b'"param":"duration"' not in response.body:
        return response
    error = json.loads(response.body)["error"]
    return response.saying({"error": {**error, "message": "No", "param": None}})


def doubled(_: Request, response: Response) -> Response:
    """Name one more clip when there is one."""
    if b'"video_url"' not in response.body:
        return response
    return response.saying({**json.loads(response.body), "url": "https://elsewhere.invalid/2.mp4"})


def is_plain(request: Request, _: Response) -> bool:
    """A submission at a limit has a plain prompt, as nobody else writes."""
    document = request.document
    return isinstance(document, dict) and document.get("prompt") == "a"


def submits(request: Request, response: Response) -> bool:
    return request.method == "POST" and response.status == 202


def lax(request: Request, response: Response) -> bool:
    """Whether a submission for a real model is refused for one of its fields."""
    document = request.document
    known = isinstance(document, dict) and document.get("model") not in (None, NO_MODEL)
    return known and response.status == 400


BUSY = {"error": {"code": "", "message": "No", "type": "busy"}}
ACCEPTED = {"jobId": "3f0e7a1c-0000-4000-8000-000000000000", "status": "QUEUED"}

LIARS = (
    asked("missing-key", "apiframe", open_to_all),
    asked("wrong-key", "apiframe", taking(WRONG_KEY)),
    asked("inactive-key", "apiframe", taking(INACTIVE_KEY)),
    answered("unknown-route", "sora", status(200, lambda asked, _: asked.path.endswith(NOWHERE))),
    answered("unknown-method", "sora", status(500, lambda asked, _: asked.method == WRONG_METHOD)),
    answered(
        "unknown-job",
        "beluga",
        status(410, lambda asked, told: told.status == 404 and is_stranger(asked)),
    ),
    answered("impossible-id", "apiframe", status(500, lambda asked, _: asked.path.endswith("/no-such-id"))),
    answered(
        "malformed-body",
        "apiframe",
        status(
            500,
            lambda asked, told: asked.method == "POST" and told.status == 400 and not isinstance(asked.document, dict),
        ),
    ),
    answered(
        "empty-submission", "apiframe", status(422, lambda asked, told: asked.body == b"{}" and told.status == 400)
    ),
    told("unknown-model", "apiframe", on="submit", model=NO_MODEL, status=404),
    answered("limits", "apiframe", status(202, lax, ACCEPTED)),
    told("not-ready", "sora", on="content", age=[0, "1s"], status=500),
    answered("no-credits", "apiframe", status(403, lambda _, told: told.status == 402)),
    answered("no-plan", "a4f", status(402, lambda _, told: told.status == 403)),
    answered("rate-limit", "beluga", status(503, lambda _, told: told.status == 429)),
    Liar("foreign-poll", "beluga", lying=confusing),
    answered("replay-conflict", "apiframe", status(202, lambda _, told: told.status == 409, ACCEPTED)),
    told(
        "error-envelope",
        "lemondata",
        on="submit",
        model=NO_MODEL,
        error="unknown_model",
        document={"set": {"/error/retry_after": "soon"}},
    ),
    told(
        "error-text",
        "apiframe",
        on="submit",
        model=NO_MODEL,
        error="unknown_model",
        document={"set": {"error": ""}},
    ),
    answered("field-named", "beluga", mumbling),
    answered(
        "valid-requests",
        "apiframe",
        status(400, lambda asked, told: submits(asked, told) and is_plain(asked, told), {"error": "No"}),
    ),
    answered("submission-status", "apiframe", status(200, submits)),
    told("submission-document", "lemondata", on="submit", document={"omit": ["/model"]}),
    told("poll-document", "lemondata", on="poll", document={"omit": ["/model"]}),
    told("list-document", "apiframe", on="list", document={"omit": ["/hasMore"]}),
    told("other-documents", "sora", on="document", document={"omit": ["/success"]}),
    told("upload-document", "apiframe", on="upload", document={"omit": ["/byteSize"]}),
    told("documents-answered", "sora", on="document", status=503),
    answered(
        "public-documents",
        "apiframe",
        status(
            401,
            lambda asked, _: asked.path.endswith("/models") and not asked.key and asked.method == "GET",
            {"error": "No"},
        ),
    ),
    told("job-id", "sora", on="poll", document={"set": {"id": "another"}}),
    told("polls-answered", "beluga", on="poll", poll=4, status=503),
    told("status-words", "sora", on="poll", nth=2, document={"set": {"status": "NEW"}}),
    told("states-forward", "sora", on="poll", poll=5, snapshot={"state": "queued"}),
    told("final-is-final", "beluga", on="poll", poll=9, snapshot={"state": "running"}),
    told("progress-bounds", "sora", on="poll", poll=4, document={"text": ["progress"]}),
    told("progress-forward", "sora", on="poll", poll=5, snapshot={"progress": 0}),
    told("times-ordered", "sora", on="poll", document={"set": {"/completed_at": 1}}),
    told("result-at-the-end", "sora", on="poll", document={"omit": ["video"]}),
    told("failure-explained", "beluga", on="poll", document={"omit": ["error"]}),
    told("jobs-end", "beluga", on="submit", outcome={"ends": "never"}),
    told("poll-url", "lemondata", on="submit", document={"set": {"poll_url": "/v1/nowhere/1"}}),
    told("result-url", "beluga", on="submit", outcome={"clips_expire_after": 0}),
    answered(
        "download",
        "sora",
        status(503, lambda asked, told: asked.path.endswith("/content") and told.status == 200, BUSY),
    ),
    told("result-ranges", "beluga", on="content", bytes={"ranges": "shifted"}),
    told("clip-plays", "beluga", on="content", clip={"kind": "no_moov"}),
    Liar("clip-size", "beluga", lying=lambda: filming(width=640, height=360)),
    Liar("clip-length", "beluga", lying=lambda: filming(duration=9)),
    Liar("clip-sound", "beluga", lying=lambda: filming(sound=False)),
    answered("clip-count", "sora", doubled),
    told("content-type", "beluga", on="poll", bytes={"content_type": "text/plain"}),
    told("request-ids", "beluga", on="poll", bytes={"headers": {"x-request-id": "always-this"}}),
    told("retry-after", "beluga", on="poll", bytes={"headers": {"retry-after": "soon"}}),
    told("list-holds-jobs", "apiframe", "list-pages", on="list", document={"set": {"/jobs": []}}),
    told("list-pages", "apiframe", on="list", document={"null": ["/nextCursor"]}),
    Liar("list-private", "apiframe", lying=listing_for_anybody),
    told("replay-same-job", "apiframe", "replay-conflict", on="submit", outcome={"idempotent": False}),
)
