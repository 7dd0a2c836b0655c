"""Clips as an exchange hands them out: whole, or as a rule wants them."""

from __future__ import annotations

from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic_core import to_json

from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.faults import Damage
from mockvideo.core.jobs import Job
from mockvideo.media import DAMAGES, padding
from mockvideo.operation import List
from mockvideo.server import clips
from mockvideo.server.call import Call
from mockvideo.server.substitutes import page

# A text in a document is in memory as a whole, and a third longer.
LARGEST_TEXT = 64 << 20


class Handout(NamedTuple):
    """A file, as bytes and so many zeros after them."""

    data: bytes
    etag: str
    zeros: int = 0


def hand_out(made: clips.Clips, call: Call, job: Job, number: int) -> Handout:
    """Return a job's clip with that number, or what a rule puts in its place."""
    file = Handout(made.of(job, number), clips.etag(job, number))
    damage = _ordered(call)
    other = file if damage is None else _damaged(file, damage, call)
    if other is not file:
        call.fault = "clip"
    return other


def in_base64(made: clips.Clips, call: Call, job: Job) -> tuple[str, ...]:
    """Return a job's clips as texts; raises ApiError if a rule makes them too large for a document."""
    damage = _ordered(call)
    if damage is None:
        return made.base64(job)
    files = [hand_out(made, call, job, number) for number in range(1, job.request.clips + 1)]
    size = sum(len(file.data) + file.zeros for file in files)
    if size > LARGEST_TEXT:
        message = f"A document has room for clips of {LARGEST_TEXT:,} bytes, not of {size:,}; order a smaller size."
        raise ApiError.of(Refusal(Kind.INVALID_REQUEST, message, text=message), rule=call.plan.rules["fault"])
    if damage.base64 is not None:
        call.fault = "clip"
    return tuple(WRITINGS[damage.base64](file.data + bytes(file.zeros)).decode() for file in files)


def _cut(data: bytes) -> bytes:
    # No multiple of four letters, so a strict reader notices.
    return b64encode(data)[: len(data) | 1]


WRITINGS: Mapping[str | None, Callable[[bytes], bytes]] = {
    None: b64encode,
    "urlsafe": urlsafe_b64encode,
    "lines": encodebytes,
    "cut": _cut,
}


def _ordered(call: Call) -> Damage | None:
    return None if call.plan.fault is None else call.plan.fault.clip


def _damaged(file: Handout, damage: Damage, call: Call) -> Handout:
    # Of another size or kind, it is another file to whoever compares tags.
    if damage.kind is not None:
        return Handout(_other(file.data, damage.kind, call), f"{file.etag}-{damage.kind}")
    head, zeros = padding(len(file.data), damage.size or 0)
    # A list may hold hundreds of clips.
    if not head or isinstance(call.operation, List):
        return file
    return Handout(file.data + head, f"{file.etag}-{damage.size}", zeros)


def _other(data: bytes, kind: str, call: Call) -> bytes:
    if kind == "html":
        return page(200)
    if kind == "error":
        _, document = call.dialect.say(Refusal(Kind.NOT_READY, facts={"id": call.name}))
        return to_json(document)
    return DAMAGES[kind](data)
