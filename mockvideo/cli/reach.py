"""Which server a command speaks of."""

from __future__ import annotations

import os

from mockvideo.cli.terminal import Unusable


def server_url(url: str | None) -> str:
    """Return this URL, or the one that the environment means; raises Unusable."""
    from mockvideo.server.environment import local_url
    from mockvideo.server.notation import SetupError

    try:
        return local_url({**os.environ, "MOCKVIDEO_URL": url} if url else os.environ)
    except SetupError as error:
        raise Unusable(str(error)) from None
