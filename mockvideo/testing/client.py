"""A client for every provider: it does what a dialect declares, the way the provider's documents do it."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urljoin

import httpx

from mockvideo.core.jobs import FINAL, State
from mockvideo.dialect import Dialect, Word
from mockvideo.operation import Poll, Route, Submit
from mockvideo.pointer import error_text, find
from mockvideo.schema import Json


class JobError(Exception):
    """The provider said no, or a job did not end well. ``status`` and ``document`` are the answer that says so."""

    def __init__(self, message: str, status: int, document: Any) -> None:
        super().__init__(message)
        self.status = status
        self.document = document


class Client:
    """One job at a time: submit it, poll until it is ``finished``, download its clip.

    ``base_url`` is where the documented paths begin. ``states`` are the provider's words in the order of their coming;
    a provider that answers when the clip is there has none. ``timeout`` in seconds bounds one call.
    """

    def __init__(self, dialect: Dialect, base_url: str, key: str, *, timeout: float = 600.0) -> None:
        place = dialect.credential
        self.dialect = dialect
        self.states: list[str] = []
        self.document: Json = {}
        self._base_url = base_url
        self._poll_url = ""
        # A proxy of the surroundings would not find this machine's server.
        self._http = httpx.Client(timeout=timeout, trust_env=False)
        self._headers = {place.header.decode(): f"{place.scheme} {key}".strip()}
        self._meanings = {word.text: state for state, word in dialect.states.items() if isinstance(word, Word)}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def state(self) -> State | None:
        """Where the job stands, as far as the last answer tells."""
        if self.states:
            return self._meanings[self.states[-1]]
        return State.SUCCEEDED if find(self.document, self.dialect.pointers.video) else None

    @property
    def finished(self) -> bool:
        return self.state in FINAL

    @property
    def progress(self) -> float | None:
        """The progress in per cent that the last answer tells; None if it tells none."""
        pointer = self.dialect.pointers.progress
        return find(self.document, pointer) if pointer else None

    def submit(self, document: Mapping[str, Any] | None = None) -> Json:
        """Submit the document, or the dialect's example; a blocking provider answers when the clip is there."""
        self.states = []
        route = self._route(Submit)
        body = self.dialect.example if document is None else document
        answer = self._take(
            self._http.request(route.method, self._base_url + route.path, json=body, headers=self._headers)
        )
        self._poll_url = self._where_to_poll(answer)
        return answer

    def poll(self) -> Json:
        """Ask how the job stands."""
        return self._take(self._http.get(self._poll_url, headers=self._headers))

    def download(self) -> bytes:
        """Return the finished clip, from a URL of any kind or from the answer itself."""
        result = find(self.document, self.dialect.pointers.video)
        if not result:
            told = error_text(self.document, self.dialect.pointers.error) or ", ".join(self.states)
            raise JobError(f"the job has no clip: {told}", 200, self.document)
        if not result.startswith(("http:", "https:")):
            return b64decode(result.rpartition(",")[2], validate=True)
        # Without the key: results are public, and may lie on a host that must not learn it.
        answer = self._http.get(result, follow_redirects=True)
        if answer.is_error:
            raise JobError(f"{answer.status_code}: the clip is not at {result}", answer.status_code, None)
        return answer.content

    def _route(self, kind: type[Submit | Poll]) -> Route:
        return next(route for route in self.dialect.routes if isinstance(route.operation, kind))

    def _where_to_poll(self, answer: Json) -> str:
        pointers = self.dialect.pointers
        if pointers.poll_path and (path := find(answer, pointers.poll_path)):
            # From the root of the host, as documented, not behind the base URL.
            return urljoin(self._base_url, str(path))
        if pointers.submitted is None:
            return ""
        name = quote(str(find(answer, pointers.submitted)), safe="")
        return self._base_url + self._route(Poll).path.replace("{id}", name)

    def _take(self, answer: httpx.Response) -> Json:
        try:
            document = answer.json()
        except ValueError:
            raise JobError(f"{answer.status_code}: the answer is not JSON", answer.status_code, None) from None
        if answer.is_error:
            told = error_text(document, self.dialect.pointers.error)
            raise JobError(f"{answer.status_code}: {told}", answer.status_code, document)
        self._read(document, answer.status_code)
        return self.document

    def _read(self, document: Any, status: int) -> None:
        self.document = document
        pointer = self.dialect.pointers.status
        word = find(document, pointer) if pointer else None
        if word is not None and word not in self._meanings:
            raise JobError(f"no document knows the status {word!r}", status, document)
        if word is not None and self.states[-1:] != [word]:
            self.states.append(word)
