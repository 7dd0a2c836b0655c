"""Words for exchanges that no dialect has of its own."""

from __future__ import annotations

import pytest

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.journal import Entry
from mockvideo.dialects import load
from mockvideo.wording import count, explain, plan, unplanned

DIALECTS = load()
SUBMIT = Entry(1, 0.0, "apiframe", "submit", "POST", "/v2/videos/generate", 500)


def test_a_document_as_a_whole_needs_no_name() -> None:
    refusal = Refusal(Kind.INVALID_REQUEST, ': Unrecognized key: "duration"', field="")

    assert explain(SUBMIT, refusal, DIALECTS["apiframe"]) == ('Unrecognized key: "duration"', "")


@pytest.mark.parametrize(
    ("fields", "ours"),
    [
        ({"refusal": Refusal(Kind.INTERNAL)}, True),
        ({"refusal": Refusal(Kind.INTERNAL), "rule": "outage#1"}, False),
        ({"refusal": Refusal(Kind.INTERNAL), "status": 400}, False),
        ({"refusal": Refusal(Kind.RATE_LIMITED)}, False),
        ({}, False),
    ],
)
def test_an_error_that_no_rule_ordered_is_ours(fields, ours) -> None:
    assert unplanned(SUBMIT._replace(**fields)) is ours


def test_an_answer_that_no_rule_ordered_is_not_planned() -> None:
    assert plan(SUBMIT) == ""


def test_what_is_counted_has_a_plural() -> None:
    assert [count(number, "poll") for number in (0, 1, 2_000)] == ["0 polls", "1 poll", "2,000 polls"]
