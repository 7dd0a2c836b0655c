"""What of a scenario no provider documents."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from writing import SCENARIOS

from mockvideo.core.scenario import Scenario
from mockvideo.core.terms import Figures
from mockvideo.dialect import Dialect
from mockvideo.dialects import load
from mockvideo.script.check import remarks, strangers
from mockvideo.script.problems import path
from mockvideo.script.read import inline, scenario

DIALECTS = load()


def said(found: Scenario, dialect: Dialect) -> list[str]:
    return [f"{path(remark.trail)} {remark.says}" for remark in remarks(found, dialect)]


@pytest.mark.parametrize(
    ("name", "rule", "says"),
    [
        ("a4f", "status = 402", "rules[1].status 402 is literal, undocumented in a4f; a strict scenario refuses it"),
        ("a4f", "status = 503", "rules[1].status how 503 is said is our guess: "),
        ("a4f", "error = 'insufficient_credits'", "has no answer of its own; quota_exceeded answers, with 429"),
        ("a4f", "on = 'poll', error = 'internal'", 'rules[1].on "poll" never happens: a4f has no such operation'),
        ("a4f", "outcome = {ends = 'cancelled'}", "rules[1].outcome.ends cancelled has no word; no state has"),
        ("a4f", "document = {omit = ['id']}", 'document "id" is in no document, nothing is changed there'),
        ("a4f", "timing = 'documented'", "rules[1].timing the figure is our guess: no document says"),
        ("sora", "error = 'rate_limited'", "rules[1].error how rate_limited is said is our guess: "),
        ("sora", "outcome = {ends = 'cancelled'}", "rules[1].outcome.ends cancelled has no word; told as failed"),
        ("sora", "outcome = {ends = 'failed', reason = 'upstream'}", "how upstream is said is our guess: "),
        ("sora", "outcome = {opaque_poll_url = true}", "changes nothing: no answer holds a URL to poll"),
        ("sora", "outcome = {idempotent = false}", "changes nothing: no request has an idempotency key"),
        ("sora", "document = {set = {poll_url = 'x'}}", 'document "poll_url" is in no document'),
        ("sora", "webhook = {signature = 'wrong'}", "webhook.signature changes nothing: webhooks are not signed"),
        ("sora", "webhook = {reorder = true}", "webhook.reorder changes nothing: a job has one webhook, at its end"),
        ("sora", "event = 'completet', webhook = {drop = true}", "matches no event; did you mean completed?"),
        ("beluga", "webhook = {drop = true}", "rules[1].webhook changes nothing: beluga calls nobody"),
        ("beluga", "on = 'webhook', webhook = {drop = true}", '"webhook" never happens: beluga has no such operation'),
        ("beluga", "snapshot = {progress = 0}", "rules[1].snapshot.progress is told by no document"),
        ("beluga", "document = {rename = {'/x' = 'progress'}}", 'document "progress" is in no document'),
        ("beluga", "timing = {progress = {stuck_at = 0.9}}", "rules[1].timing.progress is told by no document"),
    ],
)
def test_what_is_undocumented_is_told(name: str, rule: str, says: str) -> None:
    (remark,) = said(inline(rule), DIALECTS[name])
    assert says in remark


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("beluga", "status = 402"),
        ("beluga", "error = 'insufficient_credits'"),
        ("lemondata", "outcome = {opaque_poll_url = true}"),
        ("apiframe", "outcome = {idempotent = false}"),
        ("sora", "connection = {reset = 'before'}"),
        ("sora", "bytes = {html = 502}"),
        ("sora", "snapshot = {state = 'queued', progress = 0.1}"),
        ("sora", "outcome = {ends = 'never', at = 0.9}"),
        ("sora", "document = {omit = ['id', 'status', 'progress', 'video', 'error', '/x']}"),
        ("sora", "dialect = 'beluga', status = 418"),
        ("sora", "model = 'kling-no-such-model', status = 418"),
        ("sora", "timing = {render = 3}"),
        ("sora", "on = 'webhook', event = '*ed', webhook = {status = 'conflicting'}"),
        ("apiframe", "on = 'webhook', event = 'progress', webhook = {signature = 'stale', reorder = true}"),
    ],
)
def test_what_is_documented_or_does_not_concern_a_dialect_is_not_told(name: str, rule: str) -> None:
    assert said(inline(rule), DIALECTS[name]) == []


def test_figures_that_nobody_documents_are_told() -> None:
    dialect = DIALECTS["sora"]
    silent = replace(dialect, terms=replace(dialect.terms, figures=Figures()))
    found = scenario("timing = 'documented'\naccount = {slots = 'documented', requests_per_day = 3}", name="x")
    assert said(found, silent) == [
        "account.slots has no figure in any document, so it changes nothing",
        "timing has no figure in any document, so it changes nothing",
    ]


def test_a_plan_that_a_provider_does_not_have_is_told() -> None:
    found = scenario("account = {plan = 'fre'}", name="x")
    assert said(found, DIALECTS["a4f"]) == ['account.plan "fre" is no plan; did you mean free?']
    assert said(found, DIALECTS["sora"]) == []


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("dialect = 'soar', status = 400", 'rules[1].dialect "soar" matches no dialect; did you mean sora?'),
        ("dialect = 'x*', status = 400", 'rules[1].dialect "x*" matches no dialect; write one of a4f, '),
        ("model = 'sora-22', status = 400", 'rules[1].model "sora-22" matches no model; did you mean sora-2'),
        ("dialect = 'a4f', model = 'sora-2', status = 400", 'rules[1].model "sora-2" matches no model; '),
    ],
)
def test_a_pattern_that_matches_nothing_is_told(rule: str, says: str) -> None:
    (stranger,) = strangers(inline(rule), DIALECTS.values())
    assert f"{path(stranger.trail)} {stranger.says}".startswith(says)


@pytest.mark.parametrize("rule", ["status = 400", "dialect = 's*', model = 'sora-*', status = 400"])
def test_a_pattern_that_matches_something_is_not_told(rule: str) -> None:
    assert strangers(inline(rule), DIALECTS.values()) == []


@settings(max_examples=40, deadline=None)
@given(SCENARIOS)
def test_every_scenario_can_be_judged_in_every_dialect(drawn: Scenario) -> None:
    assert all(remark.says for dialect in DIALECTS.values() for remark in remarks(drawn, dialect))
