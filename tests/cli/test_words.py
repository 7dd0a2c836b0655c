"""Limits, rules and prices as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mockvideo.catalog import Relation, Row
from mockvideo.cli import words
from mockvideo.provenance import SEED, guess
from mockvideo.schema import Limit
from mockvideo.wording import cited


@pytest.mark.parametrize(
    ("limit", "default", "said"),
    [
        (Limit(), None, "f"),
        (Limit(), 5, "f (5)"),
        (Limit(choice=("720p", "4k")), "4k", "f 720p|4k (4k)"),
        (Limit(min=1, max=2.5), None, "f 1 to 2.5"),
        (Limit(min=3), None, "f from 3"),
        (Limit(max=9), 0, "f up to 9 (0)"),
        (Limit(max_length=7, required=True), None, "f at most 7 long required"),
    ],
)
def test_a_limit_is_said(limit: Limit, default: object, said: str) -> None:
    assert words.limit("f", limit, default) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Relation(when={"end": "*"}, needs=("start",)), "end needs start"),
        (Relation(needs=("a", "p.b")), "needs a or b"),
        (Relation(when={"p.a": 1, "b": 2}, requires={"p.c": 3}), "a=1 and b=2 requires c=3"),
        (
            Relation(when={"a": 1}, requires={"b": 2}, excludes={"c": 3, "d": "*"}),
            "a=1 requires b=2, excludes c=3 and d",
        ),
    ],
)
def test_a_rule_is_said(rule: Relation, said: str) -> None:
    assert words.relation(rule) == said


def test_fields_of_one_object_stand_together() -> None:
    row = Row(
        id="m",
        limits={"prompt": {"max_length": 9}, "klingParams.mode": {"choice": ["pro"]}},
        defaults={"klingParams.mode": "pro", "klingParams.duration": 5},
        relations=(Relation(needs=("klingParams.image",)),),
    )

    assert words.accepts(row) == "prompt at most 9 long; klingParams: mode pro (pro), duration (5); needs image"


def test_a_model_without_limits_accepts_what_all_do() -> None:
    assert words.accepts(Row(id="m")) == ""


def test_prices_are_said_by_variant_in_one_currency() -> None:
    row = Row(id="m", prices={"5s": Decimal("1.50"), "10s": Decimal(30)})

    assert words.prices(row, "USD") == "5s 1.5, 10s 30 USD"
    assert words.prices(Row(id="m"), "USD") == ""


def test_facts_are_said_by_name() -> None:
    assert words.pairs({"lengths": [4, 6], "note": "slow"}) == "lengths 4 6, note slow"


def test_a_source_is_said_with_its_place_but_for_the_one_seed() -> None:
    assert (cited(SEED), cited(guess("why not"))) == ("seed", "guess: why not")
