"""Puts two servers under the same load in turns, round after round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from time import perf_counter

from tests.benchmarks import load
from tests.benchmarks.figures import BUSY, CPU, P50, P99, RATE, Figure, Quantity, Section, compared
from tests.benchmarks.machine import UNKNOWN
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import Server
from tests.benchmarks.traffic import DidNotRunError, Traffic

ALONE = 90  # per cent of the time that a server with a core for itself runs while requests wait
DISTURBED = (
    f"In no round of these were both servers at work for {ALONE} % of the time: {{}}. Something else used the machine, "
    "or the client is slower than the server. Do not trust their figures; measure again when the machine is quiet."
)


@dataclass(frozen=True, slots=True)
class Side:
    """A server and what is sent to it; every run asks for its own traffic."""

    server: Server
    traffic: Callable[[], Traffic]


@dataclass(frozen=True, slots=True)
class Match:
    """Two sides of one measurement; ``cpu`` says how their CPU time is compared."""

    what: str
    connections: int
    ours: Side
    other: Side
    cpu: Quantity = CPU


@dataclass(frozen=True, slots=True)
class Sample:
    """One run against one side: requests a second, latencies and CPU time of one request in microseconds.

    CPU time is None where the system does not tell.
    """

    rate: float
    p50: float
    p99: float
    cpu: float | None

    @property
    def busy(self) -> float | None:
        """The share of the time in which the server ran, in per cent."""
        return None if self.cpu is None else self.cpu * self.rate / 1e4


Pairs = list[tuple[Sample, Sample]]


def play(plan: Plan, matches: tuple[Match, ...], title: str, other: str) -> Section:
    """Measure every match once a round, and disturbed ones again; the section says which ones failed."""
    pairs, failures = _rounds(plan, matches)
    measured = [match for match in matches if match.what not in failures]
    figures = tuple(figure for match in measured for figure in _figures(match, pairs[match.what]))
    return Section(title, other, figures, tuple(_notes(measured, pairs)), tuple(failures.values()))


def _rounds(plan: Plan, matches: tuple[Match, ...]) -> tuple[dict[str, Pairs], dict[str, str]]:
    """Return what was measured and what failed, by the names of the matches."""
    pairs: dict[str, Pairs] = {match.what: [] for match in matches}
    failures: dict[str, str] = {}
    for number, match in _turns(plan, matches):
        done = len(_quiet(match, pairs[match.what])) >= plan.rounds
        if done or match.what in failures:
            continue
        try:
            pairs[match.what].append(_pair(plan, match, ours_first=number % 2 == 0))
        except DidNotRunError as error:
            failures[match.what] = f"{match.what}: {error}"
    return pairs, failures


def _turns(plan: Plan, matches: tuple[Match, ...]) -> Iterator[tuple[int, Match]]:
    """Every match in every round, then again, in as many rounds once more as fit into the plan's patience."""
    for number in range(plan.rounds):
        for match in matches:
            yield number, match
    deadline = perf_counter() + plan.patience
    for number in range(plan.rounds, 3 * plan.rounds):
        for match in matches:
            if perf_counter() < deadline:
                yield number, match


def _quiet(match: Match, pairs: Pairs) -> Pairs:
    """The rounds in which both servers, if they always had work, had their core for themselves."""
    if match.connections == 1:
        return pairs
    return [pair for pair in pairs if all(each.busy is None or each.busy >= ALONE for each in pair)]


def _notes(matches: list[Match], pairs: dict[str, Pairs]) -> Iterator[str]:
    disturbed = [match.what for match in matches if not _quiet(match, pairs[match.what])]
    if disturbed:
        yield DISTURBED.format("; ".join(disturbed))
    if any(each.cpu is None for match in matches for pair in pairs[match.what] for each in pair):
        yield UNKNOWN


def _pair(plan: Plan, match: Match, *, ours_first: bool) -> tuple[Sample, Sample]:
    sides = (match.ours, match.other)
    found = {side: sample(plan, side, match.connections) for side in (sides if ours_first else reversed(sides))}
    return found[match.ours], found[match.other]


def sample(plan: Plan, side: Side, connections: int) -> Sample:
    """Warm up, then measure one run and what CPU time it cost the server."""
    load.run(side.traffic(), connections, plan.warm_up)
    before = side.server.cpu
    reading = plan.client(side.traffic(), connections, plan.seconds)
    after = side.server.cpu
    cpu = None if before is None or after is None else (after - before) / reading.requests * 1e6
    return Sample(reading.requests / reading.seconds, reading.p50, reading.p99, cpu)


def _figures(match: Match, pairs: Pairs) -> Iterator[Figure]:
    """A figure for every quantity that was measured on both sides, of the quiet rounds if there are any."""
    chosen = _quiet(match, pairs) or pairs
    for quantity, name in ((RATE, "rate"), (P50, "p50"), (P99, "p99"), (match.cpu, "cpu"), (BUSY, "busy")):
        read = attrgetter(name)
        values = [(read(ours), read(other)) for ours, other in chosen]
        if not any(None in pair for pair in values):
            yield compared(match.what, quantity, values)
