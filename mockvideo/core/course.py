"""From what is planned to a job's whole course: how long it queues and renders, and how it ends."""

from __future__ import annotations

from typing import NamedTuple

from mockvideo.core.jobs import SUCCEEDED, Curve, Phase, State, Timeline
from mockvideo.core.rng import Chance
from mockvideo.core.scenario import Ending
from mockvideo.core.timing import Polls, Progress, Stuck, Timing, drawn

# Where a job stands that never ends, if nobody says where: the share that real ones are stuck at.
STANDSTILL = 0.99


class End(NamedTuple):
    """How a job is to end, and at which share of its render; None: somewhere in the second half."""

    ending: Ending = "succeeded"
    at: float | None = None


SUCCESS = End()


def timeline(timing: Timing, chance: Chance, start: float, end: End = SUCCESS) -> Timeline:
    """Draw a job's whole course."""
    queue, render = _queue(drawn(timing.queue, chance)), drawn(timing.render, chance)
    shape = _curve(timing.progress)
    if end.ending == "succeeded":
        return Timeline(start, (queue, _render(render, 1.0, shape), SUCCEEDED))
    share = _share(end, chance)
    if end.ending == "never" and share == 0:
        return Timeline(start, (Phase(State.QUEUED),))
    state = State.RUNNING if end.ending == "never" else State(end.ending)
    # As it was shown last, lest progress jumps at the end.
    stand = share if shape is None else shape.shown(share)
    return Timeline(start, (queue, _render(render, share, shape), Phase(state, first=stand, last=stand)))


def _share(end: End, chance: Chance) -> float:
    """Where in its render a job stops that does not succeed."""
    if end.at is not None:
        return end.at
    return STANDSTILL if end.ending == "never" else chance.uniform(0.5, 1.0)


def _curve(progress: Progress) -> Curve | None:
    """How progress departs from an even rise."""
    if isinstance(progress, Stuck):
        return Curve(ceiling=progress.stuck_at)
    return Curve(steps=progress) if isinstance(progress, tuple) else None


def _queue(length: float | Polls) -> Phase:
    if isinstance(length, Polls):
        return Phase(State.QUEUED, polls=length.polls)
    return Phase(State.QUEUED, seconds=length)


def _render(length: float | Polls, share: float, shape: Curve | None) -> Phase:
    """The render up to that share of it."""
    if isinstance(length, Polls):
        return Phase(State.RUNNING, polls=max(1, round(length.polls * share)))
    return Phase(State.RUNNING, seconds=length * share, last=share, curve=shape)
