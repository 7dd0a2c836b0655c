"""Uploaded files of one account, bounded together with those of all others."""

from __future__ import annotations

from dataclasses import dataclass

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.journal import Budget


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a client may refer to by URL until ``expires_at``, in seconds since the epoch."""

    id: str
    file: File
    expires_at: float


class Uploads:
    """The oldest ones go when the process holds too many bytes."""

    __slots__ = ("_budget", "_kept")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._kept: dict[str, Upload] = {}

    def get(self, upload_id: str, now: float) -> Upload | None:
        upload = self._kept.get(upload_id)
        return upload if upload is not None and now < upload.expires_at else None

    def keep(self, upload: Upload) -> None:
        """Keep a file under its id; one that is refused leaves the others as they are."""
        size, own = upload.file.size, sum(kept.file.size for kept in self._kept.values())
        # Only the account's own files may make room; others' are not its to drop.
        if self._budget.used - own + size > self._budget.most:
            limit = self._budget.most >> 20
            raise ApiError(Kind.UNAVAILABLE, f"Uploads fill the {limit} MiB that this server keeps. Try again later.")
        if upload.id in self._kept:
            self._drop(upload.id)
        while self._budget.used + size > self._budget.most:
            self._drop(next(iter(self._kept)))
        self._kept[upload.id] = upload
        self._budget.used += size

    def close(self) -> None:
        """Give back all room, and take none any more."""
        self.clear()
        self._budget = Budget(0)

    def clear(self) -> None:
        for upload_id in tuple(self._kept):
            self._drop(upload_id)

    def _drop(self, upload_id: str) -> None:
        self._budget.used -= self._kept.pop(upload_id).file.size
