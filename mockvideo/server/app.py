"""The ASGI application: the guard, the dialects under their names, the clips, and a page that says where things are."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from mockvideo import __version__, dialects
from mockvideo.advice import Advisor
from mockvideo.core.accounts import Accounts
from mockvideo.dialect import Dialect
from mockvideo.script.library import Library
from mockvideo.server import clips
from mockvideo.server.call import Call, Headers
from mockvideo.server.deliverer import Deliverer
from mockvideo.server.exchange import Exchange, Observer
from mockvideo.server.files import RESPOND, Answer, serve
from mockvideo.server.guard import Guard
from mockvideo.server.heading import Heading
from mockvideo.server.heads import SECTION, Section
from mockvideo.server.openapi import PATH as OPENAPI
from mockvideo.server.openapi import Specifications
from mockvideo.server.options import Options
from mockvideo.server.routes import Place, Table
from mockvideo.server.service import JSON, Service

# Escaped by a client, as it belongs to a name.
SLASH = re.compile("%2f", re.IGNORECASE)
CONTROL = "/_mockvideo/"
HEALTH = CONTROL + "health"
OURS = (clips.PATH, CONTROL)
FETCHES = {"GET": clips.DOWNLOAD, "HEAD": clips.DOWNLOAD}
NO_CLIP = {
    "error": {"message": "No such clip: the job is unknown, unfinished, or was made by a server that has been stopped."}
}
Control = Callable[[Scope, str, dict[bytes, bytes], Receive, Send], Awaitable[Answer | None]]


class App:
    """One server's ASGI application.

    ``roots``: on these ports a dialect is served without a prefix. ``astray`` is the last path where nothing is.
    ``control`` answers what is asked below ``/_mockvideo/``.
    """

    def __init__(self, service: Service, exchange: Exchange, known: Mapping[str, Dialect]) -> None:
        self.service = service
        self.exchange = exchange
        self.dialects = known
        self.roots: dict[int, str] = {}
        self.astray = ""
        self.control: Control | None = self._begin_control if service.options.control else None
        self._tables = {name: Table(dialect.routes) for name, dialect in known.items()}
        # Polls are most of the traffic: what stands before their id leads straight to their routes.
        self._polls = {
            f"/{name}{head}": (known[name], table, f"/{name}", methods)
            for name, table in self._tables.items()
            for head, methods in table.endings()
        }
        options = service.options
        public_url = options.public_url
        self._specifications = Specifications(known, public_url)
        self._public_path = None if public_url is None else urlsplit(public_url).path.rstrip("/")
        self._guard = Guard(
            allowed_hosts=options.allowed_hosts,
            public_url=public_url,
            beyond_loopback=options.beyond_loopback,
            cors_origins=options.cors_origins,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _lifespan(self.service.deliverer, scope, receive, send)
            return
        extensions: dict[str, Any] = scope.get("extensions", {})
        answer = await self._answer(scope, _heading(scope, extensions.get(SECTION)), receive, send)
        if answer is None:
            return
        # Popped, because what responds holds the scope: a cycle that only the garbage collector would end.
        respond = extensions.pop(RESPOND, None)
        if respond is None:
            await _send(answer, send)
        elif (playing := respond(answer)) is not None:
            await playing

    async def _answer(self, scope: Scope, heading: Heading, receive: Receive, send: Send) -> Answer | None:
        # Never cut out of a URL that is put together with the Host header: its path can be another one.
        path, named = scope["path"], heading.named
        if mount_point := scope.get("root_path", ""):
            path = path.removeprefix(mount_point)
        answer = self._at_the_door(scope, path, heading)
        if answer is not None:
            return answer
        place = self._locate(scope, path)
        if place is not None:
            call = Call(scope, place, heading)
            answer = self._clip(call) if call.route is clips.DOWNLOAD else await self.exchange(call, receive)
        elif self.control is not None and path.startswith(CONTROL) and not path.startswith(OPENAPI):
            # No page of another origin may read it, whatever --cors-origin says.
            return await self.control(scope, path, named, receive, send)
        else:
            answer = self._elsewhere(scope, path)
        if answer is not None and b"origin" in named:
            answer.headers.extend(self._guard.cors(named[b"origin"]))
        return answer

    def _at_the_door(self, scope: Scope, path: str, heading: Heading) -> Answer | None:
        """Refuse a host that is not ours, and answer a browser that asks first."""
        # Before the check of the host, as probes ask by any name or address.
        if path == HEALTH:
            return _json(200, {"status": "ok", "version": __version__})
        if not heading.served:
            refusal = self._refusal(scope["headers"], heading.named)
            if refusal is not None:
                return refusal
            heading.served = True
        if scope["method"] == "OPTIONS" and not path.startswith(CONTROL):
            return self._preflight(heading.named)
        return None

    def _refusal(self, headers: Headers, named: dict[bytes, bytes]) -> Answer | None:
        """Refuse a host that is not ours."""
        # RFC 9112, 3.2 wants 400. Of two headers `named` has the last one only, hence the count.
        if len(named) < len(headers) and [name for name, _ in headers].count(b"host") > 1:
            return _json(400, {"error": {"message": "The request has more than one Host header; send one."}})
        problem = self._guard.host_problem(named.get(b"host"))
        return None if problem is None else _json(421, {"error": {"message": problem}})

    def _preflight(self, named: dict[bytes, bytes]) -> Answer | None:
        asked = named.get(b"access-control-request-headers")
        allowed = self._guard.preflight(named.get(b"origin"), asked)
        return Answer(204, allowed, b"") if allowed else None

    async def _begin_control(
        self, scope: Scope, path: str, named: dict[bytes, bytes], receive: Receive, send: Send
    ) -> Answer | None:
        """Load the control API at its first request: many servers never see one."""
        self.control = import_module("mockvideo.server.control.api").Control(self.service, self.dialects)
        return await self.control(scope, path, named, receive, send)

    def _locate(self, scope: Scope, path: str) -> Place | None:
        """Find the dialect that a path or a clip belongs to, with the prefix that its client sees."""
        head, _, name = path.rpartition("/")
        known = self._polls.get(head) if name and not self.roots else None
        if known is not None:
            dialect, table, prefix, methods = known
            place: Place | None = Place(dialect, table, prefix, path[len(prefix) :], (methods, name))
        else:
            place = self._find(path, self._root(scope))
        if place is not None and place.found is None:
            place = self._with_slashes(scope) or place
        if place is None:
            return self._shelf(scope, path)
        before = scope.get("root_path", "") if self._public_path is None else self._public_path
        return place._replace(prefix=before + place.prefix) if before else place

    def _with_slashes(self, scope: Scope) -> Place | None:
        """Find a path with an id that has a slash in it, which its client has to escape; None if it has not."""
        sent = scope.get("raw_path", b"").decode("latin-1")
        path = unquote(SLASH.sub("%252F", sent))
        if path == unquote(sent):
            return None
        place = self._find(path.removeprefix(scope.get("root_path", "")), self._root(scope))
        if place is None or place.found is None:
            return None
        methods, name = place.found
        return place._replace(found=(methods, SLASH.sub("/", name)))

    def _root(self, scope: Scope) -> str | None:
        """The dialect that the port of this request belongs to."""
        server = scope.get("server") if self.roots else None
        return self.roots.get(server[1]) if server else None

    def _find(self, path: str, root: str | None) -> Place | None:
        """Find the dialect that a path belongs to; ``root`` is the one that the port belongs to.

        Clients paste a path of ours behind a base URL that has the prefix already, so it may stand twice.
        """
        if root is not None and not path.startswith(OURS) and path != "/":
            return self._place(root, "", path)
        first, _, rest = path[1:].partition("/")
        if first not in self.dialects:
            return None
        again, _, further = rest.partition("/")
        return self._place(first, "/" + first, "/" + (further if again == first else rest))

    def _place(self, name: str, prefix: str, path: str) -> Place:
        table = self._tables[name]
        return Place(self.dialects[name], table, prefix, path, table.find(path))

    def _shelf(self, scope: Scope, path: str) -> Place | None:
        """Return where the clips of a dialect lie, if one is to be fetched."""
        name = clips.dialect_of(path)
        if name not in self.dialects or scope["method"] not in FETCHES:
            return None
        return Place(self.dialects[name], self._tables[name], "", path, (FETCHES, ""))

    def _clip(self, call: Call) -> Answer:
        found = clips.find(self.service.accounts, call.path)
        return self.exchange.download(call, found) if found is not None else _json(404, NO_CLIP)

    def _elsewhere(self, scope: Scope, path: str) -> Answer:
        if path.startswith(clips.PATH):
            return self._media(scope, path)
        if path.startswith(OPENAPI):
            return self._specifications.answer(scope, path)
        mount_point = scope.get("root_path", "")
        if path == "/" and scope["method"] in {"GET", "HEAD"}:
            return _json(200, self._directory(mount_point))
        self.astray = path
        hint = self._hint(mount_point, path)
        return _json(404, {"error": {"message": f"Nothing is served at {mount_point}{path}.", "hint": hint}})

    def _media(self, scope: Scope, path: str) -> Answer:
        """Answer what is no fetch of a clip, but of a file that was uploaded, or is none at all."""
        method, headers = scope["method"], scope["headers"]
        if method not in FETCHES:
            return _json(405, {"error": {"message": "Clips are fetched with GET."}}, [(b"allow", b"GET, HEAD")])
        file = clips.find_upload(self.service.accounts, path)
        if file is not None:
            return serve(
                file.data, etag=file.digest, media_type=file.media_type, request_headers=headers, method=method
            )
        return _json(404, NO_CLIP)

    def _directory(self, mount_point: str) -> dict[str, Any]:
        urls = {name: f"{mount_point}/{name}" for name in self.dialects}
        name, dialect = next(iter(self.dialects.items()))
        hint = f"Add a documented path, as in {urls[name]}{dialect.routes[0].path}."
        return {"mockvideo": __version__, "base_urls": urls, "hint": hint}

    def _hint(self, mount_point: str, path: str) -> str:
        fitting = [f"{mount_point}/{name}{path}" for name, table in self._tables.items() if table.find(path)]
        if fitting:
            return f"Did you mean {' or '.join(fitting)}?"
        return f"Base URLs are {', '.join(f'{mount_point}/{name}' for name in self.dialects)}."


def create_app(options: Options | None = None, *, observer: Observer | None = None) -> App:
    """Make the application; ``observer`` sees every journal entry as it is written."""
    options = options or Options()
    settings = options.settings
    if settings.library is None:
        settings = replace(settings, library=Library())
    known = dialects.load()
    advisors = {name: Advisor(dialect.advice, dialect.terms.interval) for name, dialect in known.items()}
    made = clips.Clips()
    service = Service(options, Accounts(settings), advisors, made, Deliverer(options, known, made))
    return App(service, Exchange(service, observer), known)


def _heading(scope: Scope, section: Section | None) -> Heading:
    """Return what the headers of a request say, which is kept where they came before."""
    if section is None:
        return Heading(scope["headers"])
    if section.heading is None:
        section.heading = Heading(scope["headers"])
    heading: Heading = section.heading
    return heading


def _json(status: int, document: dict[str, Any], extra: Headers | None = None) -> Answer:
    body = to_json(document)
    return Answer(status, [JSON, (b"content-length", b"%d" % len(body)), *(extra or [])], body)


async def _send(answer: Answer, send: Send) -> None:
    """Send an answer where another protocol than ours serves."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if answer.wire is None:
        await send({"type": "http.response.body", "body": bytes(answer.body)})
        return
    # What takes our own transport is refused before it comes here (server.direct): this is a clip of any size.
    for piece in answer.pieces():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _lifespan(deliverer: Deliverer, scope: Scope, receive: Receive, send: Send) -> None:
    """There is nothing to start, and webhooks end with the server; web sockets are not spoken."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})
        return
    with deliverer.listening(()):
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
    await send({"type": "lifespan.shutdown.complete"})
