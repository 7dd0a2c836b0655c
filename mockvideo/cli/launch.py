"""Starts the server that serve describes."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from errno import EADDRINUSE
from functools import partial
from socket import socket
from typing import IO, NamedTuple

import click

from mockvideo.cli import attempts, exchanges, summary
from mockvideo.cli.banner import banner, base_urls, warning
from mockvideo.cli.exchanges import Log, Text
from mockvideo.cli.named import refuse_unknown
from mockvideo.cli.ready import announced
from mockvideo.cli.terminal import Unusable, painter
from mockvideo.core.account import Account
from mockvideo.core.audit import Audit, Report
from mockvideo.core.deliveries import Delivery
from mockvideo.core.journal import Entry
from mockvideo.script.library import Library
from mockvideo.server import serving
from mockvideo.server.app import App, create_app
from mockvideo.server.environment import Setup
from mockvideo.server.following import Follower
from mockvideo.server.options import Options


def launch(setup: Setup, stream: IO[str]) -> None:
    """Serve until a signal comes; raises Unusable if it cannot begin."""
    setup = replace(setup, options=_with_token(setup.options))
    app = create_app(setup.options)
    for name, _ in setup.listen:
        refuse_unknown(name, app.dialects)
    if setup.options.beyond_loopback:
        click.echo(warning(setup.host, setup.options), err=True)
    with ExitStack() as opened:
        main, *others = [opened.enter_context(_bind(setup.host, port)) for port in _ports(setup)]
        own = [(name, listener) for (name, _), listener in zip(setup.listen, others, strict=True)]
        app.roots = {listener.getsockname()[1]: name for name, listener in own}
        url, roots = serving.url_of(main), {name: serving.url_of(listener) for name, listener in own}
        told = {"url": url, "pid": os.getpid(), "dialects": base_urls(url, app.dialects), "roots": roots}
        publish = opened.enter_context(announced(setup.ready_file, told))
        opened.enter_context(_seldom_collecting())
        opened.enter_context(_watching(setup, app, stream))
        opened.enter_context(_following(app))

        def ready() -> None:
            publish()
            print(*banner(url, app.dialects, roots, setup.options, painter(stream)), sep="\n", file=stream, flush=True)

        serving.serve(app, [main, *others], ready)
        if stream.isatty():
            print(file=stream)  # what is next does not follow the terminal's ^C


def _following(app: App) -> AbstractContextManager[object]:
    """Follow the scenario files, where there are files."""
    library = app.service.accounts.settings.library
    told = partial(click.echo, err=True)
    return Follower(library, told) if isinstance(library, Library) else nullcontext()


def _with_token(options: Options) -> Options:
    """Make a control token where other machines can reach the server and nobody has given one; it is told once."""
    if options.token is not None or not (options.beyond_loopback and options.control):
        return options
    token = secrets.token_urlsafe(24)
    click.echo(f"All accounts are controlled with the token {token}", err=True)
    return replace(options, token=token)


def _ports(setup: Setup) -> list[int]:
    """The main port, then those of single dialects."""
    return [setup.port, *(port for _, port in setup.listen)]


def _bind(host: str, port: int) -> socket:
    try:
        return serving.bind(host, port)
    except OSError as error:
        if error.errno == EADDRINUSE:
            raise Unusable(f"port {port} of {host} is in use; choose another one, or 0 for any free one") from None
        raise Unusable(f"cannot listen on port {port} of {host}: {error.strerror}") from None


class Notation(NamedTuple):
    """How what happens is written: exchanges, attempts of webhooks, the summary."""

    exchange: Callable[[Entry, Account, datetime], str]
    attempt: Callable[[Delivery, Account, datetime], str]
    report: Callable[[Report], str]


FOR_PROGRAMS = Notation(exchanges.record, attempts.record, summary.record)


def _for_people(app: App, stream: IO[str]) -> Notation:
    paint = painter(stream)
    return Notation(
        Text(app.dialects, paint),
        attempts.Text(app.dialects, paint),
        lambda report: f"\n{summary.page(report, paint)}\n",
    )


@contextmanager
def _watching(setup: Setup, app: App, stream: IO[str]) -> Iterator[None]:
    """Write a line for each exchange and each attempt of a webhook, and at the end, if there were jobs, a summary."""
    kind = setup.log or ("text" if stream.isatty() else "off")
    if kind == "off":
        yield
        return
    written = _for_people(app, stream) if kind == "text" else FOR_PROGRAMS
    log = Log(written.exchange, stream)
    currencies = {name: dialect.terms.tariff.currency for name, dialect in app.dialects.items()}
    audit = Audit(currencies, inline=setup.options.media == "data")

    def observe(entry: Entry, account: Account) -> None:
        log(entry, account)
        audit.note(entry, account.tag)

    def call(account: Account, delivery: Delivery) -> None:
        log.say(written.attempt(delivery, account, datetime.now().astimezone()))

    app.exchange.observer, app.service.deliverer.observer = observe, call
    yield
    report = audit.report()
    if report.jobs:
        log.say(written.report(report))


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look seldom for garbage in cycles.

    Values hold no cycles, and with 100,000 jobs alive each full search costs tens of milliseconds.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 5, 10_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
