"""The webhooks that an account owes, in the hand of a test; and what is said of those that did not arrive."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any

import pytest

from mockvideo.testing.asserting.undelivered import MOST, Owed, Wanted, missing
from mockvideo.testing.control import ControlError
from mockvideo.testing.handle import MockVideo
from mockvideo.testing.outbox import listed
from mockvideo.testing.server import Server
from tests.testing.acting import said
from tests.testing.calling import SIGNING, UNSIGNED, ask_for_webhooks
from tests.testing.holding import send, submit


def test_a_webhook_has_its_attempts_with_what_was_sent_and_what_came_back(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(503, times=1, body=b"busy")
    receiver.answers(200, body=b"\xff")
    job = ask_for_webhooks(held, UNSIGNED, receiver.url)
    held.clock.advance(600)
    (webhook,) = held.webhooks
    first, second = webhook.attempts
    assert (webhook.dialect, webhook.job, webhook.event, webhook.url) == (UNSIGNED, job, "completed", receiver.url)
    assert (webhook.state, webhook.reason, webhook.next_try, webhook.rule) == ("delivered", "", None, None)
    assert [attempt.at - webhook.at for attempt in webhook.attempts] == pytest.approx([1, 6])
    assert [(each.status, each.reason, each.reply) for each in (first, second)] == [
        (503, "answered 503", b"busy"),
        (200, "", b"\xff"),
    ]
    assert (first.body, second.document) == (receiver.received[0].body, receiver.received[1].document)
    assert first.headers["Content-Type"] == "application/json"


def test_a_webhook_that_is_still_to_come_says_when(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(500)
    ask_for_webhooks(held, UNSIGNED, receiver.url)
    receiver.wait()
    (webhook,) = held.webhooks
    assert (webhook.state, webhook.reason) == ("pending", "answered 500")
    assert webhook.next_try == pytest.approx(webhook.at + 6)


def test_what_nothing_was_sent_of_has_no_document(held: MockVideo) -> None:
    held.on("webhook").fault(webhook={"drop": True})
    ask_for_webhooks(held, UNSIGNED, held.receiver().url)
    assert held.wait_for_webhook().attempts == ()


def test_a_webhook_is_sent_once_more(held: MockVideo) -> None:
    receiver = held.receiver()
    ask_for_webhooks(held, SIGNING, receiver.url)
    webhook = held.wait_for_webhook("completed")
    again = held.redeliver(webhook)
    assert (again.id, again.state, len(again.attempts)) == (webhook.id, "delivered", 2)
    assert held.redeliver(webhook.id).attempts[2].document == receiver.received[-1].document


def test_a_webhook_that_nobody_knows_is_not_sent(held: MockVideo) -> None:
    with pytest.raises(ControlError, match="There is no such webhook"):
        held.redeliver("webhook-7")


def test_a_webhook_is_waited_for_without_sleeping(held: MockVideo) -> None:
    first, second = (ask_for_webhooks(held, SIGNING, held.receiver().url) for _ in range(2))
    assert held.wait_for_webhook("completed", second).job == second
    assert held.wait_for_webhook(job=held.jobs[-1]).job in {first, second}


def test_a_webhook_that_is_given_up_is_waited_for_too(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(410)
    ask_for_webhooks(held, UNSIGNED, receiver.url)
    webhook = held.wait_for_webhook()
    assert (webhook.state, webhook.reason, len(webhook.attempts)) == ("failed", "answered 410", 3)


def test_whoever_waits_in_vain_is_told_why(held: MockVideo) -> None:
    ask_for_webhooks(held, SIGNING, held.receiver().url)
    with pytest.raises(TimeoutError, match=r"expected a webhook 'failed' to be tried within 0\.1 s, but only progress"):
        held.wait_for_webhook("failed", timeout=0.1)


def test_what_cannot_be_waited_for_is_said(held: MockVideo) -> None:
    with pytest.raises(ControlError, match="timeout: Input should be less than or equal to 60"):
        held.wait_for_webhook(timeout=61)


def test_more_webhooks_than_fit_on_a_page_are_all_listed(server: Server) -> None:
    with server.account() as held:
        held.on("webhook").fault(webhook={"drop": True})
        for _ in range(3):
            ask_for_webhooks(held, SIGNING, "http://localhost/")
        held.clock.advance("1h")
        assert [each["id"] for each in listed(held.control, page=4)] == [f"webhook-{n}" for n in range(1, 19)]


# What is claimed


def test_a_webhook_that_was_delivered_needs_no_words(held: MockVideo) -> None:
    job = ask_for_webhooks(held, SIGNING, held.receiver().url)
    held.wait_for_webhook("completed")
    held.assert_webhook_delivered()
    held.assert_webhook_delivered(event="completed", job=job)
    held.assert_webhook_delivered(job=held.jobs[0])


def claimed(held: MockVideo, **wanted: Any) -> str:
    """What the claim says when it fails, with short ids and names for what differs from run to run."""
    message = said(held.assert_webhook_delivered, **wanted)
    for number, job in enumerate(reversed(held.jobs), 1):
        message = message.replace(job.id, f"JOB-{number}")
    return re.sub(r"\d+\.\d s ", "9.9 s ", message)


def test_no_request_at_all(held: MockVideo) -> None:
    assert claimed(held).startswith("expected a webhook to be delivered, but no job was made\n\nNo request came with")


def test_a_submission_that_was_refused(held: MockVideo) -> None:
    held.on("submit").status(503)
    send(held)
    assert "but no job was made" in claimed(held)


def test_a_job_that_nobody_submitted(held: MockVideo) -> None:
    submit(held)
    assert claimed(held, job="task_x").startswith(
        "expected a webhook about job task_x to be delivered, but there is no such job\n"
    )


def test_a_submission_without_a_url(held: MockVideo) -> None:
    submit(held)
    assert claimed(held, event="completed") == cleandoc(
        """
        expected a webhook 'completed' to be delivered, but exchange 1 asked for none

          > 1  9.9 s  sora  submit  200  queued     sora-2  JOB-1

        Send callback_url with the submission: the URL of the receiver, as receiver().url.
        """
    )


def test_a_dialect_without_webhooks(held: MockVideo) -> None:
    order = {"model": "kling-v3", "prompt": "A kite"}
    held.client("beluga").post("/v1/videos/generations", json=order)
    assert "but beluga calls nobody\n" in claimed(held)
    assert "Webhooks are known to apiframe, sora. Poll the job." in claimed(held)


def test_a_job_to_which_nothing_has_happened(held: MockVideo) -> None:
    ask_for_webhooks(held, UNSIGNED, held.receiver().url)
    message = claimed(held)
    assert "but nothing is due yet\n" in message
    assert "Nothing has happened to job JOB-1 yet that it is to be told of.\nwait_for_webhook() goes" in message


def test_a_webhook_that_is_due_later(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(500)
    ask_for_webhooks(held, UNSIGNED, receiver.url)
    receiver.wait()
    assert claimed(held, event="completed") == cleandoc(
        """
        expected a webhook 'completed' to be delivered, but it is still to come; so far answered 500

          > webhook-1  9.9 s  sora  completed  JOB-1  pending  answered 500  1 attempt

        The next attempt at webhook-1 is due 6 s after what it tells, in account time. wait_for_webhook()
        goes on to that if the clock moves by itself; else advance it.
        """
    )


def test_a_receiver_that_never_took_it(held: MockVideo) -> None:
    receiver = held.receiver()
    receiver.answers(500)
    ask_for_webhooks(held, UNSIGNED, receiver.url)
    held.clock.advance("1h")
    assert claimed(held) == cleandoc(
        """
        expected a webhook to be delivered, but 3 attempts failed

          > webhook-1  9.9 s  sora  completed  JOB-1  failed  answered 500  3 attempts

        Let the receiver answer with a 2xx status in time; redeliver('webhook-1') tries it again.
        """
    )


def test_a_url_that_may_not_be_called(held: MockVideo) -> None:
    ask_for_webhooks(held, UNSIGNED, "http://93.184.215.14/hook")
    held.clock.advance("1h")
    message = claimed(held)
    assert "but its URL is not called\n" in message
    assert "--webhook-allow 93.184.215.14:80" in message.rpartition("\n\n")[2].replace("\n", " ")


def test_a_webhook_that_a_rule_dropped(held: MockVideo) -> None:
    held.on("webhook").fault(webhook={"drop": True})
    ask_for_webhooks(held, UNSIGNED, held.receiver().url)
    held.clock.advance("1h")
    assert claimed(held) == cleandoc(
        """
        expected a webhook to be delivered, but it was dropped

          > webhook-1  9.9 s  sora  completed  JOB-1  dropped  a scenario wants it so

        The rule (rule 1)#1 ordered what goes wrong. Let the code under test poll as well, or take the rule
        out of the test.
        """
    )


@pytest.mark.parametrize(
    ("event", "came", "cure"),
    [
        ("failed", "only progress, completed came", "Ask for the event where the job is submitted"),
        ("compleeted", "there is no such event; progress, completed came", "There are completed, failed, progress."),
    ],
)
def test_other_events_than_the_one(held: MockVideo, event: str, came: str, cure: str) -> None:
    ask_for_webhooks(held, SIGNING, held.receiver().url)
    held.wait_for_webhook("completed")
    message = claimed(held, event=event, job=held.jobs[0])
    assert (f"but {came}\n" in message, cure in message, message.count("> webhook")) == (True, True, 6)


def test_the_same_event_of_another_job(held: MockVideo) -> None:
    ask_for_webhooks(held, UNSIGNED, held.receiver().url)
    held.wait_for_webhook()
    message = claimed(held, event="completed", job="task_x")
    assert "but it came about JOB-1\n" in message
    assert "Give the test the id that the submission answered." in message


# What no server can be brought to tell at the right moment


def line(**changes: Any) -> dict[str, Any]:
    usual = {"id": "webhook-1", "dialect": "sora", "job": "task_1", "event": "completed", "at": 5.0, "rule": None}
    return {**usual, "state": "pending", "reason": "", "next_try": 6.0, "attempts": (), **changes}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"next_try": None}, "it is under way\n"),
        ({"state": "delivered"}, "webhook-1 came when the time was over\n"),
        ({"state": "dropped", "reason": "the outbox is full"}, "the outbox is full"),
        ({"state": "failed", "rule": "x#1", "attempts": (1,)}, "1 attempt failed\n"),
    ],
)
def test_every_end_of_a_webhook_has_its_words(changes: dict[str, Any], told: str) -> None:
    message = missing(Wanted(), Owed([line(**changes)], 0.0), [])
    assert told in message + "\n"


def test_a_dialect_that_is_not_installed_here_is_no_hindrance() -> None:
    message = missing(Wanted(event="done"), Owed([line(dialect="sixth")], 0.0), [])
    assert "there is no such event; completed came" in message


def test_only_the_last_webhooks_are_shown_and_nothing_of_them_steers_a_terminal() -> None:
    webhooks = [line(id=f"webhook-{number}", reason="\x1b[1mno") for number in range(MOST + 5)]
    message = missing(Wanted(), Owed(webhooks, 0.0), [])
    assert (message.count("webhook-"), "\x1b" in message) == (MOST + 1, False)
