"""Scenarios written in Python: the same rules as in files, checked here, in force on the server at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Unpack

from mockvideo.core.errors import Kind
from mockvideo.core.jobs import Reason, Refund
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.script import read
from mockvideo.testing.control import Control
from mockvideo.testing.tables import Fault, KindWord, Outcome, Progress, ReasonWord, RefundWord, Span, Time, Wait


@dataclass(frozen=True, slots=True)
class When:
    """Which requests are meant. To say what happens then puts a rule in force, before those that are, and returns it.

    Raises ScriptError, with the word that was meant, if the rule makes no sense.
    """

    control: Control = field(repr=False)
    words: Mapping[str, Any]

    def times(self, count: int) -> When:
        """At most so often."""
        return self._and(times=count)

    def nth(self, number: int) -> When:
        """Of the requests that fit, this one."""
        return self._and(nth=number)

    def first(self, count: int) -> When:
        """Of the requests that fit, so many."""
        return self._and(first=count)

    def after(self, count: int) -> When:
        """Of the requests that fit, all after so many."""
        return self._and(after=count)

    def every(self, number: int) -> When:
        """Of the requests that fit, each n-th."""
        return self._and(every=number)

    def share(self, share: float) -> When:
        """Of the requests that fit, a share from 0 to 1, drawn from the seed."""
        return self._and(share=share)

    def lasts(self, seconds: Time) -> When:
        """So long, from the first of the requests on."""
        return self._and(lasts=seconds)

    def error(
        self,
        kind: Kind | KindWord,
        message: str | None = None,
        retry_after: Wait | None = None,
        **fault: Unpack[Fault],
    ) -> Rule:
        """Refuse as the dialect does, under its own status; a ``fault`` disturbs the refusal."""
        return self._then(error=kind, message=message, retry_after=retry_after, **fault)

    def status(
        self,
        number: int,
        message: str | None = None,
        retry_after: Wait | None = None,
        *,
        error: Kind | KindWord | None = None,
        **fault: Unpack[Fault],
    ) -> Rule:
        """Refuse with just this status, in the dialect's envelope; with the words of ``error``, if it is given."""
        return self._then(status=number, error=error, message=message, retry_after=retry_after, **fault)

    def fail(
        self,
        reason: Reason | ReasonWord = "internal",
        *,
        at: float | None = None,
        refund: Refund | RefundWord | None = None,
    ) -> Rule:
        """Accept the job and let it fail, after the share ``at`` of its render."""
        return self._then(outcome=said(ends="failed", reason=reason, at=at, refund=refund))

    def never(self, at: float | None = None) -> Rule:
        """Accept the job and let it stand still, at the share ``at`` of its render; at 0 in the queue."""
        return self._then(outcome=said(ends="never", at=at))

    def outcome(self, **outcome: Unpack[Outcome]) -> Rule:
        """Accept the job and settle how it ends, and what becomes of it then."""
        return self._then(outcome=outcome)

    def takes(self, queue: Span | None = None, render: Span | None = None, progress: Progress | None = None) -> Rule:
        """Settle how long the job queues and renders: ``5``, ``(3, 6)``, ``{"median": "20s"}`` or ``{"polls": 3}``."""
        return self._then(timing=said(queue=queue, render=render, progress=progress))

    def fault(self, **fault: Unpack[Fault]) -> Rule:
        """Disturb the answer; what was asked for is done all the same."""
        return self._then(**fault)

    def _and(self, **more: Any) -> When:
        return replace(self, words={**self.words, **more})

    def _then(self, **order: Any) -> Rule:
        table = as_json({**self.words, **said(**order)})
        rule = read.one_rule(table, name="rule").rules[0]
        self.control.post("/scenario/rules", {"rule": table})
        return rule


def put(control: Control, scenario: str | Path | Rule | Scenario, lasts: Time | None = None) -> None:
    """Put a scenario in force, in the place of the last one and of single rules; it ends by itself if it ``lasts``."""
    control.put("/scenario", said(**{"scenario": ordered(scenario), "for": lasts}))


def ordered(scenario: str | Path | Rule | Scenario) -> str | dict[str, Any]:
    """Return a scenario as the control API takes it: a name or one rule as a text, all else as tables.

    Files are read here, as the server may be on another machine. Raises ScriptError, with file and line.
    """
    if isinstance(scenario, Rule):
        return read.tables(Scenario(rules=(scenario,)))
    if isinstance(scenario, Scenario):
        return read.tables(scenario)
    if isinstance(scenario, Path) or scenario.endswith(".toml"):
        return read.tables(read.load(Path(scenario)))
    return scenario


def as_json(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table as JSON has it: no tuples, no enumerations."""
    told: dict[str, Any] = json.loads(json.dumps(table))
    return told


def said(**words: Any) -> dict[str, Any]:
    """Return the words that say something."""
    return {name: word for name, word in words.items() if word is not None}
