"""One API key's everything, driven without a server."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mockvideo.core.account import Account
from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.jobs import FINAL, Job, Reason, State
from mockvideo.core.journal import Budget, Budgets
from mockvideo.core.money import Tariff
from mockvideo.core.rng import REMEMBERED
from mockvideo.core.scenario import Allowance
from mockvideo.core.settings import Caps, Settings
from mockvideo.core.terms import Page, Terms
from mockvideo.core.timing import AT_ONCE, Timing
from tests.core.accounting import FAILING, FREE, REQUEST, TERMS, account_of, ending, submit

ORDER = {State.QUEUED: 0, State.RUNNING: 1, State.SUCCEEDED: 2, State.FAILED: 2, State.CANCELLED: 2}
OTHER = replace(TERMS, dialect="beluga", tariff=Tariff("USD"))
BODIES = st.integers(0, 3).map(lambda number: bytes([number]) * 16)
FILE = File("a.png", "image/png", 5, "00" * 32, b"12345")


class Life(RuleBasedStateMachine):
    """Jobs of one account, submitted, looked at, settled, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, State] = {}
        self.prices: dict[str, Decimal] = {}

    @initialize(held=st.booleans())
    def open(self, *, held: bool) -> None:
        self.account = account_of(timing=Timing(queue=(0.0, 5.0), render=(0.0, 20.0)))
        self.terms = replace(TERMS, tariff=Tariff("USD", held=held, opening=Decimal(1000)))

    @rule(body=BODIES, price=st.decimals(0, 9, places=2), failure=st.none() | st.sampled_from(Reason))
    def submit(self, body: bytes, price: Decimal, failure: Reason | None) -> None:
        request = REQUEST._replace(price=price)
        snapshot = self.account.submit(self.terms, request, body, ending(failure))
        assert snapshot.job.id not in self.told
        self.told[snapshot.job.id], self.prices[snapshot.job.id] = snapshot.state, price

    @rule(step=st.floats(0, 30))
    def wait(self, step: float) -> None:
        self.account.clock.advance(step)
        self.account.arrive()

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def poll(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.told)))
        state, before = self.account.poll(self.terms, job_id).state, self.told[job_id]
        assert state is before or (before not in FINAL and ORDER[state] > ORDER[before])
        self.told[job_id] = state

    @precondition(lambda self: self.told)
    @rule(data=st.data(), state=st.sampled_from(sorted(FINAL)))
    def settle(self, data: st.DataObject, state: State) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.told)))
        if self.account.view(self.terms, job_id).state in FINAL:
            with pytest.raises(ValueError, match="has ended already"):
                self.account.settle("sora", job_id, state)
        else:
            self.told[job_id] = self.account.settle("sora", job_id, state).state
            assert self.told[job_id] is state

    @invariant()
    def nothing_is_lost(self) -> None:
        standing, ledger = self.account.standing(self.terms), self.account.ledger(self.terms)
        states = {job_id: self.account.view(self.terms, job_id).state for job_id in self.told}
        owed = sum((self.prices[job_id] for job_id, state in states.items() if state is State.SUCCEEDED), Decimal(0))
        open_jobs = [job_id for job_id, state in states.items() if state not in FINAL]
        reserved = sum((self.prices[job_id] for job_id in open_jobs), Decimal(0))
        assert standing.balance == 1000 - owed - reserved
        assert ledger.held + ledger.spent == owed + reserved
        assert self.account.store.unfinished == len(open_jobs)
        assert self.account.idle() == (not open_jobs)


TestLife = Life.TestCase


# Chance


@given(
    st.lists(st.tuples(st.sampled_from([TERMS, OTHER]), BODIES), max_size=6).flatmap(
        lambda wishes: st.tuples(st.just(wishes), st.permutations(wishes))
    )
)
def test_the_same_wishes_in_any_order_make_the_same_jobs(orders) -> None:
    first, second = (jobs_of(wishes) for wishes in orders)
    assert first == second


def jobs_of(wishes: list[tuple[Terms, bytes]]) -> list[Job]:
    account = account_of(timing=Timing())
    return sorted(account.submit(terms, FREE, body).job for terms, body in wishes)


def test_another_key_or_seed_makes_other_jobs() -> None:
    ids = {submit(account_of(key, seed=seed)) for key in ("sk-a", "sk-b") for seed in (0, 1)}
    assert len(ids) == 4


def test_an_id_that_is_taken_is_passed_over() -> None:
    terms = replace(TERMS, mint=lambda chance: chance.text(1, "ab"))
    account = account_of()
    ids = {account.submit(terms, REQUEST, b"body").job.id for _ in range(2)}
    assert ids == {"a", "b"}


def test_only_so_many_bodies_are_remembered() -> None:
    account = account_of()
    first = submit(account, b"first", request=FREE)
    for number in range(REMEMBERED):
        submit(account, number.to_bytes(16, "big"), request=FREE)
    assert len(account.chances._seen) == REMEMBERED
    assert submit(account, b"first", request=FREE) != first


# Money and caps


