"""Orders, and what has to be heard of them: built from the truth that another server tells to the same request."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from mockvideo.core.errors import Kind, Refusal
from mockvideo.dialect import Dialect
from mockvideo.pointer import error_text, find, put, remove, stands
from tests.every import is_polled
from tests.wires import FIN, KEPT, RST, SILENT, Heard

Hears = Callable[[Heard, Heard, Dialect], bool]
Change = Callable[[Any, Dialect, str], Any]
Where = Callable[[Dialect], bool]

FAILURES = (("reset", RST), ("close", FIN), ("hang", SILENT))
PAGE = ("date", "content-type", "content-length")


def everywhere(_: Dialect) -> bool:
    return True


def is_blocking(dialect: Dialect) -> bool:
    return not is_polled(dialect)


@dataclass(frozen=True)
class Fault:
    """One order for one operation; ``row`` is its number on the guide's page of incidents.

    ``hears`` says whether that came, given what came from who told the truth to the same request, but for ``headers``.
    ``level`` and ``lost`` are what the journal has to say of it. One that ``refuses`` does not do what was asked for.
    """

    row: int
    on: str
    rule: str
    hears: Hears
    end: str = KEPT
    level: str | None = None
    lost: bool = False
    refuses: bool = False
    headers: tuple[bytes, ...] = ()
    where: Where = everywhere

    @property
    def order(self) -> str:
        return f'on = "{self.on}", {self.rule}'

    def concerns(self, dialect: Dialect) -> bool:
        return (self.on == "submit" or is_polled(dialect)) and self.where(dialect)


# The connection


def raw(expected: Callable[[bytes, bytes], bytes]) -> Hears:
    """Exactly this came, made of the head and the body of the truth."""
    return lambda heard, told, _: heard.raw == expected(*told.parts)


PARTS = {
    "before": raw(lambda head, body: b""),
    "head": raw(lambda head, body: head[: int(len(head) * 0.77)]),
    "body": raw(lambda head, body: head + body[: int(len(body) * 0.77)]),
}


def failures(row: int, on: str, *parts: str) -> Iterator[Fault]:
    """Each way to fail at each of these parts of an answer."""
    for word, end in FAILURES:
        for part in parts:
            yield Fault(row, on, f'connection = {{{word} = "{part}"}}', PARTS[part], end, "connection", lost=True)


def slow(row: int, on: str, words: str, seconds: float) -> Fault:
    """The truth, which takes so long at least."""
    return Fault(
        row,
        on,
        f"connection = {{{words}}}",
        # uvloop counts in whole milliseconds.
        lambda heard, told, _: heard.raw == told.raw and heard.took >= 0.9 * seconds,
        level="connection",
    )


# Bytes


def without(head: bytes, *names: bytes) -> bytes:
    for name in names:
        head = re.sub(rb"%b: [^\r]*\r\n" % name, b"", head)
    return head


def added(head: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join([head[:-4], *lines, b"", b""])


def sized(head: bytes, body: bytes, more: int = 0) -> bytes:
    """Another body, whose size the last line of the head tells."""
    return added(without(head, b"content-length"), b"content-length: %d" % (len(body) + more)) + body


def swapped(row: int, on: str, words: str, expected: Callable[[bytes, bytes], bytes], end: str = KEPT) -> Fault:
    return Fault(row, on, f"bytes = {{{words}}}", raw(expected), end, "bytes", lost=True)


def text(row: int, on: str, said: str) -> Fault:
    return swapped(row, on, f"body = {json.dumps(said)}", lambda head, _: sized(head, said.encode()))


def page(row: int, on: str, status: int) -> Fault:
    """A page of a gateway: nothing in it is of the dialect."""

    def is_page(heard: Heard, told: Heard, _: Dialect) -> bool:
        names = [name.decode() for name, _ in heard.headers]
        body = heard.parts[1].decode()
        return names == [*PAGE] and heard.status == status and f"<h1>{status} " in body and body.endswith("</html>\n")

    return Fault(row, on, f"bytes = {{html = {status}}}", is_page, level="bytes", lost=True)


def header(row: int, on: str, words: str, *lines: bytes) -> Fault:
    names = {line.partition(b":")[0] for line in lines}
    expected = raw(lambda head, body: added(without(head, *names), *lines) + body)
    return Fault(row, on, f"bytes = {{headers = {{{words}}}}}", expected, level="bytes")


def redirect(row: int, on: str, words: str, status: int, begins: bytes) -> Fault:
    def leads(heard: Heard, _: Heard, __: Dialect) -> bool:
        (location,) = heard.header(b"location")
        return location.startswith(begins) and (heard.status, heard.parts[1]) == (status, b"")

    return Fault(row, on, f"bytes = {{{words}}}", leads, level="bytes", lost=True)


def ranged(row: int, word: str, status: int, first: int | None, last: int | None) -> Fault:
    """Whoever asks for the bytes 10 to 19 gets these."""

    def is_so(heard: Heard, told: Heard, _: Dialect) -> bool:
        whole = told.parts[1]
        found = [] if first is None else [b"bytes %d-%d/%d" % (first, last or 0, len(whole))]
        part = whole[first : None if last is None else last + 1] if status < 300 else b""
        said = [b"bytes */%d" % len(whole)] if status == 416 else found
        return (heard.status, heard.parts[1], heard.header(b"content-range")) == (status, part, said)

    rule = f'bytes = {{ranges = "{word}"}}'
    return Fault(row, "content", rule, is_so, level="bytes", headers=(b"range: bytes=10-19",))


# Documents


def places(dialect: Dialect, place: str, on: str) -> list[str]:
    """Where the answers of a dialect have this, the first place first."""
    if place.startswith("/"):
        return [place]
    pointers = dialect.pointers
    job_id = pointers.submitted if on == "submit" else pointers.polled or pointers.submitted
    first = job_id if place == "id" else getattr(pointers, place)
    return [] if first is None else [first, *pointers.mirrors.get(place, ())]


def standing(document: Any, place: str, dialect: Dialect, on: str) -> list[str]:
    return [pointer for pointer in places(dialect, place, on) if stands(document, pointer)]


def putting(place: str, value: Any, *, new: bool = True) -> Change:
    def put_there(document: Any, dialect: Dialect, on: str) -> Any:
        first = places(dialect, place, on)[: int(new)]
        for pointer in standing(document, place, dialect, on) or first:
            document = put(document, pointer, value)
        return document

    return put_there


def omitting(place: str) -> Change:
    def omit(document: Any, dialect: Dialect, on: str) -> Any:
        for pointer in reversed(places(dialect, place, on)):
            document = remove(document, pointer)
        return document

    return omit


def moving(place: str, target: str) -> Change:
    def move(document: Any, dialect: Dialect, on: str) -> Any:
        value = find(document, standing(document, place, dialect, on)[0])
        return put(omitting(place)(document, dialect, on), target, value)

    return move


def quoting(place: str) -> Change:
    def quote(document: Any, dialect: Dialect, on: str) -> Any:
        for pointer in standing(document, place, dialect, on):
            value = find(document, pointer)
            document = put(document, pointer, value if isinstance(value, str) else json.dumps(value))
        return document

    return quote


def merging(**fields: Any) -> Change:
    return lambda document, dialect, on: {**document, **fields}


def wrapping(name: str) -> Change:
    return lambda document, dialect, on: {name: document}


def changed(row: int, on: str, words: str, *changes: Change, has: str | None = None) -> Fault:
    """The document is another, and the head but for its size the same; ``has``: where there is such a place."""

    def is_so(heard: Heard, told: Heard, dialect: Dialect) -> bool:
        document = told.document
        for change in changes:
            document = change(document, dialect, on)
        size = b"content-length"
        return heard.document == document and without(heard.parts[0], size) == without(told.parts[0], size)

    def where(dialect: Dialect) -> bool:
        return has is None or bool(places(dialect, has, on))

    return Fault(row, on, f"document = {{{words}}}", is_so, level="document", where=where)


# Refusals


@dataclass(frozen=True)
class No:
    """A dialect's refusal with this status, or that of this kind; ``wait`` is its Retry-After, None: it has none."""

    meant: Kind | int
    wait: bytes | Callable[[bytes], bool] | None = None
    says: str = ""

    def __call__(self, heard: Heard, _: Heard, dialect: Dialect) -> bool:
        dialect.error.model_validate_json(heard.parts[1], strict=True)
        meant = self.meant
        status = dialect.spelling(Refusal(meant)).status if isinstance(meant, Kind) else meant
        told = error_text(heard.document, dialect.pointers.error)
        return heard.status == status and self.says in told and self._waits(heard.header(b"retry-after"))

    def _waits(self, found: list[bytes]) -> bool:
        if callable(self.wait):
            return len(found) == 1 and self.wait(found[0])
        return found == ([] if self.wait is None else [self.wait])


