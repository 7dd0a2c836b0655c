"""Looks for the smallest schedules that break rules: every single event, then several as Hypothesis draws them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from tempfile import TemporaryDirectory
from typing import Protocol

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import NoSuchExample

from mockvideo.conformance.client.bench import Bench
from mockvideo.conformance.client.evidence import Run
from mockvideo.conformance.client.mischiefs import COMPANIONS, MISCHIEFS, Mischief
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.schedules import MOST_EVENTS, Event, Schedule
from mockvideo.conformance.client.verdict import Judgement, Verdict, judge, summed
from mockvideo.dialect import Dialect

# As they come in a client's exchange.
OPERATIONS = ("submit", "poll", "content")
# Told after each run: how many there were, how many there will be at least, and what was played.
Progress = Callable[[int, int, Schedule], object]


class Client(Protocol):
    """What is judged: it makes one clip while a schedule is played; ``jobs`` of its runs may go on at once.

    ``resumable``: it goes on with its job when it is killed and started again.
    """

    @property
    def jobs(self) -> int: ...

    @property
    def resumable(self) -> bool: ...

    def run(self, bench: Bench, schedule: Schedule) -> Run: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is looked for: these rules, with so many ``examples`` of several events; ``slow``: in real time, too.

    The same seed draws the same schedules. ``every``: a single event is tried at every request of its kind, not at one
    in their middle alone; without ``singles`` only several at once are.
    """

    rules: Sequence[str] = tuple(RULES)
    examples: int = 40
    seed: int = 0
    slow: bool = False
    every: bool = True
    singles: bool = True
    progress: Progress = field(default=lambda *_: None)


def search(client: Client, bench: Bench, plan: Plan) -> Verdict:
    """Judge a client. Raises ControlError if the server cannot be asked."""
    began, runs = time.monotonic(), Runs(client, bench, plan)
    clean = runs[Schedule(seed=plan.seed)]
    trouble = "" if clean.answer.succeeded else clean.answer.text or clean.answer.kind
    if not trouble:
        if plan.singles:
            events = places(clean, plan, resumable=client.resumable)
            runs.prepare([Schedule((event,), plan.seed) for event in events])
        _search_several(runs, plan, list(places(clean, plan, resumable=client.resumable, beyond=1)))
    return Verdict(
        dialect=bench.dialect.name,
        outcomes=summed(runs.judgements(), plan.rules, bench.limits.real),
        runs=runs.count,
        seconds=time.monotonic() - began,
        trouble=trouble,
    )


class Runs:
    """The runs so far; a schedule is played once."""

    def __init__(self, client: Client, bench: Bench, plan: Plan) -> None:
        self._client = client
        self._bench = bench
        self._plan = plan
        self._played: dict[Schedule, Run] = {}
        self.count = 0
        self._total = 1

    def __getitem__(self, schedule: Schedule) -> Run:
        if schedule not in self._played:
            self._total = max(self._total, self.count + 1)
            self._played[schedule] = self._play(schedule)
        return self._played[schedule]

    def prepare(self, schedules: Sequence[Schedule]) -> None:
        """Play schedules, some at once; what they show does not depend on their order."""
        new = [schedule for schedule in dict.fromkeys(schedules) if schedule not in self._played]
        self._total = self.count + len(new)
        with ThreadPoolExecutor(self._client.jobs) as pool:
            self._played |= zip(new, pool.map(self._play, new), strict=True)

    def judgements(self) -> Iterator[Judgement]:
        for run in self._played.values():
            yield from judge(run)

    def breaches(self, schedule: Schedule, rules: Collection[str]) -> set[str]:
        """Which of these rules the client breaks there."""
        return {each.rule for each in judge(self[schedule]) if each.breach and each.rule in rules}

    def _play(self, schedule: Schedule) -> Run:
        run = self._client.run(self._bench, schedule)
        if any(event.words.twice for event in schedule.events):
            run = run.with_twin(self._client.run(self._bench, schedule._replace(seed=schedule.seed + 1)))
        self.count += 1
        self._plan.progress(self.count, max(self._total, self.count), schedule)
        return run


