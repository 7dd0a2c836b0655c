"""An idempotency key leads back to its job, until it is forgotten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.idempotency import Replays

places = st.tuples(st.sampled_from(["sora", "beluga"]), st.sampled_from("abcd"))


@given(st.lists(st.tuples(places, st.binary(max_size=2), st.uuids().map(str)), max_size=20))
def test_every_key_finds_the_job_that_it_made_last(notes) -> None:
    replays, last = Replays(100), {}
    for place, body, job in notes:
        replays.remember(place, body, job, expires_at=10.0)
        last[place] = (body, job)
    assert all(replays.find(*place, body, now=9.0) == job for place, (body, job) in last.items())


@given(st.integers(0, 5), st.lists(places, max_size=20))
def test_the_oldest_keys_are_forgotten_first(most, keys) -> None:
    replays = Replays(most)
    for place in keys:
        replays.remember(place, b"", "job", expires_at=10.0)
    newest = list(dict.fromkeys(reversed(keys)))
    found = [place for place in newest if replays.find(*place, b"", now=0.0)]
    assert found == newest[:most]


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_key_holds_until_it_expires(expires_at, now) -> None:
    replays = Replays(1)
    replays.remember(("sora", "key"), b"body", "job", expires_at)
    assert replays.find("sora", "key", b"body", now) == ("job" if now < expires_at else None)


def test_another_body_under_the_same_key_is_a_conflict() -> None:
    replays = Replays(1)
    replays.remember(("sora", "key"), b"one", "job", expires_at=10.0)
    with pytest.raises(ApiError) as raised:
        replays.find("sora", "key", b"two", now=0.0)
    refusal = raised.value.refusal
    assert (refusal.kind, refusal.facts) == (Kind.IDEMPOTENCY_CONFLICT, {"key": "key"})


def test_an_expired_key_may_come_with_another_body() -> None:
    replays = Replays(1)
    replays.remember(("sora", "key"), b"one", "first", expires_at=10.0)
    assert replays.find("sora", "key", b"two", now=10.0) is None
    replays.remember(("sora", "key"), b"two", "second", expires_at=20.0)
    assert replays.find("sora", "key", b"two", now=10.0) == "second"


def test_dialects_do_not_share_keys() -> None:
    replays = Replays(2)
    replays.remember(("sora", "key"), b"one", "job", expires_at=10.0)
    assert replays.find("beluga", "key", b"two", now=0.0) is None


def test_an_unknown_key_has_no_job() -> None:
    assert Replays(1).find("sora", "key", b"", now=0.0) is None
