"""A server, a client of it, and what its webhooks bring to receivers over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.timing import Timing
from mockvideo.server.app import App
from mockvideo.server.thread import ServerThread
from tests.server.driving import KEY, example, http
from tests.server.webhooks.receivers import Behaviour, Receiver

# Ended eleven seconds after the submission.
ELEVEN = Timing(queue=(1.0, 1.0), render=(10.0, 10.0))
EVENTS = ["progress", "completed", "failed"]
MINE = "/_mockvideo/me"


class Call(NamedTuple):
    """A request as a receiver gets it; headers by name in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def calls(receiver: Receiver) -> list[Call]:
    return [_read(request) for request in receiver.requests]


def _read(request: bytes) -> Call:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    named = (line.split(": ", 1) for line in lines)
    return Call(first.split()[1], {name.lower(): value for name, value in named}, body)


@contextmanager
def client_of(app: App, key: str = KEY) -> Iterator[httpx.Client]:
    """A client with a key, of a server that ends with it."""
    with ServerThread(app) as server, http(server.url) as client:
        client.headers = httpx.Headers({"x-api-key": key, "authorization": f"Bearer {key}"})
        yield client


def film(client: httpx.Client, app: App, url: str, *, headers: Any = None, **changes: Any) -> str:
    """Submit an apiframe job that tells that URL everything; return its id."""
    body = example(app, "apiframe", **{"webhookUrl": url, "webhookEvents": EVENTS, **changes})
    sent = {"content-type": "application/json", **(headers or {})}
    answer = client.post("/apiframe/v2/videos/generate", content=body, headers=sent)
    assert answer.status_code == 202, answer.text
    return answer.json()["jobId"]


def post(client: httpx.Client, path: str, **said: Any) -> Any:
    """Ask for something of the account, and return the document of an answer that is no refusal."""
    answer = client.post(MINE + path, json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def advance(client: httpx.Client, seconds: float, **how: Any) -> None:
    post(client, "/clock/advance", seconds=seconds, **how)


def webhooks(client: httpx.Client, **filters: Any) -> list[Any]:
    return client.get(f"{MINE}/webhooks", params=filters).json()["webhooks"]


def attempts(webhook: Any) -> list[tuple[float, int | None]]:
    """When each attempt of a webhook was due, in seconds of the account's time, and its status."""
    return [(round(each["at"] - VIRTUAL_START, 3), each["status"]) for each in webhook["attempts"]]


def answering(*statuses: int) -> Behaviour:
    """Answer with one status after the other, and then with the last one."""
    left = list(statuses)
    lock = threading.Lock()

    def behave(connection: socket.socket, _: threading.Event) -> None:
        with lock:
            status = left.pop(0) if len(left) > 1 else left[0]
        connection.sendall(b"HTTP/1.1 %d So\r\nContent-Length: 0\r\n\r\n" % status)

    return behave
