"""What an allowance means in each dialect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockvideo.core.allotment import Allotment
from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.scenario import Allowance
from mockvideo.core.terms import Figures, Terms
from tests.core.accounting import TERMS

OTHER = replace(TERMS, dialect="beluga")
DOCUMENTED = replace(TERMS, figures=Figures(slots=3, requests_per_minute=2, requests_per_day=4))
PLANNED = replace(DOCUMENTED, plans={"basic": Figures(slots=1, requests_per_minute=1)})


def admitted(allotment: Allotment, terms: Terms, requests: int) -> int:
    """How many of so many requests at one moment are admitted."""
    count = 0
    for _ in range(requests):
        try:
            allotment.admit(terms, VIRTUAL_START)
        except ApiError:
            continue
        count += 1
    return count


@pytest.mark.parametrize(
    ("allowance", "terms", "count"),
    [
        (Allowance(), DOCUMENTED, 9),
        (Allowance(requests_per_minute=5), DOCUMENTED, 5),
        (Allowance(requests_per_day=6), DOCUMENTED, 6),
        (Allowance(requests_per_minute="documented"), DOCUMENTED, 2),
        (Allowance(requests_per_day="documented"), DOCUMENTED, 4),
        (Allowance(requests_per_minute="documented"), TERMS, 9),
    ],
)
def test_so_many_requests_are_admitted_as_the_account_or_the_dialect_says(allowance, terms, count) -> None:
    assert admitted(Allotment(allowance), terms, 9) == count


def test_each_dialect_counts_for_itself() -> None:
    allotment = Allotment(Allowance(requests_per_minute=2))
    assert [admitted(allotment, terms, 3) for terms in (TERMS, OTHER)] == [2, 2]


@pytest.mark.parametrize(
    ("allowance", "limited"),
    [
        (Allowance(), False),
        (Allowance(slots=1), False),
        (Allowance(requests_per_minute=1), True),
        (Allowance(requests_per_day="documented"), True),
    ],
)
def test_requests_are_counted_only_where_something_limits_them(allowance, limited) -> None:
    assert Allotment(allowance).limited is limited


def test_a_quota_is_known_once_something_was_counted() -> None:
    allotment = Allotment(Allowance(requests_per_minute=2))
    assert allotment.quota(TERMS, VIRTUAL_START) is None
    allotment.admit(TERMS, VIRTUAL_START)
    quota = allotment.quota(TERMS, VIRTUAL_START)
    assert (quota.limit, quota.remaining, quota.reset) == (2, 1, 30)


def test_a_refusal_says_which_limit_and_when_to_come_back() -> None:
    allotment = Allotment(Allowance(requests_per_minute=2))
    admitted(allotment, TERMS, 2)
    with pytest.raises(ApiError) as refused:
        allotment.admit(TERMS, VIRTUAL_START)
    assert (refused.value.refusal.kind, refused.value.refusal.retry_after) == (Kind.RATE_LIMITED, 30)
    assert refused.value.refusal.facts["limit"] == 2


@pytest.mark.parametrize(
    ("slots", "terms", "meant"),
    [(None, DOCUMENTED, None), (2, DOCUMENTED, 2), ("documented", DOCUMENTED, 3), ("documented", TERMS, None)],
)
def test_slots_are_the_accounts_or_the_dialects_or_none(slots, terms, meant) -> None:
    assert Allotment(Allowance(slots=slots)).slots(terms) == meant


@pytest.mark.parametrize(("plan", "documented"), [("basic", PLANNED.plans["basic"]), ("pro", PLANNED.figures)])
def test_what_is_documented_of_a_plan_holds_for_accounts_that_have_it(plan, documented) -> None:
    allowance = Allowance(slots="documented", requests_per_minute="documented", requests_per_day="documented")
    assert Allotment(replace(allowance, plan=plan)).figures(PLANNED) == documented


def test_the_figures_in_force_are_those_that_somebody_asked_for() -> None:
    allotment = Allotment(Allowance(requests_per_day=6, plan="basic"))
    assert allotment.figures(PLANNED) == Figures(requests_per_day=6)
