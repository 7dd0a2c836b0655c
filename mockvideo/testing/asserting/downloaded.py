"""Whether a job's clip was downloaded, and if not, how far its client came."""

from __future__ import annotations

from collections.abc import Sequence

from mockvideo.core.jobs import FINAL, State
from mockvideo.core.planning import SUBMISSIONS
from mockvideo.core.spending import hands_out
from mockvideo.testing.asserting import submitted
from mockvideo.testing.asserting.blame import Blame, lost, no_such_job, refused
from mockvideo.testing.asserting.wasted import entry
from mockvideo.testing.exchanges import Exchange, dialects, made_jobs
from mockvideo.wording import count


def blame(exchanges: Sequence[Exchange], job: str | None) -> Blame | None:
    """Return why the clip of a job (None: of any) was not downloaded; None: it was."""
    fetched = list(filter(_brings_a_clip, exchanges))
    if any(job in {None, each.job} for each in fetched):
        return None
    name = _last_made(exchanges) if job is None else job
    if name is None:
        return submitted.none_made(exchanges)
    return _missed(name, [each for each in exchanges if _is_about(each, name)], fetched)


def _last_made(exchanges: Sequence[Exchange]) -> str | None:
    made = made_jobs(exchanges)
    return made[-1].job if made else None


def _missed(job: str, about: Sequence[Exchange], fetched: Sequence[Exchange]) -> Blame:
    """Blame how the job ended, else a download that failed, else one of another job, else that there was none."""
    if not about:
        return no_such_job(job)
    end = next(filter(_tells_the_end, about), None)
    if end is None:
        return _given_up(job, about)
    if end.state != State.SUCCEEDED:
        return _no_clip(end)
    tries = [each for each in about if each.operation == "content"]
    if tries:
        return _failed(tries)
    return _of_another(job, fetched[-1]) if fetched else _left_there(end)


def _given_up(job: str, about: Sequence[Exchange]) -> Blame:
    polls = [each for each in about if each.operation == "poll" and each.refusal is None]
    last = (polls or about)[-1]
    if reason := lost(last):
        cure = f"{reason[0].upper()}{reason[1:]}. Let the code under test ask again, or wait longer."
        return Blame("the last answer about the job was lost", [last.number], cure)
    if not polls:
        cure = f"Poll job {job} until it has ended, then download its clip."
        return Blame("the job was never polled", [last.number], cure)
    cure = f"Poll job {job} until it has ended: the last poll (exchange {last.number}) told {last.state}."
    return Blame(f"polling ended after {count(len(polls), 'poll')}, before the job did", [last.number], cure)


def _no_clip(end: Exchange) -> Blame:
    what = "was cancelled" if end.state == State.CANCELLED else "failed"
    why = f" (planned by {end.rule})" if end.rule else ""
    cure = (
        f"Exchange {end.number} told that job {end.job} {what}{why}, so it has no clip. "
        "Let the job succeed, or test what the code does without a clip."
    )
    return Blame(f"the job {what}", [end.number], cure)


def _of_another(job: str, other: Exchange) -> Blame:
    cure = f"Exchange {other.number} is for job {other.job}. Take the URL from the answer that tells of job {job}."
    return Blame(f"that of job {other.job} was", [other.number], cure)


def _left_there(end: Exchange) -> Blame:
    cure = f"Exchange {end.number} told that the clip is there{_where(end)}. Download it before its URL expires."
    return Blame("nobody asked for it", [end.number], cure)


def _failed(tries: Sequence[Exchange]) -> Blame:
    last, numbers = tries[-1], [each.number for each in tries]
    if reason := lost(last):
        return Blame("the download broke off", numbers, f"Download it again: {reason}.")
    if last.refusal is not None:
        return Blame("the download was refused", numbers, refused(last))
    cure = f"Exchange {last.number} brought nothing of it. GET the clip as a whole, or a range that it has."
    return Blame(f"{last.method} was answered {last.status}", numbers, cure)


def _brings_a_clip(exchange: Exchange) -> bool:
    """Whether a client got a clip: as a file, or inside the answer to a blocking call."""
    inside = exchange.operation == "generate" and exchange.state == State.SUCCEEDED and exchange.refusal is None
    return not lost(exchange) and (inside or hands_out(entry(exchange)))


def _is_about(exchange: Exchange, job: str) -> bool:
    # What was refused early has no job but in its path.
    return exchange.job == job or job in exchange.path.split("/")


def _tells_the_end(exchange: Exchange) -> bool:
    told = exchange.refusal is None and not lost(exchange)
    return told and exchange.state in FINAL and exchange.operation in {*SUBMISSIONS, "poll"}


def _where(exchange: Exchange) -> str:
    dialect = dialects().get(exchange.dialect)
    return f", with its URL at {dialect.pointers.video}" if dialect else ""
