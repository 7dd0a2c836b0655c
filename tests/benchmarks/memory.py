"""What jobs cost: memory after many, growth once the caps are reached, and whether polls notice how many there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from random import Random
from statistics import fmean

from tests.benchmarks import load, traffic
from tests.benchmarks.figures import BYTES, CPU_TIMES, MEMORY, Section, alone, compared
from tests.benchmarks.machine import UNKNOWN
from tests.benchmarks.matches import Match, Side, play
from tests.benchmarks.plan import Plan
from tests.benchmarks.rates import KEY, LASTING, block
from tests.benchmarks.servers import SUBJECT, Server, running, submit
from tests.benchmarks.startup import MEGABYTE
from tests.benchmarks.traffic import DidNotRunError

CONNECTIONS = 16
FEW = 1_000
SETTLED = 2_000  # jobs after which the journal is full and everything that is made once is made
WINDOWS = 5


def measure(plan: Plan) -> Section:
    """Finished jobs: memory after many, then window by window what more requests add."""
    with running(plan.cores, SUBJECT, "--jobs", str(plan.jobs)) as server:
        idle = server.memory
        if idle is None:
            return Section("Many jobs", "at first", (), (UNKNOWN,))
        numbers = count()
        _submit(server, numbers, SETTLED)
        early = _submit(server, numbers, plan.jobs // 10)
        _submit(server, numbers, plan.jobs - SETTLED - plan.jobs // 10)
        full = server.memory or 0
        windows = [_window(server, numbers, plan.jobs // 20) for _ in range(WINDOWS)]
    held = compared(f"after {plan.jobs:,} jobs", MEMORY, [(full / MEGABYTE, idle / MEGABYTE)])
    # The median, because a table that is rebuilt once is no growth, and what grows does so in every window.
    growth = alone("growth a request, caps reached", BYTES, [grown for grown, _ in windows])
    cost = compared("submit, caps reached", CPU_TIMES, [(fmean(late for _, late in windows), early)])
    return Section("Many jobs", "at first", (held, growth, cost))


def _window(server: Server, numbers: Iterator[int], requests: int) -> tuple[float, float]:
    """Submit and poll so many times each; return the bytes that a request added, and the CPU time of a submission."""
    before = server.memory or 0
    job = submit(server.url, KEY)
    load.run(traffic.polls(server.url, KEY, (job,)), CONNECTIONS, most=requests)
    cost = _submit(server, numbers, requests)
    return ((server.memory or 0) - before) / (2 * requests), cost


def _submit(server: Server, numbers: Iterator[int], jobs: int, ids: list[str] | None = None) -> float:
    """Submit so many distinct jobs; return the CPU time of one in microseconds, and their ids in the list."""

    def keep(body: bytes) -> None:
        if ids is not None:
            ids.append(json.loads(body)["id"])

    before = server.cpu or 0.0
    reading = load.run(traffic.submissions(server.url, KEY, block(next(numbers))), CONNECTIONS, most=jobs, keep=keep)
    if reading.requests < jobs:
        raise DidNotRunError(
            f"Only {reading.requests:,} of {jobs:,} jobs could be submitted in {reading.seconds:.0f} s."
        )
    return ((server.cpu or 0.0) - before) / jobs * 1e6


def measure_waiting(plan: Plan) -> Section:
    """Unfinished jobs: what one holds in memory, and polls among few and among many."""
    with ExitStack() as stack:
        options = (*LASTING, "--jobs", str(plan.jobs))
        few, many = (stack.enter_context(running(plan.cores, SUBJECT, *options)) for _ in range(2))
        numbers = count()
        some: list[str] = []
        all_ids: list[str] = []
        _submit(few, numbers, FEW, some)
        _submit(many, numbers, SETTLED, all_ids)
        before = many.memory
        _submit(many, numbers, plan.jobs - SETTLED, all_ids)
        after = many.memory
        what = f"poll of one of {plan.jobs:,} jobs"
        match = Match(what, CONNECTIONS, _pollers(many, all_ids), _pollers(few, some), CPU_TIMES)
        section = play(plan, (match,), "Waiting jobs", f"of {FEW:,}")
    if before is not None and after is not None:
        held = alone("a waiting job", BYTES, [(after - before) / (plan.jobs - SETTLED)])
        return replace(section, figures=(held, *section.figures))
    return section


def _pollers(server: Server, ids: list[str]) -> Side:
    """Polls of all these jobs, in an order that memory does not like."""
    words = tuple(Random(0).sample(ids, len(ids)))
    return Side(server, lambda: traffic.polls(server.url, KEY, words))
