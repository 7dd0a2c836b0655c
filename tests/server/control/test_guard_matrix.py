"""Every route of the control API, walked from its table, under every way to come without right: nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from mockvideo.server.app import App
from mockvideo.server.control.routes import ROUTES
from mockvideo.server.control.table import Route
from tests.server.control.calling import KEY, TOKEN, WITH_TOKEN, account, app_of, call, owe, state, submit
from tests.server.driving import JSON, Header

OWN = b"http://localhost:8420"
BODIES = {
    "/accounts": {"clock": "manual"},
    "/scenario": {"scenario": "402"},
    "/scenario/rules": {"rule": "status = 503"},
    "/clock": {"mode": "auto"},
    "/clock/advance": {"seconds": 60},
    "/settle": {"state": "failed"},
    "/journal/wait": {"count": 1},
    "/webhooks/wait": {"count": 1},
    "/redeliver": {},
    "/reset": {"what": ["all"]},
}


class Request(NamedTuple):
    """A request to the control API; the right one, or one without right."""

    method: str
    path: str
    credential: tuple[Header, ...]
    headers: tuple[Header, ...] = ()
    types: tuple[Header, ...] = (JSON,)
    host: bytes | None = b"localhost:8420"
    query: str = ""


Variant = tuple[str, Request]


def right(route: Route, app: App) -> Request:
    """The request that has an effect."""
    (webhook,) = account(app).outbox
    path = route.path.replace("{tag}", account(app).tag).replace("/webhooks/{id}", f"/webhooks/{webhook.id}")
    path = path.replace("{dialect}", "sora").replace("{id}", next(account(app).store.latest("sora")).id)
    key = (b"authorization", f"Bearer {KEY}".encode())
    credential = {"account": (key,), "token": (WITH_TOKEN,), "either": (key,), "open": ()}[route.access]
    return Request(route.method, path, credential, types=(JSON,) if route.writes else ())


def send(app: App, asked: Request) -> Any:
    ends = sorted(BODIES, key=len, reverse=True) if asked.method in {"POST", "PUT"} else []
    body = next((BODIES[end] for end in ends if asked.path.endswith(end)), None)
    headers = [*asked.credential, *asked.headers, *(asked.types or [(b"content-type", b"")])]
    headers = [(name, value) for name, value in headers if value or name != b"content-type"]
    # The driver adds a type where none is; an empty one stands for none.
    typed = headers if any(name == b"content-type" for name, _ in headers) else [*headers, (b"content-type", b"")]
    return call(app, asked.method, asked.path + asked.query, *typed, body=body, host=asked.host)


# What is wrong


def hosts(asked: Request) -> Iterator[Variant]:
    for host in (
        b"evil.example",
        b"evil.example:8420",
        b"localhost.evil.example",
        b"127.0.0.1.nip.io",
        b"localhost@evil.example",
        b"user:pass@localhost:8420",
        b"localhost:8420, evil.example",
        b"localhost/",
        b"",
        None,
    ):
        yield f"host {host!r}", asked._replace(host=host)
    yield "two hosts", asked._replace(headers=((b"host", b"localhost:8420"),))


def origins(asked: Request) -> Iterator[Variant]:
    for origin in (
        b"http://evil.example",
        b"https://evil.example",
        b"null",
        b"file://",
        b"http://localhost:3000",
        b"http://localhost",
        b"https://localhost:8420",
        b"http://127.0.0.1:8420",
        b"http://localhost:8420.evil.example",
        b"http://user@localhost:8420",
        b"chrome-extension://abcdef",
        b"",
        b"*",
    ):
        yield f"origin {origin!r}", asked._replace(headers=((b"origin", origin),))
    yield "a second origin", asked._replace(headers=((b"origin", OWN), (b"origin", b"http://evil.example")))


def referers(asked: Request) -> Iterator[Variant]:
    for referer in (
        b"http://evil.example/",
        b"http://evil.example/?http://localhost:8420/",
        b"http://localhost:8420.evil.example/",
        b"http://localhost:8420@evil.example/",
        b"about:blank",
        b"http://[::1",
    ):
        yield f"referer {referer!r}", asked._replace(headers=((b"referer", referer),))


def sites(asked: Request) -> Iterator[Variant]:
    for site in (b"cross-site", b"same-site", b"SAME-SITE", b"none, cross-site", b"same-origin;x", b""):
        yield f"site {site!r}", asked._replace(headers=((b"sec-fetch-site", site),))
    yield "a second site", asked._replace(headers=((b"sec-fetch-site", b"none"), (b"sec-fetch-site", b"cross-site")))
    yield (
        "an origin of a page, a good site",
        asked._replace(headers=((b"origin", b"http://evil.example"), (b"sec-fetch-site", b"same-origin"))),
    )


def types(asked: Request) -> Iterator[Variant]:
    if not asked.types:
        return
    for kind in (
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=b",
        b"text/plain; application/json",
        b"application/jsonp",
        b"application/json-patch+json",
        b"",
    ):
        yield f"type {kind!r}", asked._replace(types=((b"content-type", kind),) if kind else ())
    yield "a second type", asked._replace(types=(JSON, (b"content-type", b"text/plain")))
    yield "compressed", asked._replace(headers=((b"content-encoding", b"gzip"),))


def paths(asked: Request) -> Iterator[Variant]:
    path = asked.path
    for other in (
        f"/{path}",
        f"{path}/",
        f"//{path[1:]}",
        path.replace("/", "//"),
        f"/.{path}",
        f"/me/..{path}",
        path.upper(),
        path.replace("/", "%2f"),
        path[:-1] + f"%{ord(path[-1]):02x}",
        f"{path}%00",
        f"{path}\0",
        f"{path};a=b",
        f"{path} ",
        f"{path}.json",
        f"/_mockvideo{path}",
    ):
        if other != path:
            yield f"path {other!r}", asked._replace(path=other)


def methods(asked: Request) -> Iterator[Variant]:
    for method in ("PURGE", "OPTIONS", "PATCH", "TRACE", "CONNECT", asked.method.lower(), "GET\0"):
        yield f"method {method!r}", asked._replace(method=method)


def tokens(asked: Request) -> Iterator[Variant]:
    """Without the token where it is needed."""
    for name, headers in {
        "no token": (),
        "an empty one": ((b"x-mockvideo-token", b""),),
        "another one": ((b"x-mockvideo-token", b"another-token-altogether"),),
        "a part of it": ((b"x-mockvideo-token", TOKEN[:-1].encode()),),
        "more than it": ((b"x-mockvideo-token", (TOKEN + "x").encode()),),
        "in capitals": ((b"x-mockvideo-token", TOKEN.upper().encode()),),
        "as a key": ((b"x-api-key", TOKEN.encode()),),
        "as a password": ((b"authorization", b"Basic " + TOKEN.encode()),),
        "in a cookie": ((b"cookie", b"x-mockvideo-token=" + TOKEN.encode()),),
        "a key": ((b"authorization", f"Bearer {KEY}".encode()),),
        "a key in the place of the token": ((b"x-mockvideo-token", KEY.encode()),),
    }.items():
        yield name, asked._replace(credential=headers)
    for name in ("token", "x-mockvideo-token", "access_token"):
        yield f"{name} in the query", asked._replace(credential=(), query=f"?{name}={TOKEN}")


def keys(asked: Request) -> Iterator[Variant]:
    """Without a key, or with one that is refused; a foreign one has tests of its own."""
    for name, headers in {
        "no key": (),
        "an empty one": ((b"authorization", b"Bearer "),),
        "one that is revoked": ((b"authorization", b"Bearer revoked"),),
        "one that is inactive": ((b"x-api-key", b"inactive"),),
        "one that is too long": ((b"x-api-key", b"k" * 600),),
        "one beyond ASCII": ((b"x-api-key", b"k\xfc"),),
        "the token in its place": ((b"authorization", f"Bearer {TOKEN}".encode()),),
        "the token": (WITH_TOKEN,),
        "in a cookie": ((b"cookie", b"x-api-key=" + KEY.encode()),),
    }.items():
        yield name, asked._replace(credential=headers)
    for name in ("key", "api_key", "x-api-key"):
        yield f"{name} in the query", asked._replace(credential=(), query=f"?{name}={KEY}")


RIGHTS = {"account": keys, "token": tokens, "either": lambda asked: iter(()), "open": lambda asked: iter(())}


def variants(route: Route, asked: Request) -> list[Variant]:
    found = [each for kind in (hosts, origins, referers, sites, types, paths, methods) for each in kind(asked)]
    return [*found, *RIGHTS[route.access](asked)]


@pytest.fixture(scope="module")
def app() -> App:
    made = app_of(token=TOKEN)
    with made.service.deliverer.listening(()):
        owe(made)
    submit(made)
    submit(made, key="another")
    return made


every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")


@every_route
def test_without_right_no_route_does_anything(route, app) -> None:
    asked, tag = right(route, app), account(app).tag
    before = state(app)
    tried = variants(route, asked)
    for name, without in tried:
        reply = send(app, without)
        assert 400 <= reply.status < 500, f"{name}: {reply}"
        assert state(app) == before, name
        assert not [header for header, _ in reply.headers if header.startswith(b"access-control")], name
        assert tag in without.path or tag.encode() not in reply.body, name
    assert len(tried) >= 40


@every_route
def test_the_same_request_with_right_is_answered(route) -> None:
    app = app_of(token=TOKEN)
    with app.service.deliverer.listening(()):
        owe(app)
        submit(app)
        asked = right(route, app)
        if asked.path.endswith("/events"):
            # It never ends.
            asked = asked._replace(method="HEAD")
        before = state(app)
        reply = send(app, asked)
    assert reply.status == route.status, reply
    # There is no scenario that could end, and nothing to wait for.
    idle = not route.writes or route.act.__name__ in {"end", "end_all", "wait"}
    assert (state(app) == before) is idle


def test_every_route_is_walked() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES) >= 40
