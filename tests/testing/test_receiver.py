"""A receiver of webhooks: what it understands, how it answers, and what it says when it waits in vain."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.jobs import State
from mockvideo.dialect import spelled
from mockvideo.testing.exchanges import dialects
from mockvideo.testing.handle import MockVideo
from mockvideo.testing.receiving.listener import Call
from mockvideo.testing.receiving.received import understood
from mockvideo.testing.receiving.receiver import Receiver
from mockvideo.testing.server import Server
from mockvideo.webhook import Signer
from tests.owing import CALLING, webhooks_of
from tests.testing.calling import SIGNING, UNSIGNED, ask_for_webhooks

KEY = "afk_0000"
every_calling_dialect = pytest.mark.parametrize("dialect", CALLING.values(), ids=CALLING)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(key=KEY) as receiver:
        yield receiver


def post(receiver: Receiver, document: Any = None, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(receiver.url, content=json.dumps(document), headers=named).status_code


# What it understands


@every_calling_dialect
def test_every_call_of_a_whole_job_is_understood_and_verified(server: Server, dialect) -> None:
    with server.account() as held:
        receiver = held.receiver()
        job = ask_for_webhooks(held, dialect.name, receiver.url)
        receiver.wait(event="completed")
        received = receiver.received
    assert {(call.dialect, call.job, call.method, call.path) for call in received} == {
        (dialect.name, job, "POST", "/webhooks")
    }
    events = [call.event.name for call in webhooks_of(dialect).calls if State.FAILED not in call.event.states]
    assert list(dict.fromkeys(call.event for call in received)) == events
    signed = webhooks_of(dialect).signature is not None
    assert {(call.signed, call.verified) for call in received} == {(signed, "raw" if signed else None)}
    assert all(json.loads(call.body) == call.document for call in received)


def test_both_readings_of_the_secret_are_told_apart(server: Server) -> None:
    with server.account(webhook_secret="hex") as held:
        ask_for_webhooks(held, SIGNING, held.receiver().url)
        with held.receiver() as other, Receiver(key="another") as stranger:
            ask_for_webhooks(held, SIGNING, other.url)
            ask_for_webhooks(held, SIGNING, stranger.url)
            other.wait(event="completed")
            assert {call.verified for call in other.received} == {"hex"}
            assert {(call.signed, call.verified) for call in stranger.received} == {(True, None)}


@given(st.binary(), st.sampled_from(["raw", "hex"]), st.sampled_from([KEY, "b"]))
def test_a_signature_fits_the_key_and_the_bytes_that_it_was_made_with(body: bytes, form: Any, key: str) -> None:
    headers = webhooks_of(dialects()[SIGNING]).sign(body, Signer(key, form))
    named = tuple((name.lower(), value) for name, value in headers)
    told = [understood(Call("POST", "/", named, sent), dialects().values(), KEY, 0.0) for sent in (body, body + b" ")]
    assert [call.verified for call in told] == [form if key == KEY else None, None]
    assert all(call.signed for call in told)


@given(st.binary() | st.sampled_from([b"[" * 100_000, b'{"status": []}', b'{"status": "completed", "id": 7}']))
def test_whatever_comes_is_received(body: bytes) -> None:
    call = understood(Call("PUT", "/x", (), body), dialects().values(), None, 1.5)
    assert (call.at, call.body, call.job, call.signed, call.verified) == (1.5, body, None, False, None)


def test_an_event_is_known_by_the_header_that_names_it_else_by_the_status(receiver: Receiver) -> None:
    words = spelled(dialects()[SIGNING].states)
    post(receiver, {"status": words[State.FAILED], "jobId": "a"}, X_Webhook_Event="completed")
    post(receiver, {"status": words[State.RUNNING], "jobId": "b"}, X_Webhook_Event="unheard of")
    post(receiver, {"status": words[State.QUEUED]})
    post(receiver, {"status": "completed", "id": "c"})
    assert [(call.dialect, call.event, call.job) for call in receiver.received] == [
        (SIGNING, "completed", "a"),
        (SIGNING, "progress", "b"),
        (None, None, None),
        (UNSIGNED, "completed", "c"),
    ]


def test_a_receiver_of_one_dialect_knows_no_other() -> None:
    with Receiver(dialect=SIGNING) as receiver:
        post(receiver, {"status": "completed", "id": "c"})
    assert receiver.received[0].event is None


def test_a_dialect_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no dialect 'soar'; there are a4f, "):
        Receiver(dialect="soar")


# How it answers


def test_answers_come_in_turn_and_then_as_usual(receiver: Receiver) -> None:
    receiver.answers(202)
    receiver.answers(503, times=2)
    receiver.answers(429, times=1)
    assert [post(receiver) for _ in range(5)] == [503, 503, 429, 202, 202]


def test_an_answer_may_be_late_and_have_a_body(receiver: Receiver) -> None:
    receiver.answers(200, delay=0.05, body=b"thanks")
    began = time.monotonic()
    assert httpx.post(receiver.url).content == b"thanks"
    assert time.monotonic() - began >= 0.05


def test_nobody_connects_until_answers_are_given_again(receiver: Receiver) -> None:
    receiver.refuse()
    with pytest.raises(httpx.ConnectError):
        post(receiver)
    receiver.answers(204)
    assert post(receiver) == 204
    assert len(receiver.received) == 1


def test_whoever_wants_hears_each_call_at_once() -> None:
    heard: list[Any] = []
    with Receiver(heard=heard.append) as receiver:
        post(receiver)
    assert heard == receiver.received


def test_what_was_received_stays_when_it_is_closed() -> None:
    threads = threading.active_count()
    with Receiver() as receiver:
        post(receiver)
    assert (len(receiver.received), threading.active_count()) == (1, threads)
    assert repr(receiver) == f"<Receiver at {receiver.url}, called 1 times>"


def test_it_starts_in_no_time() -> None:
    Receiver().close()
    began = time.perf_counter()
    for _ in range(20):
        Receiver().close()
    assert time.perf_counter() - began < 1


# Waiting


def test_calls_that_came_already_are_not_waited_for(receiver: Receiver) -> None:
    post(receiver)
    assert len(receiver.wait()) == 1


def test_what_another_thread_sends_is_waited_for(receiver: Receiver) -> None:
    timer = threading.Timer(0.02, post, (receiver, {"status": "completed", "id": "x"}))
    timer.start()
    (call,) = receiver.wait(event="completed")
    timer.join()
    assert call.job == "x"


def test_a_receiver_alone_says_what_came_instead(receiver: Receiver) -> None:
    post(receiver, {"status": "completed", "id": "task_1"})
    with pytest.raises(TimeoutError) as caught:
        receiver.wait(2, timeout=0.01)
    at = f"{receiver.received[0].at:,.3f}"
    assert str(caught.value) == cleandoc(
        f"""
        expected 2 calls within 0.01 s, but 1 came

            {at} s  POST /webhooks  {UNSIGNED}  completed  task_1

        Whoever is to call has to have the URL {receiver.url}.
        """
    )


def test_a_clock_that_moves_by_itself_goes_on_to_each_attempt_and_no_further(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(503, times=2)
    ask_for_webhooks(held, UNSIGNED, receiver.url)
    end = held.jobs[0].ends_at
    assert end is not None
    gone = [(len(receiver.wait(count)), round(held.clock.now - end, 6)) for count in (1, 2, 3)]
    assert gone == [(1, 1.0), (2, 6.0), (3, 31.0)]


def test_a_receiver_that_refuses_is_tried_again(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.refuse()
    ask_for_webhooks(held, UNSIGNED, receiver.url)
    held.clock.advance(60)
    (webhook,) = held.webhooks
    assert (webhook.state, [attempt.reason for attempt in webhook.attempts]) == ("failed", ["refused"] * 3)


def test_where_nothing_will_come_it_waits_in_real_time(held: MockVideo) -> None:
    receiver, before = held.receiver(), held.clock.now
    with pytest.raises(TimeoutError) as caught:
        receiver.wait(event="failed", timeout=0.05)
    assert held.clock.now == before
    assert str(caught.value) == cleandoc(
        """
        expected 1 call of 'failed' within 0.05 s, but none came

        Nothing else has happened of which a job has asked to be told.
        """
    )


def test_a_job_that_never_ends_is_not_waited_for_in_a_hurry(held: MockVideo) -> None:
    held.on("submit").never(at=0)
    ask_for_webhooks(held, UNSIGNED, held.receiver().url)
    with pytest.raises(TimeoutError, match="but none came"):
        held.receiver().wait(timeout=0.05)


def test_a_clock_that_stands_still_is_said(server: Server) -> None:
    with server.account(clock="manual") as held:
        receiver = held.receiver()
        ask_for_webhooks(held, UNSIGNED, receiver.url)
        with pytest.raises(TimeoutError, match="The account's clock stands still: advance it, or let it be auto"):
            receiver.wait(timeout=0.05)


def test_on_a_wall_clock_calls_come_in_their_time(server: Server) -> None:
    with server.account(clock="wall", speed=1_000) as held:
        receiver = held.receiver()
        ask_for_webhooks(held, UNSIGNED, receiver.url)
        assert receiver.wait(event="completed")


def test_what_came_instead_is_said_with_what_is_owed(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(500)
    job = ask_for_webhooks(held, UNSIGNED, receiver.url)
    with pytest.raises(TimeoutError) as caught:
        receiver.wait(event="failed", timeout=0.5)
    message = str(caught.value)
    assert f"POST /webhooks  {UNSIGNED}  completed  {job}" in message
    assert "> webhook-1" in message
    assert f"{UNSIGNED}  completed  {job}  failed  answered 500  3 attempts" in message
    assert "redeliver('webhook-1') tries it again." in message


# With a handle


def test_a_receiver_is_closed_with_its_handle(server: Server) -> None:
    with server.account() as held:
        receiver = held.receiver()
        assert post(receiver) == 200
    with pytest.raises(httpx.ConnectError):
        post(receiver)
