"""What the tests of the current OpenAI SDK for Python share."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from openai import OpenAI

from mockvideo.server.thread import ServerThread

PROMPT = "A paper boat in the rain"


def connect(server: ServerThread, key: str) -> OpenAI:
    """Return a client that speaks to the server's sora dialect and tries nothing twice."""
    return OpenAI(api_key=key, base_url=f"{server.url}/sora/v1", max_retries=0, timeout=10)


def deprecated() -> AbstractContextManager[object]:
    """Expect the warning that every method of ``videos`` gives since OpenAI's own API has ended."""
    return pytest.warns(DeprecationWarning, match="The Sora API")
