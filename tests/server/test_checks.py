"""A submission passes its dialect's checks in order; only one that passes them all becomes a job."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.account import Account
from mockvideo.core.jobs import State
from mockvideo.core.ledger import Ledger
from mockvideo.core.scenario import Allowance
from mockvideo.core.settings import Caps
from mockvideo.core.timing import AT_ONCE
from mockvideo.server.app import App
from tests.server.driving import API_KEY, BEARER, JSON, app_of, ask, example, submit

DAY = 86_400.0
GENERATE = "/apiframe/v2/videos/generate"


def account_of(app: App) -> Account:
    return app.service.accounts.get("sk-test")


def ledger_of(app: App, dialect: str = "apiframe") -> Ledger:
    return account_of(app).ledger(app.dialects[dialect].terms)


def send(app: App, document: object, *, dialect: str = "sora", key: str = "sk-test") -> tuple[int, str]:
    """Submit any document; return the status and the text of the answer."""
    route, place = app.dialects[dialect].routes[0], app.dialects[dialect].credential
    credential = (place.header, place.prefix + key.encode())
    reply = ask(app, "POST", f"/{dialect}{route.path}", credential, JSON, body=json.dumps(document).encode())
    return reply.status, reply.body.decode()


# The order


def test_a_request_that_is_wrong_in_every_way_is_told_of_its_key_first() -> None:
    app = app_of()
    assert "Invalid token" in send(app, {"model": 1, "seconds": 0}, key="invalid")[1]


def test_each_dialect_checks_in_its_own_order() -> None:
    app = app_of()
    document = {"model": "no-such-model", "seconds": 0, "duration": 0}
    assert send(app, document, dialect="sora")[0] == 503  # the model
    assert "prompt" in send(app, document, dialect="beluga")[1]  # the schema


def test_what_the_model_alone_refuses_is_told_in_its_turn() -> None:
    app = app_of()
    status, text = send(app, {**app.dialects["a4f"].example, "duration": 8}, dialect="a4f")
    assert status == 400
    assert "supports a maximum duration of 5 seconds" in text


def test_a_relation_that_is_broken_is_told_with_the_model() -> None:
    app = app_of()
    status, text = send(app, {"model": "sora-2", "prompt": "a", "mode": "i2v"})
    assert (status, "requires" in text) == (400, True)


def test_what_was_refused_leaves_nothing_behind() -> None:
    app = app_of()
    for document in ({}, {"model": "sora-2"}, {"model": "sora-2", "prompt": "a", "seconds": 0}):
        assert send(app, document)[0] >= 400
    assert len(account_of(app).store) == 0
    assert ledger_of(app, "sora").spent == ledger_of(app, "sora").held == 0


@pytest.mark.parametrize("dialect", ["beluga", "apiframe", "sora"])
def test_a_missing_model_is_a_missing_field(dialect) -> None:
    app = app_of()
    status, text = send(app, {"prompt": "a cat"}, dialect=dialect)
    assert status == 400
    assert "model" in text


def test_a_missing_model_means_the_dialects_own_if_it_has_one() -> None:
    assert submit(app_of(), dialect="lemondata", model=None).document["model"] == "sora-2"


def test_a_plan_that_lacks_a_model_is_told_so() -> None:
    app = app_of(allowance=Allowance(plan="free"), timing=AT_ONCE)
    assert submit(app, dialect="a4f", model="provider-2/veo").status == 403
    richer = app_of(allowance=Allowance(plan="ultra"), timing=AT_ONCE)
    assert submit(richer, dialect="a4f", model="provider-2/veo").status == 200


# What is too much


@pytest.mark.parametrize("fps", [30, 24, 1])
def test_the_longest_clip_that_is_made_is_accepted(fps) -> None:
    assert submit(app_of(), model="doubao-seedance-2-0-260128", seconds=3600, fps=fps).status == 200


@pytest.mark.parametrize(("seconds", "fps"), [("3600", 31), ("3600", 60), ("1800.5", 60)])
def test_a_clip_of_too_many_frames_is_refused_by_its_fps(seconds, fps) -> None:
    reply = submit(app_of(), model="doubao-seedance-2-0-260128", seconds=seconds, fps=fps)
    assert reply.status == 400
    assert reply.document["error"]["message"] == "fps: a clip has at most 108,000 frames; ask for less"


def test_a_queue_that_is_full_is_told_so_until_a_job_ends() -> None:
    app = app_of(caps=Caps(unfinished_jobs=2))
    assert [submit(app).status for _ in range(3)] == [200, 200, 503]
    account_of(app).clock.advance(60)
    assert submit(app).status == 200


def test_credits_that_do_not_suffice_are_told_with_both_amounts() -> None:
    app = app_of()
    ledger_of(app).balance = Decimal(7)
    reply = submit(app, dialect="apiframe")
    assert reply.status == 402
    assert reply.document["creditsAvailable"] == 7
    assert reply.document["creditsRequired"] > 7
    assert len(account_of(app).store) == 0


# Idempotency


def replay(app: App, key: bytes, **changes) -> tuple[int, str]:
    reply = submit(app, (b"idempotency-key", key), dialect="apiframe", **changes)
    return reply.status, reply.document.get("jobId") or reply.document["error"]


def test_the_same_key_and_request_are_the_same_job() -> None:
    app = app_of()
    first = replay(app, b"once")
    charged = ledger_of(app).charged
    assert replay(app, b"once") == first
    assert first[0] == 202
    assert ledger_of(app).charged == charged > 0
    assert len(account_of(app).store) == 1


def test_without_a_key_the_same_request_is_another_job() -> None:
    app = app_of()
    ids = {replay(app, b"")[1], replay(app, b"")[1], replay(app, b"once")[1], replay(app, b"twice")[1]}
    assert len(ids) == 4


@given(st.permutations(["model", "prompt", "klingParams"]), st.sampled_from([5, 5.0]), st.booleans())
def test_the_same_wish_in_another_notation_is_the_same_request(order, duration, spaced) -> None:
    app = app_of()
    document = json.loads(example(app, "apiframe"))
    first = replay(app, b"once")[1]
    document["klingParams"]["duration"] = duration
    text = json.dumps({name: document[name] for name in order}, indent=2 if spaced else None)
    reply = ask(app, "POST", GENERATE, API_KEY, JSON, (b"idempotency-key", b"once"), body=text.encode())
    assert reply.document == {"jobId": first, "status": "QUEUED"}


def test_the_same_key_with_another_request_is_a_conflict() -> None:
    app = app_of()
    replay(app, b"once")
    assert replay(app, b"once", prompt="Another cat") == (409, "Idempotency key already used with a different request")
    assert len(account_of(app).store) == 1


def test_a_key_is_forgotten_after_a_day() -> None:
    app = app_of()
    first = replay(app, b"once")[1]
    account_of(app).clock.advance(DAY - 1)
    assert replay(app, b"once")[1] == first
    account_of(app).clock.advance(1)
    assert replay(app, b"once")[1] != first


def test_a_replay_tells_how_the_job_stands_and_costs_nothing() -> None:
    app = app_of()
    replay(app, b"once")
    account_of(app).clock.advance(60)
    ledger_of(app).balance = Decimal(0)
    reply = submit(app, (b"idempotency-key", b"once"), dialect="apiframe")
    assert (reply.status, reply.document["status"]) == (202, "COMPLETED")


def test_a_replay_needs_no_room_in_the_queue() -> None:
    app = app_of(caps=Caps(unfinished_jobs=1))
    first = replay(app, b"once")
    assert replay(app, b"once") == first
    assert replay(app, b"twice")[0] == 503


def test_a_key_whose_job_is_gone_makes_a_new_one() -> None:
    app = app_of(timing=AT_ONCE, caps=Caps(finished_jobs=1))
    first = replay(app, b"once")[1]
    replay(app, b"twice", prompt="Another cat")
    account_of(app).idle()
    status, second = replay(app, b"once")
    assert status == 202
    assert second != first


def test_a_key_is_one_accounts_own() -> None:
    app = app_of()
    key = (b"idempotency-key", b"once")
    ids = {submit(app, key, dialect="apiframe", key=f"sk-{n}").document["jobId"] for n in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(("length", "status"), [(1, 202), (255, 202), (256, 400), (10_000, 400)])
def test_a_key_has_at_most_255_characters(length, status) -> None:
    assert replay(app_of(), b"k" * length)[0] == status


def test_where_no_key_is_documented_it_means_nothing() -> None:
    app = app_of()
    ids = {submit(app, (b"idempotency-key", b"once")).document["id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_conflict_of_keys_that_ended_stays_one() -> None:
    app = app_of()
    job_id = replay(app, b"once")[1]
    account_of(app).settle("apiframe", job_id, State.FAILED)
    assert replay(app, b"once", prompt="Another cat")[0] == 409
    assert ask(app, "GET", f"/apiframe/v2/jobs/{job_id}", API_KEY).document["status"] == "FAILED"


def test_a_bearer_is_no_key_of_a_dialect_with_another_header() -> None:
    app = app_of()
    assert ask(app, "POST", GENERATE, BEARER, JSON, body=example(app, "apiframe")).status == 401
