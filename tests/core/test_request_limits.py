"""A limiter admits what it says, refuses the rest, and tells the truth about when to come back."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.limits import TICKS, Limiter, Quota

TICK = 1 / TICKS
DAY = 86_400.0
GAPS = st.lists(st.sampled_from([0.0, 0.0, TICK, 1.0, DAY]) | st.floats(0, 40), max_size=40)
SIZES = st.integers(1, 12) | st.integers(1, 100_000)
EITHER = st.tuples(SIZES, st.none()) | st.tuples(st.none(), SIZES) | st.tuples(SIZES, SIZES)
NEW_YEAR = st.just(VIRTUAL_START)


def refusal_of(limiter: Limiter, now: float) -> Refusal | None:
    """What is said to a request at that moment; None: it is admitted."""
    try:
        limiter.take(now)
    except ApiError as error:
        return error.refusal
    return None


@st.composite
def worn(draw, sizes=EITHER, start=NEW_YEAR) -> tuple[Limiter, float]:
    """A limiter that has seen some requests, and the moment of the last."""
    limiter, now = Limiter(*draw(sizes)), draw(start)
    for gap in draw(GAPS):
        now += gap
        refusal_of(limiter, now)
    return limiter, now


@st.composite
def spent(draw, **given_) -> tuple[Limiter, float, float]:
    """A limiter that refuses, the moment, and how long it asks to wait."""
    few = st.integers(1, 12)
    sizes = st.tuples(few, st.none()) | st.tuples(st.none(), few) | st.tuples(few, few)
    limiter, now = draw(worn(sizes=sizes, **given_))
    refused = [refusal for _ in range(20) if (refusal := refusal_of(limiter, now)) is not None]
    return limiter, now, refused[0].retry_after


@given(SIZES, GAPS)
def test_no_window_admits_more_than_the_bucket_holds_and_what_flows_back(per_minute, gaps) -> None:
    limiter = Limiter(per_minute, None)
    moments = accumulate(gaps, initial=VIRTUAL_START)
    admitted = [moment for moment in moments if refusal_of(limiter, moment) is None]
    for (first, begin), (last, end) in combinations(enumerate(admitted), 2):
        window = Fraction(end) - Fraction(begin) + Fraction(1, TICKS)
        assert last - first + 1 <= per_minute + Fraction(per_minute, 60) * window


@given(SIZES, GAPS)
def test_no_day_admits_more_than_its_count(per_day, gaps) -> None:
    limiter = Limiter(None, per_day)
    days = [moment // DAY for moment in accumulate(gaps, initial=VIRTUAL_START) if refusal_of(limiter, moment) is None]
    assert all(days.count(day) <= per_day for day in days)


@given(spent(start=st.floats(0, 2**32)))
def test_who_waits_as_long_as_was_said_is_admitted(spent) -> None:
    limiter, now, wait = spent
    assert refusal_of(limiter, now + wait) is None


@given(st.integers(1, 5_000), st.floats(0, 1_000))
def test_who_always_waits_as_told_is_always_admitted_then(per_minute, gap) -> None:
    limiter, now = Limiter(per_minute, None), VIRTUAL_START + gap
    for _ in range(per_minute):
        limiter.take(now)
    for _ in range(50):
        now += refusal_of(limiter, now).retry_after
        assert refusal_of(limiter, now) is None


@given(spent())
def test_who_comes_a_microsecond_sooner_is_refused(spent) -> None:
    limiter, now, wait = spent
    assert refusal_of(limiter, now + wait - TICK).retry_after == TICK


@given(spent(), st.lists(st.floats(0, 1), max_size=5))
def test_a_refused_request_takes_nothing(spent, shares) -> None:
    limiter, now, wait = spent
    for share in sorted(shares):
        refusal_of(limiter, now + share * (wait - TICK))
    assert refusal_of(limiter, now + wait) is None


@given(worn())
def test_so_many_are_admitted_at_once_as_are_left(worn) -> None:
    limiter, now = worn
    for remaining in range(min(20, limiter.quota(now).remaining), 0, -1):
        assert limiter.quota(now).remaining >= remaining
        limiter.take(now)
    assert limiter.quota(now).remaining or refusal_of(limiter, now) is not None


@given(worn(sizes=st.tuples(SIZES, st.none()) | st.tuples(st.none(), SIZES)))
def test_all_requests_are_there_again_when_the_quota_says(worn) -> None:
    limiter, now = worn
    quota = limiter.quota(now)
    assert 0 <= now + quota.reset - quota.resets_at < TICK
    assert limiter.quota(quota.resets_at).remaining == quota.limit


@given(worn())
def test_to_ask_for_the_quota_takes_nothing(worn) -> None:
    limiter, now = worn
    assert limiter.quota(now) == limiter.quota(now)


def test_a_bucket_starts_full_and_refills_evenly() -> None:
    limiter = Limiter(4, None)
    assert [refusal_of(limiter, VIRTUAL_START) for _ in range(4)] == [None] * 4
    assert refusal_of(limiter, VIRTUAL_START).retry_after == 15.0
    assert refusal_of(limiter, VIRTUAL_START + 10.0).retry_after == 5.0
    assert refusal_of(limiter, VIRTUAL_START + 15.0) is None
    assert refusal_of(limiter, VIRTUAL_START + 15.0).retry_after == 15.0


def test_a_bucket_never_holds_more_than_a_minute_of_requests() -> None:
    limiter = Limiter(2, None)
    assert [refusal_of(limiter, VIRTUAL_START + 600.0) for _ in range(2)] == [None, None]
    assert refusal_of(limiter, VIRTUAL_START + 600.0).retry_after == 30.0


def test_a_day_starts_anew_at_midnight_utc() -> None:
    limiter = Limiter(None, 2)
    late = VIRTUAL_START + DAY - 1.5
    assert [refusal_of(limiter, late) for _ in range(2)] == [None, None]
    assert refusal_of(limiter, late).retry_after == 1.5
    assert [refusal_of(limiter, late + 1.5) for _ in range(2)] == [None, None]
    assert refusal_of(limiter, late + 1.5).retry_after == DAY


@pytest.mark.parametrize(
    ("sizes", "kind", "wait"),
    [
        ((1, None), Kind.RATE_LIMITED, 60.0),
        ((None, 1), Kind.QUOTA_EXCEEDED, DAY),
        ((1, 1), Kind.QUOTA_EXCEEDED, DAY),
        ((1, 2), Kind.RATE_LIMITED, 60.0),
    ],
)
def test_the_limit_that_lasts_longest_refuses_in_the_dialects_own_words(sizes, kind, wait) -> None:
    limiter = Limiter(*sizes)
    limiter.take(VIRTUAL_START)
    assert refusal_of(limiter, VIRTUAL_START) == Refusal(kind, retry_after=wait, facts={"limit": 1, "available": 0})


def test_an_empty_bucket_outlasts_a_day_that_is_about_to_end() -> None:
    limiter, late = Limiter(1, 1), VIRTUAL_START + DAY - 10.0
    limiter.take(late)
    refusal = refusal_of(limiter, late)
    assert (refusal.kind, refusal.retry_after) == (Kind.RATE_LIMITED, 60.0)


def test_the_quota_is_that_of_the_limit_that_leaves_least() -> None:
    limiter, midnight = Limiter(2, 3), VIRTUAL_START + DAY
    assert limiter.quota(VIRTUAL_START) == Quota(2, 2, 0.0, VIRTUAL_START)
    limiter.take(VIRTUAL_START)
    assert limiter.quota(VIRTUAL_START) == Quota(2, 1, 30.0, VIRTUAL_START + 30.0)
    limiter.take(VIRTUAL_START + 30.0)
    assert limiter.quota(VIRTUAL_START + 60.0) == Quota(3, 1, DAY - 60.0, midnight)


def test_of_two_limits_that_leave_as_little_the_quota_is_that_of_the_longer() -> None:
    limiter = Limiter(5, 5)
    assert limiter.quota(VIRTUAL_START) == Quota(5, 5, DAY, VIRTUAL_START + DAY)


def test_without_a_limit_all_are_admitted_and_no_quota_is_told() -> None:
    limiter = Limiter(None, None)
    assert [refusal_of(limiter, VIRTUAL_START) for _ in range(100)] == [None] * 100
    assert limiter.quota(VIRTUAL_START) is None
