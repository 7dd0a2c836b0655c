"""Plays the steps of an answer that is disturbed on its way: in real time, as fast as the client reads."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mockvideo.server.eager import sleep
from mockvideo.server.files import PIECE
from mockvideo.server.wire import End, Pause, Send, Step

ZEROS = memoryview(bytes(PIECE))
# A reset overtakes what is still on its way, and takes it along.
ARRIVAL = 0.02
# Some clients would never leave.
LONGEST_SILENCE = 3600.0
# struct linger: two shorts on Windows. Closed with no time to linger, a socket sends RST.
NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


def complete(cycle: RequestResponseCycle) -> None:
    """Note that an answer has been sent: the connection closes, or goes on to the next request."""
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


class Player:
    """Plays for one answer; whoever owns the connection says when the client has left it."""

    def __init__(self, cycle: RequestResponseCycle, loop: asyncio.AbstractEventLoop) -> None:
        self._cycle = cycle
        self._transport = cycle.transport
        self._loop = loop
        self._nap: asyncio.Future[None] | None = None
        self._sent = False

    async def play(self, steps: Iterable[Step]) -> None:
        """Do one step after the other, until the last or until the client leaves."""
        # From here on nobody may answer in our place, even if the server stops in the middle.
        self._cycle.response_started = True
        # So that a write has left this process before anything else happens.
        self._transport.set_write_buffer_limits(high=0)
        try:
            for step in steps:
                await self._do(step)
                if self._transport.is_closing():
                    return
        except asyncio.CancelledError:
            # The server stops, and would wait for a client that does not read.
            self._transport.abort()
            raise
        finally:
            # Nobody is there for what was left out, as it was ordered or as the client has left.
            self._cycle.disconnected = not self._cycle.response_complete

    def leave(self) -> None:
        """Wake the player up, because the connection is lost."""
        if self._nap is not None:
            _wake(self._nap)

    async def _do(self, step: Step) -> None:
        if isinstance(step, Send):
            await self._send(step)
        elif isinstance(step, Pause):
            await self._pause(step.seconds)
        else:
            await self._end(step)

    async def _send(self, step: Send) -> None:
        for piece in step.pieces(PIECE):
            self._transport.write(piece.data)
            self._transport.write(ZEROS[: piece.zeros])
            self._sent = True
            # Others have their turn, too, however fast this client reads.
            await sleep(0)
            await self._cycle.flow.drain()
            if self._transport.is_closing():
                return

    async def _pause(self, seconds: float) -> None:
        self._nap = self._loop.create_future()
        timer = self._loop.call_later(seconds, _wake, self._nap)
        try:
            await self._nap
        finally:
            timer.cancel()

    async def _end(self, end: End) -> None:
        if end is End.RESET:
            await self._reset()
        elif end is End.HANG:
            # Or nobody would hear that the client leaves.
            self._cycle.flow.resume_reading()
            await self._pause(LONGEST_SILENCE)
            self._transport.close()
        else:
            self._transport.set_write_buffer_limits()
            self._cycle.keep_alive = self._cycle.keep_alive and end is End.KEEP
            complete(self._cycle)

    async def _reset(self) -> None:
        if self._sent:
            await self._pause(ARRIVAL)
        if not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            self._transport.abort()


def _wake(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)
