"""How true a dialect is, computed from what its values say of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest

from mockvideo.dialect import Dialect, Spelling, Word
from mockvideo.dialects import load
from mockvideo.fidelity import Tally, card, source_of
from mockvideo.provenance import SEED, Origin, guess, page
from mockvideo.schema import Lenient

DIALECTS = load()
SORA = DIALECTS["sora"]

every_dialect = pytest.mark.parametrize("dialect", [pytest.param(each, id=name) for name, each in DIALECTS.items()])


class Inner(Lenient):
    """One field that forgets its source."""

    known: Annotated[str, SEED]
    forgotten: str


class Envelope(Lenient):
    """Sources at all the depths that an annotation has."""

    error: Annotated[dict[str, list[Inner]], page("Errors")] | None = None
    again: Annotated[Inner, guess("no example shows it")]


def tally(**counts: int) -> Tally:
    return Tally(tuple((origin, counts.get(origin, 0)) for origin in Origin))


@every_dialect
def test_every_field_says_where_it_comes_from(dialect: Dialect) -> None:
    assert card(dialect).unsourced == ()


@every_dialect
def test_every_word_is_counted(dialect: Dialect) -> None:
    vocabularies = (dialect.states, dialect.errors, dialect.spellings, dialect.failures)
    words = [word for words in vocabularies for word in words.values() if isinstance(word, Word | Spelling)]

    assert card(dialect).words.total == len(words)


@every_dialect
def test_every_limit_is_counted(dialect: Dialect) -> None:
    rows = dialect.catalog.rows.values()
    limits = sum(len(row.limits) + len(row.relations) for row in rows) + len(dialect.catalog.relations)

    assert card(dialect).limits.total == limits + len(dialect.figure_sources)


@every_dialect
def test_the_whole_is_the_sum_of_its_sorts(dialect: Dialect) -> None:
    found = card(dialect)

    assert found.all.total == found.fields.total + found.limits.total + found.words.total
    assert 0 < found.all.documented <= 1


def test_a_field_without_a_source_is_named() -> None:
    assert card(replace(SORA, error=Envelope)).unsourced == ("Inner.forgotten",)


def test_nested_documents_are_counted_once() -> None:
    with_envelope, without = card(replace(SORA, error=Envelope)), card(replace(SORA, error=Lenient))

    assert with_envelope.fields == without.fields + tally(page=1, guess=1, seed=1)


def test_a_limit_of_one_model_may_have_a_source_of_its_own() -> None:
    assert source_of(DIALECTS["beluga"], "duration", "veo-3-1") == guess("8+ seconds, read as up to 16")


def test_a_limit_of_the_schema_has_the_source_of_its_field() -> None:
    assert source_of(DIALECTS["lemondata"], "fps", "sora-2") == SEED
    assert source_of(DIALECTS["lemondata"], "fps") == SEED


def test_a_field_of_a_nested_object_has_its_own_source() -> None:
    found = source_of(DIALECTS["apiframe"], "klingParams.mode", ["no model"])

    assert found is not None
    assert found.origin is Origin.SPEC


def test_an_item_of_a_list_has_the_source_of_the_list() -> None:
    assert source_of(SORA, "images.0") == SEED


@pytest.mark.parametrize("path", ["", "nothing", "no.where"])
def test_what_is_no_field_has_no_source(path: str) -> None:
    assert source_of(SORA, path) is None


def test_a_share_counts_all_but_guesses() -> None:
    assert tally(seed=2, code=1, guess=1).documented == 0.75
    assert tally().documented == 1
    assert tally(seed=2)[Origin.SEED] == 2
