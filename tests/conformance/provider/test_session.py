"""What is sent, to whom, and what is kept of the answer."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from mockvideo.conformance.provider.exchange import Call, Purpose
from mockvideo.conformance.provider.session import Budget, Session, client
from mockvideo.server.thread import ServerThread
from tests.conformance.provider.examining import DIALECTS
from tests.conformance.provider.lying import Lying, Request, Response

POLL = Call(purpose=Purpose.POLL, method="GET", path="/v1/health")


def session(url: str, http) -> Session:
    return Session(DIALECTS["beluga"], f"{url}/beluga/", "sk-own", http)


class Sending:
    """Sends everything on to another URL, and remembers with which key it was asked for."""

    def __init__(self, *, to: str, times: int = 1_000) -> None:
        self.to = to
        self.times = times
        self.keys: list[bytes] = []

    def answer(self, request: Request, response: Response) -> Response:
        self.keys.append(request.key)
        self.times -= 1
        return response if self.times < 0 else Response(302, [(b"location", self.to.encode())], b"")


def sent_on(*, to: str, times: int = 1_000, method: str = "GET") -> tuple[Sending, int]:
    sending = Sending(to=to, times=times)
    with ServerThread(Lying(answer=sending.answer)) as server, client(server.url) as http:
        call = Call(purpose=Purpose.RESULT, method=method, path="/v1/health")
        return sending, session(server.url, http).send(call).status


def test_a_redirect_is_followed_without_the_key() -> None:
    sending, status = sent_on(to="/beluga/v1/health", times=1)
    assert (sending.keys, status) == ([b"Bearer sk-own", b""], 200)


@pytest.mark.parametrize(("to", "method"), [("https://elsewhere.invalid/", "GET"), ("/beluga/v1/health", "POST")])
def test_nobody_is_asked_who_was_not_named_and_nothing_is_posted_twice(to, method) -> None:
    sending, status = sent_on(to=to, method=method)
    assert (len(sending.keys), status) == (1, 302)


def test_a_circle_is_left() -> None:
    sending, status = sent_on(to="/beluga/v1/health")
    assert (len(sending.keys), status) == (6, 302)


def test_a_server_that_is_away_is_an_answer_with_status_0() -> None:
    with client("http://127.0.0.1:9") as http:
        exchange = session("http://127.0.0.1:9", http).send(POLL)
    assert (exchange.status, exchange.document, exchange.lost.startswith("ConnectError")) == (0, None, True)


def test_a_url_that_is_none_is_an_answer_with_status_0(url) -> None:
    with client(url) as http:
        asked = session(url, http).send(Call(purpose=Purpose.RESULT, method="GET", path=f"{url}/\0"))
    assert (asked.status, asked.lost.startswith("InvalidURL")) == (0, True)


def test_other_hosts_are_asked_only_if_the_profile_names_them(url) -> None:
    with client(url) as http:
        named = session(url, http)
        named.hosts = frozenset({"cdn.example.com"})
        urls = [f"{url}/1.mp4", "https://cdn.example.com/1.mp4", "https://example.com/1.mp4", "/1.mp4", "http://[/"]
        assert list(map(named.may_ask, urls)) == [True, True, False, False, False]


def test_what_may_make_a_job_is_not_sent_without_a_budget(url) -> None:
    with client(url) as http:
        spent = session(url, http)
        spent.budget = Budget(0)
        with pytest.raises(AssertionError, match="ask the budget"):
            spent.send(Call(purpose=Purpose.SUBMIT, method="POST", path="/v1/videos/generations", creates=True))
    assert spent.recorder.exchanges == []


@pytest.mark.parametrize(
    ("base_url", "there", "told"),
    [
        ("http://127.0.0.1:8420/beluga", "http://127.0.0.1:8420/elsewhere", True),
        ("https://api.example.com", "https://api.example.com/v1", True),
        ("https://api.example.com", "http://api.example.com/v1", False),
        ("https://api.example.com", "https://cdn.example.com/v1", False),
    ],
)
def test_only_the_server_that_was_named_learns_the_key(base_url, there, told) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        asked = Session(DIALECTS["beluga"], base_url, "sk-own", http)
        asked.hosts = frozenset({"cdn.example.com"})
        asked.send(replace(POLL, path=there))
    assert ("authorization" in seen[0].headers) is told


def test_a_host_that_nobody_named_is_not_asked(url) -> None:
    with client(url) as http:
        exchange = session(url, http).send(replace(POLL, path="https://api.example.com/v1"))
    assert (exchange.status, exchange.lost) == (0, "nobody named that host, so it was not asked")
