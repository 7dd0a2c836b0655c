"""Rules on what is accepted, and on the form of the answers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from mockvideo.conformance.provider import needs
from mockvideo.conformance.provider.drift import Drift, drifts
from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record
from mockvideo.conformance.provider.rule import Rule, Sight
from mockvideo.dialect import Dialect
from mockvideo.operation import Submit

ACCEPTED = (Purpose.SUBMIT, Purpose.AT)


def fitting(*purposes: Purpose) -> Callable[[Record], Iterator[Sight]]:
    """Judge whether the answers to these requests have the form of their operation's document."""

    def judge(record: Record) -> Iterator[Sight]:
        for exchange in record.of(*purposes):
            schema = _schema(exchange)
            if exchange.succeeded and schema is not None:
                yield from _fitted(record.dialect, exchange, schema)

    return judge


def _fitted(dialect: Dialect, exchange: Exchange, schema: type[BaseModel]) -> Iterator[Sight]:
    # What states and progress may be has rules of its own.
    own = {dialect.pointers.status, dialect.pointers.progress}
    found: list[Drift] = [drift for drift in drifts(schema, exchange.document) if drift.place not in own]
    yield from (Sight(exchange, drift.differs, drift.place, drift.source) for drift in found)
    if not found:
        yield Sight(exchange)


def _schema(exchange: Exchange) -> type[BaseModel] | None:
    operation: Any = exchange.call.route.operation if exchange.call.route else None
    answer: type[BaseModel] | None = getattr(operation, "answer", None)
    return answer


def accepted(record: Record) -> Iterator[Sight]:
    """Judge whether submissions that the contract accepts are accepted."""
    for exchange in record.of(*ACCEPTED):
        refusal = f"{exchange.told} ({exchange.call.concerns})"
        yield Sight(exchange, "" if exchange.succeeded else refusal, "status")


def status_of_success(record: Record) -> Iterator[Sight]:
    """Judge whether accepted submissions are answered with the documented status."""
    for exchange in record.of(*ACCEPTED):
        operation = exchange.call.route.operation if exchange.call.route else None
        if exchange.succeeded and isinstance(operation, Submit):
            wrong = exchange.status != operation.status
            yield Sight(exchange, f"{exchange.status}, not {operation.status}" if wrong else "", "status")


def answered(*purposes: Purpose) -> Callable[[Record], Iterator[Sight]]:
    """Judge whether these requests are answered at all."""

    def judge(record: Record) -> Iterator[Sight]:
        for exchange in record.of(*purposes):
            yield Sight(exchange, "" if exchange.succeeded else f"{exchange.told}, not 200", "status")

    return judge


RULES = (
    Rule(
        id="valid-requests",
        sentence="What the documents allow is accepted, up to every limit.",
        judge=accepted,
        needs=(needs.JOBS,),
        cure="Take what the documents allow, or document the narrower limit.",
    ),
    Rule(
        id="submission-status",
        sentence="An accepted submission is answered with the documented status.",
        judge=status_of_success,
        needs=(needs.JOBS,),
        cure="Answer with the documented status; clients compare it.",
    ),
    Rule(
        id="submission-document",
        sentence="The answer to a submission has the documented fields.",
        judge=fitting(Purpose.SUBMIT, Purpose.AT, Purpose.REPLAY),
        needs=(needs.JOBS,),
        cure="Write the documented fields in their documented types.",
    ),
    Rule(
        id="poll-document",
        sentence="The answer to a poll has the documented fields.",
        judge=fitting(Purpose.POLL, Purpose.SETTLED, Purpose.LAST),
        needs=(needs.JOBS, needs.POLLED),
        cure="Write the documented fields in their documented types, in every state.",
    ),
    Rule(
        id="list-document",
        sentence="A list has the documented fields.",
        judge=fitting(Purpose.LIST, Purpose.PAGE),
        needs=(needs.LISTED, needs.LISTS),
        cure="Write jobs in lists as they are documented there.",
    ),
    Rule(
        id="other-documents",
        sentence="Model lists, prices and accounts have the documented fields.",
        judge=fitting(Purpose.DOCUMENT, Purpose.PUBLIC),
        needs=(needs.TOLD,),
        cure="Write the documented fields in their documented types.",
    ),
    Rule(
        id="upload-document",
        sentence="The answer to an upload has the documented fields.",
        judge=fitting(Purpose.UPLOAD),
        needs=(needs.UPLOADED, needs.UPLOADS),
        cure="Write the documented fields in their documented types.",
    ),
    Rule(
        id="documents-answered",
        sentence="What is documented beside jobs is there.",
        judge=answered(Purpose.DOCUMENT, Purpose.UPLOAD),
        needs=(needs.TOLD,),
        cure="Serve the documented paths.",
    ),
    Rule(
        id="public-documents",
        sentence="What is documented as public needs no key.",
        judge=answered(Purpose.PUBLIC),
        needs=(needs.PUBLIC,),
        cure="Let public documents pass without a key.",
    ),
)
