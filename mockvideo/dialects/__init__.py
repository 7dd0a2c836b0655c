"""Who speaks: one folder a provider, found by being there."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points

from mockvideo.dialect import Dialect

GROUP = "mockvideo.dialects"


def load() -> Mapping[str, Dialect]:
    """Return the dialects by name: the folders here, then the entry points of the group ``mockvideo.dialects``."""
    found: dict[str, Dialect] = {}
    for dialect in _found():
        if dialect.name in found:
            message = f"two dialects are called {dialect.name!r}; uninstall one, or give it another name"
            raise ValueError(message)
        found[dialect.name] = dialect
    return found


def _found() -> Iterator[Dialect]:
    for module in pkgutil.iter_modules(__path__):
        yield import_module(f"{__name__}.{module.name}").DIALECT
    for entry in _entries(tuple(sys.path)):
        dialect = entry.load()
        if not isinstance(dialect, Dialect):
            message = f"the entry point {entry.name!r} of {GROUP} must name a Dialect, not {type(dialect).__name__}"
            raise TypeError(message)
        yield dialect


@lru_cache(maxsize=4)
def _entries(_: tuple[str, ...]) -> EntryPoints:
    """What is installed along that path: looked up once, as it takes longer than all else that an app is made of."""
    return entry_points(group=GROUP)
