"""The life of one job, and whatever can be asked about it on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urljoin
from uuid import uuid4

from mockvideo.conformance.provider.contract import submission_of
from mockvideo.conformance.provider.exchange import Call, Exchange, Purpose
from mockvideo.conformance.provider.profile import Profile
from mockvideo.conformance.provider.rules.lifecycle import job_id, results, state_of
from mockvideo.conformance.provider.session import Session
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.jobs import State
from mockvideo.operation import Content, Poll
from mockvideo.pointer import find, put
from mockvideo.schema import Json

PART = "bytes=100-199"
# Often enough for a cache to tell an earlier state.
SETTLED = 2


class Life:
    """One job of a session, from its submission on; ``wait`` lets the seconds between two polls pass."""

    def __init__(self, session: Session, profile: Profile, wait: Callable[[], object]) -> None:
        self.session = session
        self.profile = profile
        self.wait = wait
        self.story = session.recorder.next_story()
        self.idempotency_key = f"mockvideo-{uuid4()}"
        self.submission: Exchange | None = None
        self.last: Exchange | None = None
        self.link = ""

    @property
    def name(self) -> str:
        """The id that the submission told; empty if none is polled."""
        told = job_id(self.session.dialect, self.submission) if self.submission else None
        return told if isinstance(told, str) else ""

    @property
    def state(self) -> State | None:
        """The state that the last answer told."""
        return state_of(self.session.dialect, self.last) if self.last and self.last.succeeded else None

    @property
    def over(self) -> bool:
        """Whether the last answer told an end."""
        return self.state is not None and self.state.final

    @property
    def succeeded(self) -> bool:
        return self.state is State.SUCCEEDED

    def submit(self, document: Json) -> Exchange:
        """Submit the job; with an idempotency key where the dialect has such."""
        submission = self.session.send(self._submission(Purpose.SUBMIT, document))
        self.submission = self.last = submission
        self._find_link(submission)
        return submission

    def poll(self, purpose: Purpose = Purpose.POLL) -> Exchange | None:
        """Ask how the job stands; None if this dialect has no polls, or the submission told no id."""
        followed = {"path": self.link} if self.link else {}
        polled = self._ask(Poll, Purpose.SETTLED if self.over else purpose, **followed)
        self.last = polled or self.last
        return polled

    def follow(self, most: int) -> None:
        """Poll until the job is over, and a little longer; at most so many times."""
        for number in range(most):
            if self.poll(Purpose.POLL if number < most - 1 else Purpose.LAST) is None or self.over:
                break
            self.wait()
        for _ in range(SETTLED if self.over else 0):
            self.poll()

    def download(self, purpose: Purpose) -> None:
        """Ask for the clip by the job's id, where the dialect has that."""
        if not self.profile.lacks("content"):
            self._ask(Content, purpose, expects=Refusal(Kind.NOT_READY) if purpose is Purpose.EARLY else None)

    def fetch(self) -> None:
        """Fetch every result without the key, and a part of it."""
        found = results(self.session.dialect, self.last.document) if self.last else []
        for url in found:
            call = Call(purpose=Purpose.RESULT, method="GET", path=url, key=None, story=self.story)
            whole = url.startswith(("http:", "https:"))
            if whole and self.session.may_ask(url):
                self.session.send(call)
                if not self.profile.lacks("ranges"):
                    self.session.send(replace(call, purpose=Purpose.PART, headers={"range": PART}))

    def replay(self) -> Exchange | None:
        """Submit the same once more with the same idempotency key."""
        if not self._replays or self.submission is None or not self.session.budget.left():
            return None
        exchange = self.session.send(self._submission(Purpose.REPLAY, self.submission.call.document))
        # It was counted as a job, and is the one that was counted before.
        if exchange.succeeded and job_id(self.session.dialect, exchange) == self.name:
            self.session.budget.made -= 1
        return exchange

    def conflict(self) -> None:
        """Submit something else with the same idempotency key."""
        if self._replays and self.submission is not None and self.session.budget.left():
            place, sent = self.session.dialect.pointers.prompt, self.submission.call.document
            other = put(sent, place, f"{find(sent, place)}, at night")
            conflict = Refusal(Kind.IDEMPOTENCY_CONFLICT)
            self.session.send(replace(self._submission(Purpose.CONFLICT, other), expects=conflict))

    def _submission(self, purpose: Purpose, document: Json | None) -> Call:
        route, operation = submission_of(self.session.dialect)
        header = (operation.replay_header or b"").decode()
        headers = {header: self.idempotency_key} if self._replays else {}
        return Call(
            purpose=purpose,
            method=route.method,
            path=route.path,
            route=route,
            document=document,
            headers=headers,
            story=self.story,
            creates=True,
        )

    def _ask(self, kind: type[Poll | Content], purpose: Purpose, **said: Any) -> Exchange | None:
        """Ask about the job, where the dialect has a way to."""
        route = next((route for route in self.session.dialect.routes if isinstance(route.operation, kind)), None)
        if route is None or not self.name:
            return None
        path = route.path.replace("{id}", quote(self.name, safe=""))
        call = Call(purpose=purpose, method=route.method, path=path, route=route, story=self.story)
        return self.session.send(replace(call, **said))

    def _find_link(self, submission: Exchange) -> None:
        """Poll at the URL that the submission answered, in both ways in which clients read it; keep one that works."""
        place, base = self.session.dialect.pointers.poll_path, self.session.base_url
        told = find(submission.document, place) if place else None
        for purpose, url in _ways(base, told).items():
            path = url.removeprefix(base) if url.startswith(f"{base}/") else url
            polled = self._ask(Poll, purpose, path=path) if self.session.may_ask(url) else None
            if polled is not None and polled.succeeded:
                self.link = self.link or path

    @property
    def _replays(self) -> bool:
        _, operation = submission_of(self.session.dialect)
        return operation.replay_header is not None and not self.profile.lacks("idempotency")


def _ways(base: str, told: object) -> dict[Purpose, str]:
    """The URLs that clients make of the one that an answer told."""
    if not isinstance(told, str):
        return {}
    return {Purpose.JOINED: urljoin(f"{base}/", told), Purpose.CONCATENATED: base + told}
