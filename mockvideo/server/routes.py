"""Which documented route a method and path mean: three look-ups, however many routes there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from mockvideo.dialect import Dialect
from mockvideo.operation import Route

Methods = dict[str, Route]
Found = tuple[Methods, str]


class Table:
    """The routes of one dialect. A HEAD is answered like the GET of the same path."""

    __slots__ = ("_plain", "_templates", "paths")

    def __init__(self, routes: Iterable[Route]) -> None:
        self._plain: dict[str, Methods] = {}
        self._templates: dict[tuple[str, str], Methods] = {}
        for route in routes:
            before, brace, after = route.path.partition("{id}")
            place = self._templates.setdefault((before, after), {}) if brace else self._plain.setdefault(before, {})
            place[route.method] = route
            if route.method == "GET":
                place["HEAD"] = route
        self.paths = sorted([*self._plain, *("{id}".join(ends) for ends in self._templates)])

    def find(self, path: str) -> Found | None:
        """Return the routes of a path by method, and the name that stands for ``{id}``; None if there are none."""
        methods = self._plain.get(path)
        if methods is not None:
            return methods, ""
        head, _, tail = path.rpartition("/")
        methods = self._templates.get((head + "/", ""))
        if methods is not None and tail:
            return methods, tail
        before, _, name = head.rpartition("/")
        methods = self._templates.get((before + "/", "/" + tail))
        return (methods, name) if methods is not None and name else None

    def endings(self) -> Iterator[tuple[str, Methods]]:
        """Yield what stands before an ``{id}`` at the end, without the slash, where no plain path begins like that."""
        begun = {path.rpartition("/")[0] for path in self._plain}
        for (before, after), methods in self._templates.items():
            if not after and before[:-1] not in begun:
                yield before[:-1], methods

    def near(self, path: str) -> str | None:
        """Return the documented path that resembles this one."""
        return next(iter(get_close_matches(path[:200], self.paths, n=1)), None)


class Place(NamedTuple):
    """Where a path leads: the dialect, the prefix and the documented path, and the routes found there with the name."""

    dialect: Dialect
    table: Table
    prefix: str
    path: str
    found: Found | None
