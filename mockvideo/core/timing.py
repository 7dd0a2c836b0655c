"""How long a job takes, and how its progress looks on the way: what a scenario may say of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import exp
from statistics import NormalDist
from typing import Annotated, Literal

from annotated_types import Ge, Le, Len
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, with_config

from mockvideo.core.rng import Chance

LONGEST = 366 * 86_400.0
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
WRITTEN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)")


def seconds(value: object) -> object:
    """Read ``"250ms"``, ``"5m"``, ``"1m30s"`` as seconds; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    parts = WRITTEN.findall(value)
    if not parts or WRITTEN.sub("", value).strip():
        message = f"{value!r} is no duration; write seconds as a number, or 250ms, 5s, 2m, 1m30s, 3h, 1d"
        raise ValueError(message)
    return sum(float(number) * UNITS[unit] for number, unit in parts)


Seconds = Annotated[
    float,
    BeforeValidator(seconds),
    Ge(0),
    Le(LONGEST),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^[0-9.]+ ?(ms|s|m|h|d)"}]}
    ),
]
Share = Annotated[float, Ge(0), Le(1)]
Count = Annotated[int, Ge(1)]


def in_order(stretch: tuple[float, float]) -> tuple[float, float]:
    """Refuse a stretch that ends before it begins."""
    if stretch[1] < stretch[0]:
        message = f"{stretch[0]:g} comes after {stretch[1]:g}; write the smaller one first"
        raise ValueError(message)
    return stretch


Stretch = Annotated[tuple[Seconds, Seconds], AfterValidator(in_order)]


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """Mostly about the median, now and then much longer: how render queues behave. ``sigma`` 0 is always the median."""

    median: Seconds
    sigma: Annotated[float, Ge(0), Le(5)] = 0.5


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """Until the job was polled so often, whatever the clock says."""

    polls: Count


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Progress rises to a share and stays there until the job ends."""

    stuck_at: Share


Span = Seconds | Stretch | Lognormal | Polls
Steps = Annotated[tuple[Share, ...], Len(1, 100)]
Progress = Literal["linear", "absent"] | Steps | Stuck


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True)
class Timing:
    """How long a job queues and renders: so many seconds, evenly between two bounds, lognormal, or a number of polls.

    ``progress`` runs evenly, in steps of the render's time, or up to a share; ``absent`` leaves it out of documents.
    """

    queue: Span = (0.8, 1.2)
    render: Span = (3.0, 6.0)
    progress: Progress = "linear"


AT_ONCE = Timing(queue=(0.0, 0.0), render=(0.0, 0.0))


def drawn(span: Span, chance: Chance) -> float | Polls:
    """Return the seconds that a stretch of a job takes; a number of polls stays one."""
    if isinstance(span, tuple):
        return chance.uniform(*span)
    if isinstance(span, Lognormal):
        # The middle of each of the 2**48 parts, as the ends of the curve are at infinity.
        share = (chance.integer(48) + 0.5) / 2**48
        return min(LONGEST, span.median * exp(span.sigma * NormalDist().inv_cdf(share)))
    return span
