"""What accounts owe to webhooks, and the letters that go there, in any dialect and without a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.core.deliveries import Attempt, Delivery
from mockvideo.core.jobs import State
from mockvideo.core.planning import Occasion
from mockvideo.core.scenario import Scenario
from mockvideo.core.timing import Timing
from mockvideo.dialect import Dialect, spelled
from mockvideo.operation import Links
from mockvideo.pointer import find, put
from mockvideo.schema import validate
from mockvideo.script.read import inline
from mockvideo.webhook import Signer, Webhooks, Written
from tests.core.accounting import account_of
from tests.every import DIALECTS

URL = "http://localhost:9/hook"
CLIPS = "http://localhost:8420/media"
CALLING = {name: dialect for name, dialect in DIALECTS.items() if dialect.webhooks is not None}


class Call(NamedTuple):
    """What arrives: how many seconds after the account began, of which delivery, and the letter."""

    at: float
    delivery: Delivery
    letter: Written

    @property
    def document(self) -> Any:
        return json.loads(self.letter.body)


def webhooks_of(dialect: Dialect) -> Webhooks:
    assert dialect.webhooks is not None
    return dialect.webhooks


def account_under(*rules: str) -> Account:
    """An account whose jobs queue for a second and render for nine, under these rules."""
    orders = tuple(rule for text in rules for rule in inline(text).rules)
    scenario = Scenario(name="test", rules=orders) if orders else None
    return account_of(timing=Timing((1.0, 1.0), (9.0, 9.0)), scenario=scenario)


def submit(account: Account, dialect: Dialect) -> str:
    """Submit the dialect's example, with all webhooks that there are; return the job's id."""
    webhooks = webhooks_of(dialect)
    document = put(dict(dialect.example), webhooks.url, URL)
    if webhooks.wanted is not None:
        document = put(document, webhooks.wanted, [call.event.name for call in webhooks.calls])
    row = dialect.catalog.row(document["model"])
    request = dialect.understand(validate(dialect.catalog.request(row), dialect.fold(document), strict=True), row)
    plan = account.direct(dialect.terms, Occasion(dialect.name, "submit"), [])
    return account.submit(dialect.terms, request, b"body", plan).job.id


def letter(account: Account, dialect: Dialect, delivery: Delivery) -> Written:
    """What is sent, with links as a server makes them."""
    job = delivery.snapshot.job
    clips = range(job.request.clips if delivery.snapshot.state is State.SUCCEEDED else 0)
    links = Links(videos=tuple(f"{CLIPS}/{job.id}/{number + 1}.mp4" for number in clips))
    return webhooks_of(dialect).write(delivery, links, Signer(account.key))


def received(account: Account, dialect: Dialect, seconds: float = 1e5) -> list[Call]:
    """Let so much time pass, and everything arrive that is due."""
    calls = []
    control.advance(account, seconds)
    while taken := control.take_due(account):
        for delivery in taken:
            sent = letter(account, dialect, delivery)
            calls.append(Call(round(delivery.next_try - account.began, 3), delivery, sent))
            account.outbox.note(delivery.id, Attempt(at=delivery.next_try, status=200, body=sent.body))
    return calls


def verified(account: Account, dialect: Dialect, sent: Written) -> bool:
    """Whether a receiver that knows the key accepts the signature."""
    return set(webhooks_of(dialect).sign(sent.body, Signer(account.key))) <= set(sent.headers)


Hears = Callable[[list[Call], list[Call], Account, Dialect], bool]


class Order(NamedTuple):
    """A rule, and what has to arrive, given what arrives without it; ``row`` is its number on the page of incidents."""

    row: int
    words: str
    hears: Hears
    where: Callable[[Dialect], bool] = lambda _: True

    @property
    def rule(self) -> str:
        return f'on = "webhook", webhook = {{ {self.words} }}'


def bodies(calls: list[Call]) -> list[bytes]:
    return [call.letter.body for call in calls]


def waits(calls: list[Call]) -> set[float]:
    """How many seconds passed from what happened until it was told."""
    return {round(call.delivery.next_try - call.delivery.at, 3) for call in calls}


def status_of(dialect: Dialect, call: Call) -> object:
    return find(call.document, dialect.pointers.status)


def is_unverified(calls: list[Call], truth: list[Call], account: Account, dialect: Dialect) -> bool:
    """Everything arrives, and nothing of it is believed."""
    told = [call.document for call in calls] == [call.document for call in truth]
    return told and not any(verified(account, dialect, call.letter) for call in calls)


def conflicts(calls: list[Call], truth: list[Call], account: Account, dialect: Dialect) -> bool:
    """The webhook tells of a failure, while polls tell of success."""
    words = spelled(dialect.states)
    (job,) = account.store
    last = status_of(dialect, calls[-1]), status_of(dialect, truth[-1])
    return last == (words[State.FAILED], words[State.SUCCEEDED]) and job.at(account.moment).state is State.SUCCEEDED


def is_signed(dialect: Dialect) -> bool:
    return webhooks_of(dialect).signature is not None


def tells_progress(dialect: Dialect) -> bool:
    return any(call.event.steps for call in webhooks_of(dialect).calls)


ORDERS = (
    Order(83, "times = 2", lambda calls, truth, *_: bodies(calls) == [body for body in bodies(truth) for _ in "ab"]),
    Order(
        84,
        "reorder = true",
        lambda calls, truth, *_: [bodies(truth).index(body) for body in bodies(calls)] == [1, 0, 3, 2, 5, 4],
        tells_progress,
    ),
    Order(
        85,
        'delay = "10m"',
        lambda calls, truth, *_: bodies(calls) == bodies(truth) and waits(calls) == {600.0},
    ),
    Order(85, "delay = 0", lambda calls, truth, *_: waits(calls) == {0.0}),
    Order(86, "drop = true", lambda calls, truth, *_: (calls, bool(truth)) == ([], True)),
    *(
        Order(87, f'signature = "{how}"', is_unverified, is_signed)
        for how in ("wrong", "missing", "stale", "other_key")
    ),
    Order(87, 'body = "reencoded"', is_unverified, is_signed),
    Order(
        87,
        'body = "altered"',
        lambda calls, truth, account, dialect: (
            [call.document for call in calls] == [call.document | {"altered": True} for call in truth]
            and not (is_signed(dialect) and any(verified(account, dialect, call.letter) for call in calls))
        ),
    ),
    Order(
        88,
        'job = "another"',
        lambda calls, truth, account, _: (
            not any(job.id.encode() in body for body in bodies(calls) for job in account.store)
        ),
    ),
    Order(
        88,
        'url = "altered"',
        lambda calls, truth, *_: [CLIPS.encode() in bodies(each)[-1] for each in (truth, calls)] == [True, False],
    ),
    Order(89, 'status = "conflicting"', conflicts),
)
