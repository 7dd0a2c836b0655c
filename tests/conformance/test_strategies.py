"""What is drawn from the types is accepted, and what is spoilt refused."""

from __future__ import annotations

import re
from typing import Annotated, Any

import pytest
from annotated_types import Interval, Len
from hypothesis import given
from hypothesis import strategies as st
from pydantic import StringConstraints, TypeAdapter

from mockvideo.conformance.acceptance import refused
from mockvideo.conformance.fields import of_type
from mockvideo.conformance.strategies import invalid_requests, objects, requests, values
from mockvideo.schema import Examples, Integer, OneOf, Strict
from tests.conformance.toy import ROWS, Camera, Request, toy

TOY = toy()


@pytest.mark.parametrize(
    "kind",
    [
        str,
        bool,
        int,
        float,
        Any,
        Camera,
        str | bool,
        list[Camera],
        Annotated[str, Len(3, 5)],
        Annotated[str, Examples(("a", "b"))],
        Annotated[str, StringConstraints(pattern=r"^https?://\S+$")],
        Annotated[str, StringConstraints(pattern="^a+$"), Examples(("a",))],
        Annotated[Integer, Interval(ge=1, le=8)],
        Annotated[Integer, OneOf((5, 10))],
        Annotated[float, Interval(ge=0.5)],
        Annotated[list[bool], Len(2, 2)],
        Annotated[list[int], Len(0, 1)],
        Annotated[list[int], Len(5)],
    ],
    ids=lambda kind: re.sub(" at 0x[0-9a-f]+", "", str(kind)),
)
@given(data=st.data())
def test_a_value_drawn_from_a_type_fits_it(kind, data) -> None:
    value = data.draw(values(of_type(kind)))
    TypeAdapter(kind, config=None if kind is Camera else {"allow_inf_nan": False}).validate_python(value, strict=True)


@given(objects(Request))
def test_an_object_has_its_required_fields(document) -> None:
    assert document.keys() >= {"model", "prompt"}


class Nothing(Strict):
    """No field."""


@given(objects(Nothing))
def test_an_object_without_fields_is_empty(document) -> None:
    assert document == {}


@given(requests(TOY))
def test_a_drawn_request_is_accepted(document) -> None:
    assert refused(TOY, document) is None


@pytest.mark.parametrize("model", ROWS)
@given(data=st.data())
def test_a_request_is_drawn_for_the_model_that_was_asked_for(model, data) -> None:
    assert data.draw(requests(TOY, model))["model"] == model


@given(invalid_requests(TOY))
def test_a_spoilt_request_is_refused(invalid) -> None:
    assert refused(TOY, invalid.document)
    assert invalid.wrong
