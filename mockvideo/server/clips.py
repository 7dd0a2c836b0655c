"""The clips of jobs: made when they are fetched, kept in bounded memory, found by URLs that nobody can guess."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections import OrderedDict
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote

from mockvideo.core.account import Account
from mockvideo.core.accounts import Accounts
from mockvideo.core.files import File
from mockvideo.core.jobs import Job, State
from mockvideo.media import Clip, write
from mockvideo.operation import Content, Route
from mockvideo.provenance import guess

# Some hundreds of clips: even a minute of 1080p takes about 0.1 MB.
ROOM = 64 << 20
PATH = "/media/"
DATA = "data:video/mp4;base64,"
DOWNLOAD = Route("GET", "/media/{id}", Content(), guess("no provider documents where its clips lie"))


class Clips:
    """Finds and makes clips; the least recently fetched ones go when they fill ``room`` bytes."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._used = 0
        self._lock = Lock()
        self._made: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    def of(self, job: Job, number: int = 1) -> bytes:
        """Return the job's clip with that number, from 1 on."""
        place = (job.dialect, job.id, number)
        with self._lock:
            data = self._made.get(place)
            if data is None:
                data = write(clip_of(job, number))
                self._keep(place, data)
            self._made.move_to_end(place)
            return data

    def base64(self, job: Job) -> tuple[str, ...]:
        return tuple(b64encode(self.of(job, number)).decode() for number in range(1, job.request.clips + 1))

    def _keep(self, place: tuple[str, str, int], data: bytes) -> None:
        self._made[place] = data
        self._used += len(data)
        while self._used > self._room and len(self._made) > 1:
            _, dropped = self._made.popitem(last=False)
            self._used -= len(dropped)


def clip_of(job: Job, number: int) -> Clip:
    """Say what a job's clip looks like; its card names dialect, model and job."""
    request = job.request
    which = f" {number} of {request.clips}" if request.clips > 1 else ""
    return Clip(
        width=request.width,
        height=request.height,
        fps=request.fps,
        duration=request.duration,
        sound=request.sound,
        lines=(job.dialect + which, request.model, job.id),
        tint=int.from_bytes(blake2b(job.id.encode(), digest_size=3).digest(), "big"),
    )


def etag(job: Job, number: int) -> str:
    """A strong tag: the same job always has the same bytes."""
    return _tag(job.dialect, job.id, number)


@lru_cache(maxsize=256)
def _tag(*place: str | int) -> str:
    return "-".join(quote(str(part)) for part in place)


def paths(account: Account, job: Job) -> list[str]:
    """Return the URL paths of a job's clips."""
    start, end = f"{PATH}{account.tag}/{job.dialect}/{quote(job.id, safe='')}/", f"-{account.signature(job)}.mp4"
    return [f"{start}{number}{end}" for number in range(1, job.request.clips + 1)]


class Found(NamedTuple):
    """Whose clip a path means, of which job, and its number from 1 on."""

    account: Account
    job: Job
    number: int


def dialect_of(path: str) -> str:
    """Return the name of the dialect of whose clip a path would be; empty if it is no path of a clip."""
    _, _, rest = path.removeprefix(PATH).partition("/")
    return rest.partition("/")[0] if path.startswith(PATH) else ""


def find(accounts: Accounts, path: str) -> Found | None:
    """Return the clip that a media path means; None if there is no such clip (yet)."""
    tag, _, rest = path.removeprefix(PATH).partition("/")
    dialect, _, rest = rest.partition("/")
    # An id may have a slash in it, if a scenario wants it so.
    job_id, _, name = rest.rpartition("/")
    number, _, signature = name.removesuffix(".mp4").partition("-")
    account = accounts.tagged(tag)
    job = account.store.get(dialect, job_id) if account else None
    # Compared as texts, because int() would also take 01 and +1, and a clip has one URL.
    if account is None or job is None or number not in map(str, range(1, job.request.clips + 1)):
        return None
    # As bytes, because compare_digest raises TypeError for text beyond ASCII.
    if not hmac.compare_digest(signature.encode(), account.signature(job).encode()):
        return None
    return Found(account, job, int(number)) if job.at(account.arrive()).state is State.SUCCEEDED else None


def upload_path(account: Account, upload_id: str) -> str:
    return f"{PATH}{account.tag}/uploads/{upload_id}"


def find_upload(accounts: Accounts, path: str) -> File | None:
    """Return the uploaded file that a media path means."""
    tag, _, rest = path.removeprefix(PATH).partition("/")
    account = accounts.tagged(tag)
    if account is None or not rest.startswith("uploads/"):
        return None
    upload = account.uploads.get(rest.removeprefix("uploads/"), account.arrive())
    return upload.file if upload else None
