"""What a route answers: documents, clips and errors, with their headers, examples and links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel

from mockvideo.core.errors import Kind
from mockvideo.core.limits import Quota
from mockvideo.dialect import Dialect
from mockvideo.openapi.examples import Published, answers
from mockvideo.openapi.links import links
from mockvideo.openapi.refusals import Told, refusals
from mockvideo.openapi.shapes import provenance
from mockvideo.operation import Poll, Route, Submit
from mockvideo.schema import Json

LIMITED = frozenset({Kind.RATE_LIMITED.value, Kind.QUOTA_EXCEEDED.value})
RETRIED = LIMITED | {Kind.UNAVAILABLE.value}
CLIP: Json = {"video/mp4": {"schema": {"type": "string", "contentMediaType": "video/mp4"}}}


@dataclass(frozen=True, slots=True)
class Answers:
    """Writes what routes answer. ``name`` returns the reference to a schema; ``published`` are the examples."""

    dialect: Dialect
    name: Callable[[type[BaseModel]], Json]
    published: tuple[Published, ...]

    def of(self, route: Route) -> dict[str, Json]:
        """Write what a route answers, by status."""
        operation = route.operation
        status: int = getattr(operation, "status", HTTPStatus.OK)
        schema: type[BaseModel] | None = getattr(operation, "answer", None)
        good = self._clip() if schema is None else {f"{status:d}": self._document(route, status, schema)}
        bad = refusals(self.dialect, route).items()
        return good | {f"{status}": self._refusal(route, status, told) for status, told in bad}

    def _document(self, route: Route, status: int, schema: type[BaseModel]) -> Json:
        headers = self._common()
        after = self.dialect.poll_after_header
        if after is not None and isinstance(route.operation, Submit | Poll):
            headers |= _header(after, "How many milliseconds to wait before the next poll.")
        onward = links(self.dialect, route)
        return {
            "description": (schema.__doc__ or schema.__name__).strip(),
            "headers": headers,
            "content": self._content(route, status, schema, {}),
            **({"links": onward} if onward else {}),
        }

    def _refusal(self, route: Route, status: int, told: list[Told]) -> Json:
        names = {one.name for one in told}
        headers = self._common()
        if names & RETRIED:
            headers |= _header(b"retry-after", "How many seconds to wait, or until when; only where that is known.")
        if names & LIMITED and self.dialect.quota_headers is not None:
            for name, _ in self.dialect.quota_headers(Quota(1, 0, 1.0, 1.0)):
                headers |= _header(name, "What the limit leaves.")
        ours = {
            one.name: {"summary": one.name, "value": one.document, "x-provenance": provenance(one.source)}
            for one in told
        }
        return {
            "description": ", ".join(dict.fromkeys(one.name.partition(".")[0] for one in told)),
            "headers": headers,
            "content": self._content(route, status, self.dialect.error, ours),
        }

    def _content(self, route: Route, status: int, schema: type[BaseModel], ours: Json) -> Json:
        shown = ours | answers(schema, route, status, self.published)
        return {"application/json": {"schema": self.name(schema), **({"examples": shown} if shown else {})}}

    def _clip(self) -> dict[str, Json]:
        """A clip, whole or in part (RFC 9110, 14)."""
        known = self._common() | _header(b"etag", "Changes when the bytes do, which is never.")
        ranges = known | _header(b"accept-ranges", "bytes")
        part = _header(b"content-range", "Which bytes these are, of how many.")
        return {
            "200": {"description": "The clip.", "headers": ranges, "content": CLIP},
            "206": {
                "description": "The part of the clip that Range asked for.",
                "headers": ranges | part,
                "content": CLIP,
            },
            "304": {"description": "The client has the clip, as If-None-Match says.", "headers": known},
            "416": {"description": "The clip has no such part.", "headers": ranges | part},
        }

    def _common(self) -> Json:
        found: Json = {}
        for name in self.dialect.request_id_headers:
            found |= _header(name, "Names this exchange.")
        return found


def _header(name: bytes, description: str) -> Json:
    return {name.decode().title(): {"description": description, "schema": {"type": "string"}}}
