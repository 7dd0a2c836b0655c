"""Render slots: so many renders at once; more jobs wait in their queue phase, and start in the order of submission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapreplace
from math import inf, nextafter

from mockvideo.core.jobs import Job, Phase, State, Timeline


def planned(jobs: Sequence[Job], slots: int, now: float) -> list[Job]:
    """Return the jobs whose timelines change, with their new ones, after an event at this moment.

    ``jobs`` are the unfinished ones of one account and dialect in the order of submission; those whose script knows no
    ``queue`` need no slot. Nothing changes before ``now`` (in seconds since the epoch, like all moments here).
    """
    waiting: list[tuple[Job, float]] = []
    held: list[float] = []
    for job in jobs:
        own = job.script.queue
        if own is None:
            continue
        if _waits(job.timeline, now):
            waiting.append((job, own))
        else:
            held.append(_end(job.timeline))
    room = min(slots, len(jobs))
    return list(_in_turn(waiting, sorted([*held, *[now] * room])[-room:], now))


def _waits(timeline: Timeline, now: float) -> bool:
    """Whether a job waits for its render; one that was submitted just now does, even if queueing takes no time."""
    queue, following = timeline.phases[:2]
    if following.state is not State.RUNNING:
        return False
    return queue.seconds is None or timeline.start + queue.seconds > now or timeline.start == now


def _in_turn(waiting: Iterable[tuple[Job, float]], free: list[float], start: float) -> Iterator[Job]:
    """Give each job the slot that comes free first, at ``start`` or later; ``free`` is a heap of moments."""
    for job, own in waiting:
        begin, phases = timeline = job.timeline
        seconds = _queueing(begin, own, max(start, free[0]))
        if seconds != phases[0].seconds:
            timeline = Timeline(begin, (Phase(State.QUEUED, seconds), *phases[1:]))
            yield job._replace(timeline=timeline)
        start = inf if seconds is None else begin + seconds
        heapreplace(free, _end(timeline))


def _queueing(begin: float, own: float, soonest: float) -> float | None:
    """Return how many seconds a job queues until both it and its slot are ready; None: no end is known."""
    if soonest <= begin + own:
        return own
    if soonest == inf:
        return None
    seconds = soonest - begin
    # Their sum is the start of the render, and may round to a moment when the slot is not free yet.
    while begin + seconds < soonest:
        seconds = nextafter(seconds, inf)
    return seconds


def _end(timeline: Timeline) -> float:
    end = timeline.end
    return inf if end is None else end
