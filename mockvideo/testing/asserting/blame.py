"""What went wrong, for whom a test's failure is all there is to read."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import TextWrapper
from typing import NamedTuple

from mockvideo.plain import clean
from mockvideo.testing.asserting.lines import around
from mockvideo.testing.exchanges import Exchange, dialects
from mockvideo.wording import brief, explain

NOBODY = (
    "No request came with this account's key to a path that its API has. Give the code under test the base URL and "
    "the key of this mock: .env() has them as variables, .url() and .key by themselves."
)

TEXT = TextWrapper(width=100, break_long_words=False, break_on_hyphens=False)


class Blame(NamedTuple):
    """What came instead of what was expected, the numbers of the exchanges that show it, and what to change."""

    came: str
    marked: Sequence[int]
    cure: str


def message(expected: str, blame: Blame, exchanges: Sequence[Exchange]) -> str:
    """Return what a test says when it fails: the fault, the journal around it, what to change."""
    journal = "\n".join(around(exchanges, blame.marked))
    cure = "\n".join(map(TEXT.fill, blame.cure.split("\n")))
    text = "\n\n".join(filter(None, [f"expected {expected}, but {blame.came}", journal, cure]))
    return "\n".join(map(clean, text.split("\n")))


def no_such_job(job: str) -> Blame:
    """Blame the id of a job that nobody asked for."""
    cure = f"Nobody asked for job {job} with this key. Give the test the id that the submission answered."
    return Blame("there is no such job", [], cure)


def refused(exchange: Exchange) -> str:
    """Say why an exchange was refused and what to do about it."""
    refusal, number = exchange.refusal, exchange.number
    if refusal is None:
        return ""
    wrong, why = (brief(text) for text in explain(exchange, refusal, dialects().get(exchange.dialect)))
    if exchange.planned:
        return (
            f"The rule {exchange.rule} had exchange {number} refused ({exchange.status} {refusal.kind}). "
            "Let the code under test try again as long as that makes sense, or take the rule out of the test."
        )
    said = f"{wrong} {why}".replace("  ", " ").strip()
    return f"Exchange {number} was refused ({exchange.status} {refusal.kind}): {said}\nSend what the provider accepts."


def lost(exchange: Exchange) -> str:
    """Say how it came that a client did not learn what an exchange had done; empty if it did."""
    if exchange.lost:
        return f"the reply to exchange {exchange.number} was lost ({exchange.fault} fault planned by {exchange.rule})"
    return f"the client of exchange {exchange.number} left before the reply came" if exchange.status == 499 else ""


def once(exchange: Exchange) -> str:
    """Say how a submission is repeated without paying twice."""
    dialect = dialects().get(exchange.dialect)
    headers = [route.replay_header for route in dialect.routes if route.replay_header] if dialect else []
    if headers:
        return f"Send the same {headers[0].decode().title()} with each try: it then makes no second job."
    return f"{exchange.dialect} knows no idempotency keys: after a lost reply count the job as made, do not repeat it."
