"""Starts a server, runs a command beside it, and draws the sum."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import click

from mockvideo.cli import exchanges, junit, relay
from mockvideo.cli.bounds import Bounds, judge
from mockvideo.cli.debrief import Stage, page
from mockvideo.cli.env import variables
from mockvideo.cli.evidence import Evidence
from mockvideo.cli.exchanges import Log
from mockvideo.cli.named import refuse_unknown
from mockvideo.cli.relay import Ending
from mockvideo.cli.terminal import painter
from mockvideo.core.scenario import Scenario
from mockvideo.plain import clean
from mockvideo.server.app import App, create_app
from mockvideo.server.environment import read_project, setup
from mockvideo.server.options import Options
from mockvideo.server.thread import ServerThread

SEEDS = 1_000_000_000
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Order:
    """A command, the server beside it, and what it has to hold. ``dialect``: only this one's variables are given."""

    words: Sequence[str]
    options: Options
    bounds: Bounds
    dialect: str | None = None
    junit: Path | None = None


def settled(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Options:
    """Return how our server behaves: as serve would there, but for any key, on loopback. Raises SetupError."""
    asked = setup(flags, environ, {"seed": secrets.randbelow(SEEDS), **read_project(folder)}).options
    return replace(asked, settings=replace(asked.settings, keys=None), public_url=None, beyond_loopback=False)


def conduct(order: Order) -> int:
    """Run the command and tell what came of it; return its status, or 1 if it succeeded and a check is broken."""
    app = create_app(order.options)
    if order.dialect is not None:
        refuse_unknown(order.dialect, app.dialects)
    if order.junit is not None:
        junit.put(order.junit)
    evidence = Evidence(app.dialects, _scenario(app), inline=order.options.media == "data")
    app.exchange.observer, app.service.deliverer.observer = evidence, evidence.call
    ending, stage = _play(order, app)
    report = evidence.audit.report()
    checks = judge(ending, report, evidence.unplanned, order.bounds)
    if ending.trouble:
        told = f"Error: {clean(ending.trouble)}"
    else:
        told = f"\n{page(evidence, report, checks, stage, painter(sys.stderr))}\n"
    # Nobody may read it any more, and the command's status is what counts then.
    Log(exchanges.record, sys.stderr).say(told)
    if order.junit is not None:
        junit.put(order.junit, junit.document(checks, click.unstyle(told)))
    return ending.status or int(any(check.broken for check in checks))


def _play(order: Order, app: App) -> tuple[Ending, Stage]:
    """Run the command while the server listens."""
    seed = order.options.settings.seed
    with ServerThread(app) as server:
        values, conflicts = variables(order.dialect, server.url, key_of(seed))
        for conflict in conflicts:
            click.echo(conflict, err=True)
        ending = relay.run(order.words, surroundings(os.environ, values))
    leading = {name: value for name, value in values.items() if value.startswith(server.url)}
    return ending, Stage(leading, tuple(app.dialects), seed, app.astray)


def key_of(seed: int) -> str:
    """The key of a run: another one for each seed, and the same for the same, so that its story repeats."""
    return "sk-run-" + blake2b(str(seed).encode(), digest_size=16).hexdigest()


def surroundings(environ: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return what the command finds in its environment: these values, and no proxy before our server."""
    direct = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if direct != "*":
        direct = ",".join(filter(None, (direct, LOOPBACK)))
    # That of another server, if somebody has set it.
    kept = {name: value for name, value in environ.items() if name != "MOCKVIDEO_BASE_URL"}
    return {**kept, "no_proxy": direct, "NO_PROXY": direct, **values}


def _scenario(app: App) -> Scenario | None:
    """The one that is in force for every request."""
    settings = app.service.accounts.settings
    named = settings.scenario
    return (settings.library or {})[named] if isinstance(named, str) else named
