"""What is done to an account from outside: scenarios and rules, clocks, and what is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core import control
from mockvideo.core.account import Account
from mockvideo.core.accounts import Accounts
from mockvideo.core.clock import LATEST, AutoClock, ManualClock, WallClock, switched
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.journal import Entry
from mockvideo.core.ledger import Ledger
from mockvideo.core.money import Tariff
from mockvideo.core.planning import Occasion, Plan
from mockvideo.core.scenario import Allowance, Outcome, Rule, Scenario
from mockvideo.core.settings import Settings
from mockvideo.core.timing import Polls, Timing
from tests.core.accounting import FIXED, REQUEST, TERMS, account_of, seconds, submit

MODES = st.sampled_from(["wall", "manual", "auto"])
SUBMIT = Occasion("sora", "submit")
CLOCKS = pytest.mark.parametrize("clock", [WallClock(), ManualClock(), AutoClock()], ids=lambda clock: clock.mode)


def saying(name: str, **fields: object) -> Scenario:
    """A scenario whose one rule refuses everything, and says who ordered it."""
    return Scenario(name=name, rules=(Rule(error=Kind.INTERNAL, message=name),), **fields)


def crediting(amount: int | None) -> Scenario:
    return Scenario(name="credits", account=Allowance(credits=None if amount is None else Decimal(amount)))


def said(account: Account) -> str | None:
    """Who would refuse a submission now."""
    account.arrive()
    plan = account.direct(TERMS, SUBMIT, [])
    return plan.error and plan.error.message


def balance(account: Account) -> Decimal:
    account.arrive()
    return account.ledger(TERMS).balance


# Scenarios


def test_a_scenario_is_in_force_until_it_ends_by_itself() -> None:
    account = account_of()
    control.choose(account, saying("chosen"), 60)
    account.clock.advance(59)
    assert said(account) == "chosen"
    account.clock.advance(1)
    account.arrive()
    assert (said(account), account.direction.active) == (None, False)


@given(st.lists(st.tuples(st.sampled_from(["account", "server"]), st.sampled_from([None, 10, 20, inf])), max_size=8))
def test_the_accounts_own_goes_first_and_each_ends_when_it_should(orders) -> None:
    account = account_of()
    ends = {"account": 0.0, "server": 0.0}
    for source, lasts in orders:
        control.choose(account, None if lasts is None else saying(source), lasts or inf, source=source)
        ends[source] = 0.0 if lasts is None else seconds(account) + lasts
        for _ in range(3):
            account.clock.advance(4)
            known = [source for source in ("account", "server") if ends[source] > seconds(account)]
            assert said(account) == next(iter(known), None)
            assert account.direction.active is bool(known)


def test_a_job_that_keeps_a_scenario_is_planned_for_when_nothing_else_is_in_force_any_more() -> None:
    account = account_of()
    submit(account, plan=Plan(scenarios=(saying("chosen"),)))
    control.choose(account, saying("account"), 5)
    account.clock.advance(5)
    account.arrive()
    assert account.direction.active


def test_scenarios_that_were_replaced_leave_no_marks_behind() -> None:
    account = account_of()
    for _ in range(100):
        control.choose(account, saying("chosen"), 60)
    assert len(account.agenda._ends) == 1


def test_an_end_that_comes_while_nobody_asks_is_found_afterwards() -> None:
    account = account_of()
    control.choose(account, crediting(0), 60)
    assert balance(account) == 0
    account.clock.advance(3600)
    assert balance(account) == 9


def test_a_scenario_whose_time_is_over_at_once_is_never_in_force() -> None:
    account = account_of()
    control.choose(account, saying("chosen"), 0)
    assert said(account) is None


def test_rules_that_are_added_go_before_the_scenario_each_for_its_time() -> None:
    account = account_of()
    control.choose(account, saying("chosen"))
    control.add_rule(account, saying("first"), 20)
    control.add_rule(account, saying("second"), 10)
    heard = []
    for _ in range(3):
        heard.append(said(account))
        account.clock.advance(10)
    assert heard == ["second", "first", "chosen"]


def test_the_seed_of_a_scenario_that_was_chosen_decides_which_requests_a_share_means() -> None:
    half = Scenario(name="half", rules=(Rule(error=Kind.INTERNAL, share=0.5),))
    drawn = set()
    for seed in range(3):
        account = account_of()
        control.choose(account, Scenario(name="half", seed=seed, rules=half.rules))
        drawn.add(tuple(account.direct(TERMS, SUBMIT, []).error is None for _ in range(30)))
    assert len(drawn) == 3


# Credits that are lent


@given(st.lists(st.one_of(st.none(), st.integers(0, 20)), max_size=8), st.integers(0, 3))
def test_what_was_lent_is_given_back_less_what_was_spent(lent, jobs) -> None:
    account = account_of()
    spent = 0
    for amount in lent:
        control.choose(account, crediting(amount))
        expected = 9 - spent if amount is None else amount
        assert balance(account) == expected
        for number in range(jobs):
            if balance(account) >= REQUEST.price:
                submit(account, f"{amount}{number}".encode())
                spent += 3
    control.choose(account, None)
    assert balance(account) == 9 - spent


@given(st.lists(st.one_of(st.none(), st.integers(0, 50)), max_size=6))
def test_the_books_balance_whatever_is_lent(lent) -> None:
    book = Ledger(Tariff("credits", held=True, opening=Decimal(100)))
    for balance in lent:
        book.lend(None if balance is None else Decimal(balance))
        if book.balance >= 7:
            book.take(Decimal(7))
        assert book.tariff.opening + book.lent + book.refunded == book.balance + book.held + book.charged


def test_the_credits_of_a_key_outrank_those_of_the_account_and_of_the_server() -> None:
    library = {"key": crediting(5)}
    account = Accounts(Settings(clock="manual", library=library, scenario=crediting(7))).get("sk--key")
    control.choose(account, crediting(1))
    assert balance(account) == 5


# Clocks


@given(st.lists(st.tuples(MODES, st.floats(0.001, 1000), st.floats(0, 1e6)), max_size=10))
def test_time_never_runs_backwards_whatever_is_done_to_the_clock(changes) -> None:
    account = account_of()
    moments = [account.clock.now()]
    for mode, speed, passed in changes:
        control.switch_clock(account, mode, speed)
        moments.append(account.clock.now())
        control.advance(account, passed)
        moments.append(account.clock.now())
        assert (account.clock.mode, account.moment <= account.clock.now()) == (mode, True)
    assert moments == sorted(moments)
    # A microsecond is the grain of seconds since the epoch.
    assert moments[-1] >= moments[0] + sum(passed for _, _, passed in changes) - 1e-5


@CLOCKS
def test_a_clock_that_takes_over_tells_the_same_watchers(clock) -> None:
    heard: list[str] = []
    end = clock.watch(lambda: heard.append("news"))
    fresh = switched(clock, "manual")
    fresh.wake()
    end()
    fresh.wake()
    assert heard == ["news"]


@CLOCKS
def test_no_clock_goes_on_from_an_earlier_moment_or_a_later_one_than_documents_can_tell(clock) -> None:
    before = clock.now()
    clock.move(before - 100)
    assert before <= clock.now() < before + 10
    clock.move(1e15)
    assert LATEST <= clock.now() < LATEST + 10


def test_a_wall_clock_goes_on_from_the_very_moment_that_it_is_moved_to() -> None:
    clock = WallClock(speed=0.001)
    moment = clock.now() + 1e9 / 3
    clock.move(moment)
    assert moment <= clock.now() < moment + 0.1


def test_an_auto_clock_does_not_move_by_itself_any_more_when_it_was_switched() -> None:
    account = account_of(clock="auto")
    account.ask_to_wait(60)
    control.switch_clock(account, "manual", 1.0)
    account.arrive()
    assert seconds(account) == 0


# Events


def test_the_next_event_is_the_next_change_of_any_job_or_the_end_of_a_scenario() -> None:
    account = account_of()
    submit(account, b"1")
    account.clock.advance(4)
    submit(account, b"2")
    control.choose(account, saying("chosen"), 2)
    found = []
    while (moment := control.next_event(account)) is not None:
        control.advance_to(account, moment)
        found.append(seconds(account))
    assert found == [5, 6, 10, 14]


@pytest.mark.parametrize(
    ("outcome", "events"),
    [
        (Outcome(forgotten_after=3, clips_expire_after=1), [1, 10, 11, 13]),
        (Outcome(ends="never", at=0, forgotten_after=3), [3]),
        (Outcome(ends="failed", at=0.5), [1, 5.5]),
    ],
)
def test_what_scenarios_date_is_an_event(outcome, events) -> None:
    account = account_of()
    submit(account, plan=Plan(outcome=outcome, timing=FIXED))
    found = []
    while (moment := control.next_event(account)) is not None:
        control.advance_to(account, moment)
        found.append(seconds(account))
    assert found == events


def test_what_waits_for_polls_is_no_event() -> None:
    account = account_of()
    submit(account, plan=Plan(timing=Timing(queue=2.0, render=Polls(polls=1))))
    assert control.next_event(account) == account.began + 2
    control.advance(account, 2)
    assert control.next_event(account) is None


# What is forgotten


def noted(account: Account) -> None:
    account.journal.note(Entry(account.journal.number(), 0.0, "sora", "poll", "GET", "/", 200), b"body")


@given(
    st.lists(st.sampled_from([noted, control.reset_journal, control.reset_jobs, control.reset_rules, control.reset]))
)
def test_numbers_of_the_journal_never_repeat(acts) -> None:
    account = account_of()
    seen: list[int] = []
    account.journal.watch(lambda entry: seen.append(entry.number))
    for act in acts:
        act(account)
    assert seen == list(range(1, acts.count(noted) + 1))


@pytest.mark.parametrize("held", [False, True])
def test_what_unfinished_jobs_hold_is_given_back_and_what_others_cost_is_not(held) -> None:
    account = account_of()
    terms = replace(TERMS, tariff=Tariff("USD", held=held, opening=Decimal(9)))
    account.submit(terms, REQUEST, b"done")
    account.clock.advance(10)
    account.submit(terms, REQUEST, b"open")
    control.reset_jobs(account)
    ledger = account.ledger(terms)
    assert (ledger.balance, ledger.held, ledger.spent, len(account.store)) == (6, 0, 3, 0)


def test_jobs_that_were_forgotten_end_no_more() -> None:
    account = account_of()
    control.choose(account, Scenario(name="slots", account=Allowance(slots=1)), 100)
    for body in (b"1", b"2", b"3"):
        submit(account, body)
    control.reset_jobs(account)
    account.clock.advance(200)
    assert account.idle()
    assert (account.store.unfinished, said(account)) == (0, None)


def test_the_end_of_a_scenario_is_not_forgotten_with_the_jobs() -> None:
    account = account_of()
    submit(account)
    control.choose(account, saying("chosen"), 5)
    control.reset_jobs(account)
    account.clock.advance(5)
    assert said(account) is None


def test_new_jobs_wait_for_slots_but_for_none_that_is_forgotten() -> None:
    account = account_of()
    control.choose(account, Scenario(name="slots", account=Allowance(slots=1)))
    submit(account, b"1")
    control.reset_jobs(account)
    job_id = submit(account, b"2")
    assert account.find("sora", job_id).timeline.end == account.began + 10


def test_uploads_are_forgotten_with_the_jobs() -> None:
    account = account_of()
    kept = account.keep(TERMS, File("a", "image/png", 8, "d1", b"12345678"))
    control.reset_jobs(account)
    assert account.uploads.get(kept.id, account.clock.now()) is None


def test_a_reset_of_all_makes_the_same_jobs_again() -> None:
    account = account_of()
    first = [submit(account), submit(account)]
    control.reset(account)
    assert [submit(account), submit(account)] == first


def test_a_reset_of_the_rules_ends_only_what_was_chosen_for_the_account() -> None:
    account = account_of(scenario=saying("server"))
    control.choose(account, saying("account"))
    control.add_rule(account, saying("rule"))
    control.reset_rules(account)
    assert said(account) == "server"


# All accounts


def test_a_scenario_of_all_accounts_is_in_force_for_those_to_come_too() -> None:
    accounts = Accounts(Settings(clock="manual", scenario=saying("begun")))
    there = accounts.get("there")
    accounts.direct(saying("put"), 60)
    assert [said(there), said(accounts.get("new"))] == ["put", "put"]
    accounts.direct(None)
    assert [said(each) for each in (there, accounts.get("new"), accounts.get("newer"))] == [None] * 3


def test_it_ends_in_each_account_by_its_own_time() -> None:
    accounts = Accounts(Settings(clock="manual"))
    there = accounts.get("there")
    accounts.direct(saying("put"), 60)
    accounts.anonymous.clock.advance(40)
    late = accounts.get("late")
    there.clock.advance(30)
    late.clock.advance(20)
    assert [said(there), said(late)] == ["put", None]
    accounts.anonymous.clock.advance(20)
    assert (accounts.order(), said(accounts.get("later"))) == (None, None)


def test_an_account_with_settings_of_its_own_has_it_too() -> None:
    accounts = Accounts(Settings(clock="manual"))
    accounts.direct(saying("put"))
    assert said(accounts.create("made", Settings(clock="auto"))) == "put"


def test_an_account_that_was_made_is_found_by_its_key_even_if_that_is_not_admitted() -> None:
    accounts = Accounts(Settings(keys=frozenset({"mine"})))
    made = accounts.create("made", accounts.settings)
    assert accounts.get("made") is made
    assert accounts.tagged(made.tag) is made


def test_an_account_is_deleted_once_and_not_another_of_its_key() -> None:
    accounts = Accounts(Settings(clock="manual"))
    first = accounts.get("key")
    submit(first)
    accounts.delete(first)
    second = accounts.get("key")
    accounts.delete(first)
    assert (list(accounts), first.store.unfinished, first.journal.closed) == ([second], 0, True)


def closed(act: Callable[[Account], object]) -> Account:
    account = account_of()
    account.close()
    act(account)
    return account


def test_an_account_that_is_gone_takes_no_room_any_more() -> None:
    assert closed(noted).journal.body(1) == b""
    with pytest.raises(ApiError):
        closed(lambda account: account.keep(TERMS, File("a", "image/png", 8, "d1", b"12345678")))


def test_watchers_of_a_journal_hear_of_every_entry_and_of_its_end() -> None:
    account = account_of()
    heard: list[object] = []
    end = account.journal.watch(heard.append)
    noted(account)
    account.close()
    end()
    noted(account)
    assert [each and each.number for each in heard] == [1, None]


def test_a_journal_that_is_cleared_is_empty_and_gives_its_room_back() -> None:
    account = account_of()
    for _ in range(3):
        noted(account)
    control.reset_journal(account)
    assert (len(account.journal), account.journal.count, account.journal.body(1)) == (0, 3, b"")
