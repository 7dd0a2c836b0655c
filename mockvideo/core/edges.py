"""When a timeline changes: its states, and the progress that somebody wants to be told of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import takewhile
from math import inf, nextafter
from typing import NamedTuple

from mockvideo.core.jobs import FINAL, Phase, State, Timeline, percent

# Timelines go only forward; all ends are equally far.
ORDER = {State.QUEUED: 0, State.RUNNING: 1, **dict.fromkeys(FINAL, 2)}


class Edge(NamedTuple):
    """A change: from that moment on (in seconds since the epoch) a job is in a state, and shows so many per cent."""

    moment: float
    state: State
    percent: int


def edges(timeline: Timeline, steps: Sequence[int], told: Edge | None = None, until: float = inf) -> Iterator[Edge]:
    """Yield the changes up to a moment, in order; of progress those that reach a step (in per cent, rising).

    ``told`` is the last one that is known already, even if the timeline was another one then: only what goes further
    is new. States that take no time are never seen, and what comes after a phase that counts polls is not known yet.
    """
    for edge in takewhile(lambda edge: edge.moment <= until, _changes(timeline, steps)):
        if told is None or _further(edge, told, steps):
            yield edge
            told = edge


def _changes(timeline: Timeline, steps: Sequence[int]) -> Iterator[Edge]:
    begin = timeline.start
    for phase in timeline.phases:
        end = inf if phase.seconds is None else begin + phase.seconds
        if begin < end:
            yield from _within(timeline, phase, begin, end, steps)
        begin = end


def _further(edge: Edge, told: Edge, steps: Sequence[int]) -> bool:
    """Whether a change leads on from another one."""
    before, after = ((ORDER[each.state], bisect_right(steps, each.percent)) for each in (told, edge))
    return after > before if edge.state is State.RUNNING else after[0] > before[0]


def _within(timeline: Timeline, phase: Phase, begin: float, end: float, steps: Sequence[int]) -> Iterator[Edge]:
    """Yield the changes of one phase: its beginning, and where its progress reaches further steps."""
    shown = percent(phase.state, timeline.at(begin)[1])
    yield Edge(begin, phase.state, shown)
    if phase.state is not State.RUNNING or end == inf:
        return
    last = nextafter(end, begin)
    most = percent(phase.state, timeline.at(last)[1])
    while (reached := bisect_right(steps, shown)) < bisect_right(steps, most):
        begin = _reaching(timeline, steps[reached], begin, last)
        shown = percent(phase.state, timeline.at(begin)[1])
        yield Edge(begin, phase.state, shown)


def _reaching(timeline: Timeline, step: int, low: float, high: float) -> float:
    """Return the first moment when progress is shown as that step or more; at ``low`` it is less, at ``high`` not."""
    # By halves, so that whatever a curve shows and however it rounds, the timeline itself says the same.
    while low < (middle := (low + high) / 2) < high:
        phase, progress = timeline.at(middle)
        if percent(phase.state, progress) < step:
            low = middle
        else:
            high = middle
    return high
