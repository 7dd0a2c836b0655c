"""What a webhook sends: the provider's documents, signed as the provider signs, or not as it should."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mockvideo.core.account import Account
from mockvideo.core.faults import Mishap
from mockvideo.core.jobs import FINAL, State
from mockvideo.dialect import Dialect, spelled
from mockvideo.dialects.apiframe import DIALECT as SIGNING
from mockvideo.dialects.sora import DIALECT as UNSIGNED
from mockvideo.operation import Links, Poll
from mockvideo.pointer import find
from mockvideo.webhook import Signer
from tests.driving import route_of
from tests.owing import CALLING, CLIPS, URL, account_under, letter, received, submit, verified, webhooks_of

# From the provider's SDK and from a handler that a third party runs: the same body, two readings of the secret.
KEY = "afk_0000000000000000000000000000000000000000"
BODY = (
    b'{"event":"completed","jobId":"b2c3d4e5-f6a7-8901-bcde-f23456789012","status":"COMPLETED","progress":100,'
    b'"result":{"videoUrl":"https://cdn2.apiframe.ai/videos/b2c3d4e5-f6a7-8901-bcde-f23456789012.mp4"},'
    b'"model":"kling-3.0","creditCost":35,"completedAt":"2026-03-15T10:00:32.000Z"}'
)
VECTORS = {
    "raw": "sha256=39e894dcbd5be9c868488967e87f0e9e9083faf972c3a0b37cb9855a911cb65f",
    "hex": "sha256=cf04b7085d8aeb2c5b5e8830f4d112735c21e514b2c44126e49e50d54dbc1c67",
}

every_calling_dialect = pytest.mark.parametrize("dialect", CALLING.values(), ids=CALLING)


def told(dialect: Dialect, *rules: str) -> tuple[Account, list]:
    account = account_under(*rules)
    submit(account, dialect)
    return account, received(account, dialect)


@pytest.mark.parametrize(("form", "signature"), VECTORS.items())
def test_both_readings_of_the_secret_sign_as_published(form, signature) -> None:
    assert webhooks_of(SIGNING).sign(BODY, Signer(KEY, form)) == (("X-Webhook-Signature", signature),)


def test_the_documented_bodies_are_written_byte_for_byte() -> None:
    account, calls = told(SIGNING)
    (job,) = account.store
    ended = datetime.fromtimestamp(job.timeline.end, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    running = [
        f'{{"event":"progress","jobId":"{job.id}","status":"PROCESSING","progress":{percent},"model":"kling-3.0"}}'
        for percent in (1, 20, 40, 60, 80)
    ]
    completed = (
        f'{{"event":"completed","jobId":"{job.id}","status":"COMPLETED","progress":100,'
        f'"result":{{"videoUrl":"{CLIPS}/{job.id}/1.mp4"}},"model":"kling-3.0","creditCost":35,"completedAt":"{ended}"}}'
    )
    assert [call.letter.body.decode() for call in calls] == [*running, completed]


def test_a_failure_is_written_as_documented() -> None:
    _, calls = told(SIGNING, 'on = "submit", outcome = {ends = "failed", reason = "content_policy"}')
    assert {**calls[-1].document, "jobId": "…"} == {
        "event": "failed",
        "jobId": "…",
        "status": "FAILED",
        "error": "Provider returned an error: content policy violation",
        "model": "kling-3.0",
    }


def test_the_event_stands_in_a_header() -> None:
    _, calls = told(SIGNING)
    events = [dict(call.letter.headers)["X-Webhook-Event"] for call in calls]
    assert events == ["progress"] * 5 + ["completed"]


def test_the_relay_tells_what_a_poll_would_with_the_callers_own_id() -> None:
    account = account_under()
    request = UNSIGNED.understand(
        UNSIGNED.catalog.schema(model="sora-2", prompt="x", callback_url=URL, external_task_id="mine"),
        UNSIGNED.catalog.row("sora-2"),
    )
    job = account.submit(UNSIGNED.terms, request, b"body").job
    (call,) = received(account, UNSIGNED)
    poll = route_of(UNSIGNED, Poll).operation.render(
        job.at(job.timeline.end), Links(videos=(f"{CLIPS}/{job.id}/1.mp4",))
    )
    assert call.document == poll | {"external_task_id": "mine"}
    assert call.letter.headers == (("Content-Type", "application/json"),)


@every_calling_dialect
def test_a_receiver_verifies_every_call_of_a_whole_job(dialect) -> None:
    account, calls = told(dialect)
    assert calls[-1].at == 11.0
    assert all(verified(account, dialect, call.letter) for call in calls)
    assert find(calls[-1].document, dialect.pointers.status) == spelled(dialect.states)[State.SUCCEEDED]


@every_calling_dialect
def test_every_end_is_told_by_one_event_at_most_and_waits_as_documented(dialect) -> None:
    webhooks = webhooks_of(dialect)
    for state in FINAL:
        telling = [call.event for call in webhooks.calls if state in call.event.states]
        assert len(telling) <= 1
        assert all(event.waits == (1.0, 5.0, 25.0) for event in telling)
    assert webhooks.timeout == 10.0
    assert {call.event.name for call in webhooks.calls} >= set(webhooks.usual)


@every_calling_dialect
def test_whatever_is_not_documented_says_so(dialect) -> None:
    webhooks = webhooks_of(dialect)
    assert {"url", "usual", "waits", "timeout"} <= webhooks.sources.keys()
    assert all(call.source.where for call in webhooks.calls)


def test_names_that_are_not_known_are_not_asked_for() -> None:
    webhooks = webhooks_of(SIGNING)
    assert webhooks.asked(URL, ["failed"]).events == (webhooks.calls[2].event,)
    assert [event.name for event in webhooks.asked(URL).events] == ["completed", "failed"]
    assert (webhooks.asked(None), webhooks.asked("")) == (None, None)


# What goes wrong


def sent(dialect: Dialect, **words: object) -> tuple[Account, object, object]:
    """The last call of a job as it should be, and as a scenario wants it."""
    account, calls = told(dialect)
    delivery = replace(calls[-1].delivery, mishap=Mishap(**words))
    return account, calls[-1].letter, letter(account, dialect, delivery)


@pytest.mark.parametrize("how", ["wrong", "missing", "stale", "other_key"])
def test_a_signature_that_does_not_fit_changes_nothing_else(how) -> None:
    account, truth, told = sent(SIGNING, signature=how)
    assert told.body == truth.body
    assert not verified(account, SIGNING, told)
    assert ("X-Webhook-Signature" in dict(told.headers)) is (how != "missing")
    assert told.headers[:2] == truth.headers[:2]
    lengths = {len(dict(each.headers).get("X-Webhook-Signature", "")) for each in (truth, told)}
    assert lengths == ({0, 71} if how == "missing" else {71})


@pytest.mark.parametrize("last", ["0", "1", "f"])
def test_a_wrong_signature_is_another_one(last) -> None:
    signing = webhooks_of(SIGNING)
    own = replace(signing.signature, sign=lambda body, secret: (("S", f"sha256={last}"),))
    wrong = replace(signing, signature=own)._signature(b"", Signer("k"), "wrong")
    assert wrong[0][1][-1] in "01"
    assert wrong[0][1][-1] != last


@every_calling_dialect
def test_a_reencoded_body_is_the_same_document_in_other_bytes(dialect) -> None:
    account, truth, told = sent(dialect, body="reencoded")
    assert told.headers == truth.headers
    assert told.body != truth.body
    assert json.loads(told.body) == json.loads(truth.body)
    assert verified(account, dialect, told) is (dialect.webhooks.signature is None)


@every_calling_dialect
def test_an_altered_body_is_another_document_under_the_same_signature(dialect) -> None:
    _, truth, told = sent(dialect, body="altered")
    assert told.headers == truth.headers
    assert json.loads(told.body) == json.loads(truth.body) | {"altered": True}


@every_calling_dialect
def test_an_altered_url_leads_elsewhere_and_is_signed(dialect) -> None:
    account, truth, told = sent(dialect, url="altered")
    assert json.loads(told.body.replace(b"https://elsewhere.example", CLIPS[:-6].encode())) == json.loads(truth.body)
    assert verified(account, dialect, told)
    assert b"localhost" not in told.body


def test_a_conflicting_end_has_the_event_of_that_end() -> None:
    _, calls = told(SIGNING, 'on = "webhook", webhook = {status = "conflicting"}')
    last = calls[-1]
    assert (last.delivery.event, last.document["event"], last.document["status"]) == ("completed", "failed", "FAILED")
    assert dict(last.letter.headers)["X-Webhook-Event"] == "failed"


def test_an_end_without_an_event_of_its_own_is_told_by_the_one_there_is() -> None:
    webhooks = webhooks_of(SIGNING)
    assert webhooks.call("failed", State.CANCELLED) is webhooks.calls[2]
