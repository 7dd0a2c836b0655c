"""Rules on what is refused, with which status and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from mockvideo.conformance.provider import needs
from mockvideo.conformance.provider.drift import drifts, shown
from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record
from mockvideo.conformance.provider.rule import Need, Rule, Sight
from mockvideo.core.errors import Refusal
from mockvideo.dialect import Dialect, Spelling
from mockvideo.fidelity import source_of
from mockvideo.pointer import error_text, find
from mockvideo.provenance import Origin, Source, spec
from mockvideo.schema import Json

CLASSES = spec("RFC 9110, 15: 4xx for a client's mistake, 5xx for a server's, 2xx for none")
# Refused by their documents' words alone; what happened to a client's connection is no refusal.
BY_FIELD = (Purpose.EMPTY, Purpose.BEYOND, Purpose.UNKNOWN_MODEL)


def refused(*purposes: Purpose) -> Callable[[Record], Iterator[Sight]]:
    """Judge whether these requests are refused with the documented status, code and type."""

    def judge(record: Record) -> Iterator[Sight]:
        for exchange in record.of(*purposes):
            if exchange.call.expects is not None:
                yield from as_documented(record.dialect, exchange, exchange.call.expects)

    return judge


def as_documented(dialect: Dialect, exchange: Exchange, refusal: Refusal) -> Iterator[Sight]:
    """Look at one refusal: its status, then the words in its document that are no prose."""
    status, document = dialect.say(refusal)
    about = f" ({exchange.call.concerns})" if exchange.call.concerns else ""
    if exchange.status != status:
        yield Sight(exchange, f"{exchange.told}, not {status}{about}", "status", _source(dialect, exchange, refusal))
        return
    spelling = dialect.spelling(refusal)
    wrong = [
        Sight(exchange, f"{shown(told)}, not {shown(word)}{about}", place, spelling.source)
        for place, word in _fixed(dialect, spelling, document)
        if (told := find(exchange.document, place)) != word
    ]
    yield from wrong or [Sight(exchange)]


def _fixed(dialect: Dialect, spelling: Spelling, document: Json) -> Iterator[tuple[str, str]]:
    """The places of a refusal's code and type, which are words for programs."""
    for place, word in leaves(document):
        if word and word in (spelling.code, spelling.type) and place != dialect.pointers.error:
            yield place, word


def _source(dialect: Dialect, exchange: Exchange, refusal: Refusal) -> Source:
    """Who says that this is refused so; of what is accepted instead, whoever documents the limit."""
    spelling = dialect.spelling(refusal)
    if exchange.succeeded and exchange.purpose is Purpose.BEYOND:
        sent = exchange.call.document or {}
        return (source_of(dialect, refusal.field, sent.get("model")) if refusal.field else None) or spelling.source
    # Which status it is may be our guess, but whose mistake it is is not.
    guessed = spelling.source.origin is Origin.GUESS
    return CLASSES if guessed and exchange.status // 100 != spelling.status // 100 else spelling.source


