"""Webhooks over HTTP: listed, shown, tried once more, waited for."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.faults import Mishap
from mockvideo.core.scenario import Rule
from mockvideo.server.app import App
from tests.server.calling_back import ELEVEN, MINE, advance, answering, attempts, client_of, film, post, webhooks
from tests.server.control.calling import BEARER, account, app_of, call, mine, owe, submit
from tests.server.driving import JSON, PATIENCE, Peer, scope_of, until
from tests.server.webhooks.receivers import OK, receiving, silent

ENDED = {"webhookEvents": ["completed"]}


@contextmanager
def filming(*behaviour: Any, **settings: Any) -> Iterator[tuple[Any, httpx.Client, App]]:
    """A receiver, a client of a server, and its application."""
    app = app_of(**{"timing": ELEVEN, **settings})
    with receiving(*behaviour) as found, client_of(app) as client:
        yield found, client, app


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    told = answer.json()["error"]
    return answer.status_code, told["message"], told.get("hint")


# Listed and shown


def test_a_list_tells_what_is_owed_the_oldest_first() -> None:
    with filming() as (found, client, app):
        job = film(client, app, found.url)
        advance(client, 5)
        told = webhooks(client)
        assert [each["id"] for each in told] == ["webhook-1", "webhook-2", "webhook-3"]
        assert told[0] == {
            "id": "webhook-1",
            "dialect": "apiframe",
            "job": job,
            "event": "progress",
            "url": found.url,
            "at": VIRTUAL_START + 1,
            "state": "delivered",
            "reason": "",
            "next_try": None,
            "rule": None,
            "attempts": [{**told[0]["attempts"][0], "at": VIRTUAL_START + 1, "status": 200, "reason": ""}],
        }
        assert 0 < told[0]["attempts"][0]["seconds"] < PATIENCE


@pytest.mark.parametrize(
    ("filters", "events"),
    [
        ({"event": "completed"}, ["completed"]),
        ({"state": "delivered"}, ["progress"] * 5 + ["completed"]),
        ({"state": "failed"}, []),
        ({"dialect": "sora"}, []),
        ({"dialect": "apiframe", "event": "progress", "limit": 2}, ["progress"] * 2),
        ({"job": "another"}, []),
        ({"after": "webhook-4"}, ["progress", "completed"]),
    ],
)
def test_a_list_can_be_narrowed(filters, events) -> None:
    with filming() as (found, client, app):
        film(client, app, found.url)
        advance(client, 60)
        assert [each["event"] for each in webhooks(client, **filters)] == events


def test_a_list_goes_on_where_the_page_before_ended() -> None:
    with filming() as (found, client, app):
        film(client, app, found.url)
        advance(client, 60)
        pages, after = [], {}
        while True:
            page = client.get(f"{MINE}/webhooks", params={"limit": 4, **after}).json()
            pages.append([each["id"] for each in page["webhooks"]])
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert [len(page) for page in pages] == [4, 2]
        assert refusal(client.get(f"{MINE}/webhooks?after=webhook-99"))[0] == 400


def test_one_tells_what_was_sent_and_what_came_back() -> None:
    with filming(OK.replace(b"ok", b"\xff\xfe")) as (found, client, app):
        job = film(client, app, found.url)
        advance(client, 1)
        (attempt,) = client.get(f"{MINE}/webhooks/webhook-1").json()["attempts"]
        assert attempt["headers"].keys() == {"Content-Type", "X-Webhook-Event", "X-Webhook-Signature"}
        assert json.loads(attempt["body"]["text"])["jobId"] == job
        assert attempt["reply"] == {"text": None, "base64": "//4="}


def test_one_without_a_reply_has_none() -> None:
    with filming(b"") as (found, client, app):
        film(client, app, found.url)
        advance(client, 1)
        (attempt,) = client.get(f"{MINE}/webhooks/webhook-1").json()["attempts"]
        assert (attempt["reply"], attempt["status"], attempt["reason"]) == (None, None, "closed without an HTTP answer")


def test_one_that_a_scenario_dropped_names_the_rule() -> None:
    rule = Rule(on="webhook", webhook=Mishap(drop=True))
    with filming(rules=(rule,)) as (found, client, app):
        film(client, app, found.url)
        advance(client, 1)
        (told,) = webhooks(client)
        assert (told["state"], told["rule"], told["attempts"]) == ("dropped", "test#1", [])


def test_another_account_knows_nothing_of_it() -> None:
    with filming() as (found, client, app):
        film(client, app, found.url)
        advance(client, 1)
        other = {"authorization": "Bearer another"}
        answer = client.get(f"{MINE}/webhooks/webhook-1", headers={**other, "x-api-key": "another"})
        assert refusal(answer) == (404, "There is no such webhook, or it was forgotten.", "GET …/webhooks lists them.")


# Tried once more


def test_a_webhook_can_be_tried_once_more() -> None:
    with filming(answering(500, 500, 500, 200)) as (found, client, app):
        film(client, app, found.url, **ENDED)
        advance(client, 100)
        assert webhooks(client)[0]["state"] == "failed"
        told = post(client, "/webhooks/webhook-1/redeliver")
        assert (told["state"], attempts(told)[-1]) == ("delivered", (100.0, 200))


def test_whoever_does_not_wait_is_told_that_it_is_due() -> None:
    with filming(silent) as (found, client, app):
        film(client, app, found.url, **ENDED)
        advance(client, 12, wait=False)
        assert found.asked.wait(PATIENCE)
        answer = client.post(f"{MINE}/webhooks/webhook-1/redeliver", json={})
        assert refusal(answer) == (
            409,
            "webhook-1 is under way; wait until it is delivered or given up.",
            None,
        )


def test_a_webhook_that_is_tried_again_is_pending() -> None:
    with filming() as (found, client, app):
        film(client, app, found.url, **ENDED)
        advance(client, 12)
        told = post(client, "/webhooks/webhook-1/redeliver", wait=False)
        assert (told["state"], len(told["attempts"])) == ("pending", 1)
        until(lambda: len(found.requests) == 2)


# Moved on


def test_whoever_moves_the_clock_need_not_wait() -> None:
    with filming(silent) as (found, client, app):
        film(client, app, found.url)
        advance(client, 60, wait=False)
        assert {each["state"] for each in webhooks(client)} == {"pending"}


def leaving(app: App, path: str, **said: Any) -> list[Any]:
    """Ask for what has to be waited for, and leave; return what was answered all the same."""
    peer = Peer(json.dumps(said).encode())

    async def asking() -> None:
        asked = asyncio.ensure_future(app(scope_of("POST", MINE + path, BEARER, JSON), peer.receive, peer.send))
        await peer.waited_for.wait()
        peer.left.set()
        await asyncio.wait_for(asked, PATIENCE)

    asyncio.run(asking())
    return peer.messages


def test_whoever_leaves_is_not_waited_for() -> None:
    app = app_of(timing=ELEVEN)
    with receiving(silent) as found, app.service.deliverer.listening(()):
        submit(app, callback_url=found.url)
        assert leaving(app, "/clock/advance", seconds=60) == []


# Waited for


def test_an_auto_clock_moves_until_a_webhook_has_arrived() -> None:
    with filming(clock="auto") as (found, client, app):
        job = film(client, app, found.url)
        (told,) = post(client, "/webhooks/wait", job=job, event="completed")["webhooks"]
        assert (told["state"], attempts(told)) == ("delivered", [(12.0, 200)])
        assert client.get(f"{MINE}/clock").json()["elapsed"] == 12


def test_an_auto_clock_moves_through_all_attempts_if_nothing_arrives() -> None:
    with filming(answering(500), clock="auto") as (found, client, app):
        film(client, app, found.url, **ENDED)
        (told,) = post(client, "/webhooks/wait")["webhooks"]
        assert (told["state"], attempts(told)) == ("failed", [(12.0, 500), (17.0, 500), (42.0, 500)])


def test_what_is_there_already_counts_and_moves_no_clock() -> None:
    with filming(clock="auto") as (found, client, app):
        film(client, app, found.url)
        post(client, "/webhooks/wait", count=3)
        before = client.get(f"{MINE}/clock").json()["elapsed"]
        assert len(post(client, "/webhooks/wait", state="delivered", count=2)["webhooks"]) >= 2
        assert client.get(f"{MINE}/clock").json()["elapsed"] == before


def test_another_clock_is_waited_for_in_real_time() -> None:
    with filming() as (found, client, app):
        film(client, app, found.url)
        mover = threading.Timer(0.05, account(app).clock.advance, [60])
        mover.start()
        assert len(post(client, "/webhooks/wait", count=6)["webhooks"]) == 6


@pytest.mark.parametrize(
    ("owes", "hint"),
    [
        (True, "The account's clock stands still; move it on with POST …/clock/advance."),
        (False, "GET …/webhooks tells what is owed instead; leave filters out to see more."),
    ],
)
def test_what_does_not_come_in_time_is_said_with_what_to_do(owes, hint) -> None:
    with filming() as (found, client, app):
        if owes:
            film(client, app, found.url)
        answer = client.post(f"{MINE}/webhooks/wait", json={"timeout": 0.05})
        assert refusal(answer) == (408, "0 of 1 webhooks matched within 0.05 s.", hint)


def test_an_auto_clock_on_which_nothing_more_happens_is_waited_for_in_vain() -> None:
    with filming(clock="auto") as (found, client, app):
        film(client, app, found.url, **ENDED)
        answer = client.post(f"{MINE}/webhooks/wait", json={"count": 2, "timeout": 0.3})
        assert refusal(answer)[:2] == (408, "1 of 2 webhooks matched within 0.3 s.")


def test_to_wait_in_an_account_that_is_deleted_is_over() -> None:
    with filming() as (_, client, app):
        deleting = threading.Timer(0.05, app.service.accounts.delete, [account(app)])
        deleting.start()
        answer = client.post(f"{MINE}/webhooks/wait", json={})
        assert refusal(answer) == (409, "The account was deleted meanwhile.", "Wait with another key.")


def test_whoever_leaves_does_not_wait_on() -> None:
    assert leaving(app_of(), "/webhooks/wait", timeout=60) == []


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/webhooks/wait", {"count": 0}, "count: Input should be greater than or equal to 1."),
        ("/webhooks/wait", {"timeout": 61}, "timeout: Input should be less than or equal to 60."),
        ("/webhooks/wait", {"since": 1}, "since is not known here."),
        ("/webhooks/webhook-1/redeliver", {"now": True}, "now is not known here."),
    ],
)
def test_what_makes_no_sense_is_refused(path, body, message) -> None:
    refused = call(app_of(), "POST", f"/me{path}", BEARER, body=body)
    assert (refused.status, refused.document["error"]["message"]) == (400, message)


def test_the_same_is_told_at_the_door_for_all_accounts() -> None:
    app = app_of()
    with app.service.deliverer.listening(()):
        owe(app)
    told = call(app, "GET", f"/accounts/{account(app).tag}/webhooks").document
    assert told == mine(app, "GET", "/webhooks")
    assert [each["reason"] for each in told["webhooks"][0]["attempts"]] == ["refused"] * 3
