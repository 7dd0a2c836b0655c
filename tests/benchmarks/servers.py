"""Starts servers, each in its own process on loopback, asks them single questions, and ends them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import urlsplit

from tests.benchmarks.machine import Cores, cpu_seconds, resident_bytes
from tests.benchmarks.traffic import CLOSING, OPENING, DidNotRunError

CHECKOUT = Path(__file__).parents[2]
SERVE = ("mockvideo", "serve", "--port", "0", "--ready-file")
BARE = ("tests.benchmarks.bare",)
SUBJECT = ("tests.benchmarks.subject",)
HEALTH = "/_mockvideo/health"
PATIENCE = 20.0  # seconds that a server may take to start


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``started`` is seconds from exec to its first answer."""

    process: int
    url: str
    started: float

    @property
    def cpu(self) -> float | None:
        return cpu_seconds(self.process)

    @property
    def memory(self) -> int | None:
        return resident_bytes(self.process)


@contextmanager
def running(cores: Cores, program: tuple[str, ...], *options: str) -> Iterator[Server]:
    """Run a program, ``python -m`` and its words, that writes its URL to the ready file named after them."""
    with TemporaryDirectory() as folder, Path(folder, "complaints").open("w+") as complaints:
        ready = Path(folder, "ready")
        command = [sys.executable, "-m", *program, str(ready), *options]
        begin = perf_counter()
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=_environment(), stdout=subprocess.DEVNULL, stderr=complaints
        )
        try:
            cores.pin_server(process.pid)
            url = _wait_for(ready, process, begin + PATIENCE)
            if url is None:
                complaints.seek(0)
                raise DidNotRunError(f"{' '.join(program)} did not start: {complaints.read()[-500:].strip()}")
            ask(url, "GET", HEALTH)
            yield Server(process.pid, url, perf_counter() - begin)
        finally:
            _end(process)


def _environment() -> dict[str, str]:
    """As users have it, who never compile what is installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _wait_for(ready: Path, process: subprocess.Popen[bytes], deadline: float) -> str | None:
    """Return the URL in the ready file; None if the process has ended or takes too long."""
    while process.poll() is None and perf_counter() < deadline:
        if ready.exists() and (text := ready.read_text("utf8")).rstrip().endswith("}"):
            return str(json.loads(text)["url"])
        sleep(0.0005)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ask(url: str, method: str, path: str, *, key: str = "", body: str | None = None) -> bytes:
    """Make one request and return the answer's body."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} if key else {}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
    except (OSError, HTTPException) as error:
        raise DidNotRunError(f"{method} {path}: {error!r}") from error
    finally:
        connection.close()
    if answer.status > 399:
        raise DidNotRunError(f"{method} {path} was answered with {answer.status}: {data[:300]!r}")
    return data


def submit(url: str, key: str, body: str = OPENING + CLOSING) -> str:
    """Submit one job to the sora dialect and return its id."""
    return str(json.loads(ask(url, "POST", "/sora/v1/videos", key=key, body=body))["id"])
