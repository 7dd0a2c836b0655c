"""Which URLs a webhook may go to. A mock's usual receiver is on this machine, so the default is local receivers only.

What is judged are the addresses that a name resolves to, each of them, and a connection goes to one that was judged:
a name that is resolved once more for it can mean another one then (WireMock's CVE-2023-41329).
"""

from __future__ import annotations

import re
import string
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from socket import EAI_NONAME, gaierror
from typing import Literal, NamedTuple
from urllib.parse import quote, urlsplit

from mockvideo.server.webhooks.addresses import Address, is_here, is_local, literal, never, unmapped

Mode = Literal["local", "allowlist", "any"]
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

PORTS = {"http": 80, "https": 443}
METADATA_NAMES = frozenset(
    {
        "instance-data.ec2.internal",
        "metadata.azure.internal",
        "metadata.goog",
        "metadata.google.internal",
        "metadata.tencentyun.com",
    }
)
NO_FLAG = "No flag allows that."
LONGEST_TOLD = 200
LONGEST_URL = 8192
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:@%\\]{1,255}))(?::(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"[a-z0-9._-]{1,253}")
# RFC 3986 has neither, and urlsplit drops some of them without a word.
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0]")


class Forbidden(Exception):  # noqa: N818 - no error of ours: the policy at work
    """A URL that is not called; the text says why, and which flag would allow it."""


class Place(NamedTuple):
    """A host as all its spellings are written here, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; ``path`` is ASCII, with the query."""

    scheme: str
    place: Place
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says: the port only if it is not the scheme's own."""
        text = str(self.place)
        return text.rpartition(":")[0] if self.place.port == PORTS[self.scheme] else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may be called. ``allowed`` places may be called in mode ``local``, too, and are all in ``allowlist``.

    ``own_ports`` are those that this server listens on, which may become more later; ``own_places`` reach it from
    elsewhere.
    """

    mode: Mode = "local"
    allowed: Collection[Place] = frozenset()
    own_ports: Collection[int] = frozenset()
    own_places: Collection[Place] = frozenset()

    def check_place(self, place: Place) -> None:
        """Refuse what needs no resolver to be refused; raises Forbidden."""
        if place.host in METADATA_NAMES:
            raise _forbidden(place, "that is a name of cloud metadata", NO_FLAG)
        if place in self.own_places:
            raise _forbidden(place, "that is this server itself", NO_FLAG)
        if self.mode == "allowlist" and place not in self.allowed:
            raise _forbidden(place, "it is not on the list", f"Add it with --webhook-allow {place}.")

    def check_address(self, place: Place, address: Address) -> None:
        """Refuse an address that the place has; raises Forbidden."""
        meaning = "" if literal(place.host) == address else f"its address {address} is "
        what = never(address)
        if what is not None:
            raise _forbidden(place, f"{meaning or 'that is '}{what}", NO_FLAG)
        if place.port in self.own_ports and is_here(address):
            raise _forbidden(place, "that is this server itself", NO_FLAG)
        if self.mode == "local" and not is_local(address) and place not in self.allowed:
            why = f"{meaning or 'it is '}neither on this machine nor in a private network"
            raise _forbidden(place, why, f"Allow it with --webhook-allow {place}, or everything with --webhooks any.")


async def route(policy: Policy, target: Target, resolver: Resolver) -> list[str]:
    """Return the addresses of the target, each of them checked; raises Forbidden, and OSError if it has none."""
    place = target.place
    policy.check_place(place)
    answers = [place.host] if literal(place.host) is not None else await resolver(*place)
    if not answers:
        raise gaierror(EAI_NONAME, "it has no address")
    addresses = []
    for answer in dict.fromkeys(answers):
        address = literal(answer)
        if address is None:
            raise _forbidden(place, f"its address {answer[:LONGEST_TOLD]!r} is none", NO_FLAG)
        policy.check_address(place, address)
        addresses.append(str(unmapped(address)))
    return addresses


def parse(url: str) -> Target:
    """Take a URL apart; raises Forbidden if it is none that can be called, or not the same to all who read it."""
    if len(url) > LONGEST_URL:
        raise _unreadable(url, f"it has more than {LONGEST_URL} characters")
    if _INVISIBLE.search(url):
        raise _unreadable(url, "it has white space or control characters")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _unreadable(url, str(error)) from None
    if parts.scheme not in PORTS:
        raise _unreadable(url, "it does not begin with http:// or https://")
    if "@" in parts.netloc:
        # Not told, as it may be a secret.
        raise _unreadable(f"{parts.scheme}://…@{parts.netloc.rpartition('@')[2]}", "it has a user name or a password")
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=string.punctuation)
    try:
        return Target(parts.scheme, _place(parts.netloc, PORTS[parts.scheme]), path)
    except ValueError as error:
        raise _unreadable(url, str(error)) from None


def read_place(text: str) -> Place:
    """Read ``HOST:PORT`` as a flag gives it; raises ValueError."""
    place = _place(text, 0)
    if place.port == 0:
        raise ValueError(f"{text!r} has no port; give HOST:PORT, like hooks.example.com:443")
    return place


def _place(authority: str, usual_port: int) -> Place:
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        raise ValueError("its host and port cannot be read")
    port = int(found["port"] or usual_port)
    if port > 65535 or (found["port"] and port == 0):
        raise ValueError(f"there is no port {port}")
    return Place(_host(found), port)


def _host(found: re.Match[str]) -> str:
    if found["v6"] is not None:
        address = literal(found["v6"])
        if address is None:
            raise ValueError(f"[{found['v6']}] is no address")
        return str(address)
    # The encoding that Python's resolver calls use themselves; it also knows full-width digits and dots.
    name = found["name"].encode("idna").decode().lower().removesuffix(".")
    if not _NAME.fullmatch(name):
        raise ValueError("its host cannot be a name")
    address = literal(name)
    return name if address is None else str(address)


def _forbidden(place: Place, why: str, flag: str) -> Forbidden:
    return Forbidden(f"{place} is not called: {why}. {flag}")


def _unreadable(url: str, why: str) -> Forbidden:
    return Forbidden(f"{url[:LONGEST_TOLD]!r} is not called: {why}. {NO_FLAG}")
