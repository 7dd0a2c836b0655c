"""Which submission an idempotency key belongs to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from mockvideo.core.errors import ApiError, Kind


@dataclass(frozen=True, slots=True)
class _Record:
    body: bytes
    job: str
    expires_at: float


class Replays:
    """Keys of one account, by dialect; the oldest go when there are too many."""

    __slots__ = ("_most", "_records")

    def __init__(self, most: int) -> None:
        self._most = most
        self._records: OrderedDict[tuple[str, str], _Record] = OrderedDict()

    def clear(self) -> None:
        self._records.clear()

    def find(self, dialect: str, key: str, body: bytes, now: float) -> str | None:
        """Return the id of the job that this key made; refuse the key with another body."""
        record = self._records.get((dialect, key))
        if record is None or now >= record.expires_at:
            return None
        if record.body != body:
            raise ApiError(Kind.IDEMPOTENCY_CONFLICT, key=key)
        return record.job

    def remember(self, place: tuple[str, str], body: bytes, job: str, expires_at: float) -> None:
        """Note under (dialect, key) which job came of which body."""
        self._records.pop(place, None)
        self._records[place] = _Record(body, job, expires_at)
        if len(self._records) > self._most:
            self._records.popitem(last=False)
