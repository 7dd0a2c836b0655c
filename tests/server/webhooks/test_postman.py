from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import ExitStack, contextmanager
from weakref import ref

import pytest

from mockvideo.core.account import Account
from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.control import reset_jobs, switch_clock
from mockvideo.core.deliveries import Delivery
from mockvideo.core.events import Event, Webhook
from mockvideo.core.jobs import State
from mockvideo.core.timing import Timing
from mockvideo.server.webhooks.egress import Policy
from mockvideo.server.webhooks.letters import Letter
from mockvideo.server.webhooks.postman import Postman
from mockvideo.server.webhooks.rounds import Manners, receiver
from tests.core.accounting import REQUEST, TERMS, account_of, submit
from tests.server.webhooks.receivers import (
    BROKEN,
    TRUSTING,
    Receiver,
    closed_port,
    patience,
    receiving,
    resetting,
    silent,
)

PATIENCE = 10.0
STARTED = Event("started", steps=(1,))
ENDED = Event("ended", states={State.SUCCEEDED}, waits=(1.0, 5.0, 25.0))
ALL = (STARTED, ENDED)
FAILURE = b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"


def write(account: Account, delivery: Delivery) -> Letter:
    told = f"{delivery.job_id} {delivery.event} {delivery.snapshot.percent}"
    return Letter(delivery.url, [("X-Event", delivery.event)], told.encode(), PATIENCE)


@contextmanager
def postman(write=write, **manners) -> Iterator[Postman]:
    found = Postman(write, manners=Manners(**{"tls": TRUSTING, **manners}))
    try:
        yield found
    finally:
        found.close()


def order(account: Account, url: str, *events: Event, body: bytes = b"body") -> str:
    return submit(account, body, request=REQUEST._replace(webhook=Webhook(url, events or (ENDED,)), price=0))


def advance(by: Postman, account: Account, seconds: float) -> None:
    account.clock.advance(seconds)
    by.deliver_due(account).result(PATIENCE)


def bodies(found: Receiver) -> list[str]:
    return [request.rpartition(b"\r\n\r\n")[2].decode() for request in found.requests]


def tried(account: Account) -> list[tuple[str, float, str]]:
    """Which attempts there were, and when, in seconds of the account's time."""
    return [
        (delivery.event, round(attempt.at - VIRTUAL_START, 6), attempt.reason)
        for delivery in account.outbox
        for attempt in delivery.attempts
    ]


def test_a_job_is_told_when_its_time_has_come() -> None:
    account = account_of()
    with receiving() as found, postman() as by:
        by.follow(account)
        job = order(account, found.url)
        advance(by, account, 10.999)
        assert found.requests == []
        advance(by, account, 0.001)
        assert bodies(found) == [f"{job} ended 100"]
        (delivery,) = account.outbox
        assert (delivery.state, delivery.attempts[0].reply) == ("delivered", b"ok")
        assert delivery.attempts[0].headers == (("X-Event", "ended"),)


def test_a_jump_of_the_clock_tells_all_of_a_job_in_order() -> None:
    account = account_of()
    with receiving() as found, postman() as by:
        jobs = [order(account, found.url, *ALL, body=bytes([number]) * 16) for number in range(20)]
        advance(by, account, 1000)
        told = [body.split() for body in bodies(found)]
        assert len(told) == 40
        assert all([event for name, event, _ in told if name == job] == ["started", "ended"] for job in jobs)


def test_retries_are_at_their_exact_moments_however_far_the_clock_jumps() -> None:
    account = account_of()
    with receiving(FAILURE) as found, postman() as by:
        order(account, found.url, *ALL)
        advance(by, account, 1000)
        ended = [("ended", at, "answered 503") for at in (11.0, 16.0, 41.0)]
        assert tried(account) == [("started", 1.0, "answered 503"), *ended]
        assert [delivery.state for delivery in account.outbox] == ["failed", "failed"]


