"""Asks the system for the addresses of a name, without waiting for it at the end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

LookUp = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as the system finds them, however long that takes; raises OSError."""
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from None


async def system_resolver(host: str, port: int, *, find: LookUp = look_up) -> Sequence[str]:
    """Return the addresses of a host as a connection would find them; raises OSError.

    In a thread of its own: a name server that does not answer holds one for many seconds, in which neither other
    lookups nor the end of the program should wait for it, as they do in a pool.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[str]] = loop.create_future()

    def run() -> None:
        outcome = _outcome(find, host, port)
        with suppress(RuntimeError):  # the loop is closed, as nobody waits any more
            loop.call_soon_threadsafe(_settle, found, outcome)

    Thread(target=run, name="mockvideo-resolver", daemon=True).start()
    return await found


def _outcome(find: LookUp, host: str, port: int) -> Sequence[str] | OSError:
    try:
        return find(host, port)
    except OSError as error:
        return error


def _settle(found: asyncio.Future[Sequence[str]], outcome: Sequence[str] | OSError) -> None:
    if found.done():
        return
    if isinstance(outcome, OSError):
        found.set_exception(outcome)
    else:
        found.set_result(outcome)
