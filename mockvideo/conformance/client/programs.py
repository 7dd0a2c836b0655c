"""Runs a client that is any program: its own environment, a limit, a clean end; time is virtual where it can be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Literal

from mockvideo.conformance.client.bench import Bench, Seat, judged
from mockvideo.conformance.client.child import CLOCK, LIMIT, MARK, OVERTIME
from mockvideo.conformance.client.evidence import Answer, Run
from mockvideo.conformance.client.schedules import Event, Schedule

Time = Literal["virtual", "real"]
INJECT = Path(__file__).parent / "inject"
# Real seconds: how often somebody looks after a program, and how long one that is ended may take.
LOOK, GRACE = 0.05, 2.0
LOOKS_A_COUNT = 10
LONGEST_TOLD = 4_000
# Where a program under our clock tells since when its sleeps last longer than they were to.
STEADY = "steady"
REQUEST, OUTPUT, FOLDER = "MOCKVIDEO_REQUEST", "MOCKVIDEO_OUTPUT", "MOCKVIDEO_FOLDER"


@dataclass(frozen=True, slots=True)
class End:
    """How a process ended: its status, or why it was ended."""

    status: int
    why: Literal["", "silence", "flood", "killed"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A command that makes one clip, its words as a shell would part them; ``jobs`` of its runs go on at once.

    Python and Node sleep in virtual time; ``time="real"`` leaves them alone. ``resumable``: it keeps what it knows in
    the folder named by MOCKVIDEO_FOLDER, and goes on from there.
    """

    words: Sequence[str]
    jobs: int = 16
    time: Time = "virtual"
    resumable: bool = False

    def run(self, bench: Bench, schedule: Schedule) -> Run:
        """Let the program make one clip while this schedule is played. Raises OSError if it cannot be started."""
        kill = next((event for event in schedule.events if event.kills), None)
        with bench.account(schedule) as seat, TemporaryDirectory(prefix="mockvideo-") as name:
            folder = Path(name)
            end, restarted = self._live(seat, folder, kill), None
            if end.why == "killed":
                restarted = seat.count()
                end = self._live(seat, folder, None)
            mark = folder / STEADY
            steady = float(mark.read_text()) if mark.is_file() else None
            return seat.run(_answer(end, folder), steady=steady, restarted=restarted)

    def _live(self, seat: Seat, folder: Path, kill: Event | None) -> End:
        with (folder / "said").open("ab") as said:
            process = subprocess.Popen(  # noqa: S603 - it is ours to run what we are told to
                self.words,
                executable=which(self.words[0]),
                env=environment(seat, folder, os.environ, self.time),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=os.name != "nt",
            )
            try:
                return _watch(process, seat, kill)
            finally:
                _end(process)


def environment(seat: Seat, folder: Path, environ: Mapping[str, str], clock: Time) -> dict[str, str]:
    """Return what a program finds in its environment: what mockvideo env prints, the request, and where to answer."""
    root, dialect = seat.base_url.removesuffix(f"/{seat.bench.dialect.name}"), seat.bench.dialect
    values = {"MOCKVIDEO_URL": root, "MOCKVIDEO_API_KEY": seat.key, "MOCKVIDEO_BASE_URL": seat.base_url}
    told = {name: text.format(url=seat.base_url, key=seat.key) for name, text in dialect.environment.items()}
    host = seat.bench.http.base_url.host
    direct = ",".join(filter(None, (environ.get("NO_PROXY") or environ.get("no_proxy"), host)))
    state = folder / "folder"
    state.mkdir(exist_ok=True)
    asked = {REQUEST: json.dumps(dict(seat.bench.request)), OUTPUT: str(folder / "clip"), FOLDER: str(state)}
    own = {"no_proxy": direct, "NO_PROXY": direct, **values, **told, **asked}
    return {**environ, **own, **(_virtual(seat, folder, environ) if clock == "virtual" else {})}


def _virtual(seat: Seat, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What lets Python and Node load our clock before they load the program."""
    path = os.pathsep.join(filter(None, (str(INJECT), environ.get("PYTHONPATH"))))
    node = " ".join(filter(None, (environ.get("NODE_OPTIONS"), f"--import={(INJECT / 'hook.mjs').as_uri()}")))
    return {
        CLOCK: f"{seat.server_url}/_mockvideo/me/clock/advance",
        LIMIT: str(seat.bench.limits.virtual),
        MARK: str(folder / STEADY),
        "PYTHONPATH": path,
        "NODE_OPTIONS": node,
    }


def _watch(process: subprocess.Popen[bytes], seat: Seat, kill: Event | None) -> End:
    """Wait until a program ends, or has to be ended."""
    limits, began, looks = seat.bench.limits, time.monotonic(), 0
    while time.monotonic() - began < limits.real:
        with suppress(subprocess.TimeoutExpired):
            return End(process.wait(LOOK))
        looks += 1
        if kill is not None and seat.count(kill.operation) >= kill.number:
            _signal(process, "SIGKILL")
            return End(process.wait(), "killed")
        if looks % LOOKS_A_COUNT == 0 and seat.count() > limits.requests:
            return End(0, "flood")
    return End(0, "silence")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started: first politely."""
    for name in ("SIGTERM", "SIGKILL"):
        if process.poll() is None:
            _signal(process, name)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
    process.wait()


def _signal(process: subprocess.Popen[bytes], name: str) -> None:
    """Send a signal to a program and all that it has started."""
    with suppress(OSError):
        process.kill() if os.name == "nt" else os.killpg(process.pid, signal.Signals[name])


def _answer(end: End, folder: Path) -> Answer:
    """Tell what a program answered: by its end, and by the file that it wrote, if it did."""
    if end.why in {"silence", "flood"}:
        return Answer("silence" if end.why == "silence" else "flood")
    if end.status == OVERTIME:
        return Answer("overtime")
    if end.status != 0:
        said = (folder / "said").read_bytes().decode(errors="replace").strip()
        return Answer("error", f"exit status {end.status}: {said[-LONGEST_TOLD:]}")
    clip = folder / "clip"
    return judged(clip.read_bytes()) if clip.is_file() else Answer("done")
