"""The reference client keeps every rule, in every dialect, whatever is drawn."""

from __future__ import annotations

import pytest
from reference import generate

from mockvideo.conformance.client.check import Options, check_client
from mockvideo.conformance.client.verdict import Verdict
from mockvideo.dialects import load

SEEDS = 200
every_dialect = pytest.mark.parametrize("dialect", load())
# One of them always, all of them in the full run.
some_dialect = pytest.mark.parametrize(
    "dialect", [pytest.param(name, marks=[] if name == "sora" else pytest.mark.full) for name in load()]
)


def alarms(verdict: Verdict) -> list[str]:
    return [*filter(None, [verdict.trouble]), *(f"{each.rule.id}: {each.says}" for each in verdict.findings)]


def judged(dialect: str, url: str) -> Verdict:
    """What becomes of it with each thing that goes wrong at one request."""
    return check_client(generate, dialect, Options(control_url=url, examples=5, every=False))


@some_dialect
def test_it_keeps_every_rule(dialect: str, url: str) -> None:
    verdict = judged(dialect, url)
    assert alarms(verdict) == []
    assert not [outcome for outcome in verdict.outcomes if outcome.standing == "inconclusive"]


@pytest.mark.full
@every_dialect
def test_it_keeps_every_rule_at_every_request(dialect: str, url: str) -> None:
    assert alarms(check_client(generate, dialect, Options(control_url=url))) == []


@every_dialect
def test_it_keeps_every_rule_when_several_things_go_wrong(dialect: str, url: str) -> None:
    options = Options(control_url=url, examples=4, seed=1, singles=False)
    assert alarms(check_client(generate, dialect, options)) == []


@pytest.mark.full
@every_dialect
def test_it_keeps_every_rule_for_two_hundred_seeds(dialect: str, url: str) -> None:
    for seed in range(SEEDS):
        options = Options(control_url=url, examples=4, seed=seed, singles=False)
        assert alarms(check_client(generate, dialect, options)) == [], seed


@pytest.mark.full
def test_every_rule_that_a_server_can_see_is_exercised_in_some_dialect(url: str) -> None:
    outcomes = [outcome for dialect in load() for outcome in judged(dialect, url).outcomes]
    exercised = {outcome.rule.id for outcome in outcomes if outcome.standing == "kept"}

    # Refused connections, ranges (it uses none), private addresses, webhooks, logs.
    assert {f"C{number}" for number in range(1, 35)} - exercised == {"C2", "C21", "C23", "C24", "C25", "C26", "C30"}
