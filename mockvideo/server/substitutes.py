"""Other bytes in the place of an answer: pages of gateways, redirects, bodies, headers, ends that cannot be found."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from mockvideo.core.faults import Bytes
from mockvideo.core.rng import Chance, digest
from mockvideo.server.call import Call, Headers
from mockvideo.server.files import Answer
from mockvideo.server.wire import Wire

PAGE = """<html>
<head><title>{status} {title}</title></head>
<body>
<center><h1>{status} {title}</h1></center>
<hr><center>gateway</center>
</body>
</html>
"""
# What HTTP has no phrase for, or no such page: the sign-in of a hotel's network, and Cloudflare's own statuses.
TITLES = {
    200: "Sign in to use this network",
    520: "Web server is returning an unknown error",
    521: "Web server is down",
    522: "Connection timed out",
    523: "Origin is unreachable",
    524: "A timeout occurred",
}
WITHOUT_BODY = frozenset({204, 304})
# Of a body that is ended too early.
SHARE = 0.77
# A noise of so many blocks of 64 bytes.
NOISE = 8
# What may stand in a URL as it is (RFC 3986).
SAFE = "/?:@!$&'()*+,;=~%"


def substitute(call: Call, answer: Answer, order: Bytes, clip: str | None) -> Answer:
    """Return what is sent in the place of an answer; ``clip`` is where a redirect to the clip leads, if anywhere."""
    if order.garbage:
        return Answer(answer.status, [], _noise(call), Wire(last=True, headless=True))
    target = clip if order.redirect == "clip" else order.redirect
    if order.redirect is not None and target is None:
        return answer
    other = _other(answer, order) if target is None else _redirect(call, order, target)
    types = {} if order.content_type is None else {"content-type": order.content_type}
    other = other._replace(headers=_instead(other.headers, {**order.headers, **types}))
    return _broken(other, order) if order.breaks else other


def page(status: int) -> bytes:
    """A page of a gateway, as they all look."""
    title = TITLES.get(status) or next((known.phrase for known in HTTPStatus if known == status), "Error")
    return PAGE.format(status=status, title=title).encode()


def _other(answer: Answer, order: Bytes) -> Answer:
    if order.html is not None:
        return _sized(Answer(order.html, [(b"content-type", b"text/html; charset=utf-8")], page(order.html)))
    if order.body is not None:
        # A text of its own is neither a part of a file nor one that a client has already.
        whole = 200 if answer.status in {206, 304} else answer.status
        return _sized(Answer(order.status or whole, answer.headers, order.body.encode()))
    if order.status is None:
        return answer
    return _sized(answer._replace(status=order.status))


def _redirect(call: Call, order: Bytes, target: str) -> Answer:
    return _sized(Answer(order.status or 302, [(b"location", _legible(_location(call, target)))], b""))


def _sized(answer: Answer) -> Answer:
    """State the size of the body; of an answer that can have none, drop it."""
    if answer.status in WITHOUT_BODY:
        return Answer(answer.status, _instead(answer.headers, {"content-length": ()}), b"")
    return answer._replace(headers=_instead(answer.headers, {"content-length": f"{len(answer.body)}"}))


def _instead(headers: Headers, others: Mapping[str, str | tuple[str, ...]]) -> Headers:
    """Put headers in the place of those of the same name."""
    names = {_legible(name.lower()) for name in others}
    kept = [header for header in headers if header[0] not in names]
    for name, value in others.items():
        values = (value,) if isinstance(value, str) else value
        kept += [(_legible(name.lower()), _legible(each)) for each in values]
    return kept


def _legible(text: str) -> bytes:
    # Files are checked, but values of Python are not: what ends a line would begin another header.
    return "".join(filter(str.isprintable, text)).encode("latin-1", "replace")


def _location(call: Call, where: str) -> str:
    """The URL that a redirect leads to."""
    if where not in {"self", "elsewhere"}:
        return where
    host = call.named[b"host"].decode("latin-1")
    if where == "elsewhere":
        port = host.rpartition(":")[2]
        name = "127.0.0.1" if host.startswith("localhost") else "localhost"
        host = f"{name}:{port}" if port.isdigit() else name
    query = call.scope["query_string"].decode("latin-1")
    return f"{call.scope['scheme']}://{host}{quote(call.scope['path'])}{'?' if query else ''}{quote(query, safe=SAFE)}"


def _noise(call: Call) -> bytes:
    """Bytes that are no HTTP, the same for the same story."""
    account = call.known_account
    name = call.plan.rules["fault"]
    chance = Chance(digest(account.key, str(account.direction.seed), name, str(call.number)))
    return b"".join(chance.take(64) for _ in range(NOISE))


def _broken(answer: Answer, order: Bytes) -> Answer:
    """Let the end of the body be where nobody looks for it."""
    body = bytes(answer.body)
    if order.chunked is None:
        announced = f"{max(0, len(body) + (order.content_length or 0))}"
        return answer._replace(headers=_instead(answer.headers, {"content-length": announced}), wire=Wire(last=True))
    if order.chunked == "early":
        body = body[: int(len(body) * SHARE)]
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    end, last = (b"0\r\n\r\n", False) if order.chunked == "early" else (b"", True)
    headers = _instead(answer.headers, {"content-length": (), "transfer-encoding": "chunked"})
    return Answer(answer.status, headers, chunk + end, Wire(last=last))
