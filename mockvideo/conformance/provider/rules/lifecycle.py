"""Rules on how a job goes: documented words, forward only, and an end that stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from mockvideo.conformance.provider import needs
from mockvideo.conformance.provider.drift import shown
from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record, Story
from mockvideo.conformance.provider.rule import Rule, Sight
from mockvideo.core.jobs import State
from mockvideo.dialect import Dialect, Word
from mockvideo.pointer import error_text, find

ASKED = (Purpose.POLL, Purpose.SETTLED, Purpose.LAST)
TELLING = (Purpose.SUBMIT, *ASKED)
SUBMITTED = (Purpose.SUBMIT, Purpose.AT, Purpose.REPLAY, Purpose.CONFLICT)
RANK = {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 2, State.FAILED: 2, State.CANCELLED: 2}
# By what providers call them; a name that is not there tells nothing.
CREATED = ("created_at", "createdAt")
COMPLETED = ("completed_at", "completedAt")


def results(dialect: Dialect, document: Any) -> list[str]:
    """Return where the clips of an answer are, each once: URLs, or base64."""
    places = (dialect.pointers.video, *dialect.pointers.mirrors.get("video", ()))
    found = (find(document, place) for place in places)
    return list(dict.fromkeys(text for text in found if isinstance(text, str) and text))


def state_of(dialect: Dialect, exchange: Exchange) -> State | None:
    """The state that an answer tells in a documented word; None if it tells none."""
    word = _word(dialect, exchange)
    return next((state for state, known in dialect.states.items() if _says(known, word)), None)


def _says(known: object, word: object) -> bool:
    return isinstance(known, Word) and known.text == word


def _word(dialect: Dialect, exchange: Exchange) -> Any:
    return find(exchange.document, dialect.pointers.status) if dialect.pointers.status else None


def _told(dialect: Dialect, story: Story) -> list[tuple[Exchange, State]]:
    """Every answer of a story that tells a known state."""
    told = ((exchange, state_of(dialect, exchange)) for exchange in story.of(*TELLING) if exchange.succeeded)
    return [(exchange, state) for exchange, state in told if state is not None]


def job_id(dialect: Dialect, exchange: Exchange) -> Any:
    """The id that an answer tells, of a submission or of a poll."""
    pointers = dialect.pointers
    place = pointers.submitted if exchange.purpose in SUBMITTED else pointers.polled or pointers.submitted
    return find(exchange.document, place) if place else None


def one_id(record: Record) -> Iterator[Sight]:
    for story in record.stories:
        if record.dialect.pointers.submitted and story.submission.succeeded:
            yield from _named_alike(record.dialect, story)


def _named_alike(dialect: Dialect, story: Story) -> Iterator[Sight]:
    named, pointers = job_id(dialect, story.submission), dialect.pointers
    is_id = isinstance(named, str) and named != ""
    yield Sight(story.submission, "" if is_id else f"{shown(named)} is no id", pointers.submitted or "")
    for exchange in story.heard(*ASKED):
        told = job_id(dialect, exchange)
        wrong = "" if told == named else f"{shown(told)}, not {shown(named)}"
        yield Sight(exchange, wrong, pointers.polled or pointers.submitted or "")


def answered(record: Record) -> Iterator[Sight]:
    """Judge whether polls of a job that goes on are answered; those after its end have a rule of their own."""
    for exchange in record.of(Purpose.POLL, Purpose.LAST):
        yield Sight(exchange, "" if exchange.succeeded else f"{exchange.told}, not 200", "status")


def documented_words(record: Record) -> Iterator[Sight]:
    place = record.dialect.pointers.status
    if not place:
        return
    known = [word.text for word in record.dialect.states.values() if isinstance(word, Word)]
    for exchange in _telling(record):
        word = _word(record.dialect, exchange)
        # Not every answer to a submission says how the job stands.
        if word is not None or exchange.purpose is not Purpose.SUBMIT:
            yield Sight(exchange, "" if word in known else f"{shown(word)} is none of {', '.join(known)}", place)


def _telling(record: Record) -> Iterator[Exchange]:
    return (exchange for story in record.stories for exchange in story.heard(*TELLING))


def forward(record: Record) -> Iterator[Sight]:
    for story in record.stories:
        for (_, before), (exchange, after) in pairwise(_told(record.dialect, story)):
            if not before.final:
                back = RANK[after] < RANK[before]
                yield Sight(exchange, f"{after} after {before}" if back else "", record.dialect.pointers.status or "")


def final(record: Record) -> Iterator[Sight]:
    """Judge whether all answers after a job's end tell that end."""
    for story in record.stories:
        end = next((exchange for exchange, state in _told(record.dialect, story) if state.final), None)
        for exchange in story.of(*ASKED) if end else ():
            if end is not None and exchange.number > end.number:
                yield _as_it_ended(record.dialect, exchange, _word(record.dialect, end))


def _as_it_ended(dialect: Dialect, exchange: Exchange, end: str) -> Sight:
    told = _word(dialect, exchange) if exchange.succeeded else exchange.told
    return Sight(exchange, "" if told == end else f"{shown(told)} after {end}", dialect.pointers.status or "")


def _progress(record: Record, story: Story) -> Iterator[tuple[Exchange, Any]]:
    place = record.dialect.pointers.progress
    for exchange in story.heard(*TELLING) if place else ():
        value = find(exchange.document, place or "")
        if value is not None:
            yield exchange, value


def bounded(record: Record) -> Iterator[Sight]:
    for story in record.stories:
        for exchange, value in _progress(record, story):
            fine = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
            wrong = "" if fine else f"{shown(value)} is no number from 0 to 100"
            yield Sight(exchange, wrong, record.dialect.pointers.progress or "")


