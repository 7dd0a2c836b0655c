"""What an account may use, as its answers tell it: plans, credits, requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockvideo.core.errors import Kind
from mockvideo.core.jobs import Reason
from mockvideo.core.scenario import Allowance, Outcome, Rule
from mockvideo.core.timing import AT_ONCE
from mockvideo.dialect import Dialect
from mockvideo.schema import Json
from tests.driving import Answer, Client, app_of
from tests.every import DIALECTS, every_dialect, is_refused

A4F, APIFRAME = DIALECTS["a4f"], DIALECTS["apiframe"]
EXAMPLE = 35  # what Apiframe's example costs, in credits


def client_of(dialect: Dialect, *rules: Rule, **allowance: Any) -> Client:
    """A client of a new server that allows its accounts just this; its clock stands still, and jobs end at once."""
    return Client(app_of(clock="manual", timing=AT_ONCE, allowance=Allowance(**allowance), rules=rules), dialect)


def submit(client: Client, **changes: Any) -> Answer:
    return client.submit({**client.dialect.example, **changes})


def video_of(model: str) -> Json:
    """The plainest request that a model of A4F takes."""
    return {"model": model, "duration": 4, "quality": "1080p"}


def credits_of(client: Client) -> int:
    """What GET /v2/me tells."""
    return client.ask("GET", "/v2/me").document["team"]["credits"]


def quota_of(answer: Answer) -> dict[bytes, bytes]:
    return {name: value for name, value in answer.headers.items() if name.startswith(b"x-ratelimit-")}


# Plans


@pytest.mark.parametrize("model", A4F.catalog.rows)
@pytest.mark.parametrize("plan", ["free", "basic"])
def test_a_plan_without_video_unlocks_no_model(plan: str, model: str) -> None:
    answer = submit(client_of(A4F, plan=plan), **video_of(model))
    assert (answer.status, answer.document["error"]["code"]) == (403, "permission_denied_error")


@pytest.mark.parametrize("model", A4F.catalog.rows)
@pytest.mark.parametrize("allowance", [{}, {"plan": "pro"}, {"plan": "ultra"}])
def test_pro_which_is_the_usual_plan_and_ultra_unlock_every_model(allowance: Json, model: str) -> None:
    assert submit(client_of(A4F, **allowance), **video_of(model)).status == 200


@pytest.mark.parametrize(("plan", "count"), [("free", 0), ("basic", 0), ("pro", 7), ("ultra", 7)])
def test_a_client_is_shown_the_models_of_its_plan(plan: str, count: int) -> None:
    client = client_of(A4F, plan=plan)
    assert len(client.ask("GET", "/v1/models").document["data"]) == count
    assert client.ask("GET", "/v1/usage").document["account_information"]["current_plan"] == plan


@pytest.mark.parametrize("name", ["apiframe", "beluga", "lemondata", "sora"])
def test_a_plan_locks_nothing_where_the_documents_know_none(name: str) -> None:
    assert submit(client_of(DIALECTS[name], plan="free")).status in {200, 202}


def test_what_a_model_cannot_do_is_said_to_those_alone_who_may_use_it() -> None:
    beyond = {"model": "provider-2/sora-2", "duration": 8}
    assert submit(client_of(A4F, plan="free"), **beyond).status == 403
    assert submit(client_of(A4F), **beyond).document["error"]["code"] == "n_exceeds_model_limit"


# Credits


def test_apiframe_shows_what_is_left_and_what_is_missing() -> None:
    client = client_of(APIFRAME, credits=Decimal(80))
    assert [submit(client).status for _ in range(3)] == [202, 202, 402]
    assert credits_of(client) == 10
    assert submit(client).document == {
        "error": "Insufficient credits",
        "creditsRequired": EXAMPLE,
        "creditsAvailable": 10,
    }


def test_a_failed_job_of_apiframe_is_refunded() -> None:
    failing = Rule(outcome=Outcome(ends="failed", reason=Reason.UPSTREAM))
    client = client_of(APIFRAME, failing, credits=Decimal(EXAMPLE))
    job = client.poll(submit(client).document["jobId"]).document
    assert (job["status"], job["creditCost"], credits_of(client)) == ("FAILED", 0, EXAMPLE)


def test_lemondata_tells_balance_and_cost_and_what_would_be_cheaper() -> None:
    client = client_of(DIALECTS["lemondata"], credits=Decimal("0.25"))
    assert [submit(client).status for _ in range(2)] == [200, 402]
    error = submit(client).document["error"]
    assert (error["balance_usd"], error["estimated_cost_usd"]) == (0.05, 0.2)
    assert error["suggestions"] == [{"id": "hailuo-2.3"}]


@every_dialect
def test_an_account_without_credits_is_told_so_in_the_dialects_own_words(dialect: Dialect) -> None:
    statuses = {"a4f": 429, "apiframe": 402, "beluga": 402, "lemondata": 402, "sora": 403}
    answer = submit(client_of(dialect, credits=Decimal(0)))
    dialect.error.model_validate_json(answer.body, strict=True)
    assert answer.status == statuses[dialect.name]


@every_dialect
def test_a_refused_job_costs_nothing(dialect: Dialect) -> None:
    client = client_of(dialect, credits=Decimal("0.01"))
    submit(client)
    ledger = client.account.ledger(dialect.terms)
    assert (ledger.balance, ledger.spent, ledger.held) == (Decimal("0.01"), 0, 0)


# Requests


@every_dialect
def test_more_requests_than_the_limit_are_refused_until_one_flows_back(dialect: Dialect) -> None:
    client = client_of(dialect, requests_per_minute=2)
    accepted, *others = [submit(client).status for _ in range(3)]
    assert others == [accepted, 429]
    client.account.clock.advance(29)
    assert submit(client).status == 429
    client.account.clock.advance(1)
    assert submit(client).status == accepted


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        (
            "lemondata",
            {b"x-ratelimit-limit": b"2", b"x-ratelimit-remaining": b"0", b"x-ratelimit-reset": b"1767225660"},
        ),
        (
            "beluga",
            {
                b"x-ratelimit-limit-requests": b"2",
                b"x-ratelimit-remaining-requests": b"0",
                b"x-ratelimit-reset-requests": b"0s",
            },
        ),
        ("sora", {}),
        ("apiframe", {}),
        ("a4f", {}),
    ],
)
def test_a_refused_request_is_told_what_the_limit_leaves(name: str, headers: dict[bytes, bytes]) -> None:
    client = client_of(DIALECTS[name], requests_per_minute=2)
    assert quota_of([submit(client) for _ in range(3)][-1]) == headers


@pytest.mark.parametrize(
    ("name", "status"), [("a4f", 429), ("apiframe", 429), ("beluga", 429), ("lemondata", 402), ("sora", 429)]
)
def test_a_days_requests_come_back_at_midnight(name: str, status: int) -> None:
    client = client_of(DIALECTS[name], requests_per_day=1)
    accepted, refused = submit(client).status, submit(client).status
    client.account.clock.advance(86_400)
    assert (refused, submit(client).status) == (status, accepted)


@every_dialect
def test_an_account_without_limits_is_told_of_none(dialect: Dialect) -> None:
    assert quota_of(submit(client_of(dialect))) == {}


def test_lemondata_names_the_limit_in_its_message() -> None:
    client = client_of(DIALECTS["lemondata"], requests_per_minute=1)
    error = [submit(client) for _ in range(2)][-1].document["error"]
    assert error["message"] == "Rate limit: 1 rpm exceeded"


@pytest.mark.parametrize(
    ("name", "path", "limit"),
    [("a4f", "/v1/usage", 20), ("apiframe", "/v2/me", 500), ("lemondata", "/v1/tasks/no-such-task", 1_000)],
)
def test_the_documented_limit_is_the_providers_own(name: str, path: str, limit: int) -> None:
    client = client_of(DIALECTS[name], requests_per_minute="documented")
    *admitted, last = [client.ask("GET", path).status for _ in range(limit + 1)]
    assert (429 in admitted, last) == (False, 429)


@pytest.mark.parametrize("name", ["beluga", "sora"])
def test_where_nothing_is_documented_there_is_no_limit(name: str) -> None:
    client = client_of(DIALECTS[name], requests_per_minute="documented", requests_per_day="documented")
    assert {submit(client).status for _ in range(30)} == {200}


def test_a4f_checks_the_limit_after_all_that_is_wrong_with_the_request() -> None:
    client = client_of(A4F, requests_per_minute=1)
    assert submit(client).status == 200
    assert submit(client, duration=8).status == 400
    assert submit(client).status == 429


def test_apiframe_checks_the_limit_before_anything_that_is_wrong_with_the_request() -> None:
    client = client_of(APIFRAME, requests_per_minute=1)
    assert submit(client, model="no-such-model").status == 400
    assert submit(client, model="no-such-model").status == 429


@every_dialect
def test_a_refusal_by_a_limit_is_the_dialects_own(dialect: Dialect) -> None:
    client = client_of(dialect, requests_per_minute=1)
    assert is_refused([submit(client) for _ in range(2)][-1], dialect, Kind.RATE_LIMITED)
