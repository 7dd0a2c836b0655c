"""Scenarios by name: those that ship, a user's own, and single files; each is read when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from mockvideo import shipped
from mockvideo.core.scenario import Scenario
from mockvideo.script.problems import LONGEST_TOLD, ScriptError
from mockvideo.script.read import load


class Stamp(NamedTuple):
    """What tells whether a file has changed."""

    file: Path
    changed: int = 0
    size: int = 0
    inode: int = 0


class Kept(NamedTuple):
    """A scenario as it was read, and the file as it was last looked at."""

    scenario: Scenario
    stamp: Stamp


class Library(Mapping[str, Scenario]):
    """A user's folder outranks what ships, and single files outrank both; a file's name without ending is its name.

    To ask for a scenario raises KeyError if there is none of that name, ScriptError if it cannot be used.
    """

    def __init__(self, folder: Path | None = None, files: Iterable[Path] = ()) -> None:
        self._folders = [shipped.folder("scenarios"), *([] if folder is None else [folder])]
        self._given = tuple(files)
        self._lock = Lock()
        self._kept: dict[str, Kept] = {}
        self._files = self._found()

    def __getitem__(self, name: str) -> Scenario:
        kept = self._kept.get(name)
        if kept is None:
            with self._lock:
                kept = self._kept.get(name) or _read(_stamp(self._files[name]))
                self._kept[name] = kept
        return kept.scenario

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def file(self, name: str) -> Path:
        """Return where a scenario stands; raises KeyError."""
        return self._files[name]

    def nearest(self, name: str) -> list[str]:
        """Return names that look alike, the nearest first."""
        return get_close_matches(name[:LONGEST_TOLD], self)

    def refresh(self) -> list[str]:
        """Read anew what has changed, and tell so; what is wrong now stays as it was, and is told, too."""
        with self._lock:
            before = self._files
            # What was read stays: jobs were promised it.
            self._files = dict(sorted(({name: before[name] for name in self._kept} | self._found()).items()))
            told = [f"{file}: a new scenario" for name, file in self._files.items() if name not in before]
            for name, kept in self._kept.items():
                told += self._follow(name, kept)
        return told

    def _follow(self, name: str, kept: Kept) -> Iterator[str]:
        stamp = _stamp(self._files[name])
        if stamp == kept.stamp:
            return
        try:
            fresh = _read(stamp)
        except ScriptError as error:
            fresh = kept._replace(stamp=stamp)
            yield from str(error).splitlines()
            yield f"{stamp.file}: the scenario stays as it was"
        else:
            yield f"{stamp.file}: read again"
        self._kept[name] = fresh

    def _found(self) -> dict[str, Path]:
        listed = [file for folder in self._folders for file in folder.glob("*.toml") if file.name[0] != "."]
        found = {file.stem: file for file in [*listed, *self._given]}
        return dict(sorted(found.items()))


def _read(stamp: Stamp) -> Kept:
    return Kept(load(stamp.file), stamp)


def _stamp(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return Stamp(file)
    return Stamp(file, found.st_mtime_ns, found.st_size, found.st_ino)
