"""How an exchange is told in words, wherever that is: on a terminal, in a summary, in the failure of a test."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from mockvideo.advice import Advice
from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.faults import Level
from mockvideo.dialect import Dialect
from mockvideo.fidelity import source_of
from mockvideo.plain import clean
from mockvideo.pointer import error_text
from mockvideo.provenance import Origin, Source

# What a refusal's own words do not say.
CURES = {
    Kind.INVALID_KEY: "Keys outside a closed list, and those with 'invalid' or 'revoked' in them, are refused.",
    Kind.INACTIVE_KEY: "Keys with 'inactive' in them are.",
    Kind.JOB_NOT_FOUND: "A job is known only to the key that submitted it, and only to this dialect.",
    Kind.NOT_READY: "Poll until the job has succeeded.",
}

LONGEST = 500  # characters of anything that a client sent

# How a miss begins that nobody wonders about: the rule is for other operations.
ELSEWHERE = ("on is ", "orders nothing ")

# Nothing that a client sends should lead to these; without a rule that ordered them they are ours.
OURS = frozenset({Kind.INTERNAL, Kind.UPSTREAM, Kind.UNAVAILABLE, Kind.TIMEOUT})


class Told(Protocol):
    """An exchange: an entry of the journal, or what the control API tells of one."""

    @property
    def operation(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def status(self) -> int: ...

    @property
    def model(self) -> str | None: ...

    @property
    def state(self) -> str | None: ...

    @property
    def refusal(self) -> Refusal | None: ...

    @property
    def rule(self) -> str | None: ...

    @property
    def misses(self) -> tuple[str, ...]: ...

    @property
    def hint(self) -> str | None: ...

    @property
    def fault(self) -> Level | None: ...

    @property
    def lost(self) -> bool: ...


class Outcome(NamedTuple):
    """What became of a request: a status, a job's state or a kind of refusal, what that is about, and remarks."""

    status: str
    word: str
    about: str
    notes: tuple[str, ...]


def outcome(told: Told, dialect: Dialect | None) -> Outcome:
    """Say what became of a request; without its dialect a refusal is not explained."""
    status, planned, missed = str(told.status), brief(plan(told)), brief(_missed(told))
    if told.refusal is None:
        notes = (planned, brief(told.hint or ""), missed)
        return Outcome(status, told.state or "", brief(told.model or told.path), tuple(filter(None, notes)))
    wrong, why = explain(told, told.refusal, dialect)
    word = f"{told.refusal.kind} {planned}".rstrip()
    return Outcome(status, word, brief(wrong), tuple(filter(None, (brief(why), missed))))


def explain(told: Told, refusal: Refusal, dialect: Dialect | None) -> tuple[str, str]:
    """Say what is wrong, as the client was told, and where that comes from or how to cure it."""
    if dialect is None:
        return refusal.message, told.hint or ""
    wrong = _wrong(refusal, dialect) if told.operation else f"{told.method} {told.path}"
    why = [_origin(refusal, dialect), told.hint or _cure(refusal, dialect)]
    return wrong, "  ".join(filter(None, why))


def plan(told: Told) -> str:
    """Say which rule ordered an answer; empty if none did."""
    if told.rule is None:
        return ""
    what = f"{'lost, ' if told.lost else ''}{told.fault} fault " if told.fault else ""
    return f"({what}planned by {told.rule})"


def unplanned(told: Told) -> bool:
    """Whether an answer from 500 on is nobody's fault but the server's."""
    return told.rule is None and told.status >= 500 and told.refusal is not None and told.refusal.kind in OURS


def telling(miss: str) -> str:
    """Why a rule did not match, unless it is only for other requests."""
    return "" if miss.startswith(ELSEWHERE) else miss


def recommended(advice: Advice) -> str:
    return f"{advice.id}: {advice.sentence} [{cited(advice.source)}]"


def cited(source: Source) -> str:
    """Say where a fact comes from; there is one seed, and it needs no further words."""
    return str(source.origin) if source.origin is Origin.SEED else f"{source.origin}: {source.where}"


def brief(text: str) -> str:
    """Return a text from outside clean and not too long."""
    return clean(text[:LONGEST]) + ("…" if len(text) > LONGEST else "")


def count(number: int, what: str) -> str:
    """Say how many there are of something; its plural has an s."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _missed(told: Told) -> str:
    """Say why no rule acted, where one is for this operation."""
    misses = told.misses if told.rule is None else ()
    return next((f"no rule: {miss}" for miss in misses if telling(miss.partition(": ")[2])), "")


def _wrong(refusal: Refusal, dialect: Dialect) -> str:
    """The words of the answer, or ours where those do not name the field."""
    told = error_text(dialect.say(refusal)[1], dialect.pointers.error)
    if refusal.field is None or (refusal.field and refusal.field.rpartition(".")[2] in told):
        return told
    # A document as a whole has no name.
    return refusal.message.removeprefix(": ") if refusal.field in refusal.message else f"{refusal.field}: {told}"


def _origin(refusal: Refusal, dialect: Dialect) -> str:
    source = source_of(dialect, refusal.field or "", refusal.facts.get("model"))
    return "" if source is None else f"[{cited(source)}]"


def _cure(refusal: Refusal, dialect: Dialect) -> str:
    if refusal.kind is Kind.MISSING_KEY:
        place = dialect.credential
        return f"Send {place.header.decode().title()}: {place.scheme} KEY".replace("  ", " ")
    if nearest := refusal.facts.get("nearest"):
        return f"Did you mean {' or '.join(map(str, nearest))}?" if isinstance(nearest, tuple) else ""
    return CURES.get(refusal.kind, "")
