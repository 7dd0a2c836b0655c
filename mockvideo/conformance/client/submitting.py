"""Demands on submissions: one clip is one job, whatever becomes of the replies."""

from __future__ import annotations

from mockvideo.conformance.client.breach import UNSEEN, Breach, Judged, after, at, ended, numbers
from mockvideo.conformance.client.evidence import ENDLESS, Run, Strike


def delivers(run: Run, strike: Strike, _: float) -> Judged:
    """The clip comes all the same; not asked where something else may end it, or hits the same call again."""
    events = run.schedule.events
    if len({event.operation for event in events}) < len(events) or not all(event.words.survivable for event in events):
        return UNSEEN
    if run.answer.succeeded:
        return None
    return Breach(f"{at(strike)} is to be survived, but {ended(run)}", numbers(strike.hits))


def one_job(run: Run, strike: Strike, _: float) -> Judged:
    """No job is made after that: one is there already."""
    first = strike.hits[0].number if strike.hits else run.jobs[0].number if run.jobs else 0
    again = [job for job in run.jobs if job.number > first]
    if not again:
        return None
    begun = next(each for each in run.exchanges if each.number >= first)
    later = again[0].at - begun.at
    says = f"{at(strike)} is followed by a new submission after {later:.1f} s: {len(run.jobs)} jobs"
    return Breach(f"{says} for one clip, {run.paid.normalize():f} {run.currency}", (first, *numbers(again)))


def submits_once(run: Run, strike: Strike, _: float) -> Judged:
    """What was refused or failed for its content is not submitted again as it is."""
    submitted = run.of("submit")
    again = [each for each in submitted[1:] if each.digest == submitted[0].digest]
    if not again:
        return None
    return Breach(f"{at(strike)}, and the same request is submitted {len(again)} more times", numbers(again))


def stops(run: Run, strike: Strike, most: float) -> Judged:
    """At most so many more requests of that kind."""
    more = after(run, strike)
    if len(more) <= most and run.answer.kind not in ENDLESS:
        return None
    return Breach(f"{at(strike)} is followed by {len(more)} more of the same, at most {most:.0f} may", numbers(more))


def stops_paying(run: Run, strike: Strike, _: float) -> Judged:
    """No money is no reason to try again. A 429 says that in words alone, so two more tries are forgiven."""
    return stops(run, strike, 2 if strike.hits[0].status == 429 else 0)


def resumes(run: Run, strike: Strike, _: float) -> Judged:
    """What was killed and started again goes on with its job."""
    began = run.restarted or 0
    before = [job for job in run.jobs if job.number <= began]
    again = [job for job in run.jobs if job.number > began]
    if not before:
        return UNSEEN
    return Breach(f"{at(strike)} and started again, it submits again", numbers(again)) if again else None
