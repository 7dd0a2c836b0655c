"""Poll, submit and download under load, beside constant bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from time import perf_counter, sleep

from tests.benchmarks import load, traffic
from tests.benchmarks.figures import CPU_TIMES, Section
from tests.benchmarks.matches import Match, Side, play
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import PATIENCE, SUBJECT, Server, ask, running, submit
from tests.benchmarks.traffic import DidNotRunError, Traffic

KEY = "sk-benchmark"
BLOCK = 10_000_000  # more numbers than one run sends
LARGE_CLIP = '{"model":"veo3.1-4k","prompt":"A paper boat","seconds":"8","size":"3840x2160"}'
LASTING = ("--render", "3600")
# A quarter of the usual time, so that no machine is fast enough to fill the queue of unfinished jobs.
ORDINARY = ("--render", "1.4")


def measure(plan: Plan) -> Section:
    with ExitStack() as stack:
        return play(plan, tuple(_matches(plan, stack)), "Under load", "bare")


def _matches(plan: Plan, stack: ExitStack) -> Iterator[Match]:
    lasting = stack.enter_context(running(plan.cores, SUBJECT, *LASTING))
    ordinary = stack.enter_context(running(plan.cores, SUBJECT, *ORDINARY))
    clip, size = _large_clip(ordinary)
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
        yield Match(f"download of {size / 1000:.0f} kB, {_counted(connections)}", connections, *fetch, CPU_TIMES)


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


def _large_clip(server: Server) -> tuple[str, int]:
    """Return the URL of a finished clip of about 200 kB, and its size in bytes."""
    # Its own key: the jobs submitted under load would soon evict it.
    key = KEY + "-clip"
    job = submit(server.url, key, LARGE_CLIP)
    deadline = perf_counter() + PATIENCE
    while perf_counter() < deadline:
        document = json.loads(ask(server.url, "GET", f"/sora/v1/videos/{job}", key=key))
        if document["status"] == "completed":
            return document["video_url"], len(ask(server.url, "GET", document["video_url"], key=key))
        sleep(0.05)
    raise DidNotRunError(f"The job of the clip was not done within {PATIENCE:.0f} s.")
