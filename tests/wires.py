"""Speaks to a server in bytes on a socket, as a client does that nothing is hidden from."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from mockvideo.core.account import Account
from mockvideo.core.clock import ClockMode
from mockvideo.core.settings import Settings
from mockvideo.core.timing import AT_ONCE
from mockvideo.dialect import Dialect
from mockvideo.operation import Submit
from mockvideo.pointer import find
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread
from tests.driving import route_of
from tests.stories import poll_path

PATIENCE = 5.0
SILENCE = 0.06  # seconds without a byte; on this machine an answer takes less than a millisecond
DATE = re.compile(rb"(?<=\r\ndate: )[^\r]{29}")
HOST = b"localhost:8420"

KEPT, FIN, RST, SILENT = "kept", "FIN", "RST", "silent"


class Heard(NamedTuple):
    """What a client hears until an answer is over, how that ended, and how long it took.

    The moment that a server puts into every head is blotted out.
    """

    raw: bytes
    end: str
    took: float

    @property
    def parts(self) -> tuple[bytes, bytes]:
        """The head with the empty line after it, and the body."""
        head, line, body = self.raw.partition(b"\r\n\r\n")
        return head + line, body

    @property
    def status(self) -> int:
        return int(self.raw.split()[1])

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        lines = self.parts[0].split(b"\r\n")[1:-2]
        return [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]

    def header(self, name: bytes) -> list[bytes]:
        return [value for known, value in self.headers if known == name]

    @property
    def document(self) -> Any:
        return json.loads(self.parts[1])


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: bytes, end: str = KEPT) -> Heard:
        """Send a request and listen: to one answer, if the connection is to be kept, else as long as anything comes."""
        began = time.monotonic()
        self.socket.settimeout(SILENCE if end == SILENT else PATIENCE)
        self.socket.sendall(request)
        raw, ended = b"", KEPT
        while end != KEPT or not is_whole(raw, request):
            try:
                data = self.socket.recv(1 << 20)
            except TimeoutError:
                ended = SILENT
            except ConnectionResetError:
                ended = RST
            else:
                ended = KEPT if data else FIN
                raw += data
            if ended != KEPT:
                break
        return Heard(DATE.sub(b"-" * 29, raw), ended, time.monotonic() - began)


def is_whole(raw: bytes, request: bytes) -> bool:
    """Whether this is all of an answer, by its own framing."""
    head, line, body = raw.partition(b"\r\n\r\n")
    if not line:
        return False
    if request.startswith(b"HEAD ") or head.split()[1] in {b"204", b"304"}:
        return True
    length = re.search(rb"\r\ncontent-length: (\d+)", head)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


def request(
    dialect: Dialect, method: str, path: str, *, key: str | None, body: bytes = b"", headers: Iterable[bytes] = ()
) -> bytes:
    place = dialect.credential
    named = [] if key is None else [b"%b: %b%b" % (place.header, place.prefix, key.encode())]
    lines = [f"{method} {path} HTTP/1.1".encode(), b"host: " + HOST, *named, *headers]
    if body:
        lines += [b"content-type: application/json", b"content-length: %d" % len(body)]
    return b"\r\n".join([*lines, b"", body])


Asking = Callable[..., bytes]


@dataclass
class Peer:
    """A client of one dialect on one server, with a key of its own."""

    server: ServerThread
    dialect: Dialect
    key: str

    @property
    def port(self) -> int:
        return urlsplit(self.server.url).port or 0

    @property
    def account(self) -> Account:
        return self.server.accounts.get(self.key)

    def ask(self, asked: bytes, end: str = KEPT) -> Heard:
        """Ask once, on a connection of its own."""
        with Wire(self.port) as wire:
            return wire.ask(asked, end)

    def asking(self, on: str) -> Asking:
        """Ask for all that has to come before this operation; return what makes the requests for it."""
        if on == "submit":
            return self.submission
        path = poll_path(self.dialect, self.ask(self.submission()).document) or ""
        if on == "poll":
            return lambda *headers: self.request("GET", path, *headers)
        url = find(self.ask(self.request("GET", path)).document, self.dialect.pointers.video)
        # Whoever has the URL needs no key.
        return lambda *headers: request(self.dialect, "GET", urlsplit(url).path, key=None, headers=headers)

    def submission(self, *headers: bytes) -> bytes:
        route = route_of(self.dialect, Submit)
        return self.request(route.method, route.path, *headers, body=json.dumps(self.dialect.example).encode())

    def request(self, method: str, path: str, *headers: bytes, body: bytes = b"") -> bytes:
        path = path if path.startswith(f"/{self.dialect.name}/") else f"/{self.dialect.name}{path}"
        return request(self.dialect, method, path, key=self.key, body=body, headers=headers)


class Servers(NamedTuple):
    """Two that tell the same key the same story, of which one is disturbed, and one that tells true times to wait."""

    truth: ServerThread
    disturbed: ServerThread
    wall: ServerThread


@contextmanager
def servers() -> Iterator[Servers]:
    with serving("auto") as truth, serving("auto") as disturbed, serving("wall") as wall:
        yield Servers(truth, disturbed, wall)


def serving(clock: ClockMode) -> ServerThread:
    """A server whose jobs end at once."""
    return ServerThread(create_app(Options(settings=Settings(clock=clock, timing=AT_ONCE))))


def ordering(rule: str) -> bytes:
    """The header that orders by a rule."""
    return b"x-mockvideo-scenario: " + rule.encode("latin-1")
