"""What a provider recommends and a request may ignore; advice never refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel

from mockvideo.catalog import Row
from mockvideo.provenance import Source
from mockvideo.schema import Json

# Timers are not exact: a wait a little shorter than advised follows the advice.
TOLERANCE = 0.9
LONGEST_URL = 2_048  # characters that are looked at; what is longer carries its data with it
# Names that the public DNS never has (RFC 6761, 6762, 8375; ICANN reserves the last).
PRIVATE_NAMES = (".localhost", ".local", ".home.arpa", ".internal")
# A clip or an upload of this server: a real provider would have made a public URL of it.
OURS = re.compile(r"/media/[0-9a-f]{16}/")


class Asked(NamedTuple):
    """What advice looks at: a submission's document in the dialect's canonical form, or a poll.

    ``row`` is the model's; ``waited`` is how many seconds of account time a client let pass since its last poll of the
    same job; None: this is no poll, or the first. ``path`` is the documented one; ``sent`` the document before it was
    folded. What is empty or None is unknown, and no advice follows from it.
    """

    document: Json
    row: Row | None = None
    waited: float | None = None
    path: str = ""
    headers: Mapping[bytes, bytes] | None = None
    sent: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One recommendation; ``id`` is a few words with dashes, ``when`` tells whether a request ignored it.

    ``on`` names the operations that it is for, ``models`` the models (globs), ``about`` the fields without one of which
    a document cannot ignore it; nothing else is asked.
    """

    id: str
    source: Source
    sentence: str
    when: Callable[[Asked], bool]
    on: tuple[str, ...] = ("submit", "generate")
    models: tuple[str, ...] = ("*",)
    about: frozenset[str] = frozenset()

    def fits(self, operation: str, model: str | None) -> bool:
        """Whether it is about such a request; a model that is not known may be any."""
        return operation in self.on and (model is None or any(fnmatchcase(model, glob) for glob in self.models))


class Sorted(NamedTuple):
    """The advice for one operation and model: on certain ``fields``, and on whatever is asked."""

    fields: frozenset[str]
    on_fields: tuple[Advice, ...]
    on_all: tuple[Advice, ...]


class Advisor:
    """All advice of a dialect, sorted out once for each operation and model, as every request is asked.

    ``interval`` is how many seconds the dialect advises to wait between polls.
    """

    __slots__ = ("_advice", "_polls", "_soon", "_sorted")

    def __init__(self, advice: Iterable[Advice], interval: float = 0.0) -> None:
        self._advice = tuple(advice)
        self._soon = interval * TOLERANCE
        self._sorted: dict[tuple[str, str | None], Sorted] = {}
        self._polls: dict[tuple[str, bool], tuple[str, ...]] = {}

    def ignored(self, operation: str, asked: Asked) -> tuple[str, ...]:
        """Name what is recommended and was ignored."""
        model = None if asked.row is None else asked.row.id
        meant = self._sorted.get((operation, model))
        if meant is None:
            meant = self._sorted[operation, model] = self._sort(operation, model)
        advice = meant.on_all
        if not meant.fields.isdisjoint(asked.document):
            advice += meant.on_fields
        return tuple([one.id for one in advice if one.when(asked)])

    def polled(self, path: str, waited: float | None) -> tuple[str, ...]:
        """Do the same for a poll at a documented path: it differs from others only in having come too soon or not."""
        place = path, waited is not None and waited < self._soon
        told = self._polls.get(place)
        if told is None:
            told = self._polls[place] = self.ignored("poll", Asked({}, None, waited, path))
        return told

    def _sort(self, operation: str, model: str | None) -> Sorted:
        meant = [one for one in self._advice if one.fits(operation, model)]
        on_fields = tuple(one for one in meant if one.about)
        fields = frozenset().union(*(one.about for one in on_fields))
        return Sorted(fields, on_fields, tuple(one for one in meant if not one.about))


def polled_too_soon(interval: float, source: Source) -> Advice:
    """Advise to let so many seconds pass between two polls."""
    return Advice(
        id="polled-too-soon",
        source=source,
        sentence=f"Let {interval:g} seconds pass between two polls of a job.",
        when=lambda asked: asked.waited is not None and asked.waited < interval * TOLERANCE,
        on=("poll",),
    )


def private_url(source: Source, *names: str) -> Advice:
    """Advise against media that a provider could not fetch; the fields of these names hold URLs, however deep."""
    fields = frozenset(names)
    return Advice(
        id="private-url",
        about=fields,
        source=source,
        sentence="Give the provider a public URL: it cannot fetch from localhost or a private network.",
        when=lambda asked: any(
            any(map(private, texts(value))) for name, value in asked.document.items() if name in fields
        ),
    )


def private_webhook(source: Source, field: str) -> Advice:
    """Advise against a webhook that a provider could not call."""
    return Advice(
        id="private-webhook",
        about=frozenset({field}),
        source=source,
        sentence=f"Give the provider a public {field}: it cannot call localhost or a private network.",
        when=lambda asked: any(map(private, texts(asked.document.get(field)))),
    )


def unknown_field(schema: type[BaseModel], source: Source, sentence: str) -> Advice:
    """Advise against fields that the schema does not have and the provider does not read."""
    known = frozenset(schema.model_fields)
    return Advice(
        id="unknown-field",
        source=source,
        sentence=sentence,
        when=lambda asked: not known.issuperset(asked.document),
    )


def private(url: str) -> bool:
    """Whether nobody far away can reach the host of this URL, judged by its name alone: nothing is looked up."""
    # Most texts are no such URL, and this is asked of every submission.
    return url[:4].lower() == "http" and _is_nearby(_host(url[:LONGEST_URL]))


def _host(url: str) -> str:
    """The host of a URL that is not this server's own; empty if there is none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    return "" if parts.scheme not in {"http", "https"} or OURS.search(parts.path) else host


def _is_nearby(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host != "" and ("." not in host or host.endswith(PRIVATE_NAMES))


def texts(value: object) -> Iterator[str]:
    """Yield the texts in a JSON value, however deep."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
