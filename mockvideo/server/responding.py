"""Puts whole answers on the wire of a connection that uvicorn reads."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from mockvideo.server.files import Answer
from mockvideo.server.playing import Player, complete
from mockvideo.server.wire import Wire, steps

# A connection that was hung up ends then, whether or not its client has read what was sent.
LAST_SECONDS = 2.0


class Connection(Protocol):
    """What has to be known of a connection to play something on it."""

    player: Player | None
    loop: asyncio.AbstractEventLoop


def respond(connection: Connection, cycle: RequestResponseCycle, answer: Answer) -> Coroutine[Any, Any, None] | None:
    """Put a whole answer on the wire at once; where something is to become of it on its way, that has to be awaited.

    ASGI's two messages take two system calls and check headers that are made here: a third of the cost of a poll.
    """
    if cycle.disconnected:
        return None
    status, headers, body, wire = answer
    lines = [b"%b: %b\r\n" % header for header in cycle.default_headers + headers]
    end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
    sent = body if cycle.scope["method"] != "HEAD" else b""
    # A client that asks on and on without reading must not fill the memory.
    if wire is not None or cycle.flow.write_paused:
        connection.player = Player(cycle, connection.loop)
        return connection.player.play(steps(b"".join((STATUS_LINE[status], *lines, end)), sent, wire or Wire()))
    cycle.transport.write(b"".join((STATUS_LINE[status], *lines, end, sent)))
    # As `complete` does, which would be one call more for every answer.
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return None


def hang_up(responder: partial[Any], last_words: bytes) -> None:
    """End a chunked answer whose client has stopped to read; it has some seconds to take what was sent.

    ``responder`` is what an application finds as ``scope["extensions"]["mockvideo.respond"]``.
    """
    _, cycle = responder.args
    cycle.transport.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(last_words), last_words))
    cycle.keep_alive = False
    complete(cycle)
    asyncio.get_running_loop().call_later(LAST_SECONDS, cycle.transport.abort)
