"""Examines a server in this process, as somebody in another one would."""

from __future__ import annotations

from datetime import date
from typing import Any

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.profile import Profile
from mockvideo.conformance.provider.report import Report
from mockvideo.conformance.provider.target import Target
from mockvideo.dialects import load
from mockvideo.server.thread import ServerThread

DIALECTS = load()
TODAY = date(2026, 11, 20)


def target(url: str, dialect: str, **said: Any) -> Target:
    """A dialect of the server at that URL, which makes accounts, with one model alone."""
    model = str(DIALECTS[dialect].example["model"])
    usual = {"tier": "metered", "control_url": url, "profile": Profile(model=model, patience=100)}
    return Target(dialect=DIALECTS[dialect], base_url=f"{url}/{dialect}", **{**usual, **said})


def examined(app: Any, dialect: str, *, examples: int = 0, most: int | None = None, **said: Any) -> Report:
    """Examine a dialect of an application on a socket of its own, by at most so many jobs."""
    with ServerThread(app) as server:
        return check_provider(target(server.url, dialect, **said), max_jobs=most, examples=examples)
