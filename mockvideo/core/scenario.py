"""What is planned for a request: how long it takes, how it ends, whether the provider says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mockvideo.core.errors import Refusal
from mockvideo.core.jobs import SUCCEEDED, Phase, Reason, State, Timeline
from mockvideo.core.rng import Chance


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a job queues and renders, in seconds, each drawn evenly between two bounds."""

    queue: tuple[float, float] = (0.8, 1.2)
    render: tuple[float, float] = (3.0, 6.0)


AT_ONCE = Timing(queue=(0.0, 0.0), render=(0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a rule can see of a request before anything is checked."""

    dialect: str
    operation: str
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of a script: when this request, then that timing, failure or API error.

    ``dialect``, ``operation`` and ``model`` are literals or globs; an aspect that is None is left to the next rule.
    """

    dialect: str = "*"
    operation: str = "*"
    model: str = "*"
    timing: Timing | None = None
    failure: Reason | None = None
    error: Refusal | None = None

    def matches(self, occasion: Occasion) -> bool:
        return (
            # fnmatch itself would ignore case on Windows.
            fnmatchcase(occasion.dialect, self.dialect)
            and fnmatchcase(occasion.operation, self.operation)
            and fnmatchcase(occasion.model, self.model)
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What the rules decided for one request, aspect by aspect; None where no rule spoke."""

    timing: Timing | None = None
    failure: Reason | None = None
    error: Refusal | None = None


UNPLANNED = Plan()


def decide(rules: Sequence[Rule], occasion: Occasion) -> Plan:
    """Take each aspect from the first matching rule that has it."""
    matching = [rule for rule in rules if rule.matches(occasion)]
    return Plan(
        timing=next((rule.timing for rule in matching if rule.timing), None),
        failure=next((rule.failure for rule in matching if rule.failure), None),
        error=next((rule.error for rule in matching if rule.error), None),
    )


def timeline(timing: Timing, chance: Chance, start: float, *, fails: bool) -> Timeline:
    """Draw a job's whole course; a failure comes somewhere in the second half of the render."""
    queue = Phase(State.QUEUED, seconds=chance.uniform(*timing.queue))
    render = chance.uniform(*timing.render)
    if not fails:
        return Timeline(start, (queue, Phase(State.RUNNING, seconds=render, last=1.0), SUCCEEDED))
    share = chance.uniform(0.5, 1.0)
    running = Phase(State.RUNNING, seconds=render * share, last=share)
    return Timeline(start, (queue, running, Phase(State.FAILED, first=share, last=share)))
