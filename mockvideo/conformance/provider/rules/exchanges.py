"""Rules on headers, lists and idempotency keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from mockvideo.conformance.provider import needs
from mockvideo.conformance.provider.drift import shown
from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record
from mockvideo.conformance.provider.rule import Rule, Sight
from mockvideo.conformance.provider.rules.lifecycle import job_id
from mockvideo.dialect import Dialect
from mockvideo.provenance import code, spec

# Files, and what a URL may lead to besides the API.
ELSEWHERE = (Purpose.RESULT, Purpose.PART, Purpose.CONTENT, Purpose.JOINED, Purpose.CONCATENATED)


def typed(record: Record) -> Iterator[Sight]:
    """Judge whether JSON is called JSON."""
    for exchange in record.exchanges:
        if exchange.purpose not in ELSEWHERE and exchange.document is not None:
            told = (exchange.header("content-type") or "").partition(";")[0].strip()
            yield Sight(exchange, "" if told == "application/json" else f"{shown(told)} for JSON", "content-type")


def numbered(record: Record) -> Iterator[Sight]:
    """Judge whether answers that name their request do so always, each by another id."""
    answers = [exchange for exchange in record.exchanges if exchange.status and exchange.purpose not in ELSEWHERE]
    name = _id_header(record.dialect, answers)
    seen: set[str] = set()
    for exchange in answers if name else ():
        told = exchange.header(name) or ""
        yield Sight(exchange, _not_new(told, seen), name)
        seen.add(told)


def _id_header(dialect: Dialect, answers: list[Exchange]) -> str:
    """The first of the dialect's headers for this that any answer has; empty if none does."""
    names = (name.decode() for name in dialect.request_id_headers)
    return next((name for name in names if any(exchange.header(name) for exchange in answers)), "")


def _not_new(told: str, seen: set[str]) -> str:
    if not told:
        return "is missing"
    return "was told before" if told in seen else ""


def dated(record: Record) -> Iterator[Sight]:
    """Judge whether what says when to come again can be read."""
    for exchange in record.exchanges:
        told = exchange.header("retry-after")
        if told is not None:
            yield Sight(exchange, "" if _is_wait(told) else f"{shown(told)} is no wait", "retry-after")


def _is_wait(text: str) -> bool:
    if text.isascii() and text.isdigit():
        return True
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True


def items(document: Any) -> list[Mapping[str, Any]]:
    """The jobs of a list: the first field that holds one."""
    values = document.values() if isinstance(document, dict) else ()
    found = next((value for value in values if isinstance(value, list)), [])
    return [item for item in found if isinstance(item, dict)]


def listed_ids(dialect: Dialect, exchange: Exchange) -> list[Any]:
    """The ids of the jobs on a page, in their order."""
    place = (dialect.pointers.polled or dialect.pointers.submitted or "").removeprefix("/")
    return [item.get(place) for item in items(exchange.document)]


def next_page(document: Any) -> str | None:
    """Where the next page of a list begins, in the words that lists have for it; None: there is none."""
    told = document if isinstance(document, dict) else {}
    return next((told[name] for name in ("nextCursor", "next_cursor") if isinstance(told.get(name), str)), None)


def _submitted(record: Record) -> list[Any]:
    known = (job_id(record.dialect, story.submission) for story in record.stories if story.submission.succeeded)
    return [name for name in known if name is not None]


def listed(record: Record) -> Iterator[Sight]:
    """Judge whether the list holds the job that was just made, which stands in what the request is about."""
    for exchange in record.of(Purpose.LIST):
        if exchange.call.concerns and exchange.succeeded:
            there = exchange.call.concerns in listed_ids(record.dialect, exchange)
            yield Sight(exchange, "" if there else f"the job {exchange.call.concerns} is not there")


def paged(record: Record) -> Iterator[Sight]:
    """Judge whether pages of one job each tell every job, none of them twice."""
    seen: list[Any] = []
    pages = list(record.of(Purpose.PAGE))
    for exchange in pages:
        found = listed_ids(record.dialect, exchange)
        yield Sight(exchange, _page(found, seen) if exchange.succeeded else f"{exchange.told}, not 200")
        seen += found
    # A list that others fill, too, may be longer than we want to read.
    if pages and next_page(pages[-1].document) is None:
        ours = [name for name in pages[0].call.concerns.split() if name not in seen]
        yield Sight(pages[-1], f"the pages end before the job {ours[0]}" if ours else "")


def _page(found: list[Any], seen: list[Any]) -> str:
    """What is wrong with the jobs of a page after those that were seen."""
    twice = [name for name in found if name in seen]
    if len(found) > 1:
        return f"{len(found)} jobs on a page of one"
    return f"{shown(twice[0])} twice" if twice else ""


def private(record: Record) -> Iterator[Sight]:
    """Judge whether a list holds jobs of its own key only."""
    for exchange in record.of(Purpose.FOREIGN_LIST):
        strange = [name for name in listed_ids(record.dialect, exchange) if name in _submitted(record)]
        yield Sight(exchange, f"the job {shown(strange[0])} is another key's" if strange else "")


def replayed(record: Record) -> Iterator[Sight]:
    """Judge whether a replay is answered with the job that was made first."""
    for story in record.stories:
        named = job_id(record.dialect, story.submission)
        for exchange in story.of(Purpose.REPLAY):
            told = job_id(record.dialect, exchange)
            same = exchange.succeeded and told == named
            wrong = f"{exchange.told} with {shown(told)}, not {shown(named)}"
            yield Sight(exchange, "" if same else wrong, record.dialect.pointers.submitted or "")


RULES = (
    Rule(
        id="content-type",
        sentence="JSON is called application/json.",
        judge=typed,
        relies=spec("RFC 8259, 11"),
        cure="Send Content-Type: application/json.",
    ),
    Rule(
        id="request-ids",
        sentence="Answers that name their request do so always, each by another id.",
        judge=numbered,
        relies=code("the SDKs that read such a header"),
        level="should",
        cure="Make an id for every request, before anything can be refused.",
    ),
    Rule(
        id="retry-after",
        sentence="A Retry-After is a number of seconds, or a date.",
        judge=dated,
        relies=spec("RFC 9110, 10.2.3"),
        cure="Send whole seconds.",
    ),
    Rule(
        id="list-holds-jobs",
        sentence="A list holds the job that was just made.",
        judge=listed,
        needs=(needs.JOBS, needs.LISTED, needs.LISTS),
        cure="Read lists from where jobs are written.",
    ),
    Rule(
        id="list-pages",
        sentence="Pages of a list tell every job, and none twice.",
        judge=paged,
        needs=(needs.JOBS, needs.LISTED, needs.LISTS),
        cure="Let a cursor name the last job of a page, not its number.",
    ),
    Rule(
        id="list-private",
        sentence="A list holds jobs of its own key only.",
        judge=private,
        needs=(needs.JOBS, needs.ACCOUNTS, needs.LISTED, needs.LISTS),
        cure="List the jobs of the key that asks.",
    ),
    Rule(
        id="replay-same-job",
        sentence="The same submission with the same idempotency key makes no second job.",
        judge=replayed,
        needs=(needs.JOBS, needs.REPLAYED, needs.IDEMPOTENCY),
        cure="Keep the id of the job with the idempotency key.",
    ),
)
