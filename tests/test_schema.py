"""One type validates, narrows and can be drawn from."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from annotated_types import Interval
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from mockvideo.core.errors import ApiError, Kind
from mockvideo.provenance import SEED, guess
from mockvideo.schema import (
    VARIANT,
    Integer,
    Lenient,
    Limit,
    Lowered,
    OneOf,
    Strict,
    anatomy,
    narrow,
    validate,
    without_nulls,
)


class Params(Strict):
    """An object inside a request."""

    mode: Annotated[str, VARIANT, SEED] | None = None
    steps: Annotated[Integer, VARIANT, SEED] | None = None


class Request(Lenient):
    """A request."""

    prompt: Annotated[str, SEED]
    duration: Annotated[Integer, Interval(ge=1, le=60), SEED] | None = None
    images: Annotated[list[str], SEED] | None = None
    seed: Annotated[Integer, VARIANT, SEED] | None = None
    params: Annotated[Params, VARIANT, SEED] | None = None


class Notation(BaseModel):
    """The ways to write a field."""

    plain: str
    optional: str | None = None
    inside: Annotated[str, SEED] | None = None
    around: Annotated[str | None, SEED] = None
    several: str | int | None = None


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 70)
    | st.floats()
    | st.text(max_size=3)
    | st.lists(st.text(), max_size=3)
)
DOCUMENTS = st.fixed_dictionaries({}, optional=dict.fromkeys(Request.model_fields, VALUES))
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "prompt": st.builds(Limit, max_length=st.integers(0, 3)),
        "duration": st.builds(
            Limit, min=st.none() | st.integers(-5, 30), max=st.none() | st.integers(30, 90), required=st.booleans()
        ),
        "images": st.builds(Limit, max_length=st.none() | st.integers(0, 3)),
        "seed": st.builds(Limit, choice=st.just(()) | st.just((1, 2))),
    },
)


def accepts(schema: type[BaseModel], document: Any) -> bool:
    try:
        schema.model_validate(document, strict=True)
    except ValidationError:
        return False
    return True


# Types


@pytest.mark.parametrize(("value", "read"), [(5, 5), (5.0, 5), (-0.0, 0)])
def test_a_whole_number_may_be_written_as_javascript_does(value, read) -> None:
    assert TypeAdapter(Integer).validate_python(value, strict=True) == read


@pytest.mark.parametrize("value", [5.5, True, "5", float("inf"), float("nan"), None, [5]])
def test_what_is_no_whole_number_is_refused(value) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Integer).validate_python(value, strict=True)


def test_letters_may_come_in_any_case() -> None:
    assert TypeAdapter(Lowered).validate_python("1080P", strict=True) == "1080p"
    with pytest.raises(ValidationError):
        TypeAdapter(Lowered).validate_python(1080, strict=True)


@pytest.mark.parametrize(
    ("value", "known"), [(1, True), (5, True), ("5", False), (True, False), (1.0, False), (6, False)]
)
def test_a_choice_tells_one_from_true_and_from_text(value, known) -> None:
    choice = TypeAdapter(Annotated[Any, OneOf((1, 5))])
    if known:
        assert choice.validate_python(value) == value
    else:
        with pytest.raises(ValidationError, match="Input should be one of 1, 5"):
            choice.validate_python(value)


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
@pytest.mark.parametrize("base", [Lenient, Strict])
def test_no_document_holds_a_number_that_is_none(base, number) -> None:
    class Scale(base):
        """A number."""

        scale: float

    assert not accepts(Scale, {"scale": number})


def test_unknown_fields_are_ignored_or_refused() -> None:
    assert accepts(Request, {"prompt": "a", "unknown": 1})
    assert not accepts(Params, {"unknown": 1})


@pytest.mark.parametrize(
    ("name", "kind", "notes"),
    [
        ("plain", str, ()),
        ("optional", str, ()),
        ("inside", str, (SEED,)),
        ("around", str, (SEED,)),
        ("several", str | int, ()),
    ],
)
def test_a_field_is_taken_apart_however_it_is_written(name, kind, notes) -> None:
    assert anatomy(Notation.model_fields[name]) == (kind, notes)


# Narrowing


@given(LIMITS, DOCUMENTS)
def test_a_narrowed_schema_accepts_nothing_that_the_schema_refuses(limits, document) -> None:
    narrowed = narrow(Request, limits, "narrow")
    known = {name: value for name, value in document.items() if name in narrowed.model_fields}
    assert not accepts(narrowed, document) or accepts(Request, known)


@given(DOCUMENTS)
def test_without_limits_only_the_variants_go(document) -> None:
    plain = {name: value for name, value in document.items() if name not in {"seed", "params"}}
    assert accepts(narrow(Request, {}, "narrow"), document) == accepts(Request, plain)


@pytest.mark.parametrize(
    ("limit", "at", "beyond"),
    [
        (Limit(max=8), 8, 9),
        (Limit(min=4), 4, 3),
        (Limit(min=4, max=8), 4, 3),
        (Limit(max=90), 60, 61),
        (Limit(choice=(5, 10)), 10, 7),
        (Limit(choice=(5, 99)), 5, 99),
        (Limit(required=True), 5, None),
    ],
)
def test_a_limit_holds_at_its_bound_and_not_beyond(limit, at, beyond) -> None:
    schema = narrow(Request, {"duration": limit}, "narrow")
    assert accepts(schema, {"prompt": "a", "duration": at})
    assert not accepts(schema, {"prompt": "a", "duration": beyond})


def test_a_required_field_stays_so() -> None:
    schema = narrow(Request, {"prompt": Limit(max_length=3)}, "narrow")
    assert [accepts(schema, document) for document in ({"prompt": "abc"}, {"prompt": None}, {})] == [True, False, False]


def test_a_variant_exists_for_the_models_that_name_it() -> None:
    assert "seed" in narrow(Request, {"seed": Limit()}, "narrow").model_fields
    assert "seed" not in narrow(Request, {"prompt": Limit()}, "narrow").model_fields


def test_a_nested_object_is_narrowed_by_path() -> None:
    schema = narrow(Request, {"params.mode": Limit(choice=("pro",))}, "narrow")
    assert accepts(schema, {"prompt": "a", "params": {"mode": "pro"}})
    assert not accepts(schema, {"prompt": "a", "params": {"mode": "std"}})
    assert not accepts(schema, {"prompt": "a", "params": {"steps": 1}})


def test_a_limit_says_where_it_comes_from() -> None:
    schema = narrow(Request, {"duration": Limit(max=8, source=guess("ours"))}, "narrow")
    assert guess("ours") in anatomy(schema.model_fields["duration"])[1]


@pytest.mark.parametrize("path", ["length", "length.max"])
def test_a_limit_of_a_field_that_is_not_there_is_a_mistake(path) -> None:
    with pytest.raises(ValueError, match="a-model limits fields that Request does not have: length"):
        narrow(Request, {path: Limit()}, "a-model")


# Reading


def test_nulls_are_left_out() -> None:
    assert without_nulls({"a": None, "b": 0, "c": {"d": None}}) == {"b": 0, "c": {"d": None}}


@pytest.mark.parametrize(
    ("document", "kind", "field"),
    [
        ({}, Kind.MISSING_INPUT, "prompt"),
        ({"prompt": 1}, Kind.MODEL_LIMIT, "prompt"),
        ({"prompt": "a", "duration": 61}, Kind.MODEL_LIMIT, "duration"),
        ({"prompt": "a", "images": ["b", 1]}, Kind.MODEL_LIMIT, "images.1"),
        ({"prompt": "a", "params": {"steps": "x"}}, Kind.MODEL_LIMIT, "params.steps"),
    ],
)
def test_a_refusal_names_the_kind_and_the_first_field(document, kind, field) -> None:
    with pytest.raises(ApiError) as refused:
        validate(Request, document, broken=Kind.MODEL_LIMIT)
    refusal = refused.value.refusal
    assert (refusal.kind, refusal.field, refusal.issues[0].field) == (kind, field, field)
    assert refusal.message.startswith(f"{field}: ")


def test_a_refusal_holds_every_issue_and_its_bounds() -> None:
    with pytest.raises(ApiError) as refused:
        validate(Request, {"prompt": 1, "duration": 61})
    issues = refused.value.refusal.issues
    assert [(issue.field, issue.rule) for issue in issues] == [
        ("prompt", "string_type"),
        ("duration", "less_than_equal"),
    ]
    assert issues[1].context["le"] == 60


def test_json_is_read_strictly_and_form_text_leniently() -> None:
    assert validate(Request, {"prompt": "a", "duration": "5"}, strict=False).duration == 5
    with pytest.raises(ApiError):
        validate(Request, {"prompt": "a", "duration": "5"})
