"""The scenarios that ship, as a client lives through them; and a client that does."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote

from mockvideo.core.jobs import Reason, State
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Poll
from mockvideo.pointer import find
from mockvideo.script.library import Library
from tests.driving import LOST, Answer, Client, app_of, at_once, exchange, route_of

NUMBERS = ("400", "402", "403", "429", "503")
MOST_SUBMITS = 4
MOST_POLLS = 130  # ten minutes at the shortest interval that a provider advises

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = State
Words = tuple[object, ...]


class Story(NamedTuple):
    """What a client lives through that submits again what was refused, polls to the end and downloads.

    Statuses each once in a row, 2xx as ``ok``. ``words`` come in polls in this order, among others, the last one last.
    ``ends`` is why a job fails. A call that blocks is answered like a submission, or ``waits``, and has a ``clip``.
    """

    submits: str = "ok"
    polls: str = "ok"
    words: Words = (SUCCEEDED,)
    downloads: str = "ok"
    ends: Reason | None = None
    waits: bool = False
    clip: bool = True


def refused(status: int) -> Story:
    return Story(str(status), polls="", words=(), downloads="", clip=False)


def later(status: int) -> Story:
    return Story(f"{status} ok")


def failed(reason: Reason, *words: object) -> Story:
    return Story(words=words or (FAILED,), downloads="", ends=reason, clip=False)


def endless(state: State) -> Story:
    return Story(words=(state,), downloads="", waits=True, clip=False)


AS_USUAL = Story()
UNPOLLED = Story(polls="", words=(), downloads="")
NO_CLIP = Story(downloads="", clip=False)
NOT_PLAYABLE = Story(clip=False)

STORIES = {
    **{number: refused(int(number)) for number in (*NUMBERS, "401", "500", "504")},
    "422-with-details": refused(422),
    "moderation-at-submit": refused(400),
    "quota-not-rate": refused(429),
    "rate-limit-day": refused(429),
    "accepted-reply-lost": later(LOST),
    "accepted-then-silence": later(LOST),
    "accepted-then-504-page": later(504),
    "busy-then-fine": later(503),
    "cold-start-404": later(404),
    "rate-limit-date": later(429),
    "rate-limit-date-past": later(429),
    "rate-limit-garbage": later(429),
    "rate-limit-silent": later(429),
    "rate-limit-zero": later(429),
    "error-in-200": UNPOLLED._replace(clip=False),
    "id-under-another-key": UNPOLLED,
    "submitted-without-id": UNPOLLED,
    "captive-portal": Story(words=(None, SUCCEEDED)),
    "poll-cut-off": Story(polls=f"ok {LOST} ok"),
    "stale-cache": Story(words=(RUNNING, QUEUED, RUNNING, SUCCEEDED)),
    "flaky-polls": Story(polls="ok 500 502 503 ok"),
    "fresh-id-404": Story(polls="404 ok"),
    "key-revoked-midway": Story(polls="ok 401", words=(RUNNING,), downloads=""),
    "poll-429": Story(polls="ok 429 ok"),
    "poll-counted": Story(words=(RUNNING, SUCCEEDED)),
    "slow-progress-steps": Story(words=(RUNNING, SUCCEEDED)),
    "status-backwards": Story(words=(RUNNING, QUEUED, RUNNING, SUCCEEDED)),
    "status-in-capitals": Story(words=(RUNNING, "SUCCESS")),
    "status-missing": Story(words=(None, 4, SUCCEEDED)),
    "stuck-at-99": endless(RUNNING),
    "stuck-in-queue": endless(QUEUED),
    "unknown-status-final": failed(Reason.TIMED_OUT, "expired"),
    "unknown-status-transitional": Story(words=("NOT_START", SUCCEEDED)),
    "cancelled": failed(Reason.INTERNAL, CANCELLED),
    "content-policy": failed(Reason.CONTENT_POLICY),
    "error-as-list": failed(Reason.UPSTREAM),
    "fails-after-100": failed(Reason.CONTENT_POLICY, RUNNING, FAILED),
    "fails-at-89-percent": failed(Reason.INTERNAL, RUNNING, FAILED),
    "refund-never": failed(Reason.UPSTREAM),
    "refund-twice": failed(Reason.UPSTREAM),
    "times-out": failed(Reason.TIMED_OUT, RUNNING, FAILED),
    "broken-base64": Story(clip=False),
    "clip-url-points-inside": Story(downloads=""),
    "completed-with-empty-url": NO_CLIP,
    "completed-with-null-url": NO_CLIP,
    "completed-without-url": NO_CLIP,
    "content-403": Story(downloads="403"),
    "content-404-after-completed": Story(downloads="404 ok"),
    "content-422-after-completed": Story(downloads="422"),
    "content-503-for-a-while": Story(downloads="503 ok"),
    "clip-is-a-picture": NOT_PLAYABLE,
    "clip-is-an-error": NOT_PLAYABLE,
    "clip-is-empty": NOT_PLAYABLE,
    "download-cut": Story(downloads=f"{LOST} ok"),
    "download-reset": Story(downloads=f"{LOST} ok"),
    "redirect-to-another-host": Story(downloads="302"),
    "redirects-in-circles": Story(downloads="302"),
    "wrong-content-length": Story(downloads=f"{LOST} ok"),
    # Whose story differs in what the documents say, or only with more jobs, more requests or more time.
    **dict.fromkeys(
        (
            *("clip-of-an-unknown-codec", "clip-of-two-gigabytes", "clip-url-refuses-the-key", "clip-without-index"),
            *("download-ends-early", "download-slow", "dripping-polls", "idempotency-key-ignored"),
            *("keep-alive-closed", "ranges-ignored", "reply-after-a-minute", "wrong-etag"),
            *("another-id-in-polls", "as-documented", "clip-url-after-two-uses", "clip-url-expires"),
            *("completed-then-running", "created-in-the-future", "extra-fields", "forgotten", "instant"),
            *("long-tail", "no-progress"),
            *("numbers-as-strings", "one-in-ten-fails", "one-slot", "opaque-poll-url"),
            *("outage-rehearsal", "progress-backwards", "progress-null", "progress-over-100", "progress-strings"),
            *("status-wrapped", "ten-a-minute", "three-in-ten-stall", "twenty-a-day"),
            *("webhook-altered", "webhook-conflicting", "webhook-early", "webhook-for-another-job", "webhook-late"),
            *("webhook-never", "webhook-of-another-key", "webhook-reencoded", "webhook-stale-signature"),
            *("webhook-twice", "webhook-unsigned", "webhook-url-elsewhere", "webhook-wrong-signature"),
            "webhooks-out-of-order",
        ),
        AS_USUAL,
    ),
}


class Life(NamedTuple):
    """What a client lived through."""

    submits: list[Answer]
    polls: list[Answer]
    words: list[object]
    downloads: list[Answer]

    @property
    def documents(self) -> list[Any]:
        return [answer.document for answer in self.polls or self.submits[-1:]]


def live(client: Client) -> Life:
    """Be a client that submits again what was refused, polls to the end and downloads."""
    submits, polls, words, downloads = life = Life([], [], [], [])
    while not submits or (submits[-1].status >= 400 and len(submits) < MOST_SUBMITS):
        submits.append(client.submit(client.dialect.example))
    path = poll_path(client.dialect, submits[-1].document)
    if path is None:
        return life
    while not polls or not is_over(client.dialect, polls, words):
        polls.append(client.ask("GET", path))
        if polls[-1].status == 200:
            words.append(find(told(polls[-1]), client.dialect.pointers.status))
    url = find(told(polls[-1]), client.dialect.pointers.video)
    while is_here(url) and (not downloads or (downloads[-1].status >= 400 and len(downloads) < MOST_SUBMITS)):
        downloads.append(at_once(exchange(client.app, "GET", url, [])))
    return life


def poll_path(dialect: Dialect, submitted: Any) -> str | None:
    """Where to poll: at the URL that the answer names, else by its id; None without them."""
    pointers = dialect.pointers
    if pointers.poll_path:
        return find(submitted, pointers.poll_path)
    name = find(submitted, pointers.submitted) if pointers.submitted else None
    return None if name is None else route_of(dialect, Poll).path.replace("{id}", quote(name, safe=""))


def told(answer: Answer) -> Any:
    """The document of an answer, where it is JSON, without what is wrapped around it."""
    if answer.headers[b"content-type"] != b"application/json":
        return {}
    document = answer.document
    return document["data"] if document.keys() == {"data"} else document


def is_over(dialect: Dialect, polls: list[Answer], words: list[object]) -> bool:
    final = {text for state, text in spelled(dialect.states).items() if state.final}
    return len(polls) == MOST_POLLS or polls[-1].status == 401 or (polls[-1].status == 200 and words[-1] in final)


def is_here(url: object) -> bool:
    return isinstance(url, str) and url.startswith("http://127.0.0.1")


def statuses(answers: Iterable[Answer]) -> str:
    said = ("ok" if answer.status < 300 else str(answer.status) for answer in answers)
    return " ".join(status for status, _ in groupby(said))


def in_order(wanted: Words, found: list[object]) -> bool:
    """Whether the wanted ones come in this order, among others, the last one last."""
    rest = iter(found)
    return all(item in rest for item in wanted) and found[-1:] == list(wanted[-1:])


def client_of(name: str, dialect: Dialect, **settings: Any) -> Client:
    """A client whose key names a scenario, of a server that has the library."""
    return Client(app_of(library=Library(), **settings), dialect, f"sk-test--{name}")
