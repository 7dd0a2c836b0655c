"""Listens for webhooks at a terminal: a block of lines, or one of JSON, for each that arrives."""

from __future__ import annotations

import json
import signal
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from mockvideo.cli import exchanges
from mockvideo.cli.exchanges import Log
from mockvideo.cli.messages import message
from mockvideo.cli.terminal import Paint, Unusable, painter
from mockvideo.plain import clean
from mockvideo.testing.receiving.received import Received
from mockvideo.testing.receiving.receiver import Receiver
from mockvideo.wording import brief

LONGEST_NAP = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """What is listened for (None: any ``dialect``; without a ``key`` nothing is verified), and what is answered."""

    key: str | None = None
    dialect: str | None = None
    status: int = 200
    as_json: bool = False

    def tell(self, call: Received, now: datetime, paint: Paint) -> str:
        """Say what has arrived."""
        return self._record(call, now) if self.as_json else "\n".join(self._block(call, now, paint))

    def _block(self, call: Received, now: datetime, paint: Paint) -> Iterator[str]:
        what = paint(brief(call.event or "of no event that is known"), bold=True)
        about = [brief(call.dialect or ""), what, brief(call.job or ""), self._verdict(call, paint)]
        yield "  ".join([paint(f"{now:%H:%M:%S}", dim=True), *filter(None, about)])
        yield f"  {brief(call.method)} {brief(call.path)}"
        yield from message(call.headers.items(), call.body, paint)
        yield ""

    def _verdict(self, call: Received, paint: Paint) -> str:
        if not call.signed:
            return paint("not signed", dim=True)
        if self.key is None:
            return paint("signed; --key KEY verifies it", dim=True)
        if call.verified is None:
            return paint("the signature does not fit", fg="red")
        return paint(f"the signature fits ({call.verified})", fg="green")

    def _record(self, call: Received, now: datetime) -> str:
        facts: dict[str, Any] = {
            "time": now.isoformat(timespec="milliseconds"),
            "dialect": call.dialect,
            "event": call.event,
            "job": call.job,
            "signed": call.signed,
            "verified": None if self.key is None else call.verified or False,
            "method": call.method,
            "path": call.path,
            "headers": dict(call.headers),
            "document": call.document,
            # Byte for byte, as it was signed.
            "body": b64encode(call.body).decode(),
        }
        return clean(json.dumps(facts))


def hear(ear: Ear, port: int) -> None:
    """Listen until a signal ends it; raises Unusable if the port is taken."""
    log, paint = Log(exchanges.record, sys.stdout), painter(sys.stdout)

    def told(call: Received) -> None:
        log.say(ear.tell(call, datetime.now().astimezone(), paint))

    with _until_a_signal(), _receiver(ear, port, told) as receiver:
        receiver.answers(ear.status)
        click.echo(f"listening at {receiver.url}, answering {ear.status}; Ctrl-C ends it", err=True)
        while True:
            time.sleep(LONGEST_NAP)


def _receiver(ear: Ear, port: int, told: Callable[[Received], None]) -> Receiver:
    try:
        return Receiver(key=ear.key, dialect=ear.dialect, port=port, heard=told)
    except OSError as error:
        raise Unusable(f"port {port} cannot be listened on ({error.strerror}); give another with --port") from None


@contextmanager
def _until_a_signal() -> Iterator[None]:
    """End the block when a signal says so, without a word."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
