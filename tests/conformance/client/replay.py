"""Plays a finding again as its scenario file says: a server started with the file, and the client run by hand.

``python replay.py MUTANT BASE_URL KEY FOLDER`` is one such client, which can be killed.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from mutants import MUTANTS, Mutant

from mockvideo.conformance.client.bench import Bench, Seat, judged
from mockvideo.conformance.client.evidence import Answer, Run
from mockvideo.conformance.client.passing import OvertimeError, Pace, Passing, virtual_time
from mockvideo.conformance.client.schedules import Schedule
from mockvideo.conformance.client.verdict import Finding, judge
from mockvideo.dialects import load
from mockvideo.server.app import create_app
from mockvideo.server.environment import setup
from mockvideo.server.thread import ServerThread
from mockvideo.testing.control import Control

PROGRAM = Path(__file__)
PATIENCE, LONGEST = 30.0, 7_200.0


@dataclass(frozen=True, slots=True)
class Hand:
    """A client in somebody's hand, and the server that was started with a scenario file."""

    mutant: Mutant
    http: httpx.Client
    schedule: Schedule
    file: Path

    def seat(self, key: str) -> Seat:
        """What is told of a key that was used here."""
        dialect = load()[self.mutant.dialect]
        bench = Bench(http=self.http, token=None, dialect=dialect, request=dialect.example)
        base_url = f"{self.http.base_url}".rstrip("/") + f"/{dialect.name}"
        return Seat(bench, self.schedule, Control(self.http, key), key, base_url)

    def run(self, key: str, folder: Path) -> Run:
        """Let the client make its clip."""
        seat = self.seat(key)
        kill = next((event for event in self.schedule.events if event.kills), None)
        if kill is None:
            return self._seen(seat, self._answer(seat, folder))
        words = (sys.executable, str(PROGRAM), self.mutant.name, seat.base_url, seat.key, str(folder))
        with running(*words):
            until(lambda: seat.count(kill.operation) >= kill.number)
        before = seat.count()
        with running(*words):
            until(lambda: seat.count() > before)
        return self._seen(seat, Answer("silence"), restarted=before)

    def _answer(self, seat: Seat, folder: Path) -> Answer:
        # Nobody waits for its sleeps.
        passing = Passing()
        with virtual_time(Pace(seat.advance, passing, LONGEST), passing):
            try:
                return judged(self.mutant.generate()(seat.base_url, seat.key, dict(seat.bench.request), str(folder)))
            except OvertimeError:
                return Answer("overtime")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the client's answer
                return Answer("error", f"{error}")

    def _seen(self, seat: Seat, answer: Answer, restarted: int | None = None) -> Run:
        """What the journal tells; there the rules have the name of the file."""
        seen = seat.run(answer, restarted=restarted)
        names = {f"{self.file.stem}#{number}": f"(account)#{number}" for number in range(1, 10)}
        (played,) = seat.control.get("/scenario")["in_force"]
        return replace(
            seen,
            exchanges=tuple(replace(each, rule=names.get(each.rule or "")) for each in seen.exchanges),
            acted=tuple(rule["acted"] for rule in played["counts"]),
        )


def reproduced(finding: Finding, text: str, mutant: Mutant, folder: Path) -> bool:
    """Whether the client breaks the finding's rule again on a server with this scenario file."""
    file = folder / f"{finding.name}.toml"
    file.write_text(text, "utf-8")
    options = setup({"scenario": str(file), "log": "off"}, {}, {}).options
    with ServerThread(create_app(options)) as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        hand = Hand(mutant, http, finding.schedule, file)
        runs: list[Run] = []
        # Chance matters to some rules, so that it is drawn twice.
        for number in range(2 if any(event.words.twice for event in finding.schedule.events) else 1):
            random.seed(finding.schedule.seed + number)
            own = folder / f"{finding.name} {number}"
            own.mkdir()
            runs.append(hand.run(f"by-hand-{number}", own))
    run = runs[0].with_twin(runs[1]) if len(runs) > 1 else runs[0]
    return finding.rule.id in {each.rule for each in judge(run) if each.breach}


@contextmanager
def running(*words: str) -> Iterator[None]:
    """Let a command run, and kill it when the block ends."""
    with subprocess.Popen(words) as process:
        try:
            yield
        finally:
            process.kill()


def until(seen: Callable[[], bool]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not seen():
        if time.monotonic() > end:
            raise TimeoutError("it does not get so far")
        time.sleep(0.05)


def main(name: str, base_url: str, key: str, folder: str) -> None:
    mutant = MUTANTS[name]
    mutant.generate()(base_url, key, dict(load()[mutant.dialect].example), folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
