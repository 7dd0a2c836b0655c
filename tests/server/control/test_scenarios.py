"""Scenarios over HTTP: for one account and for all, by name and spelled out, at once and for a while."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockvideo.core.scenario import Allowance, Rule, Scenario
from mockvideo.script.library import Library
from mockvideo.script.read import tables
from mockvideo.server.app import App
from mockvideo.server.control.scenarios import MOST_ADDED
from tests.server.control.calling import BEARER, account, app_of, call, mine, state, submit
from tests.server.driving import ask

REFUSING = {"rules": [{"on": "submit", "status": 402}]}


def put(app: App, scenario: object, **said: object) -> Any:
    return mine(app, "PUT", "/scenario", {"scenario": scenario, **said})


def poll(app: App, job: str) -> int:
    return ask(app, "GET", f"/sora/v1/videos/{job}", BEARER).status


def statuses(app: App, count: int = 3) -> list[int]:
    return [submit(app).status for _ in range(count)]


def names(told: Any) -> list[str]:
    return [each["name"] for each in told["in_force"]]


# Put


@pytest.mark.parametrize("scenario", ["402", 'on = "submit", status = 402', REFUSING])
def test_a_scenario_holds_at_once_however_it_is_said(scenario) -> None:
    app = app_of()
    assert submit(app).status == 200
    put(app, scenario)
    assert submit(app).status == 402


def test_a_scenario_applies_to_the_next_answers_about_jobs_that_are_there() -> None:
    app = app_of()
    job = submit(app).document["id"]
    put(app, 'on = "poll", status = 503')
    assert poll(app, job) == 503
    mine(app, "DELETE", "/scenario")
    assert poll(app, job) == 200


def test_a_scenario_ends_by_itself_in_account_time() -> None:
    app = app_of()
    told = put(app, "402", **{"for": "10m"})
    assert told["in_force"][0]["ends_in"] == 600
    clock = account(app).clock
    clock.advance(599)
    assert submit(app).status == 402
    clock.advance(1)
    assert submit(app).status == 200
    assert mine(app, "GET", "/scenario") == {"in_force": []}


def test_a_scenario_takes_the_place_of_the_last_one() -> None:
    app = app_of()
    put(app, "402")
    assert names(put(app, "503")) == ["503"]
    assert submit(app).status == 503


def test_a_scenario_that_is_put_again_counts_from_the_beginning() -> None:
    app = app_of()
    for _ in range(2):
        put(app, 'on = "submit", status = 402, first = 1')
        assert statuses(app) == [402, 200, 200]


def test_what_rules_have_counted_is_told() -> None:
    app = app_of()
    put(app, 'on = "submit", status = 402, first = 1')
    statuses(app)
    told = mine(app, "GET", "/scenario")["in_force"][0]
    assert told["counts"] == [{"rule": "(account)#1", "matched": 3, "acted": 1}]


def test_the_journal_names_the_rule_that_was_put() -> None:
    app = app_of()
    put(app, REFUSING)
    submit(app)
    assert mine(app, "GET", "/journal")["entries"][0]["rule"] == "(account)#1"


@pytest.mark.parametrize("name", list(Library()))
def test_what_is_told_of_a_scenario_can_be_put_and_is_the_same(name) -> None:
    app = app_of()
    told = put(app, name)["in_force"][0]["scenario"]
    again = put(app, told)["in_force"][0]["scenario"]
    assert told == again == tables(Library()[name])


# Credits and limits


def test_credits_of_a_scenario_are_there_as_long_as_it_is() -> None:
    app = app_of()
    submit(app)
    balance = mine(app, "GET", "/ledger")["dialects"]["sora"]["balance"]
    put(app, {"account": {"credits": 0}}, **{"for": "10m"})
    assert submit(app).status == 403
    account(app).clock.advance(600)
    ledger = mine(app, "GET", "/ledger")["dialects"]["sora"]
    assert (submit(app).status, ledger["balance"], ledger["lent"]) == (200, balance, "0")


def test_limits_of_a_scenario_end_with_it() -> None:
    app = app_of()
    put(app, {"account": {"requests_per_minute": 1}})
    assert statuses(app) == [200, 429, 429]
    mine(app, "DELETE", "/scenario")
    assert statuses(app) == [200, 200, 200]


def test_a_scenario_without_limits_leaves_those_counting_that_are_there() -> None:
    app = app_of()
    app.service.accounts.direct(Scenario(name="limits", account=Allowance(requests_per_minute=2)))
    submit(app)
    put(app, "flaky-polls")
    assert statuses(app) == [200, 429, 429]


def test_jobs_that_wait_for_a_slot_go_on_when_there_is_no_limit_any_more() -> None:
    app = app_of()
    put(app, {"account": {"slots": 1}, "timing": {"queue": 0, "render": 100}})
    jobs = [submit(app, prompt=f"{number}").document["id"] for number in range(3)]
    ends = [mine(app, "GET", f"/jobs/sora/{job}")["ends_at"] for job in jobs]
    assert [end - ends[0] for end in ends] == [0, 100, 200]
    mine(app, "DELETE", "/scenario")
    ends = [mine(app, "GET", f"/jobs/sora/{job}")["ends_at"] for job in jobs]
    assert [end - ends[0] for end in ends] == [0, 0, 0]


def test_a_plan_of_a_scenario_is_the_accounts() -> None:
    app = app_of()
    put(app, {"account": {"plan": "basic"}})
    assert mine(app, "GET")["plan"] == "basic"
    mine(app, "DELETE", "/scenario")
    assert mine(app, "GET")["plan"] == "pro"


# Single rules


@pytest.mark.parametrize(
    "rule", ['on = "submit", status = 503, times = 1', {"on": "submit", "status": 503, "times": 1}]
)
def test_an_added_rule_goes_before_the_others(rule) -> None:
    app = app_of()
    put(app, "402")
    assert names(mine(app, "POST", "/scenario/rules", {"rule": rule})) == ["(rule 1)", "402"]
    assert statuses(app, 2) == [503, 402]


def test_the_last_rule_that_was_added_is_the_first_and_the_others_go_on_counting() -> None:
    app = app_of()
    for status in (503, 504):
        mine(app, "POST", "/scenario/rules", {"rule": f'on = "submit", status = {status}, times = 2'})
        submit(app)
    assert statuses(app) == [504, 503, 200]


def test_an_added_rule_ends_by_itself_and_leaves_the_others() -> None:
    app = app_of()
    mine(app, "POST", "/scenario/rules", {"rule": "status = 503"})
    mine(app, "POST", "/scenario/rules", {"rule": "status = 504", "for": 10})
    account(app).clock.advance(10)
    assert submit(app).status == 503


def test_a_scenario_that_is_put_ends_the_added_rules() -> None:
    app = app_of()
    mine(app, "POST", "/scenario/rules", {"rule": "status = 503"})
    assert names(put(app, "402")) == ["402"]


def test_an_account_has_only_so_many_added_rules() -> None:
    app = app_of()
    for _ in range(MOST_ADDED):
        mine(app, "POST", "/scenario/rules", {"rule": "status = 503"})
    refused = call(app, "POST", "/me/scenario/rules", BEARER, body={"rule": "status = 503"})
    assert refused.status == 409


# All accounts


def test_a_scenario_of_the_server_holds_for_accounts_that_are_there_and_for_new_ones() -> None:
    app = app_of()
    submit(app)
    call(app, "PUT", "/scenario", body={"scenario": "402"})
    assert [submit(app, key=key).status for key in ("sk-test", "new")] == [402, 402]
    call(app, "DELETE", "/scenario")
    assert [submit(app, key=key).status for key in ("sk-test", "new", "newer")] == [200, 200, 200]


def test_a_scenario_of_the_server_takes_the_place_of_the_one_that_it_was_started_with() -> None:
    app = app_of(rules=(Rule(status=503),))
    assert names(call(app, "GET", "/scenario").document) == ["test"]
    call(app, "PUT", "/scenario", body={"scenario": {"rules": [{"status": 402}]}})
    assert [submit(app, key=key).status for key in ("sk-test", "new")] == [402, 402]
    assert names(mine(app, "GET", "/scenario")) == ["(server)"]


def test_each_account_counts_the_time_of_a_scenario_of_the_server_for_itself() -> None:
    app = app_of()
    account(app, "one"), account(app, "two")
    call(app, "PUT", "/scenario", body={"scenario": "402", "for": "1m"})
    account(app, "one").clock.advance(60)
    assert [submit(app, key=key).status for key in ("one", "two")] == [200, 402]


def test_a_new_account_has_what_is_left_of_the_time() -> None:
    app = app_of()
    call(app, "PUT", "/scenario", body={"scenario": "402", "for": "1m"})
    app.service.accounts.anonymous.clock.advance(50)
    submit(app)
    assert mine(app, "GET", "/scenario")["in_force"][0]["ends_in"] == 10
    app.service.accounts.anonymous.clock.advance(10)
    assert submit(app, key="late").status == 200
    assert call(app, "GET", "/scenario").document == {"in_force": []}


def test_the_accounts_own_scenario_goes_before_that_of_the_server_and_its_keys_before_both() -> None:
    app = app_of()
    call(app, "PUT", "/scenario", body={"scenario": "403"})
    mine(app, "PUT", "/scenario", {"scenario": "402"}, key="k")
    mine(app, "PUT", "/scenario", {"scenario": "402"}, key="k--503")
    assert [submit(app, key=key).status for key in ("k", "k--503")] == [402, 503]
    assert names(mine(app, "GET", "/scenario", key="k--503")) == ["503", "402", "403"]


def test_no_account_can_end_the_scenario_of_the_server() -> None:
    app = app_of()
    call(app, "PUT", "/scenario", body={"scenario": "402"})
    assert names(mine(app, "DELETE", "/scenario")) == ["402"]
    assert submit(app).status == 402


# The library


def test_all_scenarios_that_can_be_named_are_listed() -> None:
    listed = call(app_of(), "GET", "/scenarios").document["scenarios"]
    assert [line["name"] for line in listed] == list(Library())
    assert all(line["description"] for line in listed)


def test_a_file_that_is_wrong_is_listed_with_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[[rules]]\non = "pol"\n', "utf-8")
    app = app_of(library=Library(tmp_path))
    listed = {line["name"]: line["description"] for line in call(app, "GET", "/scenarios").document["scenarios"]}
    assert "mine.toml:1: rules[1] orders nothing" in listed["mine"]


def test_a_file_that_is_changed_holds_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[[rules]]\nstatus = 402\n", "utf-8")
    library = Library(tmp_path)
    app = app_of(library=library)
    put(app, "mine")
    file.write_text("[[rules]]\nstatus = 503\n\n", "utf-8")
    library.refresh()
    assert submit(app).status == 503


def test_without_a_library_no_scenario_can_be_named() -> None:
    app = app_of(library={})
    assert call(app, "GET", "/scenarios").document == {"scenarios": []}
    assert call(app, "PUT", "/me/scenario", BEARER, body={"scenario": "402"}).status == 400


# Refusals


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"scenario": "flaky-pols"}, "did you mean flaky-polls?"),
        ({"scenario": 'on = "pol", status = 402'}, 'on is "pol"'),
        ({"scenario": "status = 402\nfirst = 1"}, "several lines"),
        ({"scenario": {"rules": [{"status": 402, "error": None}]}}, "rules[1].error is null"),
        ({"scenario": {"rules": [{"sttus": 402}]}}, "rules[1].sttus"),
        ({"scenario": {"name": "mine"}}, "name is not known"),
        ({"scenario": {"description": "x" * 70_000}}, "is too large"),
        ({"scenario": 3}, "scenario:"),
        ({"scenario": "402", "for": "soon"}, "for: 'soon' is no duration"),
        ({"scenario": "402", "for": -1}, "for: Input should be greater than or equal to 0."),
        ({"scenario": "402", "lasts": 1}, "lasts is not known here."),
        ({}, "scenario: Field required."),
    ],
)
def test_what_cannot_be_in_force_is_refused_and_changes_nothing(body, message) -> None:
    app = app_of()
    put(app, "503")
    before = state(app)
    refused = call(app, "PUT", "/me/scenario", BEARER, body=body)
    assert (refused.status, message in refused.document["error"]["message"]) == (400, True), refused.body
    assert state(app) == before


@pytest.mark.parametrize("rule", ["402", "status = 99", {"status": 99}, {"prompt": "x" * 5000, "status": 402}, 3])
def test_a_rule_that_is_none_is_refused(rule) -> None:
    app = app_of()
    assert call(app, "POST", "/me/scenario/rules", BEARER, body={"rule": rule}).status == 400
    assert mine(app, "GET", "/scenario") == {"in_force": []}
