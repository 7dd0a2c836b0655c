"""Why an attempt to deliver failed, in the words of a person who looks for the fault in a receiver."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator
from socket import gaierror

import httpx

LONGEST_TOLD = 200
ERRNOS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ECONNABORTED: "reset",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ETIMEDOUT: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "unreachable",
    errno.EMFILE: "this server has too many open files",
}
# What httpx tells of a protocol that was broken by silence: these are its only marks.
ENDINGS = {
    "Server disconnected": "closed without an HTTP answer",
    "peer closed connection": "the answer broke off",
}


def of_status(status: int, location: str | None) -> str:
    """Return nothing for a status that says delivered."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"redirect to {plain(location)}, which is not followed" if location else f"answered {status}"
    return f"answered {status}"


def of_error(error: Exception) -> str:
    """Return why there was no answer, or none that could be read."""
    chain = tuple(_causes(error))
    for cause in chain:
        if reason := _of_system(cause):
            return reason
    if isinstance(error, httpx.RemoteProtocolError):
        return _of_protocol(str(error))
    if isinstance(error, httpx.LocalProtocolError):
        return f"cannot be sent: {plain(str(error))}"
    # A connection that was aborted while it was read or written, of which the system said nothing.
    return "reset" if isinstance(error, httpx.NetworkError) else f"failed: {plain(str(error) or type(error).__name__)}"


def is_unconnected(error: Exception) -> bool:
    """Whether nobody listens, so that another address of the same receiver is worth a try."""
    numbers = {cause.errno for cause in _causes(error) if isinstance(cause, OSError)}
    return isinstance(error, httpx.ConnectError) and not numbers.isdisjoint(ERRNOS)


def plain(text: str | None) -> str:
    """Return what came over the wire without what a terminal would obey."""
    return "".join(filter(str.isprintable, text or ""))[:LONGEST_TOLD]


def _of_system(cause: BaseException) -> str | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {plain(cause.verify_message)}"
    if isinstance(cause, ssl.SSLError):
        return f"no TLS: {plain(cause.reason)}"
    if isinstance(cause, gaierror):
        return f"no such host: {plain(cause.strerror)}"
    return ERRNOS.get(cause.errno or 0) if isinstance(cause, OSError) else None


def _of_protocol(message: str) -> str:
    for mark, reason in ENDINGS.items():
        if message.startswith(mark):
            return reason
    return f"not HTTP: {plain(message)}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the last first. httpcore hides a cause behind ``raise … from None``."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
