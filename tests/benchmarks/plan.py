"""How much is measured, with what, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.machine import Cores
from tests.benchmarks.traffic import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run of the benchmarks.

    ``seconds`` is the length of one measurement under load, ``warm_up`` of what precedes it, ``patience`` of all that
    is spent on measuring again what was disturbed. ``jobs`` are submitted for the memory, and cap the servers there.
    ``tests`` are in one run of pytest, and a tenth of it where one takes long.
    """

    client: Client
    cores: Cores
    folder: Path
    rounds: int = 5
    seconds: float = 1.0
    warm_up: float = 0.3
    patience: float = 75.0
    starts: int = 9
    jobs: int = 100_000
    tests: int = 200
    connections: tuple[int, ...] = field(default=(1, 16, 64))
