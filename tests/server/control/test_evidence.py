"""Journal, ledger and sum over HTTP, and how all of it is forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mockvideo.core.settings import Caps
from mockvideo.server.app import App
from tests.server.control.calling import BEARER, account, app_of, call, mine, state, submit
from tests.server.driving import JSON, ask


def lived(**settings: Any) -> App:
    """An account with two jobs, a poll of the first, and a refusal that nobody ordered and one that was."""
    app = app_of(**settings)
    job = submit(app).document["id"]
    submit(app, dialect="beluga")
    ask(app, "GET", f"/sora/v1/videos/{job}", BEARER)
    ask(app, "GET", "/sora/v1/videos/video_unknown", BEARER)
    submit(app, (b"x-mockvideo-scenario", b"status = 503"))
    return app


def numbers(app: App, query: str) -> list[int]:
    return [entry["number"] for entry in mine(app, "GET", f"/journal?{query}")["entries"]]


# The journal


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("dialect=beluga", [2]),
        ("operation=poll", [3, 4]),
        ("operation=poll&status=404", [4]),
        ("status=2xx", [1, 2, 3]),
        ("status=5xx", [5]),
        ("planned=true", [5]),
        ("planned=0&operation=submit", [1, 2]),
        ("model=sora-2", [1, 3]),
        ("since=3", [4, 5]),
        ("since=9", []),
        ("limit=2", [4, 5]),
        ("status=2xx&limit=1", [3]),
        ("job=nobody", []),
    ],
)
def test_the_journal_answers_questions_the_newest_last(query, found) -> None:
    assert numbers(lived(), query) == found


def test_the_journal_is_asked_for_a_job() -> None:
    app = lived()
    job = mine(app, "GET", "/jobs?dialect=sora")["jobs"][0]["id"]
    assert numbers(app, f"job={job}") == [1, 3]


def test_an_entry_tells_what_was_asked_and_answered() -> None:
    entry = mine(lived(), "GET", "/journal?limit=1")["entries"][0]
    told = {name: entry[name] for name in ("number", "dialect", "operation", "method", "status", "planned", "rule")}
    assert told == {
        "number": 5,
        "dialect": "sora",
        "operation": "submit",
        "method": "POST",
        "status": 503,
        "planned": True,
        "rule": "status = 503#1",
    }
    assert entry["refusal"]["kind"] == "unavailable"


def test_an_entry_tells_no_credential() -> None:
    assert b"sk-test" not in call(lived(), "GET", "/me/journal?bodies=1", BEARER).body


def test_bodies_are_told_only_on_request_as_text_or_in_base64() -> None:
    app = app_of()
    submit(app, prompt="a fox")
    ask(app, "POST", "/beluga/v1/videos/generations", BEARER, JSON, body=b"\xff\xfe")
    told = [entry["body"] for entry in mine(app, "GET", "/journal?bodies=1")["entries"]]
    assert "a fox" in told[0]["text"]
    assert told[1] == {"text": None, "base64": "//4="}
    assert {entry["body"] for entry in mine(app, "GET", "/journal")["entries"]} == {None}


def test_what_the_journal_does_not_keep_any_more_is_counted() -> None:
    app = lived(caps=Caps(journal_entries=2))
    told = mine(app, "GET", "/journal")
    assert ([entry["number"] for entry in told["entries"]], told["exchanges"], told["forgotten"]) == ([4, 5], 5, 3)


@pytest.mark.parametrize("query", ["status=6xx", "status=20", "since=-1", "planned=perhaps", "limit=0", "colour=red"])
def test_a_question_that_makes_no_sense_is_refused(query) -> None:
    assert call(app_of(), "GET", f"/me/journal?{query}", BEARER).status == 400


def test_a_query_has_only_so_many_parameters() -> None:
    refused = call(app_of(), "GET", "/me/journal?" + "since=1&" * 60, BEARER)
    assert "more than 50 parameters" in refused.document["error"]["message"]


def test_requests_without_a_key_are_in_the_journal_of_nobody() -> None:
    app = app_of()
    ask(app, "GET", "/sora/v1/videos/video_1")
    entries = call(app, "GET", "/accounts/anonymous/journal").document["entries"]
    assert [(entry["operation"], entry["status"]) for entry in entries] == [("poll", 401)]


# The ledger


def test_the_ledger_tells_every_dialect_in_its_currency() -> None:
    app = app_of()
    told = mine(app, "GET", "/ledger")["dialects"]
    assert told.keys() == app.dialects.keys()
    assert {name: book["currency"] for name, book in told.items()} == {
        name: dialect.terms.tariff.currency for name, dialect in app.dialects.items()
    }


def test_the_ledger_tells_what_jobs_have_taken() -> None:
    app = app_of(allowance=account(app_of()).direction.allowance)
    price = Decimal(mine(lived(), "GET", "/jobs?dialect=sora")["jobs"][0]["price"])
    submit(app)
    book = {
        name: Decimal(each)
        for name, each in mine(app, "GET", "/ledger")["dialects"]["sora"].items()
        if name != "currency"
    }
    assert book["held"] + book["charged"] == price
    assert book["balance"] == Decimal(1_000_000_000) - price


# The sum


def test_an_account_that_was_made_here_is_summed_up_from_its_beginning() -> None:
    app = app_of(caps=Caps(journal_entries=1))
    key = call(app, "POST", "/accounts").document["key"]
    for _ in range(3):
        submit(app, key=key)
    told = mine(app, "GET", "/audit", key=key)
    assert (told["missed"], told["jobs"]) == (0, 3)


def test_another_account_is_summed_up_as_far_as_its_journal_goes_back_and_from_then_on() -> None:
    app = app_of(caps=Caps(journal_entries=2))
    for _ in range(3):
        submit(app)
    assert [mine(app, "GET", "/audit")[name] for name in ("missed", "jobs")] == [1, 2]
    for _ in range(3):
        submit(app)
    assert [mine(app, "GET", "/audit")[name] for name in ("missed", "jobs")] == [1, 5]


def test_the_sum_tells_cost_and_waste() -> None:
    app = app_of()
    for _ in range(2):
        submit(app)
    told = mine(app, "GET", "/audit")["dialects"]["sora"]
    price = Decimal(mine(app, "GET", "/jobs")["jobs"][0]["price"])
    assert (Decimal(told["cost"]), Decimal(told["wasted"])) == (2 * price, price)
    assert (told["bills"]["duplicates"]["jobs"], told["traffic"]["requests"]) == (1, 2)


def test_a_sum_goes_with_its_account() -> None:
    app = lived()
    mine(app, "GET", "/audit")
    mine(app, "DELETE")
    assert mine(app, "GET", "/audit")["jobs"] == 0


# Forgotten


def reset(app: App, *what: str) -> Any:
    return mine(app, "POST", "/reset", {"what": what})


def test_a_reset_of_the_journal_leaves_jobs_and_scenarios_and_goes_on_counting() -> None:
    app = lived()
    mine(app, "PUT", "/scenario", {"scenario": "flaky-polls"})
    assert reset(app, "journal") == {"reset": ["journal"]}
    told = mine(app, "GET")
    assert (told["jobs"], told["scenarios"], mine(app, "GET", "/journal")["entries"]) == (2, ["flaky-polls"], [])
    submit(app)
    assert numbers(app, "") == [6]


def test_a_reset_of_the_journal_begins_the_sum_anew() -> None:
    app = lived()
    mine(app, "GET", "/audit")
    reset(app, "journal")
    submit(app, prompt="new")
    assert [mine(app, "GET", "/audit")[name] for name in ("missed", "jobs")] == [5, 1]


def test_a_reset_of_the_jobs_gives_back_what_they_hold_and_leaves_the_rest() -> None:
    app = lived()
    mine(app, "PUT", "/scenario", {"scenario": "flaky-polls"})
    reset(app, "jobs")
    told, books = mine(app, "GET"), mine(app, "GET", "/ledger")["dialects"].values()
    assert (told["jobs"], told["unfinished"], told["exchanges"], told["scenarios"]) == (0, 0, 5, ["flaky-polls"])
    assert all(Decimal(book["balance"]) == 1_000_000_000 and Decimal(book["held"]) == 0 for book in books)


def test_a_job_that_was_forgotten_is_unknown_and_its_idempotency_key_is_free() -> None:
    app = app_of()
    key = (b"idempotency-key", b"once")
    before = submit(app, key, dialect="lemondata", prompt="old")
    reset(app, "jobs")
    after = submit(app, key, dialect="lemondata", prompt="new")
    assert (before.status, after.status) == (200, 200)


def test_a_reset_of_the_rules_ends_what_was_chosen_and_counts_anew() -> None:
    app = app_of()
    mine(app, "PUT", "/scenario", {"scenario": "402"}, key="k--rate-limit-silent")
    before = mine(app, "GET", "/scenario", key="k--rate-limit-silent")["in_force"]
    submit(app, key="k--rate-limit-silent")
    mine(app, "POST", "/reset", {"what": ["rules"]}, key="k--rate-limit-silent")
    after = mine(app, "GET", "/scenario", key="k--rate-limit-silent")["in_force"]
    assert after == before[:1]
    assert mine(app, "GET", key="k--rate-limit-silent")["exchanges"] == 1


def test_after_a_reset_of_all_the_same_requests_are_the_same_story() -> None:
    app = app_of()
    stories = []
    for _ in range(2):
        jobs = [submit(app).document["id"] for _ in range(3)]
        stories.append((jobs, mine(app, "GET", "/ledger")))
        reset(app, "all")
    assert stories[0] == stories[1]


def test_a_reset_of_all_leaves_clock_numbers_and_settings() -> None:
    app = app_of()
    key = call(app, "POST", "/accounts", body={"seed": 3, "plan": "basic", "credits": 5}).document["key"]
    submit(app, key=key)
    account(app, key).clock.advance(9)
    mine(app, "POST", "/reset", {"what": ["all"]}, key=key)
    told = mine(app, "GET", key=key)
    assert (told["seed"], told["plan"], told["clock"]["elapsed"], told["exchanges"]) == (3, "basic", 9, 1)
    assert mine(app, "GET", "/ledger", key=key)["dialects"]["sora"]["balance"] == "5"


def test_requests_are_counted_anew_after_a_reset_of_all() -> None:
    app = app_of()
    mine(app, "PUT", "/scenario", {"scenario": "flaky-polls"})
    key = call(app, "POST", "/accounts", body={"requests_per_minute": 1}).document["key"]
    assert [submit(app, key=key).status for _ in range(2)] == [200, 429]
    mine(app, "POST", "/reset", {"what": ["all"]}, key=key)
    assert submit(app, key=key).status == 200


@pytest.mark.parametrize("body", [{}, {"what": []}, {"what": "all"}, {"what": ["clock"]}, {"what": ["all"], "x": 1}])
def test_a_reset_of_anything_else_is_refused_and_forgets_nothing(body) -> None:
    app = lived()
    before = state(app)
    assert call(app, "POST", "/me/reset", BEARER, body=body).status == 400
    assert state(app) == before