def test_another_attempt_that_is_due_earlier_comes_before_the_next_delivery() -> None:
    account = account_of()
    early = Event("early", steps=(1,), waits=(0.0, 2.0, 30.0))
    with receiving(FAILURE) as found, postman() as by:
        order(account, found.url, early, Event("late", states={State.SUCCEEDED}))
        advance(by, account, 1000)
        assert [body.split()[1] for body in bodies(found)] == ["early", "early", "late", "early"]


def test_a_retry_waits_for_its_moment() -> None:
    account = account_of()
    with receiving(FAILURE) as found, postman() as by:
        order(account, found.url)
        advance(by, account, 15.5)
        assert [at for _, at, _ in tried(account)] == [11.0]
        advance(by, account, 0.5)
        assert [at for _, at, _ in tried(account)] == [11.0, 16.0]


def test_on_a_wall_clock_a_job_is_told_without_anybody_asking() -> None:
    outcomes: list[Delivery] = []
    arrived = threading.Event()

    def observe(_account: Account, delivery: Delivery) -> None:
        outcomes.append(delivery)
        arrived.set()

    account = account_of(clock="wall", timing=Timing(queue=(0.02, 0.02), render=(0.02, 0.02)))
    with receiving() as found:
        by = Postman(write, observer=observe)
        by.follow(account)
        began = account.clock.now()
        order(account, found.url, Event("ended", states={State.SUCCEEDED}, waits=(0.02,)))
        assert arrived.wait(PATIENCE)
        by.close()
        assert [delivery.state for delivery in outcomes] == ["delivered"]
        assert outcomes[0].attempts[0].at >= began + 0.06


def test_a_clock_that_becomes_a_wall_goes_on() -> None:
    account = account_of()
    with receiving() as found, postman() as by:
        by.follow(account)
        order(account, found.url)
        switch_clock(account, "wall", 1000.0)
        assert found.asked.wait(PATIENCE)


def test_a_target_that_is_refused_is_not_tried_again() -> None:
    account = account_of()
    with receiving() as found, postman(policy=Policy(own_ports={0}, mode="allowlist")) as by:
        order(account, found.url)
        advance(by, account, 1000)
        (delivery,) = account.outbox
        assert (delivery.state, delivery.attempts, found.accepted) == ("refused", (), 0)
        assert delivery.reason.endswith(f"Add it with --webhook-allow 127.0.0.1:{found.port}.")


def test_what_cannot_be_written_has_failed() -> None:
    def broken(account: Account, delivery: Delivery) -> Letter:
        raise KeyError("word")

    account = account_of()
    with postman(broken) as by:
        order(account, "http://127.0.0.1:9/", STARTED)
        advance(by, account, 1000)
        assert tried(account) == [("started", 1.0, "cannot be sent: KeyError('word')")]


def test_a_dead_receiver_holds_up_nobody_else() -> None:
    account, another = account_of(), account_of("sk-b")
    with receiving(silent) as dead, receiving() as found, postman(total=8) as by:
        order(account, dead.url, STARTED)
        for number in range(30):
            order(another, found.url, STARTED, body=bytes([number]) * 16)
        account.clock.advance(10)
        due = by.deliver_due(account)
        advance(by, another, 10)
        assert (len(found.requests), due.done()) == (30, False)


def test_every_broken_receiver_is_recorded_while_polls_go_on() -> None:
    account = account_of()
    polled = submit(account)
    with ExitStack() as stack:
        urls = {stack.enter_context(receiving(behave)).url: name for name, (behave, _, _) in BROKEN.items()}
        by = stack.enter_context(postman(lambda _, owed: Letter(owed.url, [], b"{}", patience(urls[owed.url]))))
        for number, url in enumerate(urls):
            order(account, url, STARTED, body=bytes([number]) * 16)
        account.clock.advance(5)
        due = by.deliver_due(account)
        while wait([due], 0.01).not_done:
            account.arrive()
            assert account.poll(TERMS, polled).state is State.RUNNING
        reasons = {urls[delivery.url]: delivery.reason for delivery in account.outbox}
    assert {name: reasons[name][: len(reason)] for name, (_, _, reason) in BROKEN.items()} == {
        name: reason for name, (_, _, reason) in BROKEN.items()
    }


