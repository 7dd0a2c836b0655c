"""What a route of the control API is, and which one a path means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from mockvideo.server.control.asked import Asked, Nothing
from mockvideo.server.control.told import Told
from mockvideo.server.control.visit import Visit
from mockvideo.server.files import Answer

PREFIX = "/_mockvideo"
MINE = "/me"
ANY = "/accounts/{tag}"
# Who may: anybody whom the guard lets in, who has a key or the token, the account itself, who has the token.
Access = Literal["open", "either", "account", "token"]
Act = Callable[[Visit, Any], Awaitable[Told | Answer | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path behind ``PREFIX``; ``asks`` is its body, or its query if it only reads.

    ``act`` returns what is told, or what is no document; None if everything was sent already, or nobody is there.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    access: Access
    act: Act
    about: str
    asks: type[Asked] = Nothing
    tells: type[Told] | None = None
    status: int = 200

    @property
    def writes(self) -> bool:
        return self.method != "GET"


Methods = Mapping[str, Route]


class Found(NamedTuple):
    """The routes of a path by method, and what stands for the names in its braces."""

    methods: Methods
    names: Mapping[str, str]


class Table:
    """Finds routes by whole segments, so that no other notation of a path leads to one."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._places: dict[tuple[str, ...], dict[str, Route]] = {}
        for route in self.routes:
            methods = self._places.setdefault(tuple(route.path.split("/")), {})
            methods[route.method] = route
            if route.method == "GET":
                methods["HEAD"] = route

    def find(self, path: str) -> Found | None:
        """Return what is at a path, which begins with the prefix; None if nothing is."""
        segments = tuple(path.removeprefix(PREFIX).split("/"))
        for place, methods in self._places.items():
            names = _names(place, segments)
            if names is not None:
                return Found(methods, names)
        return None


def both(**said: Any) -> Iterator[Route]:
    """Yield a route that is there for the account itself, and for all accounts."""
    path = said.pop("path")
    yield Route(path=MINE + path, access="account", **said)
    yield Route(path=ANY + path, access="token", **said)


def _names(place: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    """Return what stands for the names of a place; None if it is another one."""
    if len(place) != len(segments):
        return None
    names: dict[str, str] = {}
    for wanted, found in zip(place, segments, strict=True):
        if wanted.startswith("{") and found:
            names[wanted[1:-1]] = found
        elif wanted != found:
            return None
    return names
