"""Rules as values, and the small readers behind them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.provider.exchange import Call, Exchange, Purpose, Record
from mockvideo.conformance.provider.profile import PLAIN
from mockvideo.conformance.provider.report import Report, described
from mockvideo.conformance.provider.rule import Outcome, Rule, Sight, Situation, judged
from mockvideo.conformance.provider.rules import RULES
from mockvideo.conformance.provider.rules.exchanges import items, next_page
from mockvideo.conformance.provider.rules.lifecycle import moment
from mockvideo.core.errors import Kind, Refusal
from mockvideo.provenance import SEED, guess
from tests.conformance.provider.examining import DIALECTS, TODAY

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.binary(max_size=60) | ANYTHING.map(lambda value: json.dumps(value).encode())


def test_no_two_rules_have_the_same_name() -> None:
    names = [rule.id for rule in RULES]
    assert len(set(names)) == len(names)


def test_every_rule_is_a_sentence_with_a_cure() -> None:
    assert [rule.id for rule in RULES if not (rule.sentence.endswith(".") and rule.cure.endswith("."))] == []


@given(
    name=st.sampled_from(sorted(DIALECTS)),
    answers=st.lists(st.tuples(st.sampled_from(Purpose), st.integers(0, 599), BODIES, st.booleans()), max_size=6),
)
def test_whatever_a_server_answers_every_rule_has_an_outcome(name, answers) -> None:
    dialect = DIALECTS[name]
    routes = dialect.routes
    exchanges = tuple(
        Exchange(
            number,
            Call(
                purpose=purpose,
                method="GET",
                path="/",
                route=routes[number % len(routes)],
                document=dict(dialect.example) if told else None,
                headers={"range": "bytes=0-1"},
                expects=Refusal(Kind.INVALID_REQUEST, field="model") if told else None,
                concerns="a b",
                story=number % 2 if told else None,
            ),
            "http://127.0.0.1/",
            status,
            (("content-type", "video/mp4"), ("retry-after", "soon")),
            body,
        )
        for number, (purpose, status, body, told) in enumerate(answers)
    )
    situation = Situation(dialect, PLAIN, metered=True, makes_accounts=True)
    results = tuple(judged(rule, Record(dialect, exchanges), situation, TODAY) for rule in RULES)
    assert {result.outcome for result in results} <= {Outcome.KEPT, Outcome.BROKEN, Outcome.NOT_EXERCISED}
    report = Report(name, "http://127.0.0.1", results, Record(dialect, exchanges), 0, 0)
    assert all(described(drift.difference).isprintable() for drift in report.drift)


def ruled(*sights: Sight) -> Rule:
    return Rule(id="toy", sentence="It holds.", judge=lambda _: sights, cure="Do it.")


EXCHANGE = Exchange(1, Call(purpose=Purpose.POLL, method="GET", path="/x"), "http://127.0.0.1/x", 200)
SITUATION = Situation(DIALECTS["sora"], PLAIN, metered=False, makes_accounts=False)
NOTHING = Record(DIALECTS["sora"], ())


def test_a_rule_that_nothing_shows_is_not_kept() -> None:
    result = judged(ruled(), NOTHING, SITUATION, TODAY)
    assert (result.outcome, result.why) == (Outcome.NOT_EXERCISED, "nothing came that would show it")


def test_a_difference_to_a_guess_is_no_fault() -> None:
    sight = Sight(EXCHANGE, "differs", "/x", guess("we do not know"))
    result = judged(ruled(sight), NOTHING, SITUATION, TODAY)
    assert (result.outcome, len(result.differences), result.faults) == (Outcome.KEPT, 1, ())


def test_a_difference_without_a_source_of_its_own_has_the_dialects_document() -> None:
    result = judged(ruled(Sight(EXCHANGE, "differs")), NOTHING, SITUATION, TODAY)
    assert (result.outcome, result.faults[0].source) == (Outcome.BROKEN, SEED)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (5, 5.0),
        ("1970-01-01T00:00:05.000Z", 5.0),
        ("soon", None),
        (None, None),
        (True, None),
        (10**400, None),
        ("0001-01-01", None),
    ],
)
def test_times_are_read_in_either_notation(value, seconds) -> None:
    assert moment(value) == seconds


@pytest.mark.parametrize(
    ("document", "following"),
    [({"nextCursor": "a"}, "a"), ({"next_cursor": "b"}, "b"), ({"nextCursor": None}, None), ([], None)],
)
def test_the_next_page_is_found(document, following) -> None:
    assert next_page(document) == following


@pytest.mark.parametrize("document", [None, [], {"total": 1}, {"jobs": ["a", 1]}])
def test_what_is_no_list_of_jobs_has_none(document) -> None:
    assert items(document) == []
