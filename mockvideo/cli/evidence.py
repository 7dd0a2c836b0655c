"""What a command's requests came to, gathered from the journal's entries as they are written."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial

from mockvideo import wording
from mockvideo.cli.attempts import place
from mockvideo.core.account import Account
from mockvideo.core.accounts import ANONYMOUS
from mockvideo.core.audit import Audit
from mockvideo.core.deliveries import Delivery
from mockvideo.core.errors import Refusal
from mockvideo.core.journal import Entry
from mockvideo.core.scenario import Scenario
from mockvideo.dialect import Dialect
from mockvideo.plain import clean

MOST = 20
LONGEST = 300  # characters of anything that came over the wire
NO_SCENARIO = Scenario()


class Sightings:
    """How often each kind of thing was seen, the first kinds in words and the ``others`` in all."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._words: dict[Hashable, str] = {}
        self._times: dict[Hashable, int] = {}
        self.others = 0

    def __bool__(self) -> bool:
        return bool(self._times)

    def __iter__(self) -> Iterator[str]:
        """Yield a line for each kind, in the order of their coming."""
        width = max((len(str(times)) for times in self._times.values()), default=0)
        for kind, times in self._times.items():
            yield f"{times:{width}} × {self._words[kind]}"  # noqa: RUF001 - times
        if self.others:
            yield f"and {self.others:,} of other kinds"

    def note(self, kind: Hashable, say: Callable[[], str]) -> None:
        """Count a thing; ``say`` is asked at its first sight."""
        if kind in self._times:
            self._times[kind] += 1
        elif len(self._times) < self._most:
            self._words[kind] = clean(say())
            self._times[kind] = 1
        else:
            self.others += 1


class Evidence:
    """Sees every exchange of a run; to be called from one thread at a time. Its memory is bounded.

    ``refused`` was told to a client by no rule, ``planned`` is what rules ordered, ``unplanned`` are the answers from
    500 on that are nobody's fault but the server's. ``undelivered`` are the webhooks that did not arrive. ``idle`` are
    the rules of the scenario that never matched, each with why not, as far as that is telling. ``inline``: an answer
    that tells success holds the clips themselves.
    """

    def __init__(
        self, dialects: Mapping[str, Dialect], scenario: Scenario | None = None, *, inline: bool = False
    ) -> None:
        self._dialects = dialects
        currencies = {name: dialect.terms.tariff.currency for name, dialect in dialects.items()}
        self.audit = Audit(currencies, inline=inline)
        self.refused = Sightings()
        self.advised = Sightings()
        self.planned = Sightings()
        self.unplanned = Sightings()
        self.undelivered = Sightings()
        scenario = scenario or NO_SCENARIO
        self.idle = {f"{scenario.name}#{number}": "" for number, _ in enumerate(scenario.rules, 1)}

    def __call__(self, entry: Entry, account: Account) -> None:
        self.audit.note(entry, account.tag)
        # Whoever has an account has had a plan, and each rule that did not match it is a miss.
        if self.idle and account.key != ANONYMOUS:
            self._strike(entry)
        if entry.rule is not None:
            kind = (entry.rule, entry.dialect, entry.operation, entry.status, entry.state)
            self.planned.note(kind, partial(_ordered, entry))
        elif entry.refusal is not None:
            self._refuse(entry, entry.refusal)
        for advice in entry.advice:
            self.advised.note((entry.dialect, advice), partial(self._recommended, entry.dialect, advice))

    def call(self, _: Account, delivery: Delivery) -> None:
        """See what became of a webhook; called from another thread than exchanges."""
        if delivery.state in {"failed", "refused"}:
            kind = (delivery.dialect, delivery.event, delivery.reason)
            self.undelivered.note(kind, partial(_undelivered, delivery))

    def _strike(self, entry: Entry) -> None:
        """Keep the rules that did not match this time either."""
        missed = dict(miss.split(": ", 1) for miss in entry.misses)
        self.idle = {name: wording.telling(missed[name]) or why for name, why in self.idle.items() if name in missed}

    def _refuse(self, entry: Entry, refusal: Refusal) -> None:
        kind = (entry.dialect, entry.operation, entry.status, refusal.kind, refusal.field)
        seen = self.unplanned if wording.unplanned(entry) else self.refused
        seen.note(kind, partial(self._explained, entry, refusal))

    def _explained(self, entry: Entry, refusal: Refusal) -> str:
        wrong, why = wording.explain(entry, refusal, self._dialects[entry.dialect])
        return f"{_answer(entry)} {refusal.kind}  {wrong[:LONGEST]}  {why[:LONGEST]}".rstrip()

    def _recommended(self, dialect: str, name: str) -> str:
        found = next(advice for advice in self._dialects[dialect].advice if advice.id == name)
        return f"{dialect} {wording.recommended(found)}"


def _undelivered(delivery: Delivery) -> str:
    return f"{delivery.dialect} {delivery.event} to {place(delivery.url)[:LONGEST]}  {delivery.reason[:LONGEST]}"


def _ordered(entry: Entry) -> str:
    what = entry.refusal.kind if entry.refusal is not None else entry.state or ""
    return f"{(entry.rule or '')[:LONGEST]}  {_answer(entry)} {what}".rstrip()


def _answer(entry: Entry) -> str:
    return f"{entry.dialect} {entry.operation or entry.method} {entry.status}"
