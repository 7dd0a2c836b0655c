"""An account on a server of our own, and on one of another process: what holds for one must hold for the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockvideo.testing.handle import MockVideo
from mockvideo.testing.server import External, Own, Server
from tests.cli.processes import Serving


@pytest.fixture(scope="session", params=["own", "external"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if request.param == "own":
        with Own() as own:
            yield own
    else:
        with Serving(tmp_path_factory.mktemp("serve")) as process, External(process.url) as external:
            yield external


@pytest.fixture
def held(server: Server) -> Iterator[MockVideo]:
    with server.account() as held:
        yield held