def test_a_failed_job_is_refunded_though_nobody_is_there() -> None:
    account = account_of()
    submit(account, plan=FAILING)
    account.clock.advance(60)
    assert account.standing(TERMS).balance == 9


def test_a_flaw_fails_a_job_whatever_else_is_planned() -> None:
    account = account_of(timing=AT_ONCE)
    request = REQUEST._replace(flaw=Reason.UNSUPPORTED_INPUT)
    job_id = submit(account, plan=FAILING, request=request)
    assert account.poll(TERMS, job_id).job.reason is Reason.UNSUPPORTED_INPUT


def test_what_the_balance_does_not_cover_is_refused_and_leaves_no_job() -> None:
    account = account_of()
    for number in range(3):
        submit(account, bytes([number]))
    with pytest.raises(ApiError) as refused:
        submit(account)
    assert refused.value.refusal.kind is Kind.INSUFFICIENT_CREDITS
    assert len(account.store) == 3


def test_a_full_queue_is_refused_until_a_job_ends() -> None:
    account = account_of(caps=Caps(unfinished_jobs=1))
    submit(account)
    with pytest.raises(ApiError) as refused:
        submit(account)
    account.clock.advance(10)
    assert refused.value.refusal.kind is Kind.UNAVAILABLE
    assert submit(account)


def test_the_oldest_finished_job_is_forgotten_first() -> None:
    account = account_of(caps=Caps(finished_jobs=1), timing=AT_ONCE)
    first, second = submit(account, b"1"), submit(account, b"2")
    account.arrive()
    with pytest.raises(ApiError) as unknown:
        account.poll(TERMS, first)
    assert unknown.value.refusal.kind is Kind.JOB_NOT_FOUND
    assert account.poll(TERMS, second).state is State.SUCCEEDED


def test_an_account_that_is_closed_gives_its_room_back() -> None:
    uploads = Budget(1000)
    account = Account("sk-a", Settings(clock="manual"), Budgets(Budget(1000), uploads))
    account.keep(TERMS, FILE)
    account.close()
    assert uploads.used == 0


# What an account is told of itself


def pages(account: Account, page: Page) -> list[str]:
    """Every id of a list that is read page by page."""
    found, more = account.page(TERMS, page)
    ids = [snapshot.job.id for snapshot in found]
    return ids + pages(account, replace(page, after=ids[-1])) if more else ids


@given(st.integers(1, 4), st.lists(st.floats(0, 2), max_size=6))
def test_pages_hold_every_job_once_the_last_first(limit, waits) -> None:
    account, ids = account_of(), []
    for wait in waits:
        account.clock.advance(wait)
        ids.append(submit(account, request=FREE))
    moments = {job_id: account.find("sora", job_id).submitted_at for job_id in ids}
    assert pages(account, Page(limit=limit)) == sorted(ids, key=lambda job_id: (moments[job_id], job_id), reverse=True)


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (Page(limit=9), 2),
        (Page(limit=9, model="a"), 2),
        (Page(limit=9, model="b"), 0),
        (Page(limit=9, job="nobody"), 0),
        (Page(limit=9, state=State.QUEUED), 1),
        (Page(limit=9, state=State.CANCELLED), 1),
    ],
)
def test_a_page_holds_what_it_asks_for(page, count) -> None:
    account = account_of()
    submit(account)
    account.settle("sora", submit(account), State.CANCELLED)
    assert len(account.page(TERMS, page)[0]) == count


def test_a_cursor_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ApiError) as refused:
        account_of().page(TERMS, Page(limit=1, after="nobody"))
    assert (refused.value.refusal.kind, refused.value.refusal.field) == (Kind.INVALID_REQUEST, "cursor")


def test_an_account_stands_alone_in_each_dialect() -> None:
    account = account_of(allowance=Allowance(plan="ultra"))
    submit(account)
    account.clock.advance(60)
    standing, elsewhere = account.standing(TERMS), account.standing(OTHER)
    assert (standing.balance, standing.spent, standing.plan) == (6, 3, "ultra")
    assert (standing.now - standing.began, standing.key, standing.tag) == (60, "sk-a", account.tag)
    assert elsewhere.spent == 0


def test_an_upload_is_kept_as_long_as_the_dialect_promises() -> None:
    account = account_of()
    upload = account.keep(TERMS, FILE)
    end = VIRTUAL_START + TERMS.upload_life
    assert account.uploads.get(upload.id, end - 1) == upload
    assert account.uploads.get(upload.id, end) is None


def test_a_clip_is_guarded_by_what_only_its_account_knows() -> None:
    jobs = [account_of(key).submit(TERMS, REQUEST, b"body").job for key in ("sk-a", "sk-b")]
    signatures = {account_of(key).signature(job) for key in ("sk-a", "sk-b") for job in jobs}
    assert len(signatures) == 4
    assert account_of().signature(jobs[0]) in signatures


def test_a_job_is_settled_only_in_a_final_state() -> None:
    account = account_of()
    job_id = submit(account)
    with pytest.raises(ValueError, match="settle a job as cancelled, failed, succeeded, not as running"):
        account.settle(TERMS.dialect, job_id, State.RUNNING)
