"""Accounts over HTTP: made with settings of their own, listed, told, deleted."""

from __future__ import annotations

import pytest

from mockvideo.core.settings import Caps
from mockvideo.server.app import App
from tests.server.control.calling import BEARER, KEY, TOKEN, WITH_TOKEN, account, app_of, call, mine, state, submit


def made(app: App, **asked: object) -> dict[str, object]:
    reply = call(app, "POST", "/accounts", body=asked)
    assert reply.status == 201, reply.body
    return reply.document


# Made


def test_a_new_account_has_a_key_that_works_in_every_dialect() -> None:
    app = app_of()
    key = made(app)["key"]
    assert [submit(app, dialect=name, key=key).status < 300 for name in ("sora", "beluga")] == [True, True]
    assert account(app, key).store.unfinished == 2


def test_no_two_new_accounts_have_the_same_key() -> None:
    app = app_of()
    assert len({made(app)["key"] for _ in range(20)}) == 20


def test_a_new_account_is_told_where_it_can_be_used() -> None:
    told = made(app_of())
    assert told["base_urls"]["sora"] == "http://localhost:8420/sora"
    assert told["control"] == "http://localhost:8420/_mockvideo/me"


def test_where_it_can_be_used_is_told_as_clients_reach_it() -> None:
    told = made(app_of(public_url="https://mock.example/here/"))
    assert told["base_urls"]["sora"] == "https://mock.example/here/sora"


def test_a_new_account_is_like_any_other_unless_something_is_said() -> None:
    app = app_of(seed=7, strict=True, speed=3.0, clock="wall")
    told = made(app)
    usual = mine(app, "GET")
    assert [told[name] for name in ("seed", "strict", "plan")] == [usual[name] for name in ("seed", "strict", "plan")]
    assert (told["clock"]["mode"], told["clock"]["speed"]) == ("wall", 3.0)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"clock": "auto"}, {"mode": "auto", "speed": None}),
        ({"clock": "wall"}, {"mode": "wall", "speed": 1.0}),
        ({"clock": "wall", "speed": 60}, {"mode": "wall", "speed": 60.0}),
    ],
)
def test_a_new_account_has_the_clock_that_was_asked_for(asked, told) -> None:
    clock = made(app_of(), **asked)["clock"]
    assert {name: clock[name] for name in told} == told


def test_a_new_account_has_the_limits_that_were_asked_for() -> None:
    app = app_of()
    limits = {
        "credits": "2.50",
        "plan": "basic",
        "slots": 1,
        "requests_per_minute": 3,
        "requests_per_day": "documented",
    }
    told = made(app, **limits)
    assert told["limits"] == limits
    assert told["plan"] == "basic"


def test_credits_are_the_ones_that_were_asked_for() -> None:
    app = app_of()
    key = made(app, credits=0.01)["key"]
    assert submit(app, key=key).status in {402, 403}
    assert mine(app, "GET", "/ledger", key=key)["dialects"]["sora"]["balance"] == "0.01"


def test_instant_jobs_end_at_once() -> None:
    app = app_of()
    key = made(app, speed="instant")["key"]
    submit(app, key=key)
    assert mine(app, "GET", "/jobs", key=key)["jobs"][0]["state"] == "succeeded"


def test_a_seed_is_another_story() -> None:
    app = app_of()
    assert [made(app, seed=seed)["seed"] for seed in (1, 2)] == [1, 2]


@pytest.mark.parametrize(
    ("scenario", "name"),
    [("402", "402"), ('on = "submit", status = 402', "(account)"), ({"rules": [{"status": 402}]}, "(account)")],
)
def test_a_new_account_has_the_scenario_that_was_asked_for(scenario, name) -> None:
    app = app_of()
    told = made(app, scenario=scenario, **{"for": "10m"})
    assert told["scenarios"] == [name]
    assert submit(app, key=told["key"]).status == 402
    account(app, told["key"]).clock.advance(601)
    assert submit(app, key=told["key"]).status < 300


