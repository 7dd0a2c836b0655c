"""The journal keeps the newest entries within its bounds, and no credential."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.journal import Budget, Entry, Journal, redacted
from mockvideo.core.settings import Caps

ROOM = Budget(1 << 20)

caps = st.builds(
    Caps,
    journal_entries=st.integers(0, 6),
    journal_body=st.integers(0, 12),
    journal_bodies=st.integers(0, 20),
)
sizes = st.lists(st.integers(0, 16), max_size=30)


def entry(number: int, size: int = 0) -> Entry:
    return Entry(number, 0.5, "sora", "submit", "POST", "/v1/videos", 200, size=size)


def bodies_of(journal: Journal) -> list[bytes]:
    return [journal.body(noted.number) for noted in journal]


def filled(limits: Caps, budget: Budget, bodies: list[int]) -> Journal:
    journal = Journal(limits, budget)
    for number, size in enumerate(bodies, 1):
        journal.note(entry(number, size), b"x" * size)
    return journal


@given(caps, sizes)
def test_no_bound_is_ever_exceeded(limits, bodies) -> None:
    journal = Journal(limits, Budget(1_000))
    for number, size in enumerate(bodies, 1):
        journal.note(entry(number, size), b"x" * size)
        held = [len(body) for body in bodies_of(journal)]
        assert len(journal) == len(held) <= limits.journal_entries
        assert sum(held) <= limits.journal_bodies
        assert max(held, default=0) <= limits.journal_body


@given(caps, sizes)
def test_what_stays_is_the_newest_in_order(limits, bodies) -> None:
    journal = filled(limits, Budget(1_000), bodies)
    numbers = [noted.number for noted in journal]
    assert numbers == list(range(len(bodies) - len(numbers) + 1, len(bodies) + 1))
    assert journal.count == len(bodies)


@given(st.integers(0, 40), st.lists(st.tuples(st.booleans(), st.integers(0, 16)), max_size=30))
def test_all_journals_together_never_hold_more_than_the_budget(most, steps) -> None:
    budget, limits = Budget(most), Caps(journal_entries=4, journal_body=12, journal_bodies=20)
    journals = {owner: Journal(limits, budget) for owner in (False, True)}
    for number, (owner, size) in enumerate(steps):
        journals[owner].note(entry(number, size), b"x" * size)
        held = sum(len(body) for journal in journals.values() for body in bodies_of(journal))
        assert budget.used == held <= most


def test_an_entry_reads_back_as_it_was_noted() -> None:
    journal = Journal(Caps(), ROOM)
    noted = entry(1, 19)
    journal.note(noted, b'{"prompt": "a cat"}')
    assert (list(journal), journal.body(1)) == ([noted], b'{"prompt": "a cat"}')


def test_a_long_body_is_cut_and_its_size_remembered() -> None:
    journal = filled(Caps(journal_body=4), ROOM, [10])
    assert (bodies_of(journal), [noted.size for noted in journal]) == ([b"xxxx"], [10])


def test_a_body_is_cut_to_what_a_whole_journal_may_hold() -> None:
    journal = filled(Caps(journal_body=10, journal_bodies=3), ROOM, [10])
    assert bodies_of(journal) == [b"xxx"]


def test_an_old_body_goes_and_its_entry_stays() -> None:
    journal = filled(Caps(journal_bodies=5), ROOM, [4, 4])
    assert bodies_of(journal) == [b"", b"xxxx"]


def test_an_entry_stays_without_its_body_when_the_process_is_full() -> None:
    journal = filled(Caps(), Budget(5), [4, 4])
    assert bodies_of(journal) == [b"xxxx", b""]


def test_clear_gives_all_room_back_and_counts_on() -> None:
    budget = Budget(100)
    journal = filled(Caps(), budget, [4, 4])
    journal.clear()
    assert (len(journal), budget.used, journal.count) == (0, 0, 2)


def test_a_journal_may_grow_while_it_is_read() -> None:
    journal = filled(Caps(), ROOM, [0, 0])
    for noted in journal:
        journal.note(entry(noted.number + 2))
    assert [noted.number for noted in journal] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "name", [b"authorization", b"proxy-authorization", b"cookie", b"x-api-key", b"x-auth-token", b"token"]
)
def test_a_header_that_carries_a_credential_is_left_out(name) -> None:
    assert redacted({name: b"secret", b"accept": b"*/*"}, b"authorization") == {b"accept": b"*/*"}


def test_the_header_where_a_dialect_has_its_key_is_left_out() -> None:
    assert redacted({b"x-goog-key": b"secret", b"host": b"a"}, b"x-goog-key") == {b"host": b"a"}


def test_other_headers_stay_in_order() -> None:
    headers = {b"host": b"localhost", b"accept": b"a"}
    assert list(redacted(dict(headers), b"authorization").items()) == list(headers.items())


def test_headers_too_long_to_keep_are_cut() -> None:
    kept = redacted({b"x-long": b"a" * 60_000, b"y" * 60_000: b"b"}, b"authorization")
    assert sum(len(name) + len(value) for name, value in kept.items()) < 2_000
