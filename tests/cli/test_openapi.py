"""``mockvideo openapi``: the document as it is served, for programs that read files."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from mockvideo.dialects import load

Invoke = Callable[..., Result]


@pytest.mark.parametrize("name", load())
def test_a_document_is_printed(invoke: Invoke, name: str) -> None:
    found = json.loads(invoke("openapi", name).stdout)

    assert found["openapi"].startswith("3.1.")
    assert found["servers"] == [{"url": f"http://127.0.0.1:8420/{name}"}]


def test_its_urls_are_those_of_the_server_that_is_meant(invoke: Invoke) -> None:
    found = json.loads(invoke("openapi", "sora", "--url", "http://localhost:9000").stdout)

    assert found["servers"] == [{"url": "http://localhost:9000/sora"}]


def test_a_dialect_that_is_not_there_is_refused(invoke: Invoke) -> None:
    result = invoke("openapi", "soar")

    assert (result.exit_code, "did you mean sora?" in result.stderr) == (2, True)
