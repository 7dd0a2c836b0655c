"""``python -m tests.benchmarks``: measures mockvideo beside a bare ASGI application and prints figures with budgets."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import click
from rich.console import Console

from tests.benchmarks import clips, load, machine, memory, rates, startup, testing, wrk
from tests.benchmarks.figures import Section
from tests.benchmarks.plan import Plan
from tests.benchmarks.report import Report, document, show
from tests.benchmarks.traffic import DidNotRunError

WIDTH = 118

SECTIONS: dict[str, Callable[[Plan], Section]] = {
    "start": startup.measure,
    "load": rates.measure,
    "finished": memory.measure,
    "waiting": memory.measure_waiting,
    "clips": clips.measure,
    "tests": testing.measure,
}


@click.command()
@click.option("--quick", is_flag=True, help="One short round, a tenth of the jobs and a quarter of the tests.")
@click.option("--only", type=click.Choice(list(SECTIONS)), multiple=True, help="Measure only this; may be repeated.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write all figures there as well.")
def main(quick: bool, only: tuple[str, ...], target: Path | None) -> None:  # noqa: FBT001 - click passes flags so
    """Measure mockvideo beside a bare ASGI application on this machine. A short figure is no error."""
    with TemporaryDirectory() as folder:
        report = run(plan_for(Path(folder), quick=quick), only or tuple(SECTIONS))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    show(report, console)
    if target:
        target.write_text(json.dumps(document(report), indent=1) + "\n", "utf8")
    sys.exit(1 if report.failures else 0)


def plan_for(folder: Path, *, quick: bool) -> Plan:
    client, cores = wrk.find() or load.run, machine.choose_cores()
    if quick:
        return Plan(
            client=client,
            cores=cores,
            folder=folder,
            rounds=1,
            warm_up=0.2,
            patience=8.0,
            starts=3,
            jobs=10_000,
            tests=50,
        )
    return Plan(client=client, cores=cores, folder=folder)


def run(plan: Plan, names: tuple[str, ...]) -> Report:
    """Measure these sections; one that does not run leaves a failure and the others alone."""
    begin = perf_counter()
    client = "bundled load generator" if plan.client is load.run else "wrk"
    facts = machine.facts(plan.cores, client)
    plan.cores.pin_client()
    sections: list[Section] = []
    failures: list[str] = []
    for name in names:
        print(f"measuring: {name}", file=sys.stderr)
        try:
            section = SECTIONS[name](plan)
            sections.append(section)
            failures.extend(section.failures)
        except (DidNotRunError, OSError, subprocess.SubprocessError) as error:
            failures.append(f"{name}: {error}")
    command = shlex.join(["python", "-m", "tests.benchmarks", *sys.argv[1:]])
    return Report(command, facts, sections, failures, round(perf_counter() - begin, 1))


if __name__ == "__main__":
    main()