def leaves(document: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in the objects of a document, with their places."""
    if isinstance(document, str):
        yield place, document
    for name, value in document.items() if isinstance(document, dict) else ():
        yield from leaves(value, f"{place}/{name}")


def enveloped(record: Record) -> Iterator[Sight]:
    """Judge whether every refusal has the form of the dialect's one error document."""
    for exchange in _refusals(record):
        found = list(drifts(record.dialect.error, exchange.document))
        yield from (Sight(exchange, drift.differs, drift.place, drift.source) for drift in found)
        if not found:
            yield Sight(exchange)


def told_why(record: Record) -> Iterator[Sight]:
    """Judge whether every refusal says something, in the place that the dialect has for it."""
    place = record.dialect.pointers.error
    for exchange in _refusals(record):
        silent = not error_text(exchange.document, place).strip()
        yield Sight(exchange, "says nothing" if silent else "", place)


def _refusals(record: Record) -> Iterator[Exchange]:
    downloads = (Purpose.RESULT, Purpose.PART, Purpose.JOINED, Purpose.CONCATENATED)
    return (each for each in record.exchanges if each.status >= 400 and each.purpose not in downloads)


def names_the_field(record: Record) -> Iterator[Sight]:
    """Judge whether a refused field is named, where the dialect's own words do so."""
    for exchange in record.of(*BY_FIELD):
        refusal = exchange.call.expects
        leaf = _leaf(refusal.field) if refusal is not None and refusal.field else None
        if refusal is not None and leaf is not None and _names(record.dialect, refusal, exchange.status, leaf):
            named = leaf in exchange.body.decode("utf-8", "replace")
            source = record.dialect.spelling(refusal).source
            yield Sight(exchange, "" if named else f"does not name {leaf}", record.dialect.pointers.error, source)


def _leaf(field: str) -> str:
    """The last name of a path; the numbers of items are none."""
    return next(part for part in reversed(field.split(".")) if not part.isdigit())


def _names(dialect: Dialect, refusal: Refusal, status: int, leaf: str) -> bool:
    """Whether the dialect's own refusal with that status has the name in it."""
    own, document = dialect.say(refusal)
    return own == status and leaf in json.dumps(document)


def _rule(name: str, purpose: Purpose, sentence: str, *needed: Need, cure: str) -> Rule:
    return Rule(id=name, sentence=sentence, judge=refused(purpose), needs=needed, cure=cure)


RULES = (
    _rule(
        "missing-key",
        Purpose.NO_KEY,
        "A request without a key is refused as documented.",
        cure="Ask for the key before anything else is looked at.",
    ),
    _rule(
        "wrong-key",
        Purpose.WRONG_KEY,
        "A key that nobody has is refused as documented.",
        cure="Compare the key with those that were given out.",
    ),
    _rule(
        "inactive-key",
        Purpose.INACTIVE_KEY,
        "A key that is switched off is refused as documented.",
        needs.ACCOUNTS,
        cure="Tell keys that are switched off from unknown ones, where the documents do.",
    ),
    _rule(
        "unknown-route",
        Purpose.UNKNOWN_ROUTE,
        "A path that leads nowhere is answered in the documented envelope.",
        cure="Let the last route of all answer in the API's own words.",
    ),
    _rule(
        "unknown-method",
        Purpose.UNKNOWN_METHOD,
        "A method that a path does not have is refused as documented.",
        cure="Answer other methods of known paths in the API's own words.",
    ),
    _rule(
        "unknown-job",
        Purpose.UNKNOWN_JOB,
        "A job that nobody submitted is not found, as documented.",
        needs.POLLED,
        cure="Look the id up before anything is made of it.",
    ),
    _rule(
        "impossible-id",
        Purpose.IMPOSSIBLE_ID,
        "An id that no job can have is refused as documented.",
        needs.CHECKED,
        cure="Check the form of an id before it is looked up.",
    ),
    _rule(
        "malformed-body",
        Purpose.MALFORMED,
        "A body that is no JSON object is refused as documented.",
        cure="Answer what cannot be read with the status of invalid requests.",
    ),
    _rule(
        "empty-submission",
        Purpose.EMPTY,
        "A submission that says nothing is refused as documented.",
        cure="Check required fields before a job is made.",
    ),
    _rule(
        "unknown-model",
        Purpose.UNKNOWN_MODEL,
        "A model that nobody has is refused as documented.",
        needs.JOBS,
        cure="Look the model up before a job is made.",
    ),
    _rule(
        "limits",
        Purpose.BEYOND,
        "What lies beyond a limit is refused as documented.",
        needs.JOBS,
        cure="Check what a model takes before a job is made, or document that it takes more.",
    ),
    _rule(
        "not-ready",
        Purpose.EARLY,
        "A download before the end is refused as documented.",
        needs.JOBS,
        needs.DOWNLOADED,
        needs.CONTENT,
        cure="Refuse downloads of jobs that have no clip yet.",
    ),
    _rule(
        "no-credits",
        Purpose.NO_CREDITS,
        "A submission without credits is refused as documented.",
        needs.JOBS,
        needs.ACCOUNTS,
        cure="Look at the balance before a job is made.",
    ),
    _rule(
        "no-plan",
        Purpose.NO_PLAN,
        "A model that a plan lacks is refused as documented.",
        needs.JOBS,
        needs.ACCOUNTS,
        Need(
            lambda seen: any(row.plans for row in seen.dialect.catalog.rows.values()),
            "models of this dialect are on every plan",
        ),
        cure="Compare the model with those of the account's plan.",
    ),
    _rule(
        "rate-limit",
        Purpose.TOO_MANY,
        "A request too many is refused as documented.",
        needs.JOBS,
        needs.ACCOUNTS,
        cure="Answer requests beyond the limit with its own status.",
    ),
    _rule(
        "foreign-poll",
        Purpose.FOREIGN_POLL,
        "Another key's job is not found.",
        needs.JOBS,
        needs.ACCOUNTS,
        needs.POLLED,
        cure="Look jobs up among those of the key that asks.",
    ),
    _rule(
        "replay-conflict",
        Purpose.CONFLICT,
        "Another submission with the same idempotency key is refused as documented.",
        needs.JOBS,
        needs.REPLAYED,
        needs.IDEMPOTENCY,
        cure="Keep a digest of the body with the idempotency key, and compare.",
    ),
    Rule(
        id="error-envelope",
        sentence="Every refusal has the documented form.",
        judge=enveloped,
        cure="Answer all errors, those of proxies as well, in the one documented envelope.",
    ),
    Rule(
        id="error-text",
        sentence="Every refusal says why.",
        judge=told_why,
        cure="Put a sentence where clients look for one.",
    ),
    Rule(
        id="field-named",
        sentence="A refusal for one field names the field.",
        judge=names_the_field,
        level="should",
        cure="Say which field was wrong, as the documents do.",
    ),
)
