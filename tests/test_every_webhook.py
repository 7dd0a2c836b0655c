"""Whatever goes wrong with webhooks: ordered by a rule, and found in what arrives, in every dialect that has some."""

from __future__ import annotations

import pytest

from mockvideo.core.jobs import State
from mockvideo.script.library import Library
from tests.core.accounting import account_of
from tests.owing import CALLING, ORDERS, Order, account_under, received, submit, webhooks_of

every_calling_dialect = pytest.mark.parametrize("dialect", CALLING.values(), ids=CALLING)
EACH = [
    pytest.param(order, dialect, id=f"{order.row}-{order.words}-{name}")
    for order in ORDERS
    for name, dialect in CALLING.items()
    if order.where(dialect)
]


@pytest.mark.parametrize(("order", "dialect"), EACH)
def test_what_was_ordered_is_what_arrives_and_the_next_job_is_clean(order: Order, dialect) -> None:
    truth, account = account_under(), account_under(order.rule + ', between = ["0s", "1m"]')
    for each in (truth, account):
        submit(each, dialect)
    told, heard = received(truth, dialect), received(account, dialect)
    assert order.hears(heard, told, account, dialect), heard
    assert all(delivery.planned for delivery in account.outbox)
    later = [(submit(each, dialect), received(each, dialect))[1] for each in (truth, account)]
    assert [call.letter for call in later[1]] == [call.letter for call in later[0]]
    assert not any(call.delivery.planned for call in later[1])


@every_calling_dialect
def test_a_job_that_was_cancelled_is_told_as_a_success_where_an_event_tells_of_it(dialect) -> None:
    account = account_under(
        'on = "submit", outcome = {ends = "cancelled", refund = "none"}',
        'on = "webhook", webhook = {status = "conflicting"}',
    )
    submit(account, dialect)
    calls = received(account, dialect)
    told = [call for call in webhooks_of(dialect).calls if State.CANCELLED in call.event.states]
    assert [call.delivery.snapshot.state for call in calls if call.delivery.final] == [State.SUCCEEDED] * len(told)
    (job,) = account.store
    assert account.ledger(dialect.terms).spent == job.request.price


STORIES = sorted(name for name in Library() if name.startswith("webhook"))


@pytest.mark.parametrize("name", STORIES)
@every_calling_dialect
def test_every_scenario_about_webhooks_that_ships_is_one_of_these_orders(dialect, name) -> None:
    account = account_of(scenario=Library()[name])
    submit(account, dialect)
    received(account, dialect)
    mishaps = {delivery.mishap for delivery in account.outbox}
    (rule,) = (rule for rule in Library()[name].rules if rule.on == "webhook")
    assert mishaps == {rule.webhook}
