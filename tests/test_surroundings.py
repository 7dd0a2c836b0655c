from __future__ import annotations

from dataclasses import replace

from mockvideo.dialects import load
from mockvideo.surroundings import Contested, variables

ONE, OTHER = load()["sora"], load()["lemondata"]
TWIN = replace(ONE, terms=replace(ONE.terms, dialect="twin"))


def test_the_first_of_two_dialects_has_what_both_want() -> None:
    values, contested = variables([ONE, TWIN], "http://h", "k")
    assert values["OPENAI_BASE_URL"] == "http://h/sora/v1"
    assert contested == [Contested("OPENAI_BASE_URL", "http://h/sora/v1", "twin")]


def test_what_two_want_in_the_same_way_is_not_contested() -> None:
    _, contested = variables([ONE, ONE, OTHER], "http://h", "k")
    assert contested == []


def test_one_alone_has_a_base_url() -> None:
    values, _ = variables([ONE, TWIN], "http://h", "k", only=TWIN)
    assert values["MOCKVIDEO_BASE_URL"] == "http://h/twin"
    assert values["OPENAI_BASE_URL"] == "http://h/twin/v1"
