"""Puts functions in the place of others wherever a loaded module holds them, and puts them back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

Function = Callable[..., Any]


class Substitution:
    """Originals and what stands in for them. A module is searched once, and again only if its names have become others.

    ``spared`` are the packages whose modules keep what they hold.
    """

    def __init__(self, spared: frozenset[str]) -> None:
        self._spared = spared
        # By identity: time-machine changes the hash of the functions that it turns.
        self._stand_ins: dict[int, tuple[Function, Function]] = {}
        # Of every module's namespace its identity and size: no reference, so that a module can go.
        self._searched: dict[str, tuple[int, int]] = {}
        self._held: dict[str, tuple[tuple[str, Function], ...]] = {}

    def add(self, original: Function, stand_in: Function) -> None:
        """From now on that one stands in for this one."""
        if self._stand_in(original) is not stand_in:
            self._stand_ins[id(original)] = original, stand_in
            self._searched.clear()

    def put(self) -> None:
        """Put every stand-in in its original's place."""
        for names, name, original in self._places():
            if names[name] is original:
                names[name] = self._stand_in(original)

    def put_back(self) -> None:
        """Put every original back, also in modules that were loaded meanwhile; what others put there stays."""
        for names, name, original in self._places():
            if names[name] is self._stand_in(original):
                names[name] = original

    def _stand_in(self, original: Function) -> Function | None:
        return self._stand_ins.get(id(original), (original, None))[1]

    def _places(self) -> Iterator[tuple[dict[str, Any], str, Function]]:
        """Yield namespaces with a name that is, or was, one of the functions, and the original."""
        self._search()
        for module, held in self._held.items():
            names = _names(sys.modules.get(module))
            for name, original in held:
                if name in names:
                    yield names, name, original

    def _search(self) -> None:
        # Neither may be hashable elsewhere: a namespace holds anything.
        functions = {id(original): original for original, _ in self._stand_ins.values()}
        functions |= {id(stand_in): original for original, stand_in in self._stand_ins.values()}
        for module, names in self._unsearched():
            held = tuple((name, functions[id(value)]) for name, value in tuple(names.items()) if id(value) in functions)
            if held:
                self._held[module] = held

    def _unsearched(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the modules that have other names than when they were searched, and those names."""
        for module, loaded in tuple(sys.modules.items()):
            names = _names(loaded)
            seen = (id(names), len(names))
            if self._searched.get(module) != seen and module.partition(".")[0] not in self._spared:
                self._searched[module] = seen
                yield module, names


def _names(module: ModuleType | None) -> dict[str, Any]:
    """The namespace of a module, without waking one that loads itself when it is asked; of anything else none."""
    if not issubclass(type(module), ModuleType):
        return {}
    names: dict[str, Any] = ModuleType.__getattribute__(module, "__dict__")
    return names
