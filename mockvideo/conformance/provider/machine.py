"""A search for orders of requests that break a rule: a state machine, in a fresh account for every example."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import SearchStrategy

from mockvideo.conformance.provider.contract import candidates, expected, limits, submission_of
from mockvideo.conformance.provider.exchange import Exchange, Purpose, Record
from mockvideo.conformance.provider.probes import free
from mockvideo.conformance.provider.probes.life import Life
from mockvideo.conformance.provider.probes.metered import best_plan, submission
from mockvideo.conformance.provider.rule import Outcome, Situation, judged
from mockvideo.conformance.provider.rules import RULES
from mockvideo.conformance.provider.session import Recorder
from mockvideo.conformance.provider.target import Bench
from mockvideo.conformance.strategies import invalid_requests, requests
from mockvideo.schema import Json

STEPS = 12
# A server that breaks more rules has other worries than the shortest order for each.
MOST = 10


class BrokenError(AssertionError):
    """An order of requests breaks a rule."""


@dataclass(slots=True)
class Hunt:
    """What is searched for: rules that nothing else has shown to be broken; ``found`` is what shows that one is."""

    bench: Bench
    situation: Situation
    today: date
    known: set[str]
    accepted: SearchStrategy[Json]
    refused: SearchStrategy[Json]
    found: tuple[Exchange, ...] = ()

    def look(self, exchanges: tuple[Exchange, ...]) -> None:
        """Raise BrokenError if these exchanges break a rule that was not known to be broken."""
        broken = broken_rules(Record(self.situation.dialect, exchanges), self.situation, self.today) - self.known
        if broken:
            self.found = exchanges
            raise BrokenError(", ".join(sorted(broken)))


def broken_rules(record: Record, situation: Situation, today: date) -> set[str]:
    """The ids of the rules that a record breaks."""
    results = (judged(each, record, situation, today) for each in RULES)
    return {result.rule.id for result in results if result.outcome is Outcome.BROKEN}


class Lifecycle(RuleBasedStateMachine):
    """Jobs of one account, in any order of submissions, polls, downloads, replays and mistakes."""

    hunt: ClassVar[Hunt]
    lives = Bundle("lives")

    @property
    def replays(self) -> bool:
        """Whether a submission can be sent twice."""
        _, operation = submission_of(self.hunt.situation.dialect)
        return operation.replay_header is not None

    def __init__(self) -> None:
        super().__init__()
        bench, self.dialect = self.hunt.bench, self.hunt.situation.dialect
        self.recorder = Recorder(first=len(bench.recorder.exchanges), stories=bench.recorder.stories)
        self.opened = ExitStack()
        self.begun: list[Life] = []
        self.session = self.opened.enter_context(bench.session(self.recorder, **best_plan(bench)))

    @initialize(target=lives, data=st.data())
    def begin(self, data: st.DataObject) -> Any:
        return self._submitted(data)

    @rule(target=lives, data=st.data())
    def submit(self, data: st.DataObject) -> Any:
        return self._submitted(data)

    @rule(life=lives, times=st.integers(1, 4))
    def poll(self, life: Life, times: int) -> None:
        for _ in range(times):
            life.poll()

    @rule(life=lives)
    def finish(self, life: Life) -> None:
        life.follow(self.hunt.bench.patience)

    @rule(life=lives)
    def download(self, life: Life) -> None:
        if life.succeeded:
            life.download(Purpose.CONTENT)
            life.fetch()

    @precondition(lambda self: self.replays)
    @rule(life=lives, other=st.booleans())
    def replay(self, life: Life, *, other: bool) -> None:
        (life.conflict if other else life.replay)()

    @rule(data=st.data())
    def mistake(self, data: st.DataObject) -> None:
        if data.draw(st.booleans(), label="lose the way"):
            for call in free.ids(self.dialect):
                self.session.send(call)
        elif self.session.budget.left():
            document = data.draw(self.hunt.refused, label="document")
            refusal = expected(self.dialect, document)
            self.session.send(submission(self.dialect, Purpose.BEYOND, document, expects=refusal))

    def teardown(self) -> None:
        for life in self.begun:
            life.poll()
        self.opened.close()
        self.hunt.look(tuple(self.recorder.exchanges))

    def _submitted(self, data: st.DataObject) -> Any:
        """Submit a drawn request, if the budget allows it."""
        document = data.draw(self.hunt.accepted, label="document")
        if not self.session.budget.left():
            return multiple()
        life = Life(self.session, self.hunt.situation.profile, lambda: None)
        life.submit(document)
        self.begun.append(life)
        return life


def search(bench: Bench, situation: Situation, today: date, examples: int) -> None:
    """Add to what was exchanged the shortest orders that break a rule; a server that makes no accounts has none."""
    if not bench.makes_accounts or not examples:
        return
    known = broken_rules(Record(situation.dialect, tuple(bench.recorder.exchanges)), situation, today)
    hunt = Hunt(bench, situation, today, known, accepted_documents(bench), refused_documents(bench))
    while len(known) < MOST and (found := hunted(hunt, examples)):
        bench.recorder.take(found)
        known |= broken_rules(Record(situation.dialect, found), situation, today)
        hunt = replace(hunt, known=known, found=())


def accepted_documents(bench: Bench) -> SearchStrategy[Json]:
    """Submissions that the contract accepts: plain ones, which are also what all others shrink to, or drawn ones."""
    dialect = bench.target.dialect
    plain = [candidate.document for candidate in candidates(dialect, bench.models)]
    return st.sampled_from(plain) | st.sampled_from(bench.models).flatmap(lambda model: requests(dialect, model))


def refused_documents(bench: Bench) -> SearchStrategy[Json]:
    """Submissions that the contract refuses: just beyond a limit, or drawn."""
    dialect = bench.target.dialect
    rows = tuple(dialect.catalog.rows[model] for model in bench.models)
    beyond = [edge.beyond for edge in limits(dialect, rows)]
    return st.sampled_from(beyond) | invalid_requests(dialect).map(lambda invalid: invalid.document)


def hunted(hunt: Hunt, examples: int) -> tuple[Exchange, ...]:
    """Search so many examples, not drawn by chance; returns the shortest that breaks a rule, nothing if none does."""
    machine = type("Lifecycle", (Lifecycle,), {"hunt": hunt})
    bounds = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=tuple(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    # What was seen counts, though a server in a hurry may not show it twice.
    with suppress(BrokenError, Flaky):
        run_state_machine_as_test(machine, settings=bounds)
    return hunt.found
