"""Who may come in: no web page of others, and whoever has the right key or token."""

from __future__ import annotations

import hmac
import re
from ipaddress import ip_address

from mockvideo.core.errors import ApiError
from mockvideo.server.body import refuse_encoding
from mockvideo.server.control.refusals import RefusedError, of_refusal
from mockvideo.server.control.table import Route
from mockvideo.server.control.visit import Visit

ANONYMOUS = "anonymous"
TOKEN_HEADER = b"x-mockvideo-token"
# With whatever stands before an @, which is no host.
ORIGIN = re.compile(r"https?://[^/?#]+")
# Another port of this machine is same-site, too, and a stranger there.
OWN_SITES = (b"same-origin", b"none")
WHERE_FROM = "The token is the one given with --token or MOCKVIDEO_TOKEN, or printed when the server started."
OTHERWISE = "An API key opens /_mockvideo/me/… for its own account."


def refuse_strangers(visit: Visit) -> None:
    """Refuse what comes from a web page that is not ours (OWASP's cross-site request forgery)."""
    public_url = visit.desk.service.options.public_url
    ours = {visit.origin.lower(), _origin((public_url or "").lower())}
    for name, value in visit.scope["headers"]:
        if name in {b"origin", b"referer"} and not _is_one_of(value, ours):
            hint = "Browsers may come from this server's own pages only; other programs leave Origin and Referer out."
            raise RefusedError(403, f"A page of another origin has no access ({name.decode().title()}).", hint)
        if name == b"sec-fetch-site" and value.strip().lower() not in OWN_SITES:
            raise RefusedError(403, "A page of another site has no access (Sec-Fetch-Site).")


def _is_one_of(value: bytes, origins: set[str]) -> bool:
    origin = _origin(value.decode("latin-1").strip().lower())
    return bool(origin) and origin in origins


def _origin(url: str) -> str:
    """The origin of a URL; empty if it has none that is ours to compare."""
    match = ORIGIN.match(url)
    return match[0] if match else ""


def refuse_other_types(visit: Visit) -> None:
    """Refuse what a form of a web page could send: only scripts can say that a body is JSON."""
    headers = visit.scope["headers"]
    declared = [value for name, value in headers if name == b"content-type"]
    if {value.partition(b";")[0].strip().lower() for value in declared} != {b"application/json"}:
        hint = "Send -H 'Content-Type: application/json', with an empty body, too."
        raise RefusedError(415, "Whatever changes something needs Content-Type: application/json.", hint)
    refuse_encoding(headers)


def admit(visit: Visit, route: Route) -> None:
    """Find the account that the call is about, if the caller may do this."""
    if route.access == "account":
        _enter(visit)
    elif route.access == "token":
        _show_token(visit)
        if "tag" in visit.names:
            _choose(visit, visit.names["tag"])
    elif route.access == "either":
        try:
            _show_token(visit)
        except RefusedError:
            _enter(visit)


def _enter(visit: Visit) -> None:
    """Come in with an API key, as to any dialect: the first time makes the account."""
    key = _bearer(visit) or visit.named.get(b"x-api-key", b"").decode("latin-1").strip()
    if not key:
        raise RefusedError(401, "Send an API key: Authorization: Bearer KEY, or X-API-Key: KEY.", OTHERWISE)
    token = visit.desk.service.options.token
    if token is not None and hmac.compare_digest(key.encode(), token.encode()):
        raise RefusedError(401, "This is the control token, which is no API key.", "It opens /_mockvideo/accounts/….")
    try:
        visit.account = visit.desk.service.accounts.get(key)
    except ApiError as error:
        raise of_refusal(error.refusal) from None


def _show_token(visit: Visit) -> None:
    options = visit.desk.service.options
    if options.token is None:
        # Who serves the application themselves, with uvicorn, may have bound it to more than options can know.
        if options.beyond_loopback or not _is_local(visit):
            hint = f"Start the server with --token TOKEN or MOCKVIDEO_TOKEN. {OTHERWISE}"
            raise RefusedError(
                401, "From other machines all accounts are reached with a token, and there is none.", hint
            )
        return
    given = visit.named.get(TOKEN_HEADER, b"").decode("latin-1").strip() or _bearer(visit)
    if not given:
        message = "Send the control token: X-Mockvideo-Token: TOKEN, or Authorization: Bearer TOKEN."
        raise RefusedError(401, message, f"{WHERE_FROM} {OTHERWISE}")
    if not hmac.compare_digest(given.encode(), options.token.encode()):
        raise RefusedError(401, "This is not the control token.", f"{WHERE_FROM} {OTHERWISE}")


def _is_local(visit: Visit) -> bool:
    """Whether the caller is on this machine; a socket without an address is."""
    client = visit.scope.get("client")
    try:
        return client is None or ip_address(client[0]).is_loopback
    except ValueError:
        return True


def _bearer(visit: Visit) -> str:
    value = visit.named.get(b"authorization", b"").decode("latin-1").strip()
    scheme, _, rest = value.partition(" ")
    # A scheme comes in any case (RFC 9110, 11.1).
    return rest.strip() if scheme.lower() == "bearer" else value


def _choose(visit: Visit, tag: str) -> None:
    accounts = visit.desk.service.accounts
    visit.account = accounts.anonymous if tag == ANONYMOUS else accounts.tagged(tag)
    if visit.account is None:
        raise RefusedError(404, "No account has this tag.", "GET /_mockvideo/accounts lists them.")
