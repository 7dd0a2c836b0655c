"""What a failing test shows: what the account was asked and answered, and how to repeat it."""

from __future__ import annotations

import pytest

pytest_plugins = ("pytester",)

FAILING = """
def test_a_film_is_ordered_once(mockvideo):
    client = mockvideo.client("sora")
    for size in ("1280x720", "17x17"):
        client.post("/v1/videos", json={"model": "sora-2", "prompt": "A cat", "seconds": "4", "size": size})
    mockvideo.assert_submitted(times=2)
"""


def test_a_report_says_what_was_refused_and_why(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:asyncio", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "size" in shown
    assert "The same story again: pytest test_a_report" in shown