def test_a_new_account_is_admitted_where_keys_are_a_closed_list() -> None:
    app = app_of(keys=frozenset({"mine"}))
    assert submit(app, key=made(app)["key"]).status < 300
    assert submit(app, key="another").status == 401


def test_a_new_account_makes_room_for_itself_or_is_refused() -> None:
    app = app_of(caps=Caps(accounts=1))
    submit(app, key="busy")
    refused = call(app, "POST", "/accounts")
    assert (refused.status, "1 accounts" in refused.document["error"]["message"]) == (503, True)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"clock": "sundial"}, "clock: Input should be 'wall', 'manual' or 'auto'."),
        ({"clock": "manual", "speed": 2}, "speed: a clock that is manual has none."),
        ({"speed": 0}, "speed: Input should be greater than 0."),
        ({"speed": 1e9}, "speed: Input should be less than or equal to 100000."),
        ({"credits": -1}, "credits: Input should be greater than or equal to 0."),
        ({"slots": 0}, "slots: Input should be greater than or equal to 1."),
        ({"slots": 10**12}, "slots: Input should be less than or equal to 1000000000."),
        ({"credits": "1e-400"}, "credits: Decimal input should have no more than 12 decimal places."),
        ({"seed": 2**70}, "seed:"),
        ({"scenario": "flaky-pols"}, "No scenario is called 'flaky-pols'; did you mean flaky-polls?"),
        ({"for": "10m"}, "for: there is no scenario to last so long."),
        ({"scenario": {"rules": [{"on": "pol"}]}}, 'rules[1].on is "pol"'),
        ({"colour": "red"}, "colour is not known here."),
        ([], "The body is no JSON object."),
        ({"key": ""}, "key: String should match pattern"),
        ({"key": " spaced "}, "key: String should match pattern"),
        ({"key": "line\nbreak"}, "key: String should match pattern"),
        ({"key": "\u00fcber"}, "key: String should match pattern"),
        ({"key": "k" * 513}, "key: String should have at most 512 characters."),
        ({"key": 5}, "key: Input should be a valid string."),
    ],
)
def test_what_cannot_be_made_is_refused_in_words_and_makes_nothing(asked, message) -> None:
    app = app_of(clock="wall")
    reply = call(app, "POST", "/accounts", body=asked)
    assert reply.status == 400
    assert message in reply.document["error"]["message"]
    assert len(app.service.accounts) == 0


def test_an_instant_account_needs_no_wall_clock() -> None:
    assert made(app_of(), clock="manual", speed="instant")["clock"]["mode"] == "manual"


# Made of a key


@pytest.mark.parametrize("key", ["k", "sk-test-0", "two words", "~" * 512])
def test_a_new_account_has_the_key_that_was_asked_for(key) -> None:
    app = app_of()
    assert made(app, key=key)["key"] == key
    assert submit(app, key=key).status < 300
    assert [(each.key, each.store.unfinished) for each in app.service.accounts] == [(key, 1)]


def test_the_same_key_is_the_same_account_wherever_it_is_made() -> None:
    assert made(app_of(), key="sk-same")["tag"] == made(app_of(), key="sk-same")["tag"]


def test_an_account_takes_the_place_of_the_one_that_has_its_key() -> None:
    app = app_of()
    submit(app)
    before = account(app)
    told = made(app, key=KEY, clock="auto", seed=7)
    assert (told["jobs"], told["exchanges"], told["seed"], told["clock"]["mode"]) == (0, 0, 7, "auto")
    assert (account(app) is before, before.journal.closed, len(app.service.accounts)) == (False, True, 1)


def test_an_account_in_the_place_of_another_needs_no_room() -> None:
    app = app_of(caps=Caps(accounts=1))
    submit(app)
    assert made(app, key=KEY)["jobs"] == 0


def test_an_account_that_is_refused_takes_nobodys_place() -> None:
    app = app_of()
    submit(app)
    before = state(app)
    assert call(app, "POST", "/accounts", body={"key": KEY, "scenario": "flaky-pols"}).status == 400
    assert state(app) == before


