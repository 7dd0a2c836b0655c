"""Which kinds of API error an HTTP status means."""

from __future__ import annotations

from collections.abc import Mapping

from mockvideo.core.errors import Kind

# By RFC 9110 and by what the providers use each status for; the likelier kind first.
MEANINGS: Mapping[int, tuple[Kind, ...]] = {
    400: (Kind.INVALID_REQUEST,),
    401: (Kind.INVALID_KEY,),
    402: (Kind.INSUFFICIENT_CREDITS,),
    403: (Kind.PLAN_REQUIRED, Kind.INACTIVE_KEY),
    404: (Kind.JOB_NOT_FOUND, Kind.UNKNOWN_MODEL, Kind.ROUTE_NOT_FOUND),
    405: (Kind.METHOD_NOT_ALLOWED,),
    409: (Kind.IDEMPOTENCY_CONFLICT,),
    413: (Kind.PAYLOAD_TOO_LARGE,),
    415: (Kind.UNSUPPORTED_MEDIA_TYPE,),
    429: (Kind.RATE_LIMITED, Kind.QUOTA_EXCEEDED),
    500: (Kind.INTERNAL,),
    502: (Kind.UPSTREAM,),
    503: (Kind.UNAVAILABLE,),
    504: (Kind.TIMEOUT,),
}


def kinds(status: int) -> tuple[Kind, ...]:
    """Return the kinds that a status means, at the end the one that stands for its whole class."""
    whose_fault = Kind.INVALID_REQUEST if 400 <= status < 500 else Kind.INTERNAL
    return (*MEANINGS.get(status, ()), whose_fault)
