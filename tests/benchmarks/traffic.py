"""What is sent to a server under load, and what a client reads off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

PROMPT = "A paper boat drifts down a rain-filled street at dusk, neon signs mirrored in the water, slow dolly in, take "
OPENING = f'{{"model":"sora-2","prompt":"{PROMPT}'
CLOSING = '","seconds":"8","size":"1280x720","seed":20231234,"user":"user-1234"}'


class DidNotRunError(Exception):
    """A measurement could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests to one server that differ in one word: ``before`` + word + ``after``.

    A range stands for numbers of ten digits, each sent once; other words are sent over and over.
    """

    url: str
    before: str
    after: str
    words: tuple[str, ...] | range

    def messages(self) -> Iterator[bytes]:
        if isinstance(self.words, range):
            for number in self.words:
                yield f"{self.before}{number:010}{self.after}".encode()
            return
        known = [f"{self.before}{word}{self.after}".encode() for word in self.words]
        while True:
            yield from known


@dataclass(frozen=True, slots=True)
class Reading:
    """What a client saw of one run: answers, seconds, and latencies in microseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float


Client = Callable[[Traffic, int, float], Reading]
"""Sends traffic on so many connections for so many seconds. Raises DidNotRunError if any answer was an error."""


def polls(url: str, key: str, jobs: tuple[str, ...]) -> Traffic:
    """Polls of these jobs in turn."""
    return Traffic(url, "GET /sora/v1/videos/", _head(url, key) + "\r\n", jobs)


def submissions(url: str, key: str, numbers: range) -> Traffic:
    """Submissions whose prompts never repeat."""
    length = len(OPENING) + 10 + len(CLOSING)
    head = f"{_head(url, key)}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    return Traffic(url, f"POST /sora/v1/videos{head}{OPENING}", CLOSING, numbers)


def downloads(url: str, key: str, clip: str) -> Traffic:
    """Downloads of the clip at one URL."""
    return Traffic(url, "GET ", _head(url, key) + "\r\n", (urlsplit(clip).path,))


def _head(url: str, key: str) -> str:
    """The rest of a request line and the headers that python-httpx sends by default, with a credential."""
    return (
        f" HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
        f"Connection: keep-alive\r\nUser-Agent: python-httpx/0.28.1\r\nAuthorization: Bearer {key}\r\n"
    )
