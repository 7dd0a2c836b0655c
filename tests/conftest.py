"""How many examples a property sees: a modest number, or with CI_FULL=1 a thousand."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

FULL = os.environ.get("CI_FULL") == "1"

settings.register_profile("quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", settings.get_profile("quick"), max_examples=1000)
settings.load_profile("full" if FULL else "quick")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("full") and not FULL:
        pytest.skip("a heavier run: set CI_FULL=1")
