"""Whether jobs were submitted as a test expects, and if not, how it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mockvideo.core.planning import SUBMISSIONS
from mockvideo.pointer import find
from mockvideo.testing.asserting.blame import NOBODY, Blame, lost, once, refused
from mockvideo.testing.exchanges import Exchange, made_jobs
from mockvideo.wording import brief, count

UNREAD = "Of its body the journal has not kept enough to tell. Ask before more is sent than it keeps."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So many submissions that made a job (None: one or more), of this model, prompt and dialect (globs)."""

    times: int | None = None
    model: str | None = None
    prompt: str | None = None
    dialect: str | None = None

    def __str__(self) -> str:
        number = "a submission" if self.times is None else "no submission" if self.times == 0 else None
        about = " and ".join(f"{name} {pattern!r}" for name, pattern in self.patterns.items())
        return f"{number or count(self.times or 0, 'submission')}{f' with {about}' if about else ''}"

    @property
    def patterns(self) -> Mapping[str, str]:
        said = {"dialect": self.dialect, "model": self.model, "prompt": self.prompt}
        return {name: pattern for name, pattern in said.items() if pattern is not None}

    def unmet(self, exchange: Exchange) -> dict[str, str | None]:
        """Return what of an exchange is another than wanted; None is what nobody knows any more."""
        found = {"dialect": exchange.dialect, "model": _model(exchange), "prompt": _prompt(exchange)}
        return {
            name: found[name]
            for name, pattern in self.patterns.items()
            if found[name] is None or not fnmatchcase(found[name] or "", pattern)
        }

    def fits(self, exchange: Exchange) -> bool:
        return not self.unmet(exchange)

    def is_met_by(self, number: int) -> bool:
        """Whether so many are as many as wanted."""
        return number > 0 if self.times is None else number == self.times


def blame(exchanges: Sequence[Exchange], wanted: Wanted) -> Blame | None:
    """Return what is wrong with the submissions; None: nothing."""
    made = made_jobs(exchanges)
    fitting = [each for each in made if wanted.fits(each)]
    if wanted.is_met_by(len(fitting)):
        return None
    if wanted.times is not None and len(fitting) > wanted.times:
        return _too_many(fitting, wanted.times)
    others = [each for each in made if each not in fitting]
    return _too_few(exchanges, fitting, others, wanted)


def none_made(exchanges: Sequence[Exchange]) -> Blame | None:
    """Return why no job was made; None: one was."""
    why = blame(exchanges, Wanted())
    return why and why._replace(came="no job was made")


def repeats(made: Sequence[Exchange]) -> list[tuple[Exchange, Exchange]]:
    """Return each submission that repeats another one, behind that."""
    first: dict[tuple[str, str], Exchange] = {}
    pairs = ((first.setdefault((each.dialect, each.digest), each), each) for each in made)
    return [(earlier, later) for earlier, later in pairs if earlier is not later]


def again(earlier: Exchange, later: Exchange) -> str:
    """Say how it comes that the same was submitted twice, and how to do better."""
    if reason := lost(earlier):
        return (
            f"{reason[0].upper()}{reason[1:]}, but it had made job {earlier.job}. Exchange {later.number} submitted "
            f"the same once more, and both are paid for.\n{once(earlier)}"
        )
    return (
        f"Exchange {later.number} submitted the same as exchange {earlier.number}, and both are paid for. "
        "Submit once and keep the id of the job."
    )


def _too_many(fitting: Sequence[Exchange], times: int) -> Blame:
    numbers = _numbers(fitting[times:])
    pairs = [pair for pair in repeats(fitting) if pair[1].number in numbers]
    meant = f"If the test means all of them, say times={len(fitting)}."
    if times == 0:
        cure = f"Let the code under test not submit here. {meant}"
    elif not pairs:
        cure = f"They differ: submit only what is meant, or count some of them with model= or prompt=. {meant}"
    else:
        # A lost reply explains more than a mere repetition.
        pair = next((pair for pair in pairs if lost(pair[0])), pairs[0])
        cure = again(*pair) if lost(pair[0]) else f"{again(*pair)} {meant}"
    return Blame(_came(len(fitting)), numbers, cure)


def _too_few(
    exchanges: Sequence[Exchange], fitting: Sequence[Exchange], others: Sequence[Exchange], wanted: Wanted
) -> Blame:
    """Blame the refused submission that was wanted, else one that nearly was, else that there was none."""
    failed = [each for each in exchanges if _is_refused(each)]
    said_no = list(filter(wanted.fits, failed))
    if said_no:
        return _turned_away(said_no, len(fitting))
    if unlike := [*others, *failed]:
        nearest = min(unlike, key=lambda each: len(wanted.unmet(each)))
        return _near(nearest, wanted, _came(len(fitting)))
    if fitting:
        return _fewer(exchanges, fitting, wanted)
    if not exchanges:
        return Blame("no request came at all", [], NOBODY)
    cure = "No request is a submission. See that the code under test gets as far as submitting a job."
    return Blame(_came(0), [], cure)


def _turned_away(said_no: Sequence[Exchange], through: int) -> Blame:
    were = "was" if len(said_no) == 1 else "were"
    came = f"{through or 'none'} came through and {len(said_no)} {were} refused"
    return Blame(came, _numbers(said_no), refused(said_no[-1]))


def _fewer(exchanges: Sequence[Exchange], fitting: Sequence[Exchange], wanted: Wanted) -> Blame:
    """Blame submissions that were led to a job that was there."""
    replays = [each for each in exchanges if _repeats_a_key(each) and wanted.fits(each)]
    came, meant = _came(len(fitting)), f"say times={len(fitting)}"
    if replays:
        cure = (
            f"Exchange {replays[-1].number} has the idempotency key of an earlier one, and was led to its job "
            f"{replays[-1].job}. Use a key of its own for each job, or {meant} if one is meant."
        )
        return Blame(came, _numbers(replays), cure)
    return Blame(came, _numbers(fitting), f"Submit {(wanted.times or 0) - len(fitting)} more, or {meant}.")


def _near(exchange: Exchange, wanted: Wanted, came: str) -> Blame:
    unmet = wanted.unmet(exchange)
    found = " and ".join(f"{name} {_shown(value)}" for name, value in unmet.items())
    keywords = ", ".join(f"{name}={_shown(value)}" for name, value in unmet.items() if value is not None)
    cures = [
        f"Exchange {exchange.number} came nearest. Let the code under test send what the test wants, "
        f"or say {keywords} in the test."
        if keywords
        else UNREAD,
        refused(exchange),
    ]
    cure = "\n".join(filter(None, cures))
    return Blame(f"{came}; the nearest has {found}", [exchange.number], cure)


def _is_refused(exchange: Exchange) -> bool:
    return exchange.operation in SUBMISSIONS and exchange.refusal is not None


def _repeats_a_key(exchange: Exchange) -> bool:
    return exchange.operation in SUBMISSIONS and exchange.refusal is None and exchange.price is None


def _came(number: int) -> str:
    return f"{number:,} came" if number else "none came"


def _numbers(exchanges: Sequence[Exchange]) -> list[int]:
    return [each.number for each in exchanges]


def _shown(value: str | None) -> str:
    return "unknown" if value is None else repr(brief(value))


def _model(exchange: Exchange) -> str | None:
    """The model of the job, or of a request that made none."""
    asked = find(exchange.document, "/model")
    return exchange.model or (asked if isinstance(asked, str) else None)


def _prompt(exchange: Exchange) -> str | None:
    """The prompt, empty if there was none; None: nobody knows."""
    return "" if exchange.prompt is None and exchange.document is not None else exchange.prompt
