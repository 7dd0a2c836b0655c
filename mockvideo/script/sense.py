"""Finds what a scenario says in vain: rules that order nothing or never act, words that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

from mockvideo.core.errors import HttpDate, Literally
from mockvideo.core.faults import LEVELS, Bytes, Changes
from mockvideo.core.planning import CARRIERS, SUBMISSIONS
from mockvideo.core.scenario import Allowance, Rule, Scenario
from mockvideo.core.timing import LONGEST, Timing
from mockvideo.script import vain
from mockvideo.script.fields import ANY_PLACE, OPERATIONS, PLACES, field_at
from mockvideo.script.problems import Problem, Trail, instead, told

POINTER = re.compile("(/([^/~]|~[01])*)+")
# Python keeps thousands of patterns in memory.
LONGEST_PATTERN = 200
WITHOUT_BODY = {204, 205, 304}
RICHEST = Decimal(10) ** 12
MOST_DECIMALS = 12
PATTERNS = ("on", "dialect", "model", "prompt", "event")
# What a field of an outcome speaks of.
ENDINGS = {
    "reason": ("failed",),
    "at": ("failed", "cancelled", "never"),
    "clips_expire_after": ("succeeded",),
}


def operations(pattern: str) -> list[str]:
    """Return the operations that a rule's ``on`` means."""
    matched = [name for name in OPERATIONS if fnmatchcase(name, pattern)]
    # A blocking call is a submission that waits.
    return [*matched, "generate"] if "submit" in matched and "generate" not in matched else matched


def _lacks(rule: Rule, *wanted: str) -> bool:
    """Whether a rule is for other operations than these."""
    meant = operations(rule.on)
    return bool(meant) and not set(meant) & set(wanted)


def _empty(stretch: tuple[float, float] | None) -> bool:
    return stretch is not None and stretch[0] == stretch[1]


def _idle(rule: Rule) -> bool:
    orders = (rule.timing, rule.outcome, rule.error, rule.status, rule.retry_after, rule.webhook)
    return not rule.message and not rule.disturbs and all(order is None for order in orders)


