"""What a run says of webhooks that did not arrive."""

from __future__ import annotations

from dataclasses import replace

from mockvideo.cli.evidence import Evidence
from mockvideo.core import control
from mockvideo.core.deliveries import Delivery
from mockvideo.dialects import load
from tests.owing import CALLING, account_under, submit

ACCOUNT = account_under()


def delivery() -> Delivery:
    dialect = next(iter(CALLING.values()))
    submit(ACCOUNT, dialect)
    control.advance(ACCOUNT, 60)
    return list(ACCOUNT.outbox)[-1]


def test_what_was_given_up_is_counted_and_what_arrived_is_not() -> None:
    owed, evidence = delivery(), Evidence(load())
    for state, reason in (("delivered", ""), ("failed", "no answer within 10 s"), ("failed", "no answer within 10 s")):
        ended = replace(owed, state=state, reason=reason)
        evidence.call(ACCOUNT, ended)
    (told,) = evidence.undelivered
    assert told == f"2 × {owed.dialect} {owed.event} to http://localhost:9/hook  no answer within 10 s"  # noqa: RUF001
