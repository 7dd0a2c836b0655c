"""Saves what a server answered as published examples: without keys, with other ids and URLs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record
from mockvideo.conformance.provider.rules.exchanges import listed_ids
from mockvideo.conformance.provider.rules.lifecycle import ASKED, SUBMITTED, job_id, state_of
from mockvideo.core.rng import Chance
from mockvideo.dialect import Dialect
from mockvideo.operation import Document, List
from mockvideo.schema import Json

URL = re.compile(r"https?://[^\s\"'<>\\]+")
# Longer texts without a blank are base64, or secrets.
LONG = re.compile(r"[A-Za-z0-9+/=_-]{200,}")


@dataclass(frozen=True, slots=True)
class Scrub:
    """Replaces what nobody else should know; the same secret is replaced by the same text everywhere."""

    known: dict[str, str]
    urls: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record, keys: tuple[str | None, ...]) -> Scrub:
        """Know the keys, the ids of jobs and the ids of requests."""
        dialect = record.dialect
        ids = (job_id(dialect, each) for each in record.of(*SUBMITTED, *ASKED, Purpose.UPLOAD))
        known = {key: "API_KEY" for key in keys if key}
        known |= dict.fromkeys(_request_ids(record), "REQUEST_ID")
        for name in dict.fromkeys(each for each in ids if isinstance(each, str) and each):
            known[name] = dialect.terms.mint(Chance(f"example {len(known)}".encode()))
        return cls(known)

    def value(self, value: Any) -> Any:
        """Return a JSON value without secrets."""
        if isinstance(value, dict):
            return {name: self.value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return list(map(self.value, value))
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        hidden = LONG.sub("AAAA", URL.sub(self._url, text))
        # The longest first, as one secret may be a part of another.
        for secret in sorted(self.known, key=len, reverse=True):
            hidden = hidden.replace(secret, self.known[secret])
        return hidden

    def _url(self, found: re.Match[str]) -> str:
        ending = Path(urlsplit(found[0]).path).suffix
        return self.urls.setdefault(found[0], f"https://example.com/{len(self.urls) + 1}{ending}")


def _request_ids(record: Record) -> Iterator[str]:
    for name in record.dialect.request_id_headers:
        yield from filter(None, (exchange.header(name.decode()) for exchange in record.exchanges))


def write(record: Record, folder: Path, keys: tuple[str | None, ...], where: str) -> list[Path]:
    """Write one file for each kind of answer, in the form of the examples that ship; returns their paths.

    ``where`` says which server it was and when, in words. Lists that hold other jobs than ours are nobody's business.
    """
    scrub = Scrub.of(record, keys)
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for exchange in record.exchanges:
        if not _is_telling(exchange) or (_is_list(exchange) and not _ours(record.dialect, exchange, scrub)):
            continue
        name = _name(record.dialect, exchange)
        if name not in written:
            written[name] = folder / f"{name}.json"
            text = json.dumps(example(record.dialect, exchange, scrub, where), indent=2, ensure_ascii=False)
            written[name].write_text(text + "\n", "utf-8")
    return list(written.values())


def example(dialect: Dialect, exchange: Exchange, scrub: Scrub, where: str) -> Json:
    """Return an exchange as a published example."""
    made = {
        "source": {"kind": "code", "where": where},
        "operation": exchange.call.route.name if exchange.call.route else "document",
        "request": _request(exchange, scrub),
        "response": {"status": exchange.status, "json": scrub.value(exchange.document)},
    }
    state = state_of(dialect, exchange) if exchange.purpose in ASKED and exchange.succeeded else None
    if state is not None:
        made["state"] = state.value
    if exchange.call.expects is not None and not exchange.succeeded:
        made["kind"] = exchange.call.expects.kind.value
    return made


def _request(exchange: Exchange, scrub: Scrub) -> Json:
    path, _, query = exchange.call.path.partition("?")
    request: Json = {"method": exchange.call.method, "path": scrub.text(path)}
    if query:
        request["query"] = dict(parse_qsl(query))
    if exchange.call.document is not None:
        request["json"] = scrub.value(exchange.call.document)
    return request


def _is_telling(exchange: Exchange) -> bool:
    """Whether an answer is worth keeping; what tells of the account itself is not for others."""
    route = exchange.call.route
    own = route is not None and isinstance(route.operation, Document) and not route.operation.public
    known = route is not None and exchange.purpose not in {Purpose.CONTENT, Purpose.JOINED, Purpose.CONCATENATED}
    return known and isinstance(exchange.document, dict) and not (own and exchange.succeeded)


def _is_list(exchange: Exchange) -> bool:
    return exchange.call.route is not None and isinstance(exchange.call.route.operation, List)


def _ours(dialect: Dialect, exchange: Exchange, scrub: Scrub) -> bool:
    return all(isinstance(name, str) and name in scrub.known for name in listed_ids(dialect, exchange))


def _name(dialect: Dialect, exchange: Exchange) -> str:
    """A file's name: what was done and how it stood, or the status and why."""
    state = state_of(dialect, exchange)
    operation = exchange.call.route.name if exchange.call.route else "document"
    if not exchange.succeeded:
        kind = exchange.call.expects.kind if exchange.call.expects else "unexpected"
        return f"error-{exchange.status}-{kind}".replace("_", "-")
    last = exchange.call.path.partition("?")[0].rstrip("/").rpartition("/")[2]
    told = state or (last if operation == "document" else "answer")
    return re.sub(r"[^a-z0-9]+", "-", f"{operation}-{told}".lower()).strip("-")
