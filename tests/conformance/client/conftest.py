"""One server for all clients; every run has an account of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from mockvideo.conformance.client.bench import Bench, Limits
from mockvideo.dialects import load
from mockvideo.server.app import create_app
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread


@pytest.fixture(scope="session")
def mockvideo_server() -> Iterator[SimpleNamespace]:
    with ServerThread(create_app(Options())) as server:
        yield SimpleNamespace(url=server.url, token=None)


@pytest.fixture(scope="session")
def url(mockvideo_server: SimpleNamespace) -> str:
    return mockvideo_server.url


@pytest.fixture
def bench(url: str) -> Iterator[Callable[..., Bench]]:
    """Makes a bench for a dialect, with limits."""
    # To load certificates takes longer than most runs.
    with httpx.Client(base_url=url, trust_env=False, verify=False) as http:

        def made(name: str = "beluga", **limits: Any) -> Bench:
            dialect = load()[name]
            limited = Limits(**limits)
            return Bench(http=http, token=None, dialect=dialect, request=dialect.example, limits=limited)

        yield made
