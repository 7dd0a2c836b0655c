"""How documents differ from their schemas, and who documents the fields."""

from __future__ import annotations

from typing import Annotated

import pytest
from annotated_types import Interval

from mockvideo.conformance.provider.drift import NEW, drifts, shown
from mockvideo.provenance import SEED, Origin, guess, page
from mockvideo.schema import Lenient

PAGE, GUESS = page("tern.example/docs"), guess("the page names no unit")


class Part(Lenient):
    """One item."""

    url: Annotated[str, PAGE]
    seconds: Annotated[float, Interval(ge=0), GUESS] | None = None


class Whole(Lenient):
    """A document with items."""

    id: Annotated[str, SEED]
    parts: Annotated[list[Part], PAGE]
    first: Annotated[Part, SEED] | None = None


FINE = {"id": "a", "parts": [{"url": "u"}]}


def test_a_document_that_fits_has_no_drift() -> None:
    assert list(drifts(Whole, FINE)) == []


@pytest.mark.parametrize(
    ("document", "place", "differs", "source"),
    [
        ({"id": "a"}, "/parts", "is missing", PAGE),
        ({**FINE, "id": 5}, "/id", "Input should be a valid string, not 5", SEED),
        (
            {**FINE, "parts": [{"url": "u"}, {"url": None}]},
            "/parts/1/url",
            "Input should be a valid string, not null",
            PAGE,
        ),
        (
            {**FINE, "first": {"url": "u", "seconds": -1}},
            "/first/seconds",
            "Input should be greater than or equal to 0, not -1",
            GUESS,
        ),
        ({**FINE, "parts": [{"url": "u", "size": 7}]}, "/parts/size", "is new: 7", NEW),
        ({**FINE, "first": {"url": "u", "hint": None}}, "/first/hint", "is new: null", NEW),
        (None, "", "Input should be a valid dictionary or instance of Whole, not null", None),
    ],
)
def test_each_difference_has_its_place_and_its_source(document, place, differs, source) -> None:
    assert list(drifts(Whole, document)) == [(place, differs, source)]


def test_what_nobody_documents_is_ours_to_correct() -> None:
    assert NEW.origin is Origin.GUESS


def test_long_values_are_cut_and_strange_letters_spelled() -> None:
    assert shown("é\x1b") == '"\\u00e9\\u001b"'
    assert len(shown("a" * 1_000)) == 81
