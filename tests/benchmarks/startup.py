"""From exec to the first answer, and what a server holds in memory then."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import MEMORY, TIME, Figure, Section, compared
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import BARE, SERVE, running

MEGABYTE = 1e6


def measure(plan: Plan) -> Section:
    starts = [_pair(plan, number) for number in range(plan.starts + 1)]
    # The first pair reads from disk what the others find in memory.
    return Section("Starting", "bare", tuple(_figures(starts[1:])))


Start = tuple[float, int | None]


def _pair(plan: Plan, number: int) -> tuple[Start, Start]:
    programs = (SERVE, BARE)
    found = {program: _start(plan, program) for program in (reversed(programs) if number % 2 else programs)}
    return found[SERVE], found[BARE]


def _start(plan: Plan, program: tuple[str, ...]) -> Start:
    with running(plan.cores, program) as server:
        return server.started * 1000, server.memory


def _figures(starts: list[tuple[Start, Start]]) -> Iterator[Figure]:
    yield compared("start, exec to first 200", TIME, [(ours[0], bare[0]) for ours, bare in starts])
    memory = [(ours[1], bare[1]) for ours, bare in starts]
    held = [(ours / MEGABYTE, bare / MEGABYTE) for ours, bare in memory if ours is not None and bare is not None]
    if held:
        yield compared("idle", MEMORY, held)
