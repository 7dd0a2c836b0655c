"""Prints the table of the guide on the OpenAI SDKs: ``python tests/conformance/client/sdks.py [FOLDER]``.

The SDK for Node is looked for in FOLDER, where npm has installed it (``npm install --prefix FOLDER openai``).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from mockvideo.conformance.client.check import Options, check_client
from mockvideo.conformance.client.programs import Program
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.search import no_traces
from mockvideo.conformance.client.verdict import Outcome, Verdict
from mockvideo.server.app import create_app
from mockvideo.server.options import Options as Served
from mockvideo.server.thread import ServerThread

HERE = Path(__file__).parent / "programs"


def clients(folder: Path | None) -> dict[str, tuple[str, ...]]:
    """The commands by the names of the SDKs."""
    known = {f"openai-python {version('openai')}": (sys.executable, "-W", "ignore", str(HERE / "openai_film.py"))}
    node = shutil.which("node")
    if folder is not None and node is not None:
        package = json.loads((folder / "node_modules" / "openai" / "package.json").read_text("utf-8"))
        # Packages are looked for beside the program.
        program = shutil.copy(HERE / "openai_film.mjs", folder)
        known[f"openai-node {package['version']}"] = (node, str(program))
    return known


def judged(words: tuple[str, ...], url: str) -> Verdict:
    jobs = min(16, 2 * (os.cpu_count() or 1))
    with no_traces():
        return check_client(Program(words=words, jobs=jobs), "sora", Options(control_url=url, examples=16, every=False))


def cell(outcome: Outcome) -> str:
    if not outcome.findings:
        return outcome.standing
    return f"{outcome.findings[0].schedule}"


def table(verdicts: dict[str, Verdict]) -> str:
    lines = [f"| broken by, {datetime.now(UTC):%Y-%m-%d} | {' | '.join(verdicts)} |", f"|---|{'---|' * len(verdicts)}"]
    broken = {rule for verdict in verdicts.values() for rule in verdict.broken}
    for rule in (rule for rule in RULES if rule in broken):
        cells = " | ".join(cell(verdict[rule]) for verdict in verdicts.values())
        lines.append(f"| {rule} | {cells} |")
    lines.append(f"| runs, seconds | {' | '.join(f'{each.runs}, {each.seconds:.0f}' for each in verdicts.values())} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else None
    with ServerThread(create_app(Served())) as server:
        verdicts = {name: judged(words, server.url) for name, words in clients(folder).items()}
    print(table(verdicts))
    for name, verdict in verdicts.items():
        print(f"\n{name}: kept {', '.join(each.rule.id for each in verdict.outcomes if each.standing == 'kept')}")


if __name__ == "__main__":
    main(sys.argv[1:])