def rising(record: Record) -> Iterator[Sight]:
    for story in record.stories:
        open_ = [
            (exchange, value)
            for exchange, value in _progress(record, story)
            if isinstance(value, int | float) and state_of(record.dialect, exchange) in {State.QUEUED, State.RUNNING}
        ]
        for (_, before), (exchange, after) in pairwise(open_):
            wrong = f"{after} after {before}" if after < before else ""
            yield Sight(exchange, wrong, record.dialect.pointers.progress or "")


def moment(value: object) -> float | None:
    """Read a time, in seconds since the epoch or as ISO 8601 has it; None if it is neither."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        return datetime.fromisoformat(str(value)).timestamp()
    # No float is as large as a number in JSON may be.
    except (ValueError, OverflowError):
        return None


def ordered_times(record: Record) -> Iterator[Sight]:
    for exchange in (each for story in record.stories for each in story.heard(*ASKED)):
        begun, ended = _first(exchange.document, CREATED), _first(exchange.document, COMPLETED)
        if begun and ended:
            yield Sight(exchange, _not_after(exchange.document[begun], exchange.document[ended]), f"/{ended}")


def _first(document: Any, names: tuple[str, ...]) -> str:
    """The first of these fields that a document has; empty if it has none."""
    told = document if isinstance(document, dict) else {}
    return next((name for name in names if told.get(name)), "")


def _not_after(begun: object, ended: object) -> str:
    first, last = moment(begun), moment(ended)
    ordered = first is not None and last is not None and first <= last
    return "" if ordered else f"{shown(ended)} is not after the beginning, {shown(begun)}"


def delivered(record: Record) -> Iterator[Sight]:
    """Judge whether a job has a result when it succeeded, and not before."""
    for story in record.stories:
        for exchange, state in _told(record.dialect, story):
            there = bool(results(record.dialect, exchange.document))
            if exchange.purpose in ASKED and there is not (state is State.SUCCEEDED):
                yield Sight(exchange, f"{'a' if there else 'no'} result when {state}", record.dialect.pointers.video)
            elif exchange.purpose in ASKED:
                yield Sight(exchange)


def explained(record: Record) -> Iterator[Sight]:
    for story in record.stories:
        for exchange, state in _told(record.dialect, story):
            if state is State.FAILED:
                told = error_text(exchange.document, record.dialect.pointers.error).strip()
                yield Sight(exchange, "" if told else "does not say why", record.dialect.pointers.error)


def ended(record: Record) -> Iterator[Sight]:
    """Judge whether jobs end that were polled until they did, or for as long as anybody would."""
    for story in record.stories:
        told = [exchange for exchange, state in _told(record.dialect, story) if state.final]
        # Of words that nobody knows, nobody knows whether they are an end.
        lost = [each for each in story.of(Purpose.LAST) if state_of(record.dialect, each) is not None]
        if told:
            yield Sight(told[0])
        elif lost:
            polls = len(list(story.of(*ASKED)))
            yield Sight(lost[0], f"{_word(record.dialect, lost[0])} after {polls} polls")


NEEDED = (needs.JOBS, needs.POLLED)
RULES = (
    Rule(
        id="job-id",
        sentence="A job has one id from its submission to its end.",
        judge=one_id,
        needs=NEEDED,
        cure="Answer with the id that the job was given.",
    ),
    Rule(
        id="polls-answered",
        sentence="A job that was accepted can be polled.",
        judge=answered,
        needs=NEEDED,
        cure="Make jobs known to whoever answers polls before their submission is answered.",
    ),
    Rule(
        id="status-words",
        sentence="Every state is told in a documented word.",
        judge=documented_words,
        needs=NEEDED,
        cure="Map your own states to the documented ones, new ones too.",
    ),
    Rule(
        id="states-forward",
        sentence="A job never goes back to an earlier state.",
        judge=forward,
        needs=NEEDED,
        cure="Read the state where it is written, or remember the latest that was told.",
    ),
    Rule(
        id="final-is-final",
        sentence="After its end a job stays as it ended, and can be polled.",
        judge=final,
        needs=NEEDED,
        cure="Never write to a job that has ended, and keep it as long as documented.",
    ),
    Rule(
        id="progress-bounds",
        sentence="Progress is a number from 0 to 100.",
        judge=bounded,
        needs=(*NEEDED, needs.MEASURED),
        cure="Clamp what the renderer reports.",
    ),
    Rule(
        id="progress-forward",
        sentence="Progress never falls while a job goes on.",
        judge=rising,
        needs=(*NEEDED, needs.MEASURED),
        level="should",
        cure="Tell the highest progress so far.",
    ),
    Rule(
        id="times-ordered",
        sentence="A job is completed no earlier than it was created.",
        judge=ordered_times,
        needs=NEEDED,
        cure="Write both times by one clock, in one unit.",
    ),
    Rule(
        id="result-at-the-end",
        sentence="A job has a result when it succeeded, and not before.",
        judge=delivered,
        needs=NEEDED,
        cure="Publish the end and the result in one write.",
    ),
    Rule(
        id="failure-explained",
        sentence="A job that failed says why.",
        judge=explained,
        needs=(*NEEDED, needs.ACCOUNTS),
        cure="Keep the reason with the state.",
    ),
    Rule(
        id="jobs-end",
        sentence="A job comes to an end.",
        judge=ended,
        needs=NEEDED,
        cure="Give every job a deadline, and let it fail then.",
    ),
)
