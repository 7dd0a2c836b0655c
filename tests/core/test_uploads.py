"""Uploaded files are kept until they expire or room is needed, and never beyond the bound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.journal import Budget
from mockvideo.core.uploads import Upload, Uploads

MIB = 1 << 20


def upload(upload_id: str, size: int, expires_at: float = 10.0) -> Upload:
    return Upload(upload_id, File("cat.png", "image/png", size, "d1", b""), expires_at)


def kept(uploads: Uploads, ids: str) -> str:
    return "".join(upload_id for upload_id in ids if uploads.get(upload_id, 0.0))


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdef"), st.integers(0, 12)), max_size=30))
def test_all_accounts_together_never_hold_more_than_the_budget(steps) -> None:
    budget = Budget(20)
    accounts = {owner: Uploads(budget) for owner in (False, True)}
    sizes: dict[tuple[bool, str], int] = {}
    for owner, upload_id, size in steps:
        try:
            accounts[owner].keep(upload(upload_id, size))
        except ApiError:
            continue
        sizes[owner, upload_id] = size
        held = sum(size for (who, name), size in sizes.items() if accounts[who].get(name, 0.0))
        assert budget.used == held <= budget.most


@given(st.lists(st.integers(0, 8), max_size=20))
def test_the_oldest_go_first_and_the_newest_always_stays(sizes) -> None:
    uploads = Uploads(Budget(8))
    for number, size in enumerate(sizes):
        uploads.keep(upload(str(number), size))
        there = [uploads.get(str(index), 0.0) is not None for index in range(number + 1)]
        assert there == sorted(there)
        assert there[-1]


@pytest.mark.parametrize(("now", "there"), [(9.9, True), (10.0, False)])
def test_a_file_is_found_until_it_expires(now, there) -> None:
    uploads = Uploads(Budget(MIB))
    uploads.keep(upload("a", 1))
    assert (uploads.get("a", now) is not None) == there


def test_an_unknown_file_is_not_found() -> None:
    assert Uploads(Budget(MIB)).get("a", 0.0) is None


def test_a_file_that_can_never_fit_is_refused_with_the_limit() -> None:
    with pytest.raises(ApiError) as raised:
        Uploads(Budget(3 * MIB)).keep(upload("a", 4 * MIB))
    assert raised.value.refusal.kind is Kind.UNAVAILABLE
    assert "3 MiB" in raised.value.refusal.message


def test_a_refused_file_leaves_the_others_as_they_are() -> None:
    budget = Budget(10)
    uploads = Uploads(budget)
    uploads.keep(upload("a", 4))
    with pytest.raises(ApiError):
        uploads.keep(upload("b", 11))
    assert (kept(uploads, "ab"), budget.used) == ("a", 4)


def test_no_account_pushes_out_the_files_of_another() -> None:
    budget = Budget(10)
    one, other = Uploads(budget), Uploads(budget)
    one.keep(upload("a", 6))
    with pytest.raises(ApiError):
        other.keep(upload("b", 5))
    other.keep(upload("c", 4))
    assert (kept(one, "a"), kept(other, "bc")) == ("a", "c")


def test_a_file_kept_again_takes_its_room_once() -> None:
    budget = Budget(10)
    uploads = Uploads(budget)
    uploads.keep(upload("a", 6))
    uploads.keep(upload("a", 7))
    assert budget.used == 7


def test_clear_gives_all_room_back() -> None:
    budget = Budget(10)
    uploads = Uploads(budget)
    uploads.keep(upload("a", 6))
    uploads.keep(upload("b", 4))
    uploads.clear()
    assert (kept(uploads, "ab"), budget.used) == ("", 0)
