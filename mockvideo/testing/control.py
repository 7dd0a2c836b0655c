"""One account of a server over its control API, which is all that a test needs to know of a server."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx

PREFIX = "/_mockvideo"
START = "Start one with mockvideo serve, or give the URL of one that runs"


class ControlError(Exception):
    """The server said no, or nobody answers; ``status`` is the one of the answer, 0 if there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Line:
    """Asks a server without what a client does beside: a test asks often, and a client takes longer than the server.

    ``patience`` in seconds bounds each wait for it.
    """

    def __init__(self, base_url: str, transport: Any, patience: float) -> None:
        self.base_url = httpx.URL(base_url)
        self._transport = transport
        self._more = {"timeout": httpx.Timeout(patience).as_dict()}
        # The same few are asked again and again, and to parse one takes as long as its answer.
        self._url = lru_cache(64)(httpx.URL)

    def request(self, method: str, url: str, **sent: Any) -> httpx.Response:
        """Send a request and read the answer; raises httpx.TransportError."""
        request = httpx.Request(method, self._url(f"{self.base_url}{url}"), **sent, extensions=self._more)
        answer: httpx.Response = self._transport.handle_request(request)
        answer.request = request
        answer.read()
        return answer

    def close(self) -> None:
        self._transport.close()


class Control:
    """What an account can be asked and told by its key; paths are those below ``/_mockvideo/me``.

    ``http`` has the base URL of the server and may be shared by all its accounts. Raises ControlError.
    """

    def __init__(self, http: httpx.Client | Line, key: str) -> None:
        self.http = http
        self.key = key

    def get(self, path: str, **query: object) -> Any:
        """Read a document; what is None in the query is not sent."""
        return self._ask("GET", path, params={name: str(said) for name, said in query.items() if said is not None})

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, json=document)

    def put(self, path: str, document: Mapping[str, Any]) -> Any:
        return self._ask("PUT", path, json=document)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        return ask(self.http, method, f"/me{path}", self.key, **sent)


def ask(http: httpx.Client | Line, method: str, path: str, token: str | None, **sent: Any) -> Any:
    """Return the document that the control API answers; the token is its own or a key. Raises ControlError."""
    headers = {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
    try:
        answer = http.request(method, PREFIX + path, headers=headers, **sent)
    except httpx.TransportError as error:
        raise ControlError(f"No server answers at {http.base_url}: {error}. {START}.") from error
    return _read(answer)


def _read(answer: httpx.Response) -> Any:
    try:
        told = answer.json()
        error = told["error"] if answer.is_error else None
    except (ValueError, KeyError, TypeError):
        where = f"{answer.request.url.scheme}://{answer.request.url.netloc.decode()}"
        raise ControlError(f"What answers at {where} is no mockvideo. {START}.", answer.status_code) from None
    if error is not None:
        raise ControlError(" ".join(filter(None, (error["message"], error.get("hint")))), answer.status_code)
    return told