def test_each_of_several_accounts_is_owed_its_own() -> None:
    accounts = [account_of(f"sk-{number}") for number in range(20)]
    with receiving() as found, postman() as by:
        for account in accounts:
            order(account, found.url)
            account.clock.advance(20)
        wait([by.deliver_due(account) for account in accounts], PATIENCE)
        assert len(found.requests) == 20


def test_a_redelivery_comes_at_once() -> None:
    account = account_of()
    with receiving() as found, postman() as by:
        order(account, found.url)
        advance(by, account, 20)
        account.outbox.redeliver("webhook-1", account.clock.now())
        by.deliver_due(account).result(PATIENCE)
        assert len(found.requests) == 2


def test_what_an_account_forgets_meanwhile_is_forgotten() -> None:
    account = account_of()
    with receiving(silent) as found, postman() as by:
        order(account, found.url)
        account.clock.advance(20)
        due = by.deliver_due(account)
        assert found.asked.wait(PATIENCE)
        reset_jobs(account)
        due.result(PATIENCE)
        assert list(account.outbox) == []


def test_nothing_runs_before_an_account_is_followed_and_nothing_after_the_end() -> None:
    before = threading.active_count()
    with receiving(resetting()) as found:
        listening = threading.active_count()
        by = Postman(write)
        assert threading.active_count() == listening
        account = account_of()
        order(account, found.url)
        advance(by, account, 20)
        by.close()
        by.close()
    assert threading.active_count() == before


def test_an_end_does_not_wait_for_a_dead_receiver() -> None:
    account = account_of()
    with receiving(silent) as found:
        by = Postman(lambda *given: Letter(found.url, [], b"", PATIENCE))
        order(account, found.url)
        account.clock.advance(20)
        due = by.deliver_due(account)
        order(account, found.url, body=b"waits for a timer")
        assert found.asked.wait(PATIENCE)
        by.close()
        assert due.result(0) is None


def test_a_timer_that_is_set_does_not_outlive_the_postman() -> None:
    account = account_of(clock="wall")
    with postman() as by:
        by.follow(account)
        order(account, "http://127.0.0.1:9/")
        by.deliver_due(account).result(PATIENCE)
    assert list(account.outbox) == []


def test_a_postman_that_has_closed_delivers_nothing() -> None:
    account = account_of()
    with receiving() as found:
        threads = threading.active_count()
        by = Postman(write)
        by.close()
        order(account, found.url)
        advance(by, account, 20)
        account.clock.advance(20)
        assert (found.accepted, threading.active_count()) == (0, threads)


def test_who_waits_may_give_up() -> None:
    account = account_of()
    with receiving() as found, postman() as by:
        order(account, found.url)
        account.clock.advance(20)
        by.deliver_due(account).cancel()
        by.deliver_due(account).result(PATIENCE)
        assert len(found.requests) == 1


def test_an_account_that_is_dropped_is_not_kept() -> None:
    account = account_of()
    dropped = ref(account)
    with closed_port() as port, postman() as by:
        order(account, f"http://127.0.0.1:{port}/")
        advance(by, account, 100)
        account.close()
        by.deliver_due(account_of("sk-b")).result(PATIENCE)
        del account
        gc.collect()
        assert dropped() is None


def test_news_of_an_account_that_is_gone_are_nothing() -> None:
    account = account_of()
    outbox = account.outbox
    with postman() as by:
        by.deliver_due(account).result(PATIENCE)
        account.close()
        by.deliver_due(account_of("sk-b")).result(PATIENCE)
        del account
        gc.collect()
        outbox.wake()
        by.deliver_due(account_of("sk-c")).result(PATIENCE)


@pytest.mark.parametrize(
    ("url", "whom"),
    [("http://A:80/b/c", "http://a:80"), ("https://a?b", "https://a?b"), ("nonsense", "nonsense"), ("", "")],
)
def test_a_receiver_is_known_by_the_beginning_of_its_url(url, whom) -> None:
    assert receiver(url) == whom