def test_the_suffix_of_a_key_names_its_scenario_here_too() -> None:
    app = app_of()
    assert made(app, key="sk-test--402")["scenarios"] == ["402"]
    assert submit(app, key="sk-test--402").status == 402


@pytest.mark.parametrize(("key", "status"), [("sk-invalid", 401), ("sk-revoked--402", 401), ("sk-inactive", 403)])
def test_a_key_that_says_itself_that_it_is_refused_is_refused(key, status) -> None:
    app = app_of()
    reply = call(app, "POST", "/accounts", body={"key": key})
    assert (reply.status, "This API key is refused" in reply.document["error"]["message"]) == (status, True)
    assert len(app.service.accounts) == 0


def test_a_key_that_was_asked_for_is_admitted_where_keys_are_a_closed_list() -> None:
    app = app_of(keys=frozenset({"mine"}))
    made(app, key="yours")
    assert submit(app, key="yours").status < 300


def test_the_control_token_is_no_key() -> None:
    app = app_of(token=TOKEN)
    reply = call(app, "POST", "/accounts", WITH_TOKEN, body={"key": TOKEN})
    assert (reply.status, len(app.service.accounts)) == (400, 0)
    assert "this is the control token" in reply.document["error"]["message"]


# Listed and told


def test_accounts_are_listed_page_by_page_each_once() -> None:
    app = app_of()
    tags = {account(app, f"sk-{number}").tag for number in range(5)}
    found, after = [], ""
    while after is not None:
        page = call(app, "GET", f"/accounts?limit=2{after and '&after='}{after}").document
        found += [line["tag"] for line in page["accounts"]]
        after = page["next"]
    assert found == sorted(tags)


def test_a_list_tells_no_keys() -> None:
    app = app_of()
    account(app, "a-key-that-is-secret")
    listed = call(app, "GET", "/accounts")
    assert b"a-key-that-is-secret" not in listed.body
    assert listed.document["accounts"][0]["key_ends"] == "cret"


def test_an_account_is_told_to_itself_as_to_who_has_the_right_to_all() -> None:
    app = app_of()
    submit(app)
    told = mine(app, "GET")
    assert call(app, "GET", f"/accounts/{told['tag']}").document == told
    assert (told["jobs"], told["unfinished"], told["exchanges"]) == (1, 1, 1)


def test_requests_without_a_key_are_found_in_an_account_of_their_own() -> None:
    app = app_of()
    assert call(app, "GET", "/accounts/anonymous").document["key_ends"] == ""


def test_there_is_no_account_that_nobody_made() -> None:
    refused = call(app_of(), "GET", "/accounts/cafe")
    assert (refused.status, refused.document["error"]["message"]) == (404, "No account has this tag.")


# Deleted


def test_a_deleted_account_is_gone_and_its_key_makes_another() -> None:
    app = app_of()
    submit(app)
    deleted = account(app)
    assert mine(app, "DELETE") == {"deleted": deleted.tag}
    assert len(app.service.accounts) == 0
    told = mine(app, "GET")
    assert (told["jobs"], told["exchanges"], account(app) is deleted) == (0, 0, False)


def test_an_account_is_deleted_by_its_tag() -> None:
    app = app_of()
    tag = account(app).tag
    assert call(app, "DELETE", f"/accounts/{tag}").status == 200
    assert call(app, "DELETE", f"/accounts/{tag}").status == 404


def test_the_account_of_nobody_cannot_be_deleted() -> None:
    app = app_of()
    before = state(app)
    assert call(app, "DELETE", "/accounts/anonymous").status == 409
    assert state(app) == before


def test_the_key_alone_is_enough_to_delete() -> None:
    app = app_of()
    account(app, "other")
    call(app, "DELETE", "/me", BEARER)
    assert [each.key for each in app.service.accounts] == ["other"]
    assert KEY not in state(app)
