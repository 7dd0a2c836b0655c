"""Serves the OpenAPI documents of the dialects, each written when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from importlib import import_module

from pydantic_core import to_json
from starlette.types import Scope

from mockvideo.dialect import Dialect
from mockvideo.server.files import Answer, serve
from mockvideo.server.service import JSON

PATH = "/_mockvideo/openapi/"
END = ".json"


class Specifications:
    """The documents as they are served, by dialect and mount point."""

    def __init__(self, known: Mapping[str, Dialect], public_url: str | None) -> None:
        self._known = known
        self._public_url = public_url
        self._written: dict[tuple[str, str], tuple[str, bytes]] = {}

    def answer(self, scope: Scope, path: str) -> Answer:
        """Answer a request for ``PATH`` and the name of a dialect."""
        method, name = scope["method"], path.removeprefix(PATH).removesuffix(END)
        if name not in self._known or not path.endswith(END):
            there = ", ".join(f"{PATH}{known}{END}" for known in self._known)
            return _refusal(404, f"There is no such document, but {there}.")
        if method not in {"GET", "HEAD"}:
            answer = _refusal(405, "Documents are fetched with GET.")
            answer.headers.append((b"allow", b"GET, HEAD"))
            return answer
        etag, data = self._document(name, scope.get("root_path", ""))
        return serve(data, etag=etag, media_type="application/json", request_headers=scope["headers"], method=method)

    def _document(self, name: str, mount_point: str) -> tuple[str, bytes]:
        """Return the ETag and the bytes of a document."""
        written = self._written.get((name, mount_point))
        if written is None:
            # From here on what writes them is loaded, and not when the server starts.
            write = import_module("mockvideo.openapi").document
            # Without a host, which every client knows by another name: URLs are relative to the document's own.
            base_url = (self._public_url or mount_point).rstrip("/") + f"/{name}"
            data = to_json(write(self._known[name], base_url))
            written = self._written[name, mount_point] = blake2b(data, digest_size=8).hexdigest(), data
        return written


def _refusal(status: int, message: str) -> Answer:
    body = to_json({"error": {"message": message}})
    return Answer(status, [JSON, (b"content-length", b"%d" % len(body))], body)
