"""What a test costs its author: with our fixture, with two libraries of static answers, and with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tests.benchmarks import flows
from tests.benchmarks.figures import CPU_TIME, TIME, Figure, Section, alone, compared
from tests.benchmarks.plan import Plan
from tests.benchmarks.suites import Suite, Took, loading, run

PLUGIN = "mockvideo.pytest_plugin"
EMPTY = "empty test"
OURS = {
    "in process": Suite(flows.IN_PROCESS, PLUGIN),
    "over a socket": Suite(flows.SOCKET, PLUGIN),
}
PEERS = {
    "respx": Suite(flows.RESPX, "respx.plugin"),
    "pytest-httpserver": Suite(flows.HTTPSERVER, "pytest_httpserver.pytest_plugin"),
}
SHORT = {EMPTY: Suite(flows.EMPTY), **OURS, **PEERS}
LONG = {
    "ten minutes asleep, in process": Suite(flows.TEN_MINUTES, PLUGIN),
    "five minutes, 60 polls, over a socket": Suite(flows.FIVE_MINUTES, PLUGIN),
}
ABSENT = "Not installed, and not measured: {}. The dependency group bench has them."
# Tests wait for nobody but themselves: a pause is somebody else's work.
CALM = 1.1
DISTURBED = (
    "Something else used the machine while these ran: {}. Do not trust their times; measure again when it is quiet."
)

Rounds = dict[str, list[Took]]


def measure(plan: Plan) -> Section:
    """Every suite once a round, then the plugin in a project that does not use it."""
    rounds: Rounds = {name: [] for name, suite in (SHORT | LONG).items() if suite.installed}
    for number in range(plan.rounds):
        for name in reversed(rounds) if number % 2 else rounds:
            rounds[name].append(_run(plan, name, number))
    loaded = [loading(PLUGIN, plan.folder / f"unused-{number}") for number in range(plan.starts + 1)]
    # The first run compiles what the others find compiled.
    figures = (*_figures(rounds), alone("plugin that is not used", TIME, loaded[1:]))
    return Section("A test", "peer", figures, tuple(_notes(rounds)))


def _run(plan: Plan, name: str, number: int) -> Took:
    suite, count = (SHORT[name], plan.tests) if name in SHORT else (LONG[name], plan.tests // 10)
    return run(suite, count, plan.folder / f"{name}-{number}")


def _notes(rounds: Rounds) -> Iterator[str]:
    absent = [name for name in PEERS if name not in rounds]
    disturbed = [name for name, took in rounds.items() if median(each.each / each.cpu for each in took) > CALM]
    if absent:
        yield ABSENT.format(", ".join(absent))
    if disturbed:
        yield DISTURBED.format("; ".join(disturbed))


def _figures(rounds: Rounds) -> Iterator[Figure]:
    yield from _alone(EMPTY, rounds)
    for name in OURS:
        yield alone(f"first test {name}", TIME, [took.first for took in rounds[name]])
        peers = [peer for peer in PEERS if peer in rounds]
        for peer in peers:
            pairs = list(zip(rounds[name], rounds[peer], strict=True))
            what = f"{name} beside {peer}"
            yield compared(what, TIME, [(ours.each, other.each) for ours, other in pairs])
            yield compared(what, CPU_TIME, [(ours.cpu, other.cpu) for ours, other in pairs])
        if not peers:
            yield from _alone(name, rounds)
    for name in LONG:
        yield from _alone(name, rounds)


def _alone(name: str, rounds: Rounds) -> Iterator[Figure]:
    yield alone(name, TIME, [took.each for took in rounds[name]])
    yield alone(name, CPU_TIME, [took.cpu for took in rounds[name]])
