"""Sends one webhook as the server does it, and shows what was sent and what came back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from time import time
from typing import Any

import click

from mockvideo.cli.messages import message
from mockvideo.cli.sample import Sample
from mockvideo.cli.terminal import Paint, Unusable, painter
from mockvideo.server import notation
from mockvideo.server.notation import SetupError
from mockvideo.server.webhooks import egress
from mockvideo.server.webhooks.egress import Forbidden, Policy
from mockvideo.server.webhooks.letters import Letter, Reply
from mockvideo.server.webhooks.sender import Sender
from mockvideo.webhook import Signer
from mockvideo.wording import brief


def policy(url: str, mode: Any, allowed: Sequence[str]) -> Policy:
    """Return whom we may call; raises Unusable if the URL is none, or the list of places cannot be read."""
    try:
        egress.parse(url)
        return Policy(mode=mode or "local", allowed=frozenset(map(notation.receiver, allowed)))
    except (Forbidden, SetupError) as error:
        raise Unusable(str(error)) from None


def send(sample: Sample, signer: Signer, whom: Policy) -> bool:
    """Send the webhook once; return whether it has arrived."""
    written = sample.letter(signer, time())
    letter = Letter(sample.url, list(written.headers), written.body, sample.webhooks.timeout)
    paint = painter(sys.stdout)
    _show(paint(f"POST {brief(letter.url)}", bold=True), *message(letter.headers, letter.body, paint))
    reply = asyncio.run(_send(letter, whom))
    _show("", _verdict(reply, paint), *message(reply.headers, reply.body, paint))
    return reply.delivered


async def _send(letter: Letter, whom: Policy) -> Reply:
    sender = Sender(whom)
    try:
        return await sender.send(letter)
    finally:
        await sender.close()


def _verdict(reply: Reply, paint: Paint) -> str:
    word, why = (
        (paint("delivered", fg="green"), f"answered {reply.status}")
        if reply.delivered
        else (paint("not delivered", fg="red"), brief(reply.reason))
    )
    return f"{word} after {reply.seconds:.3f} s: {why}"


def _show(*lines: str) -> None:
    click.echo("\n".join(lines))
