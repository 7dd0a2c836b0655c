"""How much is measured, with what, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.machine import Cores
from tests.benchmarks.traffic import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of the benchmarks. ``seconds`` is the length of one measurement under load, ``warm_up`` of what precedes
    it; ``jobs`` are submitted where memory is measured, and are the caps of the servers there.
    """

    client: Client
    cores: Cores
    folder: Path
    rounds: int = 3
    seconds: float = 2.0
    warm_up: float = 0.3
    starts: int = 9
    jobs: int = 100_000
    connections: tuple[int, ...] = field(default=(1, 16, 64))
