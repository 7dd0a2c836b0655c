"""wrk as the client, told by a generated script what to send and when to begin."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.traffic import DidNotRunError, Reading, Traffic

HOLD = 100  # milliseconds before the first request

SCRIPT = """
local before, after = %(before)s, %(after)s
local words, number = {}, %(first)d
for word in io.lines(%(words)s) do words[#words + 1] = word end

function request()
  number = number + 1
  local word = #words > 0 and words[number %% #words + 1] or string.format("%%010d", number)
  return before .. word .. after
end

-- Nothing is sent until every connection is open: a server that is busy with the first ones accepts the last ones late.
local opened = 0
function delay()
  if opened == %(connections)d then return 0 end
  opened = opened + 1
  return %(hold)d
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('RESULT {"requests": %%d, "micros": %%d, "p50": %%f, "p99": %%f, "failed": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
"""


@dataclass(frozen=True, slots=True)
class Wrk:
    """A client with one thread. wrk counts in whole seconds."""

    program: str

    def __call__(self, traffic: Traffic, connections: int, seconds: float) -> Reading:
        with TemporaryDirectory() as folder:
            script = _write(traffic, connections, Path(folder))
            length = f"-d{max(1, round(seconds))}s"
            command = [self.program, "-t1", f"-c{connections}", length, "-s", str(script), traffic.url]
            done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=seconds + 30)
        return _read(done.stdout, done.stderr)


def find() -> Wrk | None:
    program = shutil.which("wrk")
    return Wrk(program) if program else None


def _write(traffic: Traffic, connections: int, folder: Path) -> Path:
    words, script = folder / "words", folder / "traffic.lua"
    known, first = ((), traffic.words.start) if isinstance(traffic.words, range) else (traffic.words, 0)
    words.write_text("\n".join(known), "ascii")
    # JSON's way to quote ASCII is Lua's too.
    before, after, path = (json.dumps(text) for text in (traffic.before, traffic.after, str(words)))
    values = {"before": before, "after": after, "words": path, "first": first}
    script.write_text(SCRIPT % {**values, "connections": connections, "hold": HOLD}, "ascii")
    return script


def _read(output: str, complaint: str) -> Reading:
    result = output.rpartition("RESULT ")[2] if "RESULT " in output else ""
    if not result:
        raise DidNotRunError(f"wrk gave no result: {(output + complaint)[-300:]}")
    seen = json.loads(result)
    if seen["failed"] or not seen["requests"]:
        raise DidNotRunError(f"wrk counted {seen['failed']} errors among {seen['requests']} answers.")
    return Reading(seen["requests"], seen["micros"] / 1e6 - HOLD / 1e3, seen["p50"], seen["p99"])
