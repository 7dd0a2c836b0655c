"""How many examples a property sees: a modest number, or with CI_FULL=1 a thousand."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

FULL = os.environ.get("CI_FULL") == "1"

settings.register_profile("quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", settings.get_profile("quick"), max_examples=1000)
settings.load_profile("full" if FULL else "quick")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Let three tests share two cores (``-n auto``), as many of them wait for sockets and for other processes."""
    return max(2, (os.cpu_count() or 2) * 3 // 2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what stays for the whole run, half a million objects, out of the way of the garbage collector.

    It would look at all of them many times while they are collected, and for half a second each time that a test lets
    it look at everything.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not measure processes that a test starts where other tests cover their lines: it takes as long again."""
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("full") and not FULL:
        pytest.skip("a heavier run: set CI_FULL=1")
