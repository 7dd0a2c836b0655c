"""Webhooks of a running server, from the submission to a receiver that verifies them."""

from __future__ import annotations

import hmac
import threading
import time
from contextlib import suppress
from hashlib import sha256
from typing import Any

import httpx
import pytest

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.server.thread import ServerThread
from mockvideo.server.webhooks.egress import read_place
from tests.server.calling_back import (
    ELEVEN,
    MINE,
    Call,
    advance,
    answering,
    attempts,
    calls,
    client_of,
    film,
    post,
    webhooks,
)
from tests.server.driving import KEY, PATIENCE, app_of, example, http, until
from tests.server.webhooks.receivers import BROKEN, closed_port, patience, receiving, silent

COMPLETED = {"webhookEvents": ["completed"]}


def signed(call: Call, secret: bytes) -> bool:
    """Whether the documented signature is right."""
    expected = "sha256=" + hmac.new(secret, call.body, sha256).hexdigest()
    return hmac.compare_digest(call.headers["x-webhook-signature"], expected)


def status_of(client: httpx.Client, job: str) -> Any:
    return client.get(f"/apiframe/v2/jobs/{job}").json()["webhookStatus"]


# A whole job


def test_a_job_tells_its_progress_and_its_end_in_order_and_signed() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        job = film(client, app, found.url)
        advance(client, 60)
        told = calls(found)
    assert [call.headers["x-webhook-event"] for call in told] == ["progress"] * 5 + ["completed"]
    assert [call.document["progress"] for call in told] == [1, 20, 40, 60, 80, 100]
    assert {call.document["jobId"] for call in told} == {job}
    assert all(signed(call, sha256(KEY.encode()).digest()) for call in told)
    assert not any(signed(call, sha256(b"another").digest()) for call in told)


def test_what_a_webhook_tells_is_what_a_poll_tells() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        job = film(client, app, found.url, **COMPLETED)
        advance(client, 60)
        (told,), polled = calls(found), client.get(f"/apiframe/v2/jobs/{job}").json()
        clip = client.get(told.document["result"]["videoUrl"])
    shared = told.document.keys() & polled.keys()
    assert {name: told.document[name] for name in shared} == {name: polled[name] for name in shared}
    assert (clip.status_code, clip.headers["content-type"]) == (200, "video/mp4")


def test_a_receiver_is_told_where_clips_are_as_the_client_reached_the_server() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        film(client, app, found.url, headers={"host": "localhost:4711"}, **COMPLETED)
        advance(client, 60)
        (told,) = calls(found)
    assert told.document["result"]["videoUrl"].startswith("http://localhost:4711/media/")


@pytest.mark.parametrize(
    ("option", "begins"),
    [
        ({"public_url": "http://mock.test/x"}, "http://mock.test/x/media/"),
        ({"media": "data"}, "data:video/mp4;base64,"),
    ],
)
def test_a_receiver_is_told_of_clips_as_every_client_is(option, begins) -> None:
    app = app_of(timing=ELEVEN, **option)
    with receiving() as found, client_of(app) as client:
        film(client, app, found.url, **COMPLETED)
        advance(client, 60)
        (told,) = calls(found)
    assert told.document["result"]["videoUrl"].startswith(begins)


def test_an_older_relay_is_called_back_with_the_clients_own_id() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        body = example(app, "sora", callback_url=found.url + "?variant=7", external_task_id="order-7")
        job = client.post("/sora/v1/videos", content=body, headers={"content-type": "application/json"}).json()["id"]
        advance(client, 60)
        (told,) = calls(found)
    assert told.path == "/hook?variant=7"
    assert told.document | {"id": job, "status": "completed", "external_task_id": "order-7"} == told.document
    assert not [name for name in told.headers if "signature" in name]


def test_a_failure_is_told_as_one() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        job = film(client, app, found.url)
        post(client, f"/jobs/apiframe/{job}/settle", state="failed", reason="content_policy")
        advance(client, 60)
        (told,) = calls(found)
    assert (told.document["event"], told.document["status"]) == ("failed", "FAILED")


