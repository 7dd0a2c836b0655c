"""For each aspect of a request the first rule that matches decides, and the others say why they did not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.errors import Kind
from mockvideo.core.faults import Bytes, Changes, Connection, Damage, Earlier
from mockvideo.core.jobs import State
from mockvideo.core.planning import REMEMBERED, UNPLANNED, Occasion, Plan, Planner, unmet
from mockvideo.core.scenario import Outcome, Rule, Scenario
from mockvideo.core.timing import Timing

SUBMIT = Occasion("sora", "submit", "sora-2", "a red fox")
POLL = Occasion("sora", "poll", "sora-2", "a red fox", poll=1, age=0.0)
ASPECTS = {
    "timing": st.builds(Timing, queue=st.floats(0, 5)),
    "outcome": st.builds(Outcome, ends=st.sampled_from(["failed", "never"])),
    "error": st.sampled_from(Kind),
    "snapshot": st.builds(Earlier, progress=st.floats(0, 1)),
}
RULES = st.fixed_dictionaries({}, optional={**ASPECTS, "on": st.sampled_from(["submit", "poll", "*"])}).map(
    lambda fields: Rule(**fields)
)
BUSY = Rule(error=Kind.UNAVAILABLE)


def planner() -> Planner:
    return Planner(b"sk-a 0")


def script(*rules: Rule, name: str = "test", **fields: object) -> Scenario:
    return Scenario(name=name, rules=rules, **fields)


def plan(*rules: Rule, occasion: Occasion = SUBMIT) -> Plan:
    return planner().plan([script(*rules)], occasion)


def acting(rule: Rule, occasions: Iterable[Occasion], deciding: Planner | None = None) -> list[int]:
    """Which of these requests, counted from 1, a rule acts on."""
    deciding = deciding or planner()
    plans = [deciding.plan([script(rule)], occasion) for occasion in occasions]
    return [number for number, planned in enumerate(plans, 1) if planned.error is not None]


# Which requests a rule means


@pytest.mark.parametrize(
    ("where", "matches"),
    [
        ({}, True),
        ({"dialect": "sora"}, True),
        ({"dialect": "beluga"}, False),
        ({"on": "submit"}, True),
        ({"on": "poll"}, False),
        ({"model": "sora-*"}, True),
        ({"model": "SORA-*"}, False),
        ({"model": "veo*"}, False),
        ({"prompt": "*fox*"}, True),
        ({"prompt": "fox"}, False),
        ({"image": True}, False),
        ({"image": False}, True),
        ({"dialect": "s*", "on": "sub?it", "model": "sora-[23]"}, True),
        ({"dialect": "s*", "on": "sub?it", "model": "sora-[34]"}, False),
        ({"age": (0.0, 1e9)}, False),
        ({"poll": 1}, False),
    ],
)
def test_a_rule_matches_by_literals_and_globs(where, matches) -> None:
    assert (unmet(Rule(**where), SUBMIT) is None) is matches


@pytest.mark.parametrize(("on", "matches"), [("submit", True), ("generate", True), ("gen*", True), ("poll", False)])
def test_a_blocking_call_is_a_submission_too(on, matches) -> None:
    assert (unmet(Rule(on=on), SUBMIT._replace(operation="generate")) is None) is matches


def test_a_submission_is_no_blocking_call() -> None:
    assert unmet(Rule(on="generate"), SUBMIT) is not None


@given(st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted).map(tuple), st.floats(0, 100))
def test_a_window_holds_from_its_first_moment_until_its_last(window, moment) -> None:
    inside = window[0] <= moment < window[1]
    assert (unmet(Rule(between=window), SUBMIT._replace(at=moment)) is None) is inside
    assert (unmet(Rule(age=window), POLL._replace(age=moment)) is None) is inside


@given(st.integers(1, 5), st.integers(0, 5), st.integers(1, 9))
def test_a_poll_is_meant_by_its_number_or_within_two(first, more, number) -> None:
    occasion = POLL._replace(poll=number)
    assert (unmet(Rule(poll=first), occasion) is None) is (number == first)
    assert (unmet(Rule(poll=(first, first + more)), occasion) is None) is (first <= number <= first + more)


@pytest.mark.parametrize(
    ("wanted", "comes", "matches"), [(True, True, True), (True, False, False), (False, False, True)]
)
def test_a_key_that_nobody_asked_for_is_seen(wanted, comes, matches) -> None:
    assert (unmet(Rule(needless_key=wanted), SUBMIT._replace(needless_key=comes)) is None) is matches


# What it orders


@pytest.mark.parametrize(
    "fault",
    [{"bytes": Bytes(html=502)}, {"connection": Connection(reset="before")}, {"snapshot": Earlier(progress=0.1)}],
)
def test_an_answer_is_disturbed_on_every_level(fault) -> None:
    rule = Rule(**fault)
    assert plan(rule).fault is plan(rule, occasion=POLL).fault is rule


@pytest.mark.parametrize("operation", ["submit", "generate", "poll", "content", "list", "upload", "document"])
def test_a_clip_is_damaged_only_where_an_answer_may_hold_one(operation) -> None:
    rule = Rule(clip=Damage(kind="empty"))
    acts = operation in {"generate", "poll", "content", "list"}
    assert (plan(rule, occasion=SUBMIT._replace(operation=operation)).fault is rule) is acts


def test_a_rule_can_order_an_error_and_disturb_it() -> None:
    rule = Rule(error=Kind.UNAVAILABLE, bytes=Bytes(html=503))
    assert plan(rule).error is plan(rule).fault is rule


# Which of them it acts on

COUNTS = st.integers(1, 6)


@given(COUNTS)
def test_the_nth_request_is_one(nth) -> None:
    assert acting(Rule(error=Kind.INTERNAL, nth=nth), [SUBMIT] * 12) == [nth]


@given(COUNTS)
def test_the_first_requests_are_so_many(first) -> None:
    assert acting(Rule(error=Kind.INTERNAL, first=first), [SUBMIT] * 12) == list(range(1, first + 1))


@given(COUNTS)
def test_every_nth_request_comes_after_n_others(every) -> None:
    assert acting(Rule(error=Kind.INTERNAL, every=every), [SUBMIT] * 12) == list(range(every, 13, every))


@given(COUNTS, COUNTS)
def test_every_nth_request_can_be_had_so_many_times(every, times) -> None:
    acted = acting(Rule(error=Kind.INTERNAL, every=every, times=times), [SUBMIT] * 36)
    assert acted == list(range(every, 37, every))[:times]


@given(st.lists(st.floats(0, 20), min_size=1, max_size=10).map(sorted), st.floats(0, 20))
def test_a_rule_lasts_from_the_first_request_that_it_acts_on(moments, lasts) -> None:
    requests = [SUBMIT._replace(at=moment) for moment in moments]
    acted = acting(Rule(error=Kind.INTERNAL, lasts=lasts), requests)
    assert acted == [number for number, moment in enumerate(moments, 1) if number == 1 or moment < moments[0] + lasts]


@given(st.lists(st.sampled_from([SUBMIT, POLL]), max_size=12), COUNTS)
def test_only_requests_that_fit_are_counted(requests, nth) -> None:
    polls = [number for number, occasion in enumerate(requests, 1) if occasion is POLL]
    assert acting(Rule(on="poll", error=Kind.INTERNAL, nth=nth), requests) == polls[nth - 1 : nth]


@given(st.integers(1, 4), st.lists(st.sampled_from(["header", "server"]), max_size=10))
def test_a_rule_counts_for_itself(times, chosen) -> None:
    deciding, rule = planner(), Rule(error=Kind.INTERNAL, times=times)
    for number, name in enumerate(chosen):
        planned = deciding.plan([script(rule, name=name)], SUBMIT)
        assert (planned.error is not None) is (chosen[:number].count(name) < times)


def test_a_rule_that_another_forestalls_has_not_acted() -> None:
    deciding, rules = planner(), script(Rule(error=Kind.TIMEOUT, first=2), Rule(error=Kind.INTERNAL, times=1))
    names = [deciding.plan([rules], SUBMIT).rules.get("error") for _ in range(4)]
    assert names == ["test#1", "test#1", "test#2", None]


def test_each_account_counts_for_itself() -> None:
    rule = Rule(error=Kind.INTERNAL, times=1)
    assert [acting(rule, [SUBMIT] * 2, Planner(source)) for source in (b"sk-a 0", b"sk-b 0")] == [[1], [1]]


def test_a_file_that_was_changed_counts_anew() -> None:
    deciding, once = planner(), Rule(error=Kind.INTERNAL, times=1)
    scripts = [script(once), script(once, description="edited"), script(once, description="edited")]
    assert [deciding.plan([each], SUBMIT).error for each in scripts] == [once, once, None]


def test_counting_begins_again_after_a_reset() -> None:
    deciding, once = planner(), Rule(error=Kind.INTERNAL, times=1)
    assert acting(once, [SUBMIT] * 2, deciding) == [1]
    deciding.reset()
    assert acting(once, [SUBMIT] * 2, deciding) == [1]


def test_counters_of_rarely_named_scenarios_are_forgotten_but_not_of_one_in_force() -> None:
    deciding, once = planner(), Rule(error=Kind.INTERNAL, times=1)
    server = script(once, name="server")
    plans = [deciding.plan([script(once, name=f"{number}"), server], POLL) for number in range(REMEMBERED + 1)]
    assert [planned.rules["error"] for planned in plans] == [f"{number}#1" for number in range(REMEMBERED + 1)]
    last = [deciding.plan([each], POLL).error for each in (server, server, script(once, name="0"))]
    assert last == [once, None, once]


# Shares

SHARES = st.floats(0, 1)


def lucky(share: float, interleaved: int = 0, source: bytes = b"sk-a 0") -> list[bool]:
    """Which of a hundred submissions meet a rule for a share of them, with so many polls between any two."""
    deciding, rules = Planner(source), script(Rule(on="submit", error=Kind.INTERNAL, share=share))
    polls = script(Rule(on="poll", error=Kind.INTERNAL, share=share), name="polls")
    drawn = []
    for _ in range(100):
        for _ in range(interleaved):
            deciding.plan([polls, rules], POLL)
        drawn.append(deciding.plan([polls, rules], SUBMIT).error is not None)
    return drawn


@given(SHARES, st.integers(1, 3))
def test_a_share_does_not_depend_on_what_other_rules_see_meanwhile(share, interleaved) -> None:
    assert lucky(share, interleaved) == lucky(share)


@given(SHARES, SHARES)
def test_a_smaller_share_is_a_part_of_a_larger_one(one, other) -> None:
    less, more = (lucky(share) for share in sorted([one, other]))
    assert all(had <= has for had, has in zip(less, more, strict=True))


def test_a_share_is_about_that_share() -> None:
    assert (sum(lucky(0.0)), sum(lucky(1.0))) == (0, 100)
    assert 15 < sum(lucky(0.3)) < 45


def test_another_key_or_seed_draws_another_share() -> None:
    assert len({tuple(lucky(0.5, source=source)) for source in (b"sk-a 0", b"sk-a 1", b"sk-b 0")}) == 3


# Aspects


def first(name: str, rules: list[Rule]) -> object:
    return next((getattr(rule, name) for rule in rules if getattr(rule, name) is not None), None)


@given(st.lists(st.lists(RULES, max_size=4), max_size=3), st.sampled_from([SUBMIT, POLL]))
def test_for_each_aspect_the_first_rule_that_matches_decides(files, occasion) -> None:
    scripts = [script(*rules, name=f"{number}") for number, rules in enumerate(files)]
    planned = planner().plan(scripts, occasion)
    meant = [rule for rules in files for rule in rules if rule.on in {"*", occasion.operation}]
    submits = occasion is SUBMIT
    assert planned.timing == (first("timing", meant) if submits else None)
    assert planned.outcome == (first("outcome", meant) if submits else None)
    assert getattr(planned.error, "error", None) == first("error", meant)
    assert getattr(planned.fault, "snapshot", None) == first("snapshot", meant)


@given(st.lists(RULES, max_size=6), st.sampled_from([SUBMIT, POLL]))
def test_every_rule_has_either_decided_or_is_missed_or_was_forestalled(rules, occasion) -> None:
    planned = plan(*rules, occasion=occasion)
    named = {f"test#{number}" for number in range(1, len(rules) + 1)}
    missed = {miss.split(":")[0] for miss in planned.misses}
    assert missed | set(planned.rules.values()) <= named
    assert not missed & set(planned.rules.values())


def test_rules_decide_about_different_aspects_of_one_request() -> None:
    slow, bad = Rule(timing=Timing(queue=9.0)), Rule(outcome=Outcome(ends="failed"), document=Changes(extra=1))
    planned = plan(slow, bad, BUSY)
    assert planned == Plan(
        timing=slow.timing,
        outcome=bad.outcome,
        error=BUSY,
        fault=bad,
        rules={"timing": "test#1", "outcome": "test#2", "fault": "test#2", "error": "test#3"},
    )


@pytest.mark.parametrize(
    "rule",
    [
        Rule(status=402),
        Rule(error=Kind.RATE_LIMITED),
        Rule(snapshot=Earlier(state=State.QUEUED)),
        Rule(document=Changes(extra=1)),
    ],
)
def test_a_rule_that_refuses_or_lies_is_handed_over_whole(rule) -> None:
    assert rule in [plan(rule).error, plan(rule).fault]


def test_what_holds_for_a_whole_file_holds_unless_one_of_its_rules_says_otherwise() -> None:
    usual, own, server = (Timing(queue=float(number)) for number in range(3))
    files = [
        script(Rule(model="veo*", timing=own), name="header", timing=usual),
        script(Rule(timing=server), name="server"),
    ]
    decided = [planner().plan(files, SUBMIT._replace(model=model)) for model in ("veo3", "sora-2")]
    assert [(each.timing, each.rules["timing"]) for each in decided] == [(own, "header#1"), (usual, "header")]


def test_of_several_seeds_the_most_specific_counts_and_one_strict_scenario_is_enough() -> None:
    files = [script(name="a"), script(name="b", seed=7), script(name="c", seed=8, strict=True)]
    planned = planner().plan(files, SUBMIT)
    assert (planned.seed, planned.strict) == (7, True)


def test_without_scenarios_nothing_is_planned() -> None:
    assert planner().plan([], SUBMIT) == planner().plan([script()], SUBMIT) == UNPLANNED


# Near misses


@pytest.mark.parametrize(
    ("rule", "occasion", "says"),
    [
        (Rule(on="poll"), SUBMIT, "on is 'submit', wanted 'poll'"),
        (Rule(dialect="beluga"), SUBMIT, "dialect is 'sora', wanted 'beluga'"),
        (Rule(model="veo*"), SUBMIT, "model is 'sora-2', wanted 'veo*'"),
        (Rule(prompt="*cat*"), SUBMIT, "prompt is 'a red fox', wanted '*cat*'"),
        (Rule(image=True), SUBMIT, "image is False, wanted True"),
        (Rule(between=(60.0, 90.5)), SUBMIT._replace(at=12.5), "between is 12.5 s, wanted 60 to 90.5"),
        (Rule(age=(5.0, 9.0)), POLL._replace(age=4.0), "age is 4 s, wanted 5 to 9"),
        (Rule(age=(5.0, 9.0)), SUBMIT, "age is None, wanted 5 to 9"),
        (Rule(poll=3), POLL, "poll is 1, wanted 3"),
        (Rule(poll=(3, 5)), POLL, "poll is 1, wanted 3 to 5"),
    ],
)
def test_a_near_miss_names_the_condition_what_was_found_and_what_was_wanted(rule, occasion, says) -> None:
    assert unmet(rule, occasion) == says


def test_a_near_miss_tells_the_beginning_of_a_long_prompt() -> None:
    told = unmet(Rule(prompt="*cat*"), SUBMIT._replace(prompt="f" * 10_000))
    assert len(told) < 200


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (Rule(error=Kind.INTERNAL, nth=3), "request 2 that fits, wanted only number 3"),
        (Rule(error=Kind.INTERNAL, first=1), "request 2 that fits, wanted the first 1"),
        (Rule(error=Kind.INTERNAL, every=3), "request 2 that fits, wanted multiples of 3"),
        (Rule(error=Kind.INTERNAL, times=1), "acted 1 times already"),
        (Rule(error=Kind.INTERNAL, lasts=5.0), "lasted 5 s, until 15 s"),
        (Rule(error=Kind.INTERNAL, share=0.0), "drew 0.79, wanted below 0"),
        (Rule(on="poll", error=Kind.INTERNAL), "on is 'submit', wanted 'poll'"),
    ],
)
def test_the_second_request_is_told_why_a_rule_let_it_pass(rule, says) -> None:
    deciding = planner()
    deciding.plan([script(rule)], SUBMIT._replace(at=10.0))
    assert deciding.plan([script(rule)], SUBMIT._replace(at=15.0)).misses == (f"test#1: {says}",)


@pytest.mark.parametrize("rule", [Rule(timing=Timing()), Rule(outcome=Outcome())])
def test_a_rule_that_is_for_submissions_orders_nothing_for_a_poll(rule) -> None:
    assert plan(rule, occasion=POLL).misses == ("test#1: orders nothing for this operation",)
    assert plan(rule).misses == ()


def test_a_rule_that_was_forestalled_is_no_near_miss() -> None:
    assert plan(BUSY, Rule(error=Kind.INTERNAL)).misses == ()
