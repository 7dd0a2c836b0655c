"""Submit, poll and download under load, mockvideo and constant bytes in turns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import sleep

from tests.benchmarks import load, traffic
from tests.benchmarks.figures import CPU, CPU_TIMES, P50, P99, RATE, Figure, Quantity, Section, compared
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import SUBJECT, Server, ask, running, submit
from tests.benchmarks.traffic import DidNotRunError, Traffic

KEY = "sk-benchmark"
BLOCK = 10_000_000  # more numbers than one run sends
LARGE_CLIP = '{"model":"veo3.1-4k","prompt":"A paper boat","seconds":"8","size":"3840x2160"}'
ALONE = 0.9  # of the time that a server with its own core runs while requests wait
LASTING = ("--render", "3600")
# A quarter of the usual time, so that no machine is fast enough to fill the queue of unfinished jobs.
ORDINARY = ("--render", "1.4")


@dataclass(frozen=True, slots=True)
class Side:
    """A server and what is sent to it; every run asks for its own traffic."""

    server: Server
    traffic: Callable[[], Traffic]


@dataclass(frozen=True, slots=True)
class Match:
    """Two sides of one measurement."""

    what: str
    connections: int
    ours: Side
    other: Side
    cpu: Quantity = CPU


@dataclass(frozen=True, slots=True)
class Sample:
    """One run against one side; latencies and CPU in microseconds, CPU None where the system does not tell."""

    rate: float
    p50: float
    p99: float
    cpu: float | None


Pairs = list[tuple[Sample, Sample]]


def measure(plan: Plan) -> Section:
    with ExitStack() as stack:
        return play(plan, tuple(_matches(plan, stack)), "Under load", "bare")


def play(plan: Plan, matches: tuple[Match, ...], title: str, other: str) -> Section:
    """Measure every match once a round; the side that is first changes with the round."""
    pairs: dict[str, Pairs] = {match.what: [] for match in matches}
    failures: dict[str, str] = {}
    for number in range(plan.rounds):
        for match in matches:
            if match.what in failures:
                continue
            try:
                pairs[match.what].append(_pair(plan, match, ours_first=number % 2 == 0))
            except DidNotRunError as error:
                failures[match.what] = f"{match.what}: {error}"
    measured = [match for match in matches if match.what not in failures]
    figures = tuple(figure for match in measured for figure in _figures(match, pairs[match.what]))
    return Section(title, other, figures, tuple(_crowded(measured, pairs)), tuple(failures.values()))


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
    yield compared(match.what, RATE, [(ours.rate, other.rate) for ours, other in pairs])
    yield compared(match.what, P50, [(ours.p50, other.p50) for ours, other in pairs])
    yield compared(match.what, P99, [(ours.p99, other.p99) for ours, other in pairs])
    costs = [(ours.cpu, other.cpu) for ours, other in pairs if ours.cpu is not None and other.cpu is not None]
    if costs:
        yield compared(match.what, match.cpu, costs)


def _crowded(matches: list[Match], pairs: dict[str, Pairs]) -> Iterator[str]:
    """Say so if servers that always had work did not have their core for themselves."""
    loaded = [each for match in matches if match.connections > 1 for pair in pairs[match.what] for each in pair]
    shares = [each.cpu * each.rate / 1e6 for each in loaded if each.cpu is not None]
    if shares and median(shares) < ALONE:
        yield (
            f"Servers with requests waiting ran for {median(shares):.0%} of the time: "
            "something else used the machine. Trust CPU time and its ratios, not requests/s and latencies."
        )


def _matches(plan: Plan, stack: ExitStack) -> Iterator[Match]:
    lasting = stack.enter_context(running(plan.cores, SUBJECT, *LASTING))
    ordinary = stack.enter_context(running(plan.cores, SUBJECT, *ORDINARY))
    clip, data = _large_clip(ordinary)
    job = submit(lasting.url, KEY)
    poll = _sides(plan, stack, lasting, lambda url: traffic.polls(url, KEY, (job,)))
    numbers = count()
    fresh = _sides(plan, stack, ordinary, lambda url: traffic.submissions(url, KEY, block(next(numbers))))
    fetch = _sides(plan, stack, ordinary, lambda url: traffic.downloads(url, KEY, clip))
    for connections in plan.connections:
        yield Match(f"poll, {_counted(connections)}", connections, *poll)
    for connections in plan.connections:
        yield Match(f"submit, {_counted(connections)}", connections, *fresh)
    for connections in plan.connections[:2]:
        what = f"download of {len(data) / 1000:.0f} kB, {_counted(connections)}"
        yield Match(what, connections, *fetch, CPU_TIMES)


def block(number: int) -> range:
    """Numbers that no other block has."""
    return range(number * BLOCK, (number + 1) * BLOCK)


def _counted(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"


def _sides(plan: Plan, stack: ExitStack, server: Server, make: Callable[[str], Traffic]) -> tuple[Side, Side]:
    """Our side, and a server that answers with the very bytes that ours answers with."""
    answers: list[bytes] = []
    load.run(make(server.url), 1, most=1, keep=answers.append)
    constant = plan.folder / f"answer-{server.process}-{len(answers[0])}"
    constant.write_bytes(answers[0])
    bare = stack.enter_context(running(plan.cores, SUBJECT, "--constant", str(constant)))
    return Side(server, lambda: make(server.url)), Side(bare, lambda: make(bare.url))


def _large_clip(server: Server) -> tuple[str, bytes]:
    """Return the URL of a finished clip of about 200 kB, and its bytes."""
    # Its own key: the jobs submitted under load would soon evict it.
    key = KEY + "-clip"
    job = submit(server.url, key, LARGE_CLIP)
    while True:
        document = json.loads(ask(server.url, "GET", f"/sora/v1/videos/{job}", key=key))
        if document["status"] == "completed":
            return document["video_url"], ask(server.url, "GET", document["video_url"], key=key)
        sleep(0.05)
