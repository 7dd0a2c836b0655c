"""The limit of the stack: an ASGI application of constant bytes, on uvicorn and nothing else.

``python -m tests.benchmarks.bare READY_FILE`` serves it without importing mockvideo, for start-up and memory.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPResponseBodyEvent, HTTPResponseStartEvent, Scope


class Constant:
    """Answers every request with the same bytes, and reads none of it."""

    def __init__(self, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        self._start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": 200,
            "headers": headers,
            "trailers": False,
        }
        self._body: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": False}

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await send(self._start)
        await send(self._body)


def main(ready_file: str) -> None:
    """Serve, and say where as soon as the socket is bound: a client's first request waits for the server."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        Constant(b'{"status":"ok"}'), ws="none", lifespan="off", access_log=False, log_level="critical"
    )
    address = "http://{}:{}".format(*listener.getsockname())
    Path(ready_file).write_text(json.dumps({"url": address}), "ascii")
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main(sys.argv[1])