def test_on_a_wall_clock_a_receiver_is_called_without_anybody_asking() -> None:
    app = app_of(clock="wall", speed=100, timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        film(client, app, found.url)
        until(lambda: len(found.requests) == 6)


def test_a_request_that_is_replayed_owes_nothing_twice() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        made = {film(client, app, found.url, headers={"idempotency-key": "once"}, **COMPLETED) for _ in range(3)}
        advance(client, 60)
        assert (len(made), len(found.requests)) == (1, 1)


def test_a_request_that_is_refused_owes_nothing() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        body = example(app, "apiframe", webhookUrl=found.url, prompt="")
        sent = client.post("/apiframe/v2/videos/generate", content=body, headers={"content-type": "application/json"})
        advance(client, 60)
        assert (sent.status_code, webhooks(client), found.accepted) == (400, [], 0)


# How it is signed


def test_a_digest_can_be_used_as_its_text() -> None:
    app = app_of(timing=ELEVEN, webhook_secret="hex")
    with receiving() as found, client_of(app) as client:
        film(client, app, found.url)
        advance(client, 60)
        assert all(signed(call, sha256(KEY.encode()).hexdigest().encode()) for call in calls(found))


def test_an_account_can_have_its_own_form_of_secret() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app, "own") as client:
        client.post("/_mockvideo/accounts", json={"key": "own", "webhook_secret": "hex"})
        film(client, app, found.url)
        advance(client, 60)
        assert all(signed(call, sha256(b"own").hexdigest().encode()) for call in calls(found))


# When


def test_a_receiver_that_fails_is_called_again_at_the_documented_moments() -> None:
    app = app_of(timing=ELEVEN)
    with receiving(answering(500, 503, 200)) as found, client_of(app) as client:
        film(client, app, found.url, **COMPLETED)
        advance(client, 3600)
        (webhook,) = webhooks(client)
        assert attempts(webhook) == [(12.0, 500), (17.0, 503), (42.0, 200)]
        assert (webhook["state"], webhook["at"]) == ("delivered", VIRTUAL_START + 11)


def test_a_clock_that_is_moved_step_by_step_finds_the_same_moments() -> None:
    app = app_of(timing=ELEVEN)
    with receiving(answering(500)) as found, client_of(app) as client:
        film(client, app, found.url, **COMPLETED)
        arrived = []
        for seconds in (11.999, 0.001, 4.999, 0.001, 24.999, 0.001, 3600):
            advance(client, seconds)
            arrived.append(len(found.requests))
        assert arrived == [0, 1, 1, 2, 2, 3, 3]


def test_a_clock_can_be_moved_to_the_next_attempt() -> None:
    app = app_of(timing=ELEVEN)
    with receiving(answering(500)) as found, client_of(app) as client:
        film(client, app, found.url, **COMPLETED)
        elapsed = [post(client, "/clock/advance", to="next_event")["elapsed"] for _ in range(5)]
        assert (elapsed, len(found.requests)) == ([1.0, 11.0, 12.0, 17.0, 42.0], 3)


@pytest.mark.parametrize(("status", "says"), [(200, "delivered"), (500, "failed")])
def test_a_job_tells_how_its_webhook_fares(status, says) -> None:
    app = app_of(timing=ELEVEN)
    with receiving(answering(status)) as found, client_of(app) as client:
        job = film(client, app, found.url)
        told = []
        for seconds in (5, 6, 60):
            advance(client, seconds)
            told.append(status_of(client, job))
        assert told == [None, "pending", says]


def test_a_reset_forgets_what_is_owed() -> None:
    app = app_of(timing=ELEVEN)
    with receiving() as found, client_of(app) as client:
        film(client, app, found.url)
        post(client, "/reset", what=["jobs"])
        advance(client, 3600)
        assert (webhooks(client), found.accepted) == ([], 0)


# Whom


def refused(url: str, **options: Any) -> Any:
    """The webhook of a job that was accepted although nobody may call its URL."""
    app = app_of(timing=ELEVEN, **options)
    with client_of(app) as client:
        job = film(client, app, url, **COMPLETED)
        advance(client, 60)
        assert status_of(client, job) == "failed"
        (webhook,) = webhooks(client)
        assert (webhook["state"], webhook["attempts"]) == ("refused", [])
        return webhook["reason"]


def test_a_public_receiver_is_refused_with_the_flags_that_allow_it() -> None:
    reason = refused("http://203.0.113.7/hook")
    assert reason.endswith("Allow it with --webhook-allow 203.0.113.7:80, or everything with --webhooks any.")


