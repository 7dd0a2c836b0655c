"""Code under test: one account on a real server, with all the faults that a test of messages needs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import httpx

from mockvideo.core.settings import Caps, Settings
from mockvideo.dialects import load
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from mockvideo.testing.client import Client, JobError
from mockvideo.testing.control import Control
from mockvideo.testing.evidence import Evidence

DIALECTS = load()


class Place(NamedTuple):
    """Where a server is, a client that has its URL, and what is closed before it ends."""

    url: str
    http: httpx.Client
    opened: contextlib.ExitStack


@contextlib.contextmanager
def serving(caps: Caps | None = None, media: Literal["http", "data"] = "http", **settings: Any) -> Iterator[Place]:
    """A server whose clocks move by themselves."""
    app = create_app(Options(settings=Settings(clock="auto", caps=caps or Caps(), **settings), media=media))
    with ServerThread(app) as server, httpx.Client(base_url=server.url) as http, contextlib.ExitStack() as opened:
        yield Place(server.url, http, opened)


class Code:
    """Code under test with a key of its own; what goes wrong on its way it takes as it comes."""

    def __init__(self, place: Place, key: str = "sk-test-1", **order: Any) -> None:
        place.http.post("/_mockvideo/accounts", json={"key": key, **order}).raise_for_status()
        self.place = place
        self.http = place.http
        self.key = key
        self.evidence = Evidence(Control(place.http, key))

    def client(self, dialect: str = "beluga") -> Client:
        return self.place.opened.enter_context(Client(DIALECTS[dialect], f"{self.place.url}/{dialect}", self.key))

    def submit(self, dialect: str = "beluga", **changes: Any) -> Client:
        """Submit the dialect's example, with changes (None: without that field)."""
        job = self.client(dialect)
        document = {**DIALECTS[dialect].example, **changes}
        with contextlib.suppress(JobError, httpx.TransportError):
            job.submit({name: value for name, value in document.items() if value is not None})
        return job

    def finish(self, job: Client) -> Client:
        while not job.finished:
            self.poll(job)
        return job

    def download(self, job: Client) -> Client:
        with contextlib.suppress(JobError, httpx.TransportError):
            job.download()
        return job

    @property
    def jobs(self) -> list[str]:
        """The ids of all jobs, the first one first."""
        return [each.job for each in self.evidence.submits if each.price is not None and each.job is not None]

    def poll(self, job: Client) -> Client:
        with contextlib.suppress(JobError, httpx.TransportError):
            job.poll()
        return job

    def get(self, path: str, dialect: str = "beluga") -> httpx.Response:
        return self.http.get(f"/{dialect}{path}", headers=self._headers(dialect))

    def post(self, path: str, document: Any, dialect: str = "beluga", headers: Any = None) -> httpx.Response:
        named = {**self._headers(dialect), **(headers or {})}
        return self.http.post(f"/{dialect}{path}", json=dict(document), headers=named)

    def _headers(self, dialect: str) -> dict[str, str]:
        place = DIALECTS[dialect].credential
        return {place.header.decode(): f"{place.scheme} {self.key}".strip()}


def said(claim: Any, *about: Any, **more: Any) -> str:
    """What a claim says when it fails."""
    try:
        claim(*about, **more)
    except AssertionError as error:
        return str(error)
    raise RuntimeError("the claim holds")
