"""Every fact says where it comes from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.provenance import SEED, Origin, Source, code, guess, page, parse, sdk, spec


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        (SEED, Origin.SEED),
        (spec("a"), Origin.SPEC),
        (page("a"), Origin.PAGE),
        (sdk("a"), Origin.SDK),
        (code("a"), Origin.CODE),
        (guess("a"), Origin.GUESS),
    ],
)
def test_a_source_knows_its_kind(source, origin) -> None:
    assert source.origin is origin


@given(st.sampled_from(Origin), st.text().map(str.strip))
def test_what_a_price_list_writes_reads_back(origin, where) -> None:
    assert parse(f"{origin}: {where}") == Source(origin, where)


def test_a_source_may_be_its_kind_alone() -> None:
    assert parse("seed") == Source(Origin.SEED, "")


def test_an_unknown_kind_of_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown source 'rumour'; write one of seed, spec, page, sdk, code, guess"):
        parse("rumour: somebody said so")
