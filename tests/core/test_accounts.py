"""A key is an account, always the same one, as long as there is room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockvideo.core.account import Account
from mockvideo.core.accounts import ANONYMOUS, LONGEST_KEY, Accounts
from mockvideo.core.clock import Clock, ManualClock
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.jobs import VideoRequest
from mockvideo.core.journal import Entry
from mockvideo.core.money import Tariff
from mockvideo.core.scenario import Allowance, Scenario
from mockvideo.core.settings import Caps, Settings
from mockvideo.core.terms import Terms

TERMS = Terms(dialect="sora", mint=lambda chance: chance.text(8), interval=1.0, tariff=Tariff("credits"))
REQUEST = VideoRequest(model="sora-2", prompt="", width=16, height=16, duration=1.0)

keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20).filter(
    lambda key: not any(word in key for word in ("invalid", "revoked", "inactive"))
)


def accounts(most: int = 10, closed: frozenset[str] | None = None) -> Accounts:
    return Accounts(Settings(clock="manual", keys=closed, caps=Caps(accounts=most)))


def submit(account: Account) -> None:
    account.submit(TERMS, REQUEST, b"digest")


def refused(action: Callable[[], object]) -> Kind:
    with pytest.raises(ApiError) as raised:
        action()
    return raised.value.refusal.kind


@settings(max_examples=50)
@given(st.lists(keys, max_size=10))
def test_a_key_is_the_same_account_every_time_and_no_other(names) -> None:
    known = accounts()
    made = {name: known.get(name) for name in names}
    assert all(known.get(name) is account and account.key == name for name, account in made.items())
    assert len(known) == len(set(map(id, made.values()))) == len(set(names))


@settings(max_examples=50)
@given(st.integers(1, 4), st.lists(st.sampled_from("abcdef"), max_size=20))
def test_the_longest_idle_accounts_go_first(most, names) -> None:
    known = accounts(most)
    for name in names:
        known.get(name)
    newest = list(dict.fromkeys(reversed(names)))[:most]
    assert [account.key for account in known] == newest[::-1]


@given(keys)
def test_a_tag_leads_back_to_its_account(key) -> None:
    known = accounts()
    account = known.get(key)
    assert known.tagged(account.tag) is account


def test_an_unknown_tag_leads_nowhere() -> None:
    assert accounts().tagged("cafe") is None


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("my-invalid-key", Kind.INVALID_KEY),
        ("revoked", Kind.INVALID_KEY),
        ("sk-inactive-1", Kind.INACTIVE_KEY),
        ("k" * (LONGEST_KEY + 1), Kind.INVALID_KEY),
        ("schlüssel", Kind.INVALID_KEY),
        ("tab\tkey", Kind.INVALID_KEY),
    ],
)
def test_a_key_that_says_so_or_is_no_key_is_refused(key, kind) -> None:
    known = accounts()
    assert refused(lambda: known.get(key)) is kind
    assert len(known) == 0


def test_the_longest_key_is_admitted() -> None:
    assert accounts().get("k" * LONGEST_KEY).key == "k" * LONGEST_KEY


def test_a_closed_list_admits_its_keys_only() -> None:
    known = accounts(closed=frozenset({"mine"}))
    assert known.get("mine").key == "mine"
    assert refused(lambda: known.get("yours")) is Kind.INVALID_KEY


def test_an_account_with_unfinished_jobs_is_not_dropped() -> None:
    known = accounts(most=2)
    busy, idle = known.get("busy"), known.get("idle")
    submit(busy)
    known.get("new")
    assert [account.key for account in known] == ["busy", "new"]
    assert (known.tagged(busy.tag), known.tagged(idle.tag)) == (busy, None)


def test_an_account_whose_jobs_have_ended_meanwhile_may_be_dropped() -> None:
    known = accounts(most=1)
    account = known.get("old")
    submit(account)
    assert isinstance(account.clock, ManualClock)
    account.clock.advance(60.0)
    assert known.get("new").key == "new"


def test_when_every_account_is_busy_a_new_key_is_refused_with_the_limit() -> None:
    known = accounts(most=1)
    submit(known.get("busy"))
    with pytest.raises(ApiError) as raised:
        known.get("new")
    assert raised.value.refusal.kind is Kind.UNAVAILABLE
    assert "1 accounts" in raised.value.refusal.message


def test_a_dropped_account_gives_its_room_back() -> None:
    body, settings = b"x" * 8, Settings(clock="manual", caps=Caps(accounts=1, journal_total=8, uploads_total=8))
    known = Accounts(settings)
    for key in ("first", "second"):
        account = known.get(key)
        account.journal.note(Entry(1, 0.0, "sora", "submit", "POST", "/", 200), body)
        account.keep(TERMS, File("a", "image/png", 8, "d1", body))
        assert account.journal.body(1) == body


def test_the_anonymous_account_is_none_of_the_accounts() -> None:
    known = accounts()
    assert known.anonymous.key == ANONYMOUS
    assert (len(known), list(known)) == (0, [])


def test_no_credential_leads_to_the_anonymous_account() -> None:
    with pytest.raises(ApiError):
        accounts().get(ANONYMOUS)


def test_accounts_may_come_while_they_are_walked() -> None:
    known = accounts()
    known.get("a")
    for _ in known:
        known.get("b")
    assert len(known) == 2


class Slow(Settings):
    """Settings whose accounts take long to make, so that two threads meet while one is made."""

    def new_clock(self) -> Clock:
        Event().wait(0.02)
        return ManualClock()


def test_threads_that_bring_the_same_key_at_once_get_the_same_account() -> None:
    known, start = Accounts(Slow()), Barrier(4)

    def arrive() -> Account:
        start.wait(5)
        return known.get("key")

    with ThreadPoolExecutor(4) as pool:
        found = {future.result() for future in [pool.submit(arrive) for _ in range(4)]}
    assert found == {known.get("key")}


# Keys that name a scenario

LIBRARY = {"402": Scenario(name="402", account=Allowance(plan="basic")), "two--words": Scenario(name="two--words")}


class Broken(dict[str, Scenario]):
    """A library whose files cannot be read."""

    def __getitem__(self, name: str) -> Scenario:
        raise ValueError(f"{name}.toml:3: is no TOML")


def naming(library: Mapping[str, Scenario] = LIBRARY, closed: frozenset[str] | None = None) -> Accounts:
    return Accounts(Settings(clock="manual", library=library, keys=closed))


@pytest.mark.parametrize(
    ("key", "plan", "active"),
    [
        ("sk-a--402", "basic", True),
        ("sk--a--402", "basic", True),
        ("--402", "basic", True),
        ("sk-a--403", "pro", False),
        ("sk-a-402", "pro", False),
        ("402", "pro", False),
        ("sk-a--402 ", "pro", False),
        ("sk-a", "pro", False),
    ],
)
def test_a_suffix_is_a_scenario_if_there_is_one_of_that_name(key, plan, active) -> None:
    account = naming().get(key)
    assert (account.key, account.plan, account.direction.active) == (key, plan, active)


def test_without_a_library_a_suffix_is_part_of_the_key() -> None:
    assert not accounts().get("sk-a--402").direction.active


def test_the_same_key_with_a_scenario_is_another_account() -> None:
    known = naming()
    assert known.get("sk-a") is not known.get("sk-a--402")


def test_a_closed_list_holds_keys_without_their_scenarios() -> None:
    known = naming(closed=frozenset({"mine"}))
    assert known.get("mine--402").plan == "basic"
    assert refused(lambda: known.get("yours--402")) is Kind.INVALID_KEY


def test_what_a_key_says_of_itself_is_said_before_its_scenario() -> None:
    assert refused(lambda: naming().get("revoked--402")) is Kind.INVALID_KEY
    assert naming({"invalid": Scenario(name="invalid")}).get("sk-a--invalid").direction.active


def test_a_scenario_that_cannot_be_read_is_told_to_whom_names_it() -> None:
    known = naming(Broken(LIBRARY))
    with pytest.raises(ApiError) as raised:
        known.get("sk-a--402")
    assert (raised.value.refusal.kind, raised.value.refusal.message) == (
        Kind.INVALID_REQUEST,
        "402.toml:3: is no TOML",
    )
    assert len(known) == 0
