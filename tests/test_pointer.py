"""JSON pointers, as RFC 6901 has them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.pointer import error_text, find

DOCUMENT = {"a": [{"b": 1}, 2], "m/n": 3, "o~p": 4, "": 5, "none": None}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", DOCUMENT),
        ("/a/0/b", 1),
        ("/a/1", 2),
        ("/m~1n", 3),
        ("/o~0p", 4),
        ("/", 5),
        ("/none/deeper", None),
        ("/a/2", None),
        ("/a/-", None),
        ("/a/1/b", None),
        ("/nothing", None),
    ],
)
def test_a_pointer_leads_to_a_value_or_to_nothing(pointer: str, found: object) -> None:
    assert find(DOCUMENT, pointer) == found


@given(st.dictionaries(st.text(), st.integers(), min_size=1))
def test_every_name_can_be_pointed_at(document: dict[str, int]) -> None:
    for name, value in document.items():
        assert find(document, "/" + name.replace("~", "~0").replace("/", "~1")) == value


@pytest.mark.parametrize(
    ("document", "text"),
    [({"error": "no"}, "no"), ({"error": {"message": "no"}}, "no"), ({"error": {}}, ""), ({}, ""), (None, "")],
)
def test_an_error_is_a_text_or_an_object_with_a_message(document: Any, text: str) -> None:
    assert error_text(document, "/error") == text