def _unreachable(rule: Rule) -> bool:
    """Whether no request is the one whose turn it is."""
    every, after = rule.every or 1, rule.after or 0
    number = rule.nth or (after // every + 1) * every
    return number % every > 0 or number <= after or number > (rule.first or number)


def _is_of_downloads(bytes_: Bytes) -> bool:
    return bytes_.ranges is not None or bytes_.redirect == "clip"


CONTRADICTIONS: tuple[tuple[Trail, Callable[[Rule], bool], str], ...] = (
    ((), _idle, f"orders nothing; write what: timing, outcome, error, status, {' or '.join((*LEVELS, 'webhook'))}"),
    (
        ("retry_after",),
        lambda rule: rule.retry_after is not None and not rule.refuses,
        'needs an error to stand in; write error = "rate_limited" or status = 429 beside it',
    ),
    (
        ("message",),
        lambda rule: bool(rule.message) and not rule.refuses,
        'needs an error to stand in; write error = "invalid_request" or status = 400 beside it',
    ),
    ((), _unreachable, "never acts: nth, first, after and every leave no request; leave one of them out"),
    (("between",), lambda rule: _empty(rule.between), "ends where it begins; write two different moments"),
    (("age",), lambda rule: _empty(rule.age), "ends where it begins; write two different ages"),
    (
        ("poll",),
        lambda rule: isinstance(rule.poll, tuple) and rule.poll[1] < rule.poll[0],
        "ends before it begins; write the smaller number first",
    ),
    (
        ("poll",),
        lambda rule: rule.poll is not None and _lacks(rule, "poll"),
        'counts polls, and the rule is for others; write on = "poll"',
    ),
    (
        ("age",),
        lambda rule: rule.age is not None and _lacks(rule, "poll", "content", "webhook"),
        'is known when a job is asked for, and the rule is for others; write on = "poll" or on = "content"',
    ),
    (
        ("event",),
        lambda rule: rule.event != "*" and _lacks(rule, "webhook"),
        'is what a webhook tells, and the rule is for others; write on = "webhook"',
    ),
    (
        ("webhook",),
        lambda rule: rule.webhook is not None and _lacks(rule, "webhook"),
        'goes wrong after a job was submitted, and the rule is for others; write on = "webhook"',
    ),
    (
        ("on",),
        lambda rule: (rule.refuses or rule.disturbs) and operations(rule.on) == ["webhook"],
        'is for webhooks, and the rule is about answers; write webhook = {drop = true} instead, or on = "poll"',
    ),
    (
        ("timing",),
        lambda rule: rule.timing is not None and _lacks(rule, *SUBMISSIONS),
        'is settled at submission, and the rule is for others; write on = "submit"',
    ),
    (
        ("outcome",),
        lambda rule: rule.outcome is not None and _lacks(rule, *SUBMISSIONS),
        'is settled at submission, and the rule is for others; write on = "submit"',
    ),
    (
        ("clip",),
        lambda rule: rule.clip is not None and _lacks(rule, *CARRIERS),
        'is in no answer that the rule is for; write on = "content", "generate" or "poll"',
    ),
    (
        ("needless_key",),
        lambda rule: rule.needless_key is not None and _lacks(rule, "content"),
        'is seen when a clip is fetched, and the rule is for others; write on = "content"',
    ),
    (
        ("bytes",),
        lambda rule: rule.bytes is not None and _is_of_downloads(rule.bytes) and _lacks(rule, "content"),
        'speaks of downloads, and the rule is for others; write on = "content"',
    ),
    (("document",), lambda rule: rule.document == Changes(), "changes nothing; write set, null, omit … into it"),
    (("status",), lambda rule: rule.status in WITHOUT_BODY, "is of an answer without a document; write another one"),
    (
        ("retry_after", "text"),
        lambda rule: isinstance(rule.retry_after, Literally) and not vain.HEADER.fullmatch(rule.retry_after.text),
        "cannot stand in a header; write printable letters of Latin-1",
    ),
    (
        ("retry_after", "date"),
        lambda rule: isinstance(rule.retry_after, HttpDate) and abs(rule.retry_after.date) > LONGEST,
        "is too far away; write at most 366 days in seconds",
    ),
)


def problems(scenario: Scenario, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what makes no sense; ``document`` is what the file says, without defaults."""
    yield from _account(scenario.account)
    yield from _timing(scenario.timing, ("timing",))
    for place, rule in enumerate(scenario.rules):
        trail = ("rules", place)
        for field, contradicts, says in CONTRADICTIONS:
            if contradicts(rule):
                yield Problem((*trail, *field), says)
        yield from _patterns(rule, trail)
        yield from _timing(rule.timing, (*trail, "timing"))
        yield from _outcome(document["rules"][place].get("outcome", {}), (*trail, "outcome"))
        yield from _places(rule.document or Changes(), (*trail, "document"))
        yield from vain.problems(
            document["rules"][place], {table: getattr(rule, table) for table in vain.TABLES}, trail
        )


def _account(account: Allowance) -> Iterator[Problem]:
    amount = account.credits
    # A number with a huge exponent is as long when it is written out.
    if amount is not None and (amount > RICHEST or amount.adjusted() < -MOST_DECIMALS):
        yield Problem(
            ("account", "credits"), f"is {amount}; write at most {RICHEST}, with at most {MOST_DECIMALS} decimals"
        )


def _patterns(rule: Rule, trail: Trail) -> Iterator[Problem]:
    for name in PATTERNS:
        pattern = getattr(rule, name)
        if len(pattern) > LONGEST_PATTERN:
            yield Problem((*trail, name), f"has {len(pattern)} characters; write at most {LONGEST_PATTERN}")
    if not operations(rule.on):
        cure = instead(rule.on, OPERATIONS, field_at((*trail, "on")).form)
        yield Problem((*trail, "on"), f"is {told(rule.on)}, which is no operation; {cure}")


def _timing(timing: object, trail: Trail) -> Iterator[Problem]:
    steps = timing.progress if isinstance(timing, Timing) else ()
    if isinstance(steps, tuple) and any(later < step for step, later in pairwise(steps)):
        cure = "write them in order, or let a rule tell an earlier snapshot"
        yield Problem((*trail, "progress"), f"is {told(steps)}, which goes backwards; {cure}")


def _outcome(outcome: Mapping[str, Any], trail: Trail) -> Iterator[Problem]:
    ends = outcome.get("ends", "succeeded")
    for field, endings in ENDINGS.items():
        if field in outcome and ends not in endings:
            cure = f"write ends = {' or '.join(map(told, endings))} beside it"
            yield Problem((*trail, field), f"says nothing of a job that ends {ends}; {cure}")


def _places(changes: Changes, trail: Trail) -> Iterator[Problem]:
    for place, inner in _named(changes):
        if place not in PLACES and not POINTER.fullmatch(place):
            yield Problem((*trail, *inner), f"{told(place)} is no place; {instead(place, PLACES, ANY_PLACE)}")


def _named(changes: Changes) -> Iterator[tuple[str, Trail]]:
    """Yield the places that changes name, and where they do."""
    for name in ("null", "omit", "text"):
        yield from ((place, (name, step)) for step, place in enumerate(getattr(changes, name)))
    yield from ((place, ("set", place)) for place in changes.set)
    for old, new in changes.rename.items():
        yield from ((place, ("rename", old)) for place in (old, new))
