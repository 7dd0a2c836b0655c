"""The reference client keeps every rule, in every dialect, whatever is drawn."""

from __future__ import annotations

import pytest
from reference import generate

from mockvideo.conformance.client.check import Options, check_client
from mockvideo.conformance.client.verdict import Verdict
from mockvideo.dialects import load

SEEDS = 200
every_dialect = pytest.mark.parametrize("dialect", load())


def alarms(verdict: Verdict) -> list[str]:
    return [*filter(None, [verdict.trouble]), *(f"{each.rule.id}: {each.says}" for each in verdict.findings)]


@pytest.fixture(scope="module")
def verdicts(url: str) -> dict[str, Verdict]:
    """What becomes of it in every dialect, with each thing that goes wrong at one request."""
    options = Options(control_url=url, examples=5, every=False)
    return {dialect: check_client(generate, dialect, options) for dialect in load()}


@every_dialect
def test_it_keeps_every_rule(dialect: str, verdicts: dict[str, Verdict]) -> None:
    assert alarms(verdicts[dialect]) == []
    assert not [outcome for outcome in verdicts[dialect].outcomes if outcome.standing == "inconclusive"]


@pytest.mark.full
@every_dialect
def test_it_keeps_every_rule_at_every_request(dialect: str, url: str) -> None:
    assert alarms(check_client(generate, dialect, Options(control_url=url))) == []


@every_dialect
def test_it_keeps_every_rule_when_several_things_go_wrong(dialect: str, url: str) -> None:
    for seed in range(3):
        options = Options(control_url=url, examples=4, seed=seed, singles=False)
        assert alarms(check_client(generate, dialect, options)) == []


@pytest.mark.full
@every_dialect
def test_it_keeps_every_rule_for_two_hundred_seeds(dialect: str, url: str) -> None:
    for seed in range(SEEDS):
        options = Options(control_url=url, examples=4, seed=seed, singles=False)
        assert alarms(check_client(generate, dialect, options)) == [], seed


def test_every_rule_that_a_server_can_see_is_exercised_in_some_dialect(verdicts: dict[str, Verdict]) -> None:
    outcomes = [outcome for verdict in verdicts.values() for outcome in verdict.outcomes]
    exercised = {outcome.rule.id for outcome in outcomes if outcome.standing == "kept"}

    # Refused connections, ranges (it uses none), private addresses, webhooks, logs.
    assert {f"C{number}" for number in range(1, 35)} - exercised == {"C2", "C21", "C23", "C24", "C25", "C26", "C30"}
