"""From exec to the first answer, and what a server has used by then."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import CPU_TIME, MEMORY, TIME, Figure, Section, compared
from tests.benchmarks.machine import UNKNOWN
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import BARE, SERVE, running

MEGABYTE = 1e6
QUANTITIES = (("start, exec to first 200", TIME), ("start, exec to first 200", CPU_TIME), ("idle", MEMORY))

Start = tuple[float | None, ...]
"""Milliseconds from exec to the first answer, milliseconds of CPU time until then, and megabytes held."""


def measure(plan: Plan) -> Section:
    starts = [_pair(plan, number) for number in range(plan.starts + 1)]
    # The first pair reads from disk what the others find in memory.
    figures = tuple(_figures(starts[1:]))
    return Section("Starting", "bare", figures, () if len(figures) > 1 else (UNKNOWN,))


def _pair(plan: Plan, number: int) -> tuple[Start, Start]:
    programs = (SERVE, BARE)
    found = {program: _start(plan, program) for program in (reversed(programs) if number % 2 else programs)}
    return found[SERVE], found[BARE]


def _start(plan: Plan, program: tuple[str, ...]) -> Start:
    with running(plan.cores, program) as server:
        cpu, memory = server.cpu, server.memory
        used = None if cpu is None else cpu * 1000
        return server.started * 1000, used, None if memory is None else memory / MEGABYTE


def _figures(starts: list[tuple[Start, Start]]) -> Iterator[Figure]:
    for (what, quantity), *pairs in zip(QUANTITIES, *(zip(*pair, strict=True) for pair in starts), strict=True):
        known = [(ours, bare) for ours, bare in pairs if ours is not None and bare is not None]
        if known:
            yield compared(what, quantity, known)