def places(clean: Run, plan: Plan, *, resumable: bool, beyond: int = 0) -> Iterator[Event]:
    """Yield every event that can happen in the exchange of a clean run and is about these rules.

    Where something else goes wrong as well there are more requests, so many ``beyond`` those of the clean run.
    """
    for name, mischief in MISCHIEFS.items():
        if _is_planned(mischief, plan, resumable=resumable) and _suits(mischief, clean.dialect):
            numbers = _numbers(mischief, len(clean.of(mischief.operation)), beyond)
            tried = numbers if plan.every or beyond else numbers[len(numbers) // 2 :][:1]
            yield from (Event(name, mischief.operation, number) for number in tried)


def _is_planned(mischief: Mischief, plan: Plan, *, resumable: bool) -> bool:
    """Whether it is about the rules of a plan, and neither too slow for it nor more than the client can bear."""
    about = not mischief.demands.keys().isdisjoint(plan.rules)
    return about and (plan.slow or not mischief.slow) and (resumable or not mischief.kills)


def _suits(mischief: Mischief, dialect: Dialect) -> bool:
    pointers = dialect.pointers
    declared = {"status": pointers.status, "progress": pointers.progress, "poll_path": pointers.poll_path}
    blocking = pointers.submitted is None
    return mischief.blocking in {None, blocking} and all(declared[place] for place in mischief.needs)


def _numbers(mischief: Mischief, count: int, beyond: int) -> Sequence[int]:
    if not count:
        return ()
    anywhere = range(1, count + 1 + beyond)
    return {"any": anywhere, "first": (1,), "last": (count,), "beyond": (count + 1,)}[mischief.at]


def _search_several(runs: Runs, plan: Plan, targets: Sequence[Event]) -> None:
    """Look for schedules of several events that break what no single one does."""
    broken = {each.rule for each in runs.judgements() if each.breach}
    unbroken = {rule for event in targets for rule in event.words.demands} & set(plan.rules) - broken
    companions = list(_companions(runs[Schedule(seed=plan.seed)]))
    if not companions:
        return
    schedules = _several(targets, companions, plan.seed)
    while unbroken and (found := _smallest(runs, plan, schedules, unbroken)) is not None:
        unbroken -= runs.breaches(found, unbroken)


def _companions(clean: Run) -> Iterator[Event]:
    for name in COMPANIONS:
        mischief = MISCHIEFS[name]
        if _suits(mischief, clean.dialect):
            numbers = _numbers(mischief, len(clean.of(mischief.operation)), 0)
            yield from (Event(name, mischief.operation, number) for number in numbers)


def _several(targets: Sequence[Event], companions: Sequence[Event], seed: int) -> st.SearchStrategy[Schedule]:
    """Schedules of two or three events at different requests: one that rules are about, and what comes with it."""
    with_it = st.lists(st.sampled_from(companions), min_size=1, max_size=MOST_EVENTS - 1)
    drawn = st.builds(lambda target, others: (*others, target), st.sampled_from(targets), with_it)
    apart = drawn.filter(lambda events: len({event[1:] for event in events}) == len(events))
    return apart.map(lambda events: Schedule(tuple(sorted(events, key=_in_order)), seed))


def _in_order(event: Event) -> tuple[int, int]:
    return OPERATIONS.index(event.operation), event.number


def _smallest(
    runs: Runs, plan: Plan, schedules: st.SearchStrategy[Schedule], rules: Collection[str]
) -> Schedule | None:
    """Return the smallest schedule that breaks any of these rules, if one is drawn that does."""
    drawn: list[Schedule] = []
    # The same chance draws the same examples up to the first that is found: these are played at once.
    with suppress(NoSuchExample):
        _find(schedules, drawn.append, plan)
    runs.prepare(drawn)
    with suppress(NoSuchExample):
        return _find(schedules, lambda schedule: bool(runs.breaches(schedule, rules)), plan)
    return None


@contextmanager
def no_traces() -> Iterator[None]:
    """Let Hypothesis keep what it keeps where it goes away again, in folders that are none of tests."""
    with TemporaryDirectory(prefix="mockvideo-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _find(schedules: st.SearchStrategy[Schedule], wanted: Callable[[Schedule], object], plan: Plan) -> Schedule:
    return find(
        schedules,
        lambda schedule: bool(wanted(schedule)),
        settings=settings(
            max_examples=plan.examples,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
        random=Random(plan.seed),  # noqa: S311 - the same schedules in every run, nothing secret
    )
