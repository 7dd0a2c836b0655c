"""How long a clip takes to write, the first of its process and the next ones.

``python -m tests.benchmarks.clips WIDTH HEIGHT SECONDS`` writes them and prints the times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from time import perf_counter

from mockvideo.media import Clip, write
from tests.benchmarks.figures import TIME, Section, compared
from tests.benchmarks.plan import Plan
from tests.benchmarks.servers import CHECKOUT
from tests.benchmarks.traffic import DidNotRunError

SIZES = ((1280, 720, 5), (1920, 1080, 8), (3840, 2160, 4), (1280, 720, 60), (3840, 2160, 60))
NEXT = 9


def measure(plan: Plan) -> Section:
    """Every size in a process of its own, in rounds."""
    found: dict[tuple[int, int, int], list[tuple[float, float]]] = {size: [] for size in SIZES}
    for _ in range(plan.rounds):
        for size, pairs in found.items():
            pairs.append(_times(size))
    figures = [compared(f"clip, {s} s {w}x{h}, cold", TIME, pairs) for (w, h, s), pairs in found.items()]
    return Section("Writing clips", "warm", tuple(figures))


def _times(size: tuple[int, int, int]) -> tuple[float, float]:
    """Milliseconds of the first clip of a process, and the median of the next ones."""
    command = [sys.executable, "-m", __spec__.name, *map(str, size)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False, text=True, timeout=20)
    if done.returncode:
        raise DidNotRunError(f"No clip was written: {done.stderr[-300:]}")
    first, *others = json.loads(done.stdout)
    return first, median(others)


def main(width: int, height: int, seconds: int) -> None:
    print(json.dumps([_timed(width, height, seconds, number) for number in range(1 + NEXT)]))


def _timed(width: int, height: int, seconds: int, number: int) -> float:
    """Milliseconds for a clip that resembles no other."""
    lines = ("sora", "sora-2", f"task_{number:032}")
    clip = Clip(width, height, 24, seconds, sound=True, lines=lines, tint=number * 1_000_003 % (1 << 24))
    begin = perf_counter()
    write(clip)
    return (perf_counter() - begin) * 1000


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
