"""The machine: which core runs what, what a process has used, and the facts that a figure depends on."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mockvideo import __version__

PROC = Path("/proc")
UNKNOWN = "Memory and CPU time of a process are read from /proc, which this system lacks: they are left out."
PACKAGES = (
    *("uvicorn", "uvloop", "httptools", "starlette", "pydantic", "click", "rich"),
    *("httpx", "pytest", "respx", "pytest-httpserver"),
)


@dataclass(frozen=True, slots=True)
class Cores:
    """Where servers run and where clients do; None where processes cannot be pinned."""

    server: int | None = None
    client: int | None = None

    def pin_client(self) -> None:
        """Keep this process and what it starts on the client's core."""
        if self.client is not None:
            os.sched_setaffinity(0, {self.client})

    def pin_server(self, process: int) -> None:
        if self.server is not None:
            os.sched_setaffinity(process, {self.server})


def choose_cores() -> Cores:
    """One core for servers and another for clients, if there are two and the system lets us choose."""
    if not hasattr(os, "sched_setaffinity"):
        return Cores()
    ours = sorted(os.sched_getaffinity(0))
    return Cores(ours[0], ours[-1]) if len(ours) > 1 else Cores()


def cpu_seconds(process: int) -> float | None:
    """CPU time that a process has used, all threads; None on systems without /proc."""
    stat = PROC / str(process) / "stat"
    if not stat.exists():
        return None
    # The name in the second field may contain anything, the last parenthesis ends it (proc(5)).
    fields = stat.read_text("utf8", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(process: int) -> int | None:
    """Memory that a process holds in RAM; None on systems without /proc."""
    statm = PROC / str(process) / "statm"
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else None


def facts(cores: Cores, client: str) -> dict[str, object]:
    """What to write beside every figure."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "server_core": cores.server,
        "client_core": cores.client,
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "client": client,
        "versions": {"mockvideo": __version__} | {name: found for name in PACKAGES if (found := _version(name))},
    }


def _processor() -> str:
    listing = PROC / "cpuinfo"
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or sys.platform)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
