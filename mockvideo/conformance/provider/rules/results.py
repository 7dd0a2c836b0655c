"""Rules on where results are, and on what they are: clips of the size and length that were asked for."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mockvideo.conformance import clips
from mockvideo.conformance.provider import needs
from mockvideo.conformance.provider.contract import wanted
from mockvideo.conformance.provider.drift import shown
from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record, Story
from mockvideo.conformance.provider.rule import Rule, Sight
from mockvideo.conformance.provider.rules.lifecycle import job_id, results
from mockvideo.core.jobs import VideoRequest
from mockvideo.operation import Generate
from mockvideo.provenance import spec

RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
# Of a length in seconds: what encoders round.
TOLERANCE = 0.5


class Clip(NamedTuple):
    """A file that a provider handed out, and what was asked for."""

    exchange: Exchange
    data: bytes
    asked: VideoRequest
    inline: bool


def _clips(record: Record) -> Iterator[Clip]:
    """Yield the clips of every story, from wherever they came."""
    for story in record.stories:
        if story.submission.call.document is not None and story.submission.succeeded:
            asked = wanted(record.dialect, story.submission.call.document)
            for exchange in story.of(Purpose.RESULT, Purpose.CONTENT):
                if exchange.succeeded:
                    yield Clip(exchange, exchange.body, asked, inline=False)
            yield from (Clip(story.submission, data, asked, inline=True) for data in _inline(record, story))


def _inline(record: Record, story: Story) -> Iterator[bytes]:
    """Yield the clips that stand in the answer of a call that waits."""
    route = story.submission.call.route
    if route is not None and isinstance(route.operation, Generate):
        for text in results(record.dialect, story.submission.document):
            if not text.startswith(("http:", "https:")):
                yield _decoded(text)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        return b""


def same_job(record: Record) -> Iterator[Sight]:
    """Judge whether the URL to poll at works, joined to the base URL and put behind it."""
    place = record.dialect.pointers.poll_path or ""
    for story in record.stories:
        named = job_id(record.dialect, story.submission)
        for exchange in story.of(Purpose.JOINED, Purpose.CONCATENATED):
            fine = exchange.succeeded and job_id(record.dialect, exchange) == named
            yield Sight(exchange, "" if fine else f"{exchange.told}, and not the job", place)


def fetched(record: Record) -> Iterator[Sight]:
    """Judge whether results are whole URLs, and lead to files without a key."""
    place = record.dialect.pointers.video
    for story in record.stories:
        for exchange in story.of(Purpose.POLL):
            for text in results(record.dialect, exchange.document):
                whole = text.startswith(("http://", "https://"))
                yield Sight(exchange, "" if whole else f"{shown(text)} is no whole URL", place)
    for exchange in record.of(Purpose.RESULT):
        yield Sight(exchange, "" if exchange.succeeded else f"{exchange.told}, not 200", place)


def downloaded(record: Record) -> Iterator[Sight]:
    for exchange in record.of(Purpose.CONTENT):
        yield Sight(exchange, "" if exchange.succeeded else f"{exchange.told}, not 200", "status")


def ranged(record: Record) -> Iterator[Sight]:
    """Judge whether a part of a result is just that part; to send the whole is allowed."""
    for story in record.stories:
        whole = {each.call.path: each.body for each in story.of(Purpose.RESULT) if each.succeeded}
        for part in story.of(Purpose.PART):
            if (data := whole.get(part.call.path)) is not None:
                yield Sight(part, _cut(part, data), "content-range")


def _cut(part: Exchange, data: bytes) -> str:
    """What is wrong with a part of these bytes."""
    if part.status == 200:
        return "" if part.body == data else "200, but not the whole"
    told = RANGE.fullmatch(part.header("content-range") or "")
    if part.status != 206 or told is None:
        return f"{part.told} with Content-Range {shown(part.header('content-range'))}"
    first, last = int(told[1]), int(told[2])
    span, asked = f"{first}-{last}", part.call.headers["range"].partition("=")[2]
    return "" if span == asked and part.body == data[first : last + 1] else f"bytes {span}, not {asked}"


def plays(record: Record) -> Iterator[Sight]:
    for clip in _clips(record):
        media_type = clip.exchange.header("content-type") or ""
        wrong = _flaw(clip.data)
        if not (clip.inline or wrong or media_type.startswith("video/mp4")):
            wrong = f"the content type is {shown(media_type)}, not video/mp4"
        yield Sight(clip.exchange, wrong)


def _flaw(data: bytes) -> str:
    try:
        clips.read(data)
    except clips.ClipError as error:
        return str(error)
    return ""


def measured(differs: Callable[[clips.Movie, VideoRequest], str | None]) -> Callable[[Record], Iterator[Sight]]:
    """Judge every clip that plays by what it says of itself (None: nothing was asked for)."""

    def judge(record: Record) -> Iterator[Sight]:
        for clip in _clips(record):
            if not _flaw(clip.data) and (wrong := differs(clips.read(clip.data), clip.asked)) is not None:
                yield Sight(clip.exchange, wrong)

    return judge


def _size(movie: clips.Movie, asked: VideoRequest) -> str:
    right = (movie.width, movie.height) == (asked.width, asked.height)
    return "" if right else f"{movie.width}x{movie.height}, not {asked.width}x{asked.height}"


def _length(movie: clips.Movie, asked: VideoRequest) -> str:
    right = abs(movie.seconds - asked.duration) <= TOLERANCE
    return "" if right else f"{movie.seconds:g} s, not {asked.duration:g} s"


def _sound(movie: clips.Movie, asked: VideoRequest) -> str | None:
    if not asked.sound:
        return None
    return "" if movie.has_sound else "no sound"


def counted(record: Record) -> Iterator[Sight]:
    """Judge whether there are as many clips as were asked for."""
    for story in record.stories:
        told = [each for each in story.exchanges if results(record.dialect, each.document)]
        if told and story.submission.call.document is not None:
            many = wanted(record.dialect, story.submission.call.document).clips
            found = len(results(record.dialect, told[-1].document))
            wrong = "" if found == many else f"{found} clips, not {many}"
            yield Sight(told[-1], wrong, record.dialect.pointers.video)


RULES = (
    Rule(
        id="poll-url",
        sentence="The URL to poll at works, joined to the base URL and put behind it.",
        judge=same_job,
        needs=(needs.JOBS, needs.LINKED),
        cure="Answer a path that leads to the job from the root and from the base URL.",
    ),
    Rule(
        id="result-url",
        sentence="A result is a whole URL that leads to the clip without a key.",
        judge=fetched,
        needs=(needs.JOBS, needs.POLLED),
        cure="Sign the URL, and keep the file as long as it is promised.",
    ),
    Rule(
        id="download",
        sentence="A clip can be downloaded by the job's id.",
        judge=downloaded,
        needs=(needs.JOBS, needs.DOWNLOADED, needs.CONTENT),
        cure="Serve the clip of every job that succeeded.",
    ),
    Rule(
        id="result-ranges",
        sentence="A part of a result is just the part that was asked for.",
        judge=ranged,
        relies=spec("RFC 9110, 14.2"),
        level="should",
        needs=(needs.JOBS, needs.POLLED, needs.RANGES, needs.FETCHED),
        cure="Answer a Range with 206 and exactly its bytes, or ignore it.",
    ),
    Rule(
        id="clip-plays",
        sentence="A clip is an MP4 file that plays.",
        judge=plays,
        needs=(needs.JOBS, needs.FETCHED),
        cure="Publish files only when they are whole.",
    ),
    Rule(
        id="clip-size",
        sentence="A clip has the width and height that were asked for.",
        judge=measured(_size),
        needs=(needs.JOBS, needs.FETCHED),
        cure="Render in the size that was asked for, or refuse it.",
    ),
    Rule(
        id="clip-length",
        sentence="A clip is as long as was asked for, within half a second.",
        judge=measured(_length),
        needs=(needs.JOBS, needs.FETCHED),
        cure="Render the length that was asked for, or refuse it.",
    ),
    Rule(
        id="clip-sound",
        sentence="A clip has sound where it was asked for.",
        judge=measured(_sound),
        level="should",
        needs=(needs.JOBS, needs.SOUND),
        cure="Add the sound track, or refuse the wish.",
    ),
    Rule(
        id="clip-count",
        sentence="There are as many clips as were asked for.",
        judge=counted,
        needs=(needs.JOBS,),
        cure="List every clip of the job.",
    ),
)
