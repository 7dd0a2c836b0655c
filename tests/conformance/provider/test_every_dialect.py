"""mockvideo keeps its own rules in every dialect, on every tier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.exchange import Purpose
from mockvideo.conformance.provider.profile import PLAIN
from mockvideo.conformance.provider.report import described
from mockvideo.conformance.provider.rule import Outcome
from mockvideo.conformance.provider.target import Target
from tests.conformance.provider.examining import DIALECTS, target

every_dialect = pytest.mark.parametrize("dialect", sorted(DIALECTS))
SMALL = ("a4f", "beluga")
NEVER_SEEN = {
    "this dialect",
    "ids of this dialect",
    "models of this dialect",
    "answers of this dialect",
    "nothing came",
}


def paid(url: str, dialect: str, key: str, **said: Any) -> Target:
    """A server that makes no accounts, and where a job is somebody's money."""
    usual = {"control_url": None, "api_key": key, "profile": PLAIN, "sleep": lambda _: None}
    return target(url, dialect, **{**usual, **said})


def jobs_of(url: str, key: str) -> list[Any]:
    """The jobs of a key, as the server itself knows them."""
    headers = {"authorization": f"Bearer {key}"}
    told = httpx.get(f"{url}/_mockvideo/me/jobs", params={"limit": 100}, headers=headers, trust_env=False)
    return told.json()["jobs"]


# Dialects with few limits always, all of them in the full run; in between, each with one model.
@pytest.mark.parametrize(
    ("dialect", "models"),
    [
        *(pytest.param(name, PLAIN, id=name, marks=[] if name in SMALL else pytest.mark.full) for name in DIALECTS),
        *(pytest.param(name, None, id=f"{name}, one model") for name in DIALECTS if name not in SMALL),
    ],
)
def test_mockvideo_keeps_every_rule_with_all_its_models(url, dialect, models) -> None:
    there = target(url, dialect)
    report = check_provider(replace(there, profile=models or there.profile), examples=3)
    assert [described(drift.difference) for drift in report.drift] == []
    unseen = report.of(Outcome.NOT_EXERCISED)
    assert all(any(result.why.startswith(why) for why in NEVER_SEEN) for result in unseen), unseen


@every_dialect
def test_the_free_tier_makes_no_job(url, dialect) -> None:
    key = f"sk-free-{dialect}"
    report = check_provider(paid(url, dialect, key, tier="free"))
    assert (report.passed, report.jobs, jobs_of(url, key)) == (True, 0, [])
    assert report["missing-key"].outcome is Outcome.KEPT
    assert report["status-words"].why.startswith(("it takes a job", "this dialect has no polls"))


@every_dialect
@pytest.mark.parametrize("most", [0, 1, 3, 5])
def test_the_metered_tier_makes_no_more_jobs_than_it_may(url, dialect, most) -> None:
    key = f"sk-metered-{dialect}-{most}"
    report = check_provider(paid(url, dialect, key), max_jobs=most)
    assert report.passed
    assert report.jobs == len(jobs_of(url, key)) <= most


@every_dialect
def test_the_first_job_is_the_cheapest(url, dialect) -> None:
    report = check_provider(paid(url, dialect, f"sk-cheap-{dialect}"), max_jobs=2)
    first, *_ = report.record.of(Purpose.SUBMIT, Purpose.AT)
    assert first.purpose is Purpose.SUBMIT
    assert "example.com" not in str(first.call.document)
    assert first.succeeded


def test_without_a_key_only_what_needs_none_is_asked(url) -> None:
    report = check_provider(paid(url, "apiframe", "", api_key=None, tier="free"))
    assert {exchange.purpose for exchange in report.record.exchanges} == {
        Purpose.NO_KEY,
        Purpose.WRONG_KEY,
        Purpose.PUBLIC,
    }
    assert report["unknown-job"].why == "it takes a key; give one with --api-key"
