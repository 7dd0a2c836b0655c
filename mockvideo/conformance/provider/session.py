"""Sends requests to one server with one key, keeps what comes back, and never makes more jobs than it may."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from mockvideo.conformance.provider.exchange import OWN_KEY, Call, Exchange
from mockvideo.dialect import Dialect

# As many as a signed URL behind a gateway and a CDN takes; a circle has no end.
HOPS = 5
# What no proxy would find.
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(slots=True)
class Budget:
    """How many jobs may be made (None: as many as it takes) and were, and how many ``requests`` were sent."""

    most: int | None = None
    made: int = 0
    requests: int = 0

    def left(self, needed: int = 1) -> bool:
        """Whether so many more may be made."""
        return self.most is None or self.made + needed <= self.most


@dataclass(slots=True)
class Recorder:
    """Every exchange of a run, in its order, whichever key was used; ``first`` were made before."""

    exchanges: list[Exchange] = field(default_factory=list)
    stories: int = 0
    first: int = 0

    @property
    def next_number(self) -> int:
        return self.first + len(self.exchanges) + 1

    def next_story(self) -> int:
        self.stories += 1
        return self.stories

    def take(self, exchanges: tuple[Exchange, ...]) -> None:
        """Add what another recorder kept that began where this one ends."""
        self.exchanges += exchanges
        self.stories = max([self.stories, *(exchange.call.story or 0 for exchange in exchanges)])


def host_of(url: str) -> str | None:
    """The host of a URL; None if it has none, or is none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def client(base_url: str) -> httpx.Client:
    """Return a client that follows nothing by itself; proxies of the surroundings hold for other machines only."""
    # Calls that wait for their clip take minutes.
    return httpx.Client(timeout=httpx.Timeout(600.0, connect=10.0), trust_env=host_of(base_url) not in LOCAL)


class Session:
    """One key at one server. ``hosts`` are those that results may lie on, beside the server's own."""

    def __init__(self, dialect: Dialect, base_url: str, key: str | None, http: httpx.Client) -> None:
        self.dialect = dialect
        self.base_url = base_url.rstrip("/")
        self.key = key
        self.budget = Budget()
        self.recorder = Recorder()
        self.hosts: frozenset[str] = frozenset()
        self._http = http

    def send(self, call: Call) -> Exchange:
        """Send a request; what might make a job counts as one unless it is clearly refused."""
        if call.creates:
            if not self.budget.left():
                raise AssertionError("ask the budget before you send what may make a job")
            self.budget.made += 1
        self.budget.requests += 1
        exchange = self._exchange(call)
        if call.creates and self._is_refused(exchange):
            self.budget.made -= 1
        self.recorder.exchanges.append(exchange)
        return exchange

    def _is_refused(self, exchange: Exchange) -> bool:
        """Whether it is sure that no job was made; a server's own error leaves that open, unless it is documented."""
        refusal = exchange.call.expects
        documented = refusal is not None and exchange.status == self.dialect.spelling(refusal).status
        return documented or 400 <= exchange.status < 500

    def may_ask(self, url: str) -> bool:
        """Whether a URL leads to the host that was named, or to one that the profile allows."""
        return host_of(url) in {host_of(self.base_url), *self.hosts}

    def _exchange(self, call: Call) -> Exchange:
        url = call.path if call.path.startswith(("http:", "https:")) else self.base_url + call.path
        number = self.recorder.next_number
        if not self.may_ask(url):
            return Exchange(number, call, url, 0, lost="nobody named that host, so it was not asked")
        try:
            answer = self._follow(call, url)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            return Exchange(number, call, url, 0, lost=f"{type(error).__name__}: {error}")
        headers = tuple((name.lower(), value) for name, value in answer.headers.multi_items())
        return Exchange(number, call, url, answer.status_code, headers, answer.content)

    def _follow(self, call: Call, url: str) -> httpx.Response:
        answer = self._http.request(call.method, url, content=_body(call), headers=self._headers(call, url))
        for _ in range(HOPS):
            target = urljoin(url, answer.headers.get("location", ""))
            if call.method != "GET" or not answer.has_redirect_location or not self.may_ask(target):
                break
            # Without the key: where a download is sent on to must not learn it.
            url, answer = target, self._http.get(target)
        return answer

    def _headers(self, call: Call, url: str) -> Mapping[str, str]:
        place = self.dialect.credential
        # Nobody else learns the key, not even under the same name without TLS.
        at_home = url.startswith(_origin(self.base_url) + "/")
        key = (self.key if call.key == OWN_KEY else call.key) if at_home else None
        named = {} if key is None else {place.header.decode(): f"{place.scheme} {key}".strip()}
        typed = {"content-type": "application/json"} if _body(call) is not None else {}
        return {**typed, **named, **call.headers}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _body(call: Call) -> bytes | None:
    return call.content if call.document is None else json.dumps(call.document).encode()
