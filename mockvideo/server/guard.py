"""Who may ask: the Host of a request and the Origin of a web page, checked before anything else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

# A name or IPv4 address, or an IPv6 address in brackets; then perhaps a port.
HOST = re.compile(r"(?:\[([0-9a-f.]*:[0-9a-f:.]*)\]|((?:[a-z0-9_-]+\.)*[a-z0-9_-]+)\.?)(?::[0-9]{1,5})?")
HOST_BYTES = 260  # 253 characters of a DNS name, a dot, a colon and five digits
# Nobody can register these: ICANN's .internal, RFC 6761's .test, RFC 6762's .local, Kubernetes' below that.
NETWORK_SUFFIXES = (".internal", ".test", ".local", ".svc.cluster.local")
HEADER_NAMES = re.compile(rb"[A-Za-z0-9_-]+(?:, ?[A-Za-z0-9_-]+)*")
HEADER_NAMES_BYTES = 2_048
REMEMBERED = 256
EXPOSE_ALL = (b"access-control-expose-headers", b"*")
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"


class Guard:
    """Which hosts are served and which origins may read the answers.

    Against DNS rebinding a Host must be a name that no stranger can own, an address, or one that was allowed by hand.
    """

    __slots__ = ("_accepted", "_beyond_loopback", "_names", "_origins", "_served")

    def __init__(
        self,
        *,
        allowed_hosts: Sequence[str] = (),
        public_url: str | None = None,
        beyond_loopback: bool = False,
        cors_origins: Sequence[str] = (),
    ) -> None:
        named = [*allowed_hosts, *([urlsplit(public_url).netloc] if public_url else [])]
        self._names = frozenset(_allowed_name(host) for host in named)
        self._beyond_loopback = beyond_loopback
        self._origins = frozenset(origin.encode("ascii") for origin in cors_origins)
        self._served = _served(self._names, beyond_loopback=beyond_loopback)
        self._accepted: set[bytes] = set()

    def host_problem(self, host: bytes | None) -> str | None:
        """Why this Host header is refused, and how to allow it; None if it is served. Never raises."""
        if host in self._accepted:
            return None
        name = _host_name(host.decode("latin-1")) if host else None
        if host is None or name is None:
            return f"The request needs a Host header with one name or address. {self._served} {_cure('others', 'NAME')}"
        if not self._serves(name):
            return f"Host {name} is not served here. {self._served} {_cure('it', name)}"
        if len(self._accepted) >= REMEMBERED:
            self._accepted.clear()
        self._accepted.add(host)
        return None

    def cors(self, origin: bytes | None) -> list[tuple[bytes, bytes]]:
        """The headers that let this page read an answer; none unless its origin was allowed."""
        if b"*" in self._origins and origin:
            return [(b"access-control-allow-origin", b"*"), EXPOSE_ALL]
        if origin in self._origins:
            return [(b"access-control-allow-origin", origin), (b"vary", b"Origin"), EXPOSE_ALL]
        return []

    def preflight(self, origin: bytes | None, asked: bytes | None) -> list[tuple[bytes, bytes]]:
        """The answer to OPTIONS; ``asked`` is Access-Control-Request-Headers, echoed if it is plain names."""
        headers = self.cors(origin)
        if headers:
            headers += [(b"access-control-allow-methods", METHODS), (b"access-control-max-age", b"600")]
            if asked and len(asked) <= HEADER_NAMES_BYTES and HEADER_NAMES.fullmatch(asked):
                # Echoed, because * would not stand for Authorization (Fetch standard).
                headers.append((b"access-control-allow-headers", asked))
        return headers

    def _serves(self, name: str) -> bool:
        # RFC 6761, 6.3 keeps .localhost on this machine, and rebinding needs a name: an address cannot be rebound.
        if name == "localhost" or name.endswith(".localhost") or name in self._names or _is_address(name):
            return True
        return self._beyond_loopback and ("." not in name or name.endswith(NETWORK_SUFFIXES))


def _host_name(host: str) -> str | None:
    """The lower-cased name or address without port, brackets and trailing dot; None if it is neither."""
    match = HOST.fullmatch(host.lower()) if len(host) <= HOST_BYTES else None
    if not match:
        return None
    address, name = match.groups()
    if name:
        return name
    return address if _is_address(address) else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _allowed_name(host: str) -> str:
    name = _host_name(host)
    if name is None:
        raise ValueError(f"{host!r} is not a host name; allow it like example.test, without scheme and path")
    return name


def _served(names: frozenset[str], *, beyond_loopback: bool) -> str:
    kinds = ["localhost", "names under .localhost", "IP addresses", *sorted(names)]
    if beyond_loopback:
        kinds += ["names without a dot", f"names under {', '.join(NETWORK_SUFFIXES)}"]
    return f"Served are {', '.join(kinds)}."


def _cure(what: str, name: str) -> str:
    return f"Allow {what} with --allowed-host {name} or MOCKVIDEO_ALLOWED_HOSTS={name}."
