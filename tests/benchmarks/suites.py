"""Suites of tests that are alike, each run by a pytest of its own, and what one of its tests takes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median
from textwrap import dedent

from tests.benchmarks import flows
from tests.benchmarks.servers import CHECKOUT
from tests.benchmarks.traffic import DidNotRunError

LIMIT = 300  # seconds until a run is given up
# What a test takes ends where the next begins: what pytest does between two is paid for, too.
STOPWATCH = """
    import json
    from pathlib import Path
    from time import perf_counter, process_time

    began = []

    def pytest_runtest_logstart():
        began.append((perf_counter() * 1000, process_time() * 1000))

    def pytest_sessionfinish():
        Path("began.json").write_text(json.dumps(began))
"""
IMPORTED = re.compile(r"^import time: +\d+ \| +(\d+) \| +(\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Suite:
    """A test, to be run many times with its ``number``, and the module of the one plugin that it needs."""

    test: str
    plugin: str | None = None

    @property
    def installed(self) -> bool:
        return self.plugin is None or find_spec(self.plugin.partition(".")[0]) is not None


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one run: its ``first`` test, which loads and starts what is needed, and the median of the others.

    ``cpu`` is CPU time of all threads.
    """

    first: float
    each: float
    cpu: float


def run(suite: Suite, count: int, folder: Path) -> Took:
    """Run so many tests in the folder, which is made for it."""
    _write(suite, count, folder)
    _pytest(folder, *(("-p", suite.plugin) if suite.plugin else ()))
    began = json.loads((folder / "began.json").read_text("ascii"))
    first, *others = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(began)]
    return Took(first[0], median(time for time, _ in others), median(cpu for _, cpu in others))


def loading(module: str, folder: Path) -> float:
    """Milliseconds that the import of a module adds to a run of pytest that needs it for nothing else."""
    # Not with -p: pytest itself imports in a way that goes unreported. Not captured, so that the report gets here.
    _write(Suite(flows.LOADING.format(module=module)), 1, folder)
    report = _pytest(folder, "--capture=no", interpreter=("-X", "importtime"))
    package = module.partition(".")[0]
    return sum(int(micros) for micros, name in IMPORTED.findall(report) if name in {package, module}) / 1000


def _write(suite: Suite, count: int, folder: Path) -> None:
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n", "ascii")
    (folder / "conftest.py").write_text(dedent(STOPWATCH), "ascii")
    repeated = f'@pytest.mark.parametrize("number", range({count}))'
    (folder / "test_it.py").write_text(dedent(flows.PRELUDE) + repeated + dedent(suite.test), "ascii")


def _pytest(folder: Path, *options: str, interpreter: tuple[str, ...] = ()) -> str:
    """Run the tests of a folder without other plugins; return what went to standard error."""
    command = [sys.executable, *interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKVIDEO_", "PYTEST_"))}
    environ = kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False, text=True, timeout=LIMIT)
    if done.returncode:
        raise DidNotRunError(f"pytest {' '.join(options)} ended with {done.returncode}: {done.stdout[-500:]}")
    return done.stderr
