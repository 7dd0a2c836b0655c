"""An API key is read from where the dialect has it, and is an account."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo import dialects
from mockvideo.core.accounts import Accounts
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import Reason
from mockvideo.core.scenario import Outcome, Rule, Scenario
from mockvideo.core.settings import Caps, Settings
from mockvideo.server.call import Call
from mockvideo.server.identity import identify
from tests.server.corpus import FORM, JSON, MULTIPART, part
from tests.server.driving import app_of, ask, call_to, scope_of, submit

DIALECTS = dialects.load()
BARE, NOT_BARE, HEADER = DIALECTS["sora"], DIALECTS["beluga"], DIALECTS["apiframe"]
UNSET = {b"authorization": b"Bearer other", b"x-api-key": b"other"}

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def call_of(dialect, value: bytes | None) -> Call:
    """A call whose credential has this value; the place where others have theirs is taken, too."""
    name = dialect.credential.header
    others = [(place, value) for place, value in UNSET.items() if place != name]
    headers = others if value is None else [*others, (name, value)]
    return call_to(dialect, "", "/", scope_of("GET", "/", *headers))


def refusal(value: str, **settings) -> Kind:
    with pytest.raises(ApiError) as raised:
        identify(call_of(NOT_BARE, b"Bearer " + value.encode("latin-1")), Accounts(Settings(**settings)))
    return raised.value.refusal.kind


# Where the key stands


@given(keys, st.sampled_from(["Bearer ", "bearer ", "BEARER ", "bEaReR  "]), st.sampled_from(["", " ", "\t"]))
def test_a_bearer_is_read_whatever_its_letters_and_spaces(key, scheme, space) -> None:
    value = f"{scheme}{key}{space}".encode()
    assert call_of(BARE, value).key == call_of(NOT_BARE, value).key == key


@given(keys.filter(lambda key: key.lower() != "bearer"))
def test_a_bare_key_is_one_where_it_is_allowed(key) -> None:
    assert call_of(BARE, key.encode()).key == key
    assert call_of(NOT_BARE, key.encode()).key is None
    assert call_of(HEADER, key.encode()).key == key


@pytest.mark.parametrize("dialect", [BARE, NOT_BARE, HEADER], ids=repr)
@pytest.mark.parametrize("value", [None, b"", b" ", b"\t "])
def test_no_key_is_none(dialect, value) -> None:
    assert call_of(dialect, value).key is None


@pytest.mark.parametrize("dialect", [BARE, NOT_BARE], ids=repr)
@pytest.mark.parametrize("value", [b"Bearer", b"Bearer ", b"bearer  ", b"BEARER"])
def test_a_scheme_without_a_key_is_none(dialect, value) -> None:
    assert call_of(dialect, value).key is None


def test_another_scheme_is_none() -> None:
    assert call_of(NOT_BARE, b"Basic c2stdGVzdDo=").key is None


@pytest.mark.parametrize("value", [None, b"Bearer "])
def test_who_has_no_key_is_told_so(value) -> None:
    call = call_of(NOT_BARE, value)
    with pytest.raises(ApiError) as raised:
        identify(call, Accounts(Settings()))
    assert raised.value.refusal.kind is Kind.MISSING_KEY
    assert call.account is None


# Which keys are accounts


def test_a_key_is_the_same_account_in_every_dialect() -> None:
    accounts = Accounts(Settings())
    calls = [call_of(BARE, b"sk-1"), call_of(NOT_BARE, b"bearer sk-1"), call_of(HEADER, b"sk-1")]
    assert {identify(call, accounts) for call in calls} == {accounts.get("sk-1")}
    assert {call.account for call in calls} == {accounts.get("sk-1")}


@pytest.mark.parametrize("key", ["sk\x01", "sk\x7f", "sk\x00key", "schlüssel", "k" * 513, "sk-invalid", "revoked-1"])
def test_what_cannot_be_a_key_is_an_invalid_one(key) -> None:
    assert refusal(key) is Kind.INVALID_KEY


def test_512_bytes_are_a_key() -> None:
    assert identify(call_of(NOT_BARE, b"Bearer " + b"k" * 512), Accounts(Settings())).key == "k" * 512


def test_a_key_that_says_so_is_inactive() -> None:
    assert refusal("sk-inactive") is Kind.INACTIVE_KEY


def test_a_closed_list_admits_its_keys_and_no_others() -> None:
    settings = {"keys": frozenset({"sk-1", "sk-inactive"})}
    assert identify(call_of(NOT_BARE, b"Bearer sk-1"), Accounts(Settings(**settings))).key == "sk-1"
    assert refusal("sk-2", **settings) is Kind.INVALID_KEY
    assert refusal("sk-inactive", **settings) is Kind.INACTIVE_KEY


def test_one_account_more_than_there_is_room_for_is_refused_while_all_are_busy() -> None:
    app = app_of(caps=Caps(accounts=2))
    assert [submit(app, key=f"sk-{n}").status for n in range(3)] == [200, 200, 503]
    assert "keeps 2 accounts" in submit(app, key="sk-3").document["error"]["message"]
    assert submit(app, key="sk-0").status == 200


def test_the_longest_idle_account_makes_room() -> None:
    app = app_of(caps=Caps(accounts=2))
    submit(app, key="sk-0")
    submit(app, key="sk-1")
    app.service.accounts.get("sk-1").clock.advance(60)
    assert submit(app, key="sk-2").status == 200
    assert [account.key for account in app.service.accounts] == ["sk-0", "sk-2"]


def test_who_waits_for_a_webhook_stays_while_another_account_is_idle() -> None:
    app = app_of(caps=Caps(accounts=2))
    submit(app, key="sk-0", callback_url="http://localhost:9/")
    submit(app, key="sk-1")
    for account in app.service.accounts:
        account.clock.advance(60)
    assert submit(app, key="sk-2").status == 200
    assert [account.key for account in app.service.accounts] == ["sk-0", "sk-2"]


def test_who_only_waits_for_a_webhook_makes_room_at_last() -> None:
    app = app_of(caps=Caps(accounts=1))
    submit(app, key="sk-0", callback_url="http://localhost:9/")
    app.service.accounts.get("sk-0").clock.advance(60)
    assert submit(app, key="sk-1").status == 200


# What is planned


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        (Rule(), 429),
        (Rule(dialect="sora", on="submit", model="sora-2"), 429),
        (Rule(model="sora-*"), 429),
        (Rule(dialect="beluga"), 200),
        (Rule(on="poll"), 200),
        (Rule(model="kling-*"), 200),
    ],
)
def test_a_rule_that_matches_the_submission_refuses_it(rule, status) -> None:
    assert submit(app_of(rules=(replace(rule, error=Kind.RATE_LIMITED),))).status == status


def test_a_rule_can_plan_an_end() -> None:
    app = app_of(rules=(Rule(model="sora-2", outcome=Outcome(ends="failed", reason=Reason.CONTENT_POLICY)),))
    submit(app)
    (job,) = app.service.accounts.get("sk-test").store.latest("sora")
    assert job.reason is Reason.CONTENT_POLICY


def planned_for(content_type: str, body: bytes, dialect: str = "sora") -> str:
    """Which model the refusal of a submission speaks of, if a rule refuses it whatever it says."""
    app = app_of(rules=(Rule(error=Kind.UNKNOWN_MODEL),))
    route, place = DIALECTS[dialect].routes[0], DIALECTS[dialect].credential
    headers = [(place.header, b"Bearer sk-1"), (b"content-type", content_type.encode())]
    reply = ask(app, route.method, f"/{dialect}{route.path}", *headers, body=body)
    return reply.document["error"]["message"]


@pytest.mark.parametrize(
    ("content_type", "body"), [(JSON, b'{"model": "a"}'), (FORM, b"model=a"), (MULTIPART, part(b"a", name=b"model"))]
)
def test_a_planned_refusal_names_the_model_unchecked(content_type, body) -> None:
    end = b"--xyz--\r\n" if content_type == MULTIPART else b""
    assert "model a " in planned_for(content_type, body + end)


@pytest.mark.parametrize("body", [b"{}", b'{"model": null}', b'{"model": ""}'])
def test_without_a_model_it_names_the_one_that_is_meant(body) -> None:
    assert planned_for(JSON, body, "lemondata") == "Model 'sora-2' not found"


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"{}"])
def test_what_cannot_be_read_names_no_model(body) -> None:
    assert "model unknown " in planned_for(JSON, body)


def test_a_call_that_means_no_route_has_no_plan() -> None:
    call = call_of(NOT_BARE, b"Bearer sk-1")
    script = Scenario(rules=(Rule(on="submit", error=Kind.INTERNAL),))
    assert identify(call, Accounts(Settings(scenario=script))) is call.account