def test_a_receiver_that_is_not_on_the_list_is_refused() -> None:
    reason = refused("http://127.0.0.1:9/hook", webhooks="allowlist")
    assert reason.endswith("Add it with --webhook-allow 127.0.0.1:9.")


def test_a_receiver_on_the_list_is_called() -> None:
    with receiving() as found:
        app = app_of(webhooks="allowlist", webhook_allow=(read_place(f"127.0.0.1:{found.port}"),), timing=ELEVEN)
        with client_of(app) as client:
            film(client, app, found.url)
            advance(client, 60)
            assert len(found.requests) == 6


@pytest.mark.parametrize("mode", ["local", "any"])
def test_a_server_never_calls_itself(mode) -> None:
    app = app_of(timing=ELEVEN, webhooks=mode)
    with ServerThread(app) as other, client_of(app) as client:
        for number, url in enumerate((str(client.base_url), other.url)):
            film(client, app, f"{url}/sora/v1/videos", prompt=str(number), **COMPLETED)
        advance(client, 60)
        reasons = [webhook["reason"] for webhook in webhooks(client)]
    assert ["that is this server itself" in reason for reason in reasons] == [True, True]


def test_a_server_never_calls_itself_by_its_public_name() -> None:
    assert "that is this server itself" in refused("http://mock.test/sora", public_url="http://mock.test")


# Receivers that do not answer


def test_polls_do_not_wait_for_a_receiver_that_never_answers() -> None:
    app = app_of(timing=ELEVEN)
    with receiving(silent) as found, client_of(app) as client:
        job = film(client, app, found.url)
        advance(client, 60, wait=False)
        assert found.asked.wait(PATIENCE)
        began = time.monotonic()
        assert {client.get(f"/apiframe/v2/jobs/{job}").json()["status"] for _ in range(50)} == {"COMPLETED"}
        assert time.monotonic() - began < 2
        assert status_of(client, job) == "pending"


@pytest.mark.parametrize("name", [name for name in BROKEN if patience(name) == PATIENCE])
def test_a_broken_receiver_is_recorded_with_its_reason(name) -> None:
    app = app_of(timing=ELEVEN)
    behave, status, reason = BROKEN[name]
    with receiving(behave) as found, client_of(app) as client:
        film(client, app, found.url, **COMPLETED)
        advance(client, 60)
        (webhook,) = webhooks(client)
    assert webhook["state"] == "failed"
    assert attempts(webhook) == [(12.0, status), (17.0, status), (42.0, status)]
    assert all(each["reason"].startswith(reason) for each in webhook["attempts"])


def test_nobody_listening_is_recorded() -> None:
    app = app_of(timing=ELEVEN)
    with closed_port() as port, client_of(app) as client:
        film(client, app, f"http://127.0.0.1:{port}/", **COMPLETED)
        advance(client, 60)
        (webhook,) = webhooks(client)
    assert [each["reason"] for each in webhook["attempts"]] == ["refused"] * 3


def test_a_server_ends_at_once_with_deliveries_under_way() -> None:
    app, threads = app_of(timing=ELEVEN), set(threading.enumerate())
    with receiving(silent) as found:
        with client_of(app) as client:
            film(client, app, found.url)
            advance(client, 60, wait=False)
            assert found.asked.wait(PATIENCE)
            stopped = time.monotonic()
        assert time.monotonic() - stopped < 1
    assert set(threading.enumerate()) <= threads


def test_a_server_ends_at_once_while_somebody_waits_for_deliveries() -> None:
    app = app_of(timing=ELEVEN)
    with receiving(silent) as found, ServerThread(app) as server, http(server.url) as client:
        client.headers = httpx.Headers({"x-api-key": KEY})
        film(client, app, found.url)

        def wait() -> None:
            with suppress(httpx.HTTPError), http(server.url) as other:
                other.post(f"{MINE}/clock/advance", json={"seconds": 60}, headers={"x-api-key": KEY})

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert found.asked.wait(PATIENCE)
        stopped = time.monotonic()
        server.__exit__(None, None, None)
        waiting.join(PATIENCE)
        assert (waiting.is_alive(), time.monotonic() - stopped < 1) == (False, True)
