"""A job is an immutable value; between events its state is a pure function of time.

The values are tuples: some are made for every request, and a frozen dataclass takes three times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from mockvideo.core.errors import NO_FACTS
from mockvideo.core.events import Webhook


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})


class Reason(StrEnum):
    """Why an accepted job failed."""

    CONTENT_POLICY = "content_policy"
    UPSTREAM = "upstream"
    TIMED_OUT = "timed_out"
    UNSUPPORTED_INPUT = "unsupported_input"
    INTERNAL = "internal"


class VideoRequest(NamedTuple):
    """What a client asked for, stripped of its dialect.

    ``width`` and ``height`` in pixels, ``duration`` in seconds, ``price`` in the dialect's currency. ``flaw`` fails the
    job whatever else is planned: the provider accepts such a request and finds out later. ``extra`` is what the dialect
    wants to read again when it renders the job.
    """

    model: str
    prompt: str
    width: int
    height: int
    duration: float
    fps: int = 24
    sound: bool = False
    clips: int = 1
    image: bool = False
    price: Decimal = Decimal(0)
    flaw: Reason | None = None
    extra: Mapping[str, object] = NO_FACTS
    webhook: Webhook | None = None


class Curve(NamedTuple):
    """How progress is shown: in ``steps`` that divide its way evenly, and never above ``ceiling``."""

    steps: tuple[float, ...] = ()
    ceiling: float = 1.0

    def shown(self, progress: float) -> float:
        if self.steps:
            progress = self.steps[min(int(progress * len(self.steps)), len(self.steps) - 1)]
        return min(progress, self.ceiling)


class Phase(NamedTuple):
    """One stretch of a timeline: it ends after ``seconds``, at the ``polls``-th poll, or (both None) never.

    Progress is a share from 0 to 1 and goes from ``first`` to ``last``; in a counted phase it stands at ``first``. A
    ``curve`` shows it otherwise.
    """

    state: State
    seconds: float | None = None
    polls: int | None = None
    first: float = 0.0
    last: float = 0.0
    curve: Curve | None = None


SUCCEEDED = Phase(State.SUCCEEDED, first=1.0, last=1.0)


class Timeline(NamedTuple):
    """How a job goes from ``start`` on, in seconds since the epoch; the last phase never ends."""

    start: float
    phases: tuple[Phase, ...]

    def at(self, now: float) -> tuple[Phase, float]:
        """Return the open phase and the progress (0 to 1) at that moment; before the start, those of the start."""
        begin = self.start
        for phase in self.phases:
            seconds = phase.seconds
            if seconds is None:
                return phase, phase.first
            # Summed up as in `end`, so that both round alike.
            end = begin + seconds
            if now < end:
                share = (now - begin) / seconds if now > begin else 0.0
                progress = phase.first + share * (phase.last - phase.first)
                return phase, progress if phase.curve is None else phase.curve.shown(progress)
            begin = end
        raise AssertionError("the last phase of a timeline never ends")

    @property
    def end(self) -> float | None:
        """The moment of the final state; None while it depends on polls, or never comes."""
        moment = self.start
        for phase in self.phases:
            if phase.seconds is None:
                return moment if phase.state.final else None
            moment += phase.seconds
        raise AssertionError("the last phase of a timeline never ends")

    def polled(self, now: float) -> Timeline:
        """Count a poll in the counted phase that is open, if one is; the last poll it waits for ends it."""
        index, begin = self._open(now)
        phase = self.phases[index]
        if phase.polls is None:
            return self
        counted = phase._replace(polls=phase.polls - 1) if phase.polls > 1 else _timed(phase, now - begin)
        return Timeline(self.start, (*self.phases[:index], counted, *self.phases[index + 1 :]))

    def uncounted(self) -> Timeline:
        """Let the phases that count polls take no time, where nobody can poll."""
        if all(phase.polls is None for phase in self.phases):
            return self
        phases = (phase if phase.polls is None else _timed(phase, 0.0) for phase in self.phases)
        return Timeline(self.start, tuple(phases))

    def settled(self, now: float, state: State) -> Timeline:
        """End in that final state now; every earlier moment stays as it was."""
        index, begin = self._open(now)
        phase, elapsed = self.phases[index], max(0.0, now - begin)
        _, progress = self.at(now)
        cut = _timed(phase, elapsed)._replace(last=_even(phase, elapsed))
        final = SUCCEEDED if state is State.SUCCEEDED else Phase(state, first=progress, last=progress)
        return Timeline(self.start, (*self.phases[:index], cut, final))

    def _open(self, now: float) -> tuple[int, float]:
        """Return the index of the phase that is open at that moment, and when it began."""
        begin = self.start
        for index, phase in enumerate(self.phases):
            if phase.seconds is None or now < begin + phase.seconds:
                return index, begin
            begin += phase.seconds
        raise AssertionError("the last phase of a timeline never ends")


def _even(phase: Phase, elapsed: float) -> float:
    """Progress so long after the phase began, before a curve shows it otherwise."""
    return phase.first + elapsed / phase.seconds * (phase.last - phase.first) if phase.seconds else phase.first


def _timed(phase: Phase, seconds: float) -> Phase:
    last = phase.last if phase.polls is None else phase.first
    return phase._replace(seconds=seconds, polls=None, last=last)


class Refund(StrEnum):
    """What comes back to the account when a job ends badly."""

    FULL = "full"
    NONE = "none"
    TWICE = "twice"


class Script(NamedTuple):
    """What scenarios ordered for one job: moments beside its phases, and what is true of it alone.

    ``scenarios`` are those that its submission chose; they stay with it. ``rule`` decided how it
    ends. ``forgotten_after`` and ``clips_expire_after`` are seconds after its end; ``poll_name`` is the name under
    which alone it can be polled; ``silent``: documents do not tell its progress. ``queue`` is how many seconds it would
    queue if a render slot were free; None: it needs none.
    """

    # Values of core.scenario, which builds on this module.
    scenarios: tuple[Any, ...] = ()
    rule: str | None = None
    forgotten_after: float | None = None
    clips_expire_after: float | None = None
    refund: Refund = Refund.FULL
    poll_name: str | None = None
    silent: bool = False
    queue: float | None = None


UNSCRIPTED = Script()


class Job(NamedTuple):
    """A submitted request; ``submitted_at`` is in seconds since the epoch.

    ``called``: whether its client could be called at its end; None: not yet, or nobody wants it.
    """

    id: str
    dialect: str
    request: VideoRequest
    timeline: Timeline
    submitted_at: float
    reason: Reason | None = None
    script: Script = UNSCRIPTED
    called: bool | None = None

    def at(self, now: float) -> Snapshot:
        """Return the job as it stands at that moment."""
        phase, progress = self.timeline.at(now)
        return Snapshot(self, phase.state, progress, now)

    def forgotten(self, now: float) -> bool:
        """Whether a scenario wants the provider to have lost the job by now."""
        return _passed(self, self.script.forgotten_after, now)

    def clips_expired(self, now: float) -> bool:
        """Whether a scenario wants the URLs of the clips to lead nowhere by now."""
        return _passed(self, self.script.clips_expire_after, now)

    def accepted(self) -> Snapshot:
        """Return the job as its submission's answer tells it: queued, even if queueing takes no time."""
        return Snapshot(self, State.QUEUED, 0.0, self.submitted_at)


def _passed(job: Job, seconds: float | None, now: float) -> bool:
    """Whether a job ended so long ago; one that never ends counts from its submission."""
    if seconds is None:
        return False
    end = job.timeline.end
    return now >= (job.submitted_at if end is None else end) + seconds


class Snapshot(NamedTuple):
    """A job as it stands at one moment; ``progress`` from 0 to 1.

    ``waited`` is how many seconds passed since the client's poll before this one; None: there was none, or this is no
    poll.
    """

    job: Job
    state: State
    progress: float
    now: float
    waited: float | None = None

    @property
    def percent(self) -> int:
        """Progress in whole per cent: 1 to 99 while running, 100 only when succeeded."""
        return percent(self.state, self.progress)

    @property
    def completed_at(self) -> float | None:
        """When the job reached its final state, in seconds since the epoch; None until then."""
        return self.job.timeline.end if self.state in FINAL else None


def percent(state: State, progress: float) -> int:
    """Return what documents tell of a progress from 0 to 1."""
    if state is State.RUNNING:
        return min(99, max(1, int(progress * 100)))
    return int(progress * 100)


class Wait(NamedTuple):
    """A blocking call's answer comes at ``until``, in seconds since the epoch; None: no time is known."""

    until: float | None
