"""A dialect that forgets a word does not construct."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.geometry import Shape
from mockvideo.core.jobs import Reason, State
from mockvideo.dialect import Credential, Dialect, Spelling, Word, absent, picture, spelled
from mockvideo.dialects.sora import DIALECT
from mockvideo.operation import Generate
from mockvideo.provenance import SEED

WORDS = {
    **dict.fromkeys(State, Word("word", SEED)),
    **dict.fromkeys(Kind, Spelling(status=400, text="{message}", source=SEED)),
    **dict.fromkeys(Reason, Spelling(status=200, text="failed", source=SEED)),
}


def dialect_of(**changes: object) -> Dialect:
    vocabularies = {
        "states": {state: WORDS[state] for state in State},
        "errors": {kind: WORDS[kind] for kind in Kind},
        "failures": {reason: WORDS[reason] for reason in Reason},
        "spellings": {},
        "envelope": lambda _, spelling, text: {"code": spelling.code, "text": text},
    }
    return replace(DIALECT, **(vocabularies | changes))


def without(words: type, *missing: object) -> dict:
    return {member: WORDS[member] for member in words if member not in missing}


# Words


@given(st.sets(st.sampled_from(State)), st.sets(st.sampled_from(Kind)), st.sets(st.sampled_from(Reason)))
def test_a_dialect_names_every_word_that_it_forgets(states, kinds, reasons) -> None:
    missing = [f"state {state}" for state in State if state in states]
    missing += [f"error {kind}" for kind in Kind if kind in kinds]
    missing += [f"failure {reason}" for reason in Reason if reason in reasons]
    changes = {
        "states": without(State, *states),
        "errors": without(Kind, *kinds),
        "failures": without(Reason, *reasons),
    }
    if not missing:
        assert dialect_of(**changes)
        return
    with pytest.raises(ValueError, match="does not spell") as refused:
        dialect_of(**changes)
    assert f"does not spell: {', '.join(missing)}. Give each a word" in str(refused.value)


@pytest.mark.parametrize("nearest", [None, State.CANCELLED])
def test_an_absent_word_needs_a_nearest_one_that_is_spelled(nearest) -> None:
    states = {**without(State), State.CANCELLED: absent(nearest=nearest)}
    with pytest.raises(ValueError, match="does not spell: state cancelled"):
        dialect_of(states=states)


def test_the_nearest_word_stands_in_for_an_absent_one() -> None:
    states = {**without(State), State.FAILED: Word("bad", SEED), State.CANCELLED: absent(nearest=State.FAILED)}
    assert spelled(dialect_of(states=states).states)[State.CANCELLED] == "bad"


def test_a_dialect_that_answers_at_the_end_shows_no_states() -> None:
    routes = tuple(replace(route, operation=Generate(answer=dict, render=dict)) for route in DIALECT.routes)
    dialect = dialect_of(routes=routes, states={state: absent() for state in State})
    assert spelled(dialect.states) == {}


# Refusals


def test_a_refusal_of_a_single_field_may_have_words_of_its_own() -> None:
    special = Spelling(status=422, text="no such size", source=SEED)
    dialect = dialect_of(spellings={(Kind.MODEL_LIMIT, "size"): special})
    statuses = [dialect.spelling(Refusal(Kind.MODEL_LIMIT, field=field)).status for field in ("size", "seconds", None)]
    assert statuses == [422, 400, 400]


def test_the_nearest_kind_of_error_stands_in_for_an_absent_one() -> None:
    errors = {
        **without(Kind),
        Kind.QUOTA_EXCEEDED: Spelling(status=429, text="later", source=SEED),
        Kind.INSUFFICIENT_CREDITS: absent(nearest=Kind.QUOTA_EXCEEDED),
    }
    assert dialect_of(errors=errors).say(Refusal(Kind.INSUFFICIENT_CREDITS))[0] == 429


@pytest.mark.parametrize(
    ("text", "refusal", "told"),
    [
        ("{message}", Refusal(Kind.TIMEOUT, "too late"), "too late"),
        ("{message}", Refusal(Kind.UNKNOWN_MODEL), "unknown model"),
        ("no {model}", Refusal(Kind.TIMEOUT, facts={"model": "{a}"}), "no {a}"),
        ("no {model}", Refusal(Kind.TIMEOUT), "no unknown"),
    ],
)
def test_a_text_is_filled_with_what_is_known(text, refusal, told) -> None:
    errors = {**without(Kind), refusal.kind: Spelling(status=400, text=text, source=SEED)}
    assert dialect_of(errors=errors).say(refusal)[1]["text"] == told


def test_a_dialect_is_called_by_its_name() -> None:
    assert (DIALECT.name, repr(DIALECT)) == ("sora", "<Dialect sora>")


# What dialects are made of


@pytest.mark.parametrize(("scheme", "prefix"), [("Bearer", b"Bearer "), ("", b"")])
def test_a_key_stands_behind_its_scheme(scheme, prefix) -> None:
    assert Credential(scheme=scheme).prefix == prefix


def test_a_picture_has_the_size_that_was_asked_for() -> None:
    assert picture(Shape(size="1280x720"), {}) == (1280, 720)


@pytest.mark.parametrize(("fields", "field"), [({}, "ratio"), ({"ratio": "aspect_ratio"}, "aspect_ratio")])
def test_a_picture_that_cannot_be_made_is_refused_by_the_dialects_own_field(fields, field) -> None:
    with pytest.raises(ApiError) as refused:
        picture(Shape(ratio="100:1"), fields)
    assert (refused.value.refusal.kind, refused.value.refusal.field) == (Kind.INVALID_REQUEST, field)
