"""From an accepted request and what is planned for it to the job that it becomes."""

from __future__ import annotations

from typing import NamedTuple

from mockvideo.core.course import SUCCESS, End, timeline
from mockvideo.core.jobs import UNSCRIPTED, Job, Reason, Script, VideoRequest
from mockvideo.core.planning import UNPLANNED, Plan
from mockvideo.core.rng import Chance
from mockvideo.core.scenario import Outcome
from mockvideo.core.terms import Terms
from mockvideo.core.timing import Timing

FAILURE = End("failed")
# As long as an id with its prefix, and as hard to guess.
POLL_NAME = 40


# What stands in an ordered id for the one that the job would have had.
ID = "{id}"


class Draft(NamedTuple):
    """What a job is made from. ``slotted``: its account has a limited number of render slots."""

    terms: Terms
    request: VideoRequest
    plan: Plan
    timing: Timing
    slotted: bool = False


def mint(made_from: Draft, chance: Chance) -> str:
    """Draw a job's id, as its outcome wants it to look."""
    outcome, job_id = made_from.plan.outcome, made_from.terms.mint(chance)
    return job_id if outcome is None or outcome.id is None else outcome.id.replace(ID, job_id)


def draft(made_from: Draft, job_id: str, chance: Chance, now: float) -> Job:
    """Settle a job's whole course."""
    terms, request, plan, usual, slotted = made_from
    if plan is UNPLANNED and not slotted and request.flaw is None and usual.progress != "absent":
        return Job(job_id, terms.dialect, request, timeline(usual, chance, now), now)
    timing = _timing(plan, terms, usual)
    course = timeline(timing, chance, now, _end(request, plan.outcome))
    script = _script(plan, chance, silent=timing.progress == "absent")
    if slotted:
        script = script._replace(queue=course.phases[0].seconds)
    return Job(job_id, terms.dialect, request, course, now, _reason(request, plan.outcome), script)


def _timing(plan: Plan, terms: Terms, usual: Timing) -> Timing:
    if isinstance(plan.timing, Timing):
        return plan.timing
    return usual if plan.timing is None else terms.figures.timing or usual


def _end(request: VideoRequest, outcome: Outcome | None) -> End:
    if request.flaw is not None:
        return FAILURE
    return SUCCESS if outcome is None else End(outcome.ends, outcome.at)


def _reason(request: VideoRequest, outcome: Outcome | None) -> Reason | None:
    if request.flaw is not None:
        return request.flaw
    return outcome.reason if outcome is not None and outcome.ends == "failed" else None


def _script(plan: Plan, chance: Chance, *, silent: bool) -> Script:
    outcome = plan.outcome
    if outcome is None:
        return Script(plan.scenarios, silent=silent) if silent or plan.scenarios else UNSCRIPTED
    return Script(
        scenarios=plan.scenarios,
        rule=plan.rules.get("outcome"),
        forgotten_after=outcome.forgotten_after,
        clips_expire_after=outcome.clips_expire_after,
        refund=outcome.refund,
        poll_name=chance.text(POLL_NAME) if outcome.opaque_poll_url else None,
        silent=silent,
    )
