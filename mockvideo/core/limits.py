"""How many requests an account may make: a bucket that refills each minute, and a count per UTC day."""

from __future__ import annotations

from math import floor
from typing import NamedTuple

from mockvideo.core.errors import ApiError, Kind

# Ticks a second: a power of two, about a microsecond. Sums of whole ticks are exact, and so are the seconds told.
TICKS = 2**20
MINUTE = 60 * TICKS
DAY = 86_400 * TICKS


class Quota(NamedTuple):
    """What a limit leaves: ``remaining`` of ``limit`` requests, all of them again after ``reset`` seconds."""

    limit: int
    remaining: int
    reset: float
    resets_at: float


class Limiter:
    """Counts the requests of one account; None: no such limit. Time (seconds since the epoch) never runs backwards."""

    __slots__ = ("_limits",)

    def __init__(self, per_minute: int | None, per_day: int | None) -> None:
        minute = () if per_minute is None else (_Bucket(per_minute),)
        day = () if per_day is None else (_Day(per_day),)
        self._limits: tuple[_Bucket | _Day, ...] = (*minute, *day)

    def take(self, now: float) -> None:
        """Take one request, or refuse it and say after how many seconds one will be admitted; that takes nothing."""
        tick = floor(now * TICKS)
        slowest = max(self._limits, key=lambda limit: limit.wait(tick), default=None)
        if slowest is not None and (wait := slowest.wait(tick)):
            raise ApiError(slowest.kind, retry_after=wait / TICKS, limit=slowest.size, available=0)
        for limit in self._limits:
            limit.take(tick)

    def quota(self, now: float) -> Quota | None:
        """Return what the limit leaves that leaves least, of two such the longer one; None: there is no limit."""
        tick = floor(now * TICKS)
        if not self._limits:
            return None
        tightest = min(self._limits, key=lambda limit: (limit.remaining(tick), -limit.reset(tick)))
        reset = tightest.reset(tick)
        return Quota(tightest.size, tightest.remaining(tick), reset / TICKS, (tick + reset) / TICKS)


class _Bucket:
    """So many requests, which flow back evenly in a minute; starts full.

    A request has MINUTE parts, of which ``size`` flow back each tick. ``_full`` is when all are there again, in parts
    (the generic cell rate algorithm, ITU-T I.371, needs no other memory).
    """

    __slots__ = ("_full", "size")

    kind = Kind.RATE_LIMITED

    def __init__(self, size: int) -> None:
        self.size = size
        self._full = 0

    def wait(self, tick: int) -> int:
        return max(0, _up(self._missing(tick) - (self.size - 1) * MINUTE, self.size))

    def take(self, tick: int) -> None:
        self._full = tick * self.size + self._missing(tick) + MINUTE

    def remaining(self, tick: int) -> int:
        return self.size - _up(self._missing(tick), MINUTE)

    def reset(self, tick: int) -> int:
        return _up(self._missing(tick), self.size)

    def _missing(self, tick: int) -> int:
        return max(0, self._full - tick * self.size)


class _Day:
    """So many requests, which all come back at midnight UTC."""

    __slots__ = ("_day", "_taken", "size")

    kind = Kind.QUOTA_EXCEEDED

    def __init__(self, size: int) -> None:
        self.size = size
        self._day = 0
        self._taken = 0

    def wait(self, tick: int) -> int:
        return 0 if self.remaining(tick) else self.reset(tick)

    def take(self, tick: int) -> None:
        self._day, self._taken = tick // DAY, self.size - self.remaining(tick) + 1

    def remaining(self, tick: int) -> int:
        return self.size - self._taken if self._day == tick // DAY else self.size

    def reset(self, tick: int) -> int:
        return DAY - tick % DAY


def _up(parts: int, whole: int) -> int:
    """Divide, and round up."""
    return -(-parts // whole)
