"""Requests that no server can make a job of: they have no key, name no job that there is, or say nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mockvideo.conformance.provider.contract import expected, submission_of
from mockvideo.conformance.provider.exchange import Call, Purpose
from mockvideo.conformance.provider.profile import Profile
from mockvideo.conformance.provider.session import Session
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.rng import Chance
from mockvideo.dialect import Check, Dialect
from mockvideo.operation import Content, Document, List, Poll, Route, Submit, Upload

# mockvideo takes any other key for a good one.
WRONG_KEY = "sk-invalid-000000000000"
NOWHERE = "/no/such/path"
WRONG_METHOD = "PATCH"
BOUNDARY = "mockvideo"
# The smallest picture that the format has.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
NOT_ALLOWED = Refusal(Kind.METHOD_NOT_ALLOWED)


class UnreachableError(Exception):
    """Nobody answers where the server should be."""


def calls(dialect: Dialect, profile: Profile, *, has_key: bool) -> Iterator[Call]:
    """Yield every free request of a dialect; without a key only those that need none."""
    yield from _keys(dialect)
    if not has_key:
        return
    yield from _paths(dialect)
    yield from ids(dialect)
    yield from _bodies(dialect)
    yield from _documents(dialect, profile)


def ask(session: Session, profile: Profile, *, has_key: bool) -> None:
    """Send every free request; raises UnreachableError if nobody answers the first."""
    for number, call in enumerate(calls(session.dialect, profile, has_key=has_key)):
        exchange = session.send(call)
        if not number and exchange.lost:
            message = f"Nobody answers at {session.base_url}: {exchange.lost}. Give the URL of a server that runs."
            raise UnreachableError(message)


def _call(route: Route, purpose: Purpose, **said: Any) -> Call:
    path = route.path.replace("{id}", said.pop("name", ""))
    return Call(purpose=purpose, method=route.method, path=path, route=route, **said)


def _stranger(dialect: Dialect) -> str:
    """An id as the provider makes them, of no job."""
    return dialect.terms.mint(Chance(b"nobody"))


def _keys(dialect: Dialect) -> Iterator[Call]:
    """Ask with no key and with a wrong one; a submission is none, in case that the key is not asked for."""
    if dialect.checks[0] is not Check.KEY:
        return
    for route in dialect.routes:
        operation = route.operation
        if isinstance(operation, Document) and operation.public:
            yield _call(route, Purpose.PUBLIC, name=_model(dialect), key=None)
            continue
        plain = _call(route, Purpose.NO_KEY, name=_stranger(dialect), key=None, expects=Refusal(Kind.MISSING_KEY))
        if isinstance(operation, Submit):
            plain = replace(plain, content=b"[]")
        yield plain
        yield replace(plain, purpose=Purpose.WRONG_KEY, key=WRONG_KEY, expects=Refusal(Kind.INVALID_KEY))


def _paths(dialect: Dialect) -> Iterator[Call]:
    nowhere = Refusal(Kind.ROUTE_NOT_FOUND)
    yield Call(purpose=Purpose.UNKNOWN_ROUTE, method="GET", path=NOWHERE, expects=nowhere)
    for path in dict.fromkeys(route.path.replace("{id}", _stranger(dialect)) for route in dialect.routes):
        yield Call(purpose=Purpose.UNKNOWN_METHOD, method=WRONG_METHOD, path=path, expects=NOT_ALLOWED)


def ids(dialect: Dialect) -> Iterator[Call]:
    """Ask for jobs that nobody submitted."""
    unknown = Refusal(Kind.JOB_NOT_FOUND)
    for route in dialect.routes:
        if isinstance(route.operation, Poll | Content):
            yield _call(route, Purpose.UNKNOWN_JOB, name=_stranger(dialect), expects=unknown)
        if isinstance(route.operation, Poll) and route.operation.check is not None:
            name = "no-such-id"
            yield _call(route, Purpose.IMPOSSIBLE_ID, name=name, expects=_refusal_of(route.operation.check, name))


def _refusal_of(check: Callable[[str], None], name: str) -> Refusal | None:
    try:
        check(name)
    except ApiError as error:
        return error.refusal
    return None


def _bodies(dialect: Dialect) -> Iterator[Call]:
    route, _ = submission_of(dialect)
    invalid = Refusal(Kind.INVALID_REQUEST)
    typed = {"content-type": "application/json"}
    for body, about in ((b'{"model":', "cut short"), (b"[]", "a list"), (b"", "empty")):
        yield _call(route, Purpose.MALFORMED, content=body, headers=typed, expects=invalid, concerns=about)
    empty = expected(dialect, {})
    if empty is not None:
        yield _call(route, Purpose.EMPTY, document={}, expects=empty)


def _documents(dialect: Dialect, profile: Profile) -> Iterator[Call]:
    for route in dialect.routes:
        operation = route.operation
        if isinstance(operation, Document):
            yield _call(route, Purpose.DOCUMENT, name=_model(dialect))
        elif isinstance(operation, List) and not profile.lacks("lists"):
            yield _call(route, Purpose.LIST)
        elif isinstance(operation, Upload) and not profile.lacks("uploads"):
            form = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
            yield _call(route, Purpose.UPLOAD, content=_form(operation.field), headers=form)


def _model(dialect: Dialect) -> str:
    return str(dialect.example.get("model", dialect.model))


def _form(field: str) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="a.png"\r\n'
    return f"{head}Content-Type: image/png\r\n\r\n".encode() + PICTURE + f"\r\n--{BOUNDARY}--\r\n".encode()
