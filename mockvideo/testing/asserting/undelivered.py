"""Why a webhook did not arrive, for whom a test's failure is all there is to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mockvideo.core.deliveries import Fate
from mockvideo.plain import clean
from mockvideo.pointer import find
from mockvideo.testing.asserting import submitted
from mockvideo.testing.asserting.blame import TEXT, Blame, message, no_such_job
from mockvideo.testing.exchanges import Exchange, dialects, made_jobs
from mockvideo.webhook import Webhooks
from mockvideo.wording import brief, count

# A webhook as the control API lists it.
Line = Mapping[str, Any]
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A webhook of this event, about this job; None: of any."""

    event: str | None = None
    job: str | None = None

    def __str__(self) -> str:
        about = f" about job {self.job}" if self.job else ""
        return f"a webhook{f' {self.event!r}' if self.event else ''}{about}"

    @property
    def filters(self) -> dict[str, str]:
        """What is wanted, as the control API takes it."""
        said = {"event": self.event, "job": self.job}
        return {name: value for name, value in said.items() if value is not None}

    def fits(self, line: Line) -> bool:
        return all(line[name] == value for name, value in self.filters.items())


class Owed(NamedTuple):
    """The webhooks of an account, the oldest first, and the moment when it began, in seconds since the epoch."""

    webhooks: Sequence[Line]
    began: float

    def lines(self, marked: Sequence[Line] = ()) -> Iterator[str]:
        """Yield a line for each of the last ones; ``>`` stands before those that are marked."""
        for each in self.webhooks[-MOST:]:
            told = [each["id"], f"{each['at'] - self.began:,.1f} s", each["dialect"], each["event"], each["job"]]
            words = "  ".join(map(brief, [*told, each["state"], each["reason"], _tries(each)]))
            yield f"  {'>' if each in marked else ' '} {words}".rstrip()


def missing(wanted: Wanted, owed: Owed, exchanges: Sequence[Exchange], what: str = "to be delivered") -> str:
    """Say what came in the place of a webhook, and what to change."""
    expected = f"{wanted} {what}"
    if not owed.webhooks:
        return message(expected, _unowed(wanted, exchanges), exchanges)
    fitting = list(filter(wanted.fits, owed.webhooks))
    marked = fitting[-1:] or [each for each in owed.webhooks if each["job"] == wanted.job]
    came, cure = _fate(fitting[-1]) if fitting else _others(wanted, marked or owed.webhooks)
    return page(f"expected {expected}, but {came}", list(owed.lines(marked)), cure)


def outlook(owed: Owed, mode: str) -> str:
    """Say how the webhooks of an account stand, and what becomes of them; ``mode`` is its clock's."""
    failed = [each for each in owed.webhooks if each["state"] != "delivered"]
    head = "The server owes:" if owed.webhooks else ""
    cure = _fate(failed[-1])[1] if failed else NOTHING
    still = STILL if mode == "manual" else ""
    return page(head, list(owed.lines(failed)), "\n".join(filter(None, [cure, still])))


def page(head: str, lines: Sequence[str], cure: str) -> str:
    """Return a message: what is wrong, what shows it, what to do."""
    text = "\n\n".join(filter(None, [head, "\n".join(lines), "\n".join(map(TEXT.fill, cure.split("\n")))]))
    return "\n".join(map(clean, text.split("\n")))


NOTHING = "Nothing else has happened of which a job has asked to be told."
GOING_ON = "wait_for_webhook() goes on to that if the clock moves by itself; else advance it."
STILL = "The account's clock stands still: advance it, or let it be auto."


def _pending(line: Line) -> tuple[str, str]:
    tried = f"; so far {line['reason']}" if line["reason"] else ""
    if line["next_try"] is None:
        return f"it is under way{tried}", "wait_for_webhook() waits until that is over."
    when = f"{line['next_try'] - line['at']:g} s after what it tells"
    cure = f"The next attempt at {line['id']} is due {when}, in account time. {GOING_ON}"
    return f"it is still to come{tried}", cure


def _delivered(line: Line) -> tuple[str, str]:
    return f"{line['id']} came when the time was over", "Give it more time."


def _failed(line: Line) -> tuple[str, str]:
    cure = f"Let the receiver answer with a 2xx status in time; redeliver({line['id']!r}) tries it again."
    return f"{_tries(line)} failed", f"{_ordered(line)}{cure}"


def _refused(line: Line) -> tuple[str, str]:
    return "its URL is not called", line["reason"]


def _dropped(line: Line) -> tuple[str, str]:
    cure = "Let the code under test poll as well, or take the rule out of the test." if line["rule"] else line["reason"]
    return "it was dropped", f"{_ordered(line)}{cure}"


FATES: Mapping[Fate, Callable[[Line], tuple[str, str]]] = {
    "pending": _pending,
    "delivered": _delivered,
    "failed": _failed,
    "refused": _refused,
    "dropped": _dropped,
}


def _fate(line: Line) -> tuple[str, str]:
    """What became of a webhook, and what to do about it."""
    return FATES[line["state"]](line)


def _others(wanted: Wanted, others: Sequence[Line]) -> tuple[str, str]:
    """Blame the event, else the job."""
    came = list(dict.fromkeys(each["event"] for each in others))
    if wanted.event is not None and wanted.event not in came:
        known = {event for each in others for event in _events(each["dialect"])}
        named = ", ".join(came)
        if wanted.event not in known:
            return f"there is no such event; {named} came", f"There are {', '.join(sorted(known))}."
        return f"only {named} came", "Ask for the event where the job is submitted, and let the job come so far."
    jobs = ", ".join(dict.fromkeys(each["job"] for each in others))
    return f"it came about {brief(jobs)}", "Give the test the id that the submission answered."


def _unowed(wanted: Wanted, exchanges: Sequence[Exchange]) -> Blame:
    """Blame the submission: that there is none, or how it asks for webhooks."""
    made = [each for each in made_jobs(exchanges) if wanted.job in {None, each.job}]
    if not made:
        return submitted.none_made(exchanges) or no_such_job(f"{wanted.job}")
    last = made[-1]
    webhooks = _webhooks(last.dialect)
    if webhooks is None:
        return _calls_nobody(last)
    if last.document is not None and not find(last.document, webhooks.url):
        name = webhooks.url.rpartition("/")[2]
        cure = f"Send {name} with the submission: the URL of the receiver, as receiver().url."
        return Blame(f"exchange {last.number} asked for none", [last.number], cure)
    cure = f"Nothing has happened to job {last.job} yet that it is to be told of. {GOING_ON}"
    return Blame("nothing is due yet", [last.number], cure)


def _calls_nobody(submission: Exchange) -> Blame:
    known = ", ".join(name for name, each in dialects().items() if each.webhooks is not None)
    cure = f"Webhooks are known to {known}. Poll the job."
    return Blame(f"{submission.dialect} calls nobody", [submission.number], cure)


def _events(name: str) -> list[str]:
    webhooks = _webhooks(name)
    return [call.event.name for call in webhooks.calls] if webhooks else []


def _webhooks(name: str) -> Webhooks | None:
    dialect = dialects().get(name)
    return dialect.webhooks if dialect else None


def _tries(line: Line) -> str:
    return count(len(line["attempts"]), "attempt") if line["attempts"] else ""


def _ordered(line: Line) -> str:
    return f"The rule {line['rule']} ordered what goes wrong. " if line["rule"] else ""
