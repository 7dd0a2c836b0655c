"""Credits are conserved to the unit, whatever becomes of the jobs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import Refund
from mockvideo.core.ledger import Ledger
from mockvideo.core.money import RICH, Tariff

prices = st.decimals(0, 50, places=6)
fates = st.sampled_from(["succeed", "fail", "unfinished"])
tariffs = st.builds(Tariff, st.just("credits"), held=st.booleans(), opening=st.decimals(0, 200, places=6))
BOTH = pytest.mark.parametrize("held", [False, True])


def ledger(*, held: bool = False, opening: int = 10) -> Ledger:
    return Ledger(Tariff("credits", held=held, opening=Decimal(opening)))


def balanced(book: Ledger) -> bool:
    return book.tariff.opening + book.refunded == book.balance + book.held + book.charged


def settle(book: Ledger, price: Decimal, fate: str) -> None:
    if fate != "unfinished":
        getattr(book, fate)(price)


@given(tariffs, st.lists(st.tuples(prices, fates)))
def test_no_credit_appears_or_vanishes(tariff, jobs) -> None:
    book = Ledger(tariff)
    for price, fate in jobs:
        try:
            book.take(price)
        except ApiError:
            continue
        assert balanced(book)
        settle(book, price, fate)
        assert balanced(book)
        assert min(book.balance, book.held, book.charged, book.refunded) >= 0


@given(tariffs, st.lists(st.tuples(prices, fates)))
def test_in_the_end_only_jobs_that_succeeded_cost_something(tariff, jobs) -> None:
    book, cost = Ledger(tariff), Decimal(0)
    for price, fate in jobs:
        if price > book.balance or fate == "unfinished":
            continue
        book.take(price)
        settle(book, price, fate)
        cost += price if fate == "succeed" else 0
    assert (book.spent, book.balance, book.held) == (cost, tariff.opening - cost, 0)


@given(tariffs, prices)
def test_what_the_balance_does_not_cover_is_refused_and_changes_nothing(tariff, beyond) -> None:
    book = Ledger(tariff)
    price = book.balance + beyond + Decimal("0.000001")
    with pytest.raises(ApiError) as raised:
        book.take(price)
    assert raised.value.refusal.kind is Kind.INSUFFICIENT_CREDITS
    assert raised.value.refusal.facts == {"required": price, "available": tariff.opening}
    assert (book.balance, book.held, book.charged) == (tariff.opening, 0, 0)


@BOTH
def test_the_last_credit_can_be_spent(held) -> None:
    book = ledger(held=held)
    book.take(Decimal(10))
    assert book.balance == 0


@BOTH
def test_cover_takes_nothing(held) -> None:
    book = ledger(held=held)
    book.cover(Decimal(10))
    assert book.balance == 10


def test_a_held_price_is_charged_on_success() -> None:
    book = ledger(held=True)
    book.take(Decimal(4))
    assert (book.held, book.charged, book.spent) == (4, 0, 0)
    book.succeed(Decimal(4))
    assert (book.held, book.charged, book.spent) == (0, 4, 4)


def test_a_held_price_is_released_on_failure_without_a_refund() -> None:
    book = ledger(held=True)
    book.take(Decimal(4))
    book.fail(Decimal(4))
    assert (book.balance, book.held, book.charged, book.refunded) == (10, 0, 0, 0)


def test_a_price_charged_at_submit_is_refunded_on_failure() -> None:
    book = ledger()
    book.take(Decimal(4))
    assert (book.charged, book.spent) == (4, 4)
    book.fail(Decimal(4))
    assert (book.balance, book.charged, book.refunded, book.spent) == (10, 4, 4, 0)


def test_a_rich_account_counts_the_smallest_coin() -> None:
    book = Ledger(Tariff("USD"))
    book.take(Decimal("0.000001"))
    assert book.balance == RICH - Decimal("0.000001") != RICH


# Refunds that a scenario orders


@given(tariffs, st.lists(st.tuples(prices, st.sampled_from(Refund))))
def test_no_credit_appears_or_vanishes_unseen_however_wrong_a_refund_is(tariff, failures) -> None:
    book = Ledger(tariff)
    for price, refund in failures:
        if price <= book.balance:
            book.take(price)
            book.fail(price, refund)
        assert balanced(book)
        assert min(book.balance, book.held, book.charged, book.refunded) >= 0


@BOTH
@pytest.mark.parametrize(
    ("refund", "balance", "spent"), [(Refund.FULL, 10, 0), (Refund.NONE, 6, 4), (Refund.TWICE, 14, -4)]
)
def test_a_failed_job_gives_back_what_the_scenario_says(held, refund, balance, spent) -> None:
    book = ledger(held=held)
    book.take(Decimal(4))
    book.fail(Decimal(4), refund)
    assert (book.balance, book.held, book.spent) == (balance, 0, spent)


@given(tariffs, prices)
def test_an_opening_balance_can_be_set(tariff, opening) -> None:
    assert Ledger(tariff, opening).balance == opening
    assert Ledger(tariff).balance == tariff.opening