def refused(row: int, on: str, words: str, no: Hears, *headers: bytes, level: str | None = None) -> Fault:
    return Fault(row, on, words, no, refuses=True, headers=headers, level=level)


def ahead(least: float, most: float) -> Callable[[bytes], bool]:
    """A date that is so many seconds from now."""
    return lambda value: least < parsedate_to_datetime(value.decode()).timestamp() - time.time() <= most


# Clips


def clip(row: int, words: str, is_other: Callable[[bytes, bytes, Dialect], bool]) -> Iterator[Fault]:
    """The clip is another file (given as found, in truth): behind its URL, or where a call that blocks holds it."""

    def is_file(heard: Heard, told: Heard, dialect: Dialect) -> bool:
        return heard.header(b"content-type") == [b"video/mp4"] and is_other(heard.parts[1], told.parts[1], dialect)

    def is_text(heard: Heard, told: Heard, dialect: Dialect) -> bool:
        found, truth = (base64.b64decode(find(each.document, dialect.pointers.video)) for each in (heard, told))
        return is_other(found, truth, dialect)

    yield Fault(row, "content", f"clip = {{{words}}}", is_file, level="clip")
    yield Fault(row, "submit", f"clip = {{{words}}}", is_text, level="clip", where=is_blocking)


def written(row: int, form: str, expected: Callable[[str], str]) -> Fault:
    """The clip that a call that blocks holds is written otherwise."""

    def is_so(heard: Heard, told: Heard, dialect: Dialect) -> bool:
        found, truth = (find(each.document, dialect.pointers.video) for each in (heard, told))
        return found == expected(truth) != truth

    return Fault(row, "submit", f'clip = {{base64 = "{form}"}}', is_so, level="clip", where=is_blocking)
