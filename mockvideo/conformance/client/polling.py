"""Demands on polls: when they end, how often they come, and what they make of odd answers."""

from __future__ import annotations

from collections.abc import Iterator

from mockvideo.conformance.client.breach import UNSEEN, Breach, Judged, at, endless, numbers
from mockvideo.conformance.client.evidence import ENDLESS, Run, Strike, gaps
from mockvideo.core.errors import Kind
from mockvideo.core.jobs import State
from mockvideo.testing.exchanges import Exchange

SLACK = 0.1
FASTEST, SLOWEST = 1.0, 60.0
# So long a client may go on before its error has to name the job.
SOON = 60.0


def grace(run: Run, strike: Strike, seconds: float) -> Judged:
    """A little patience with a fresh id, then an end; to end at once is as good."""
    hits = strike.hits
    if hits[-1].at - hits[0].at <= seconds and run.answer.kind not in ENDLESS:
        return None
    spent = hits[-1].at - hits[0].at
    return Breach(f"{at(strike)} is polled for {spent:,.0f} s, {len(hits)} times", numbers(hits[-1:]))


def has_deadline(run: Run, strike: Strike, _: float) -> Judged:
    """It gives up at last, and its error names the job, so that somebody can go on."""
    if run.answer.kind in ENDLESS:
        return endless(run)
    if run.answer.succeeded:
        return Breach(f"{at(strike)}, and it reports success", numbers(run.of("poll")[-1:]))
    job = next((each.job for each in run.jobs), None)
    if job is None or run.seconds < SOON or job in run.answer.text:
        return None
    return Breach(f"it gives up after {run.seconds:,.0f} s, and its error does not name the job", numbers(run.jobs))


def accepts_end(run: Run, strike: Strike, _: float) -> Judged:
    """An end that is none of the good ones is an end: no more polls, and no success."""
    ended = next(_bad_ends(run, strike), None)
    if ended is None:
        return UNSEEN
    later = run.after(ended, "poll")
    if run.answer.succeeded:
        return Breach(f"the job has {ended.state}, and it reports success", (ended.number,))
    if run.answer.kind in ENDLESS or len(later) > 1:
        return Breach(f"the job has {ended.state}, and it polls {len(later)} more times", (ended.number,))
    return None


def _bad_ends(run: Run, strike: Strike) -> Iterator[Exchange]:
    """Yield the polls that told an end without a clip."""
    for each in run.of("poll"):
        # What something else has disturbed need not have told it.
        told = each.status == 200 and (each.fault is None or each in strike.hits)
        if told and each.state in {State.FAILED, State.CANCELLED}:
            yield each


def follows(run: Run, _: Strike, __: float) -> Judged:
    """Polls go where the submission said."""
    lost = [each for each in run.of("poll") if each.refusal and each.refusal.kind is Kind.JOB_NOT_FOUND]
    if not run.of("poll"):
        return UNSEEN
    return Breach("it polls a URL of its own making, which leads nowhere", numbers(lost[:1])) if lost else None


def stays_ended(run: Run, strike: Strike, _: float) -> Judged:
    """Who has seen the end polls no more, whatever a late answer says."""
    end = run.told_end
    if end is None:
        return UNSEEN
    later = [each for each in strike.hits if each.number > end.number]
    if len(later) < 2:
        return None
    says = f"request {end.number} told the end, request {later[0].number} told otherwise, and it polls on"
    return Breach(f"{says} {len(later) - 1} times", numbers(later[:2]))


def honest(run: Run, strike: Strike, _: float) -> Judged:
    """A success without a file is none; the documented download, a few more polls or an error are."""
    if run.answer.kind == "junk":
        return Breach(f"{at(strike)}, and it reports success: {run.answer.text}", numbers(strike.hits))
    return endless(run) if run.answer.kind in ENDLESS else None


def paces(run: Run, _: Strike, __: float) -> Judged:
    """Polls come neither too fast nor too seldom."""
    polls = [each for each in run.of("poll") if each.status == 200]
    between = gaps(polls, run.steady)
    if not between:
        return UNSEEN
    if min(between) < FASTEST - SLACK:
        place = between.index(min(between))
        says = f"it polls again after {min(between):.2f} s, 1 s is the least where nothing else is told"
        return Breach(says, numbers(polls[place : place + 2]))
    if max(between) > SLOWEST + SLACK:
        place = between.index(max(between))
        return Breach(f"it polls again only after {max(between):.0f} s, 60 s is the most", numbers(polls[place:][:2]))
    return None


def stays_finished(run: Run, _: Strike, __: float) -> Judged:
    """After an answer that told the end, one more look is forgiven."""
    end = run.told_end
    if end is None:
        return UNSEEN
    later = run.after(end, "poll")
    if len(later) < 2:
        return None
    return Breach(f"request {end.number} told the end, and it polls {len(later)} more times", numbers(later[:3]))
