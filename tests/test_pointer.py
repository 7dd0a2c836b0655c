"""JSON pointers, as RFC 6901 has them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.pointer import error_text, find, put, remove, stands

DOCUMENT = {"a": [{"b": 1}, 2], "m/n": 3, "o~p": 4, "": 5, "none": None}

NAMES = st.sampled_from(["a", "b", "m/n", "o~p", "", "0", "~01", "-"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["x", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
POINTERS = st.lists(NAMES | st.sampled_from(["1", "2"]), max_size=4).map(
    lambda names: "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
)


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
        ("/a/01", None),
        ("/a/\u0661", None),
        ("/a/" + "9" * 5_000, None),
        ("/nothing", None),
    ],
)
def test_a_pointer_leads_to_a_value_or_to_nothing(pointer: str, found: object) -> None:
    assert find(DOCUMENT, pointer) == found


@given(st.dictionaries(st.text(), st.integers(), min_size=1))
def test_every_name_can_be_pointed_at(document: dict[str, int]) -> None:
    for name, value in document.items():
        assert find(document, "/" + name.replace("~", "~0").replace("/", "~1")) == value


def test_null_stands_where_nothing_does_not() -> None:
    pointers = ("/none", "/a/0/b", "", "/a/9", "/b")
    assert [pointer for pointer in pointers if stands(DOCUMENT, pointer)] == ["/none", "/a/0/b", ""]


# Changed copies


@given(DOCUMENTS, POINTERS, DOCUMENTS)
def test_what_was_put_is_found_or_the_pointer_led_nowhere(document: Any, pointer: str, value: Any) -> None:
    changed = put(document, pointer, value)
    if stands(changed, pointer):
        assert find(changed, pointer) == value
    else:
        assert changed == document


@given(DOCUMENTS, POINTERS)
def test_what_was_removed_is_gone(document: Any, pointer: str) -> None:
    removed = remove(document, pointer)
    parent, _, name = pointer.rpartition("/")
    if isinstance(find(document, parent), dict) and pointer:
        assert not stands(removed, f"{parent}/{name}")
    elif not stands(document, pointer):
        assert removed == document


@given(DOCUMENTS, POINTERS, POINTERS)
def test_an_original_never_changes(document: Any, first: str, second: str) -> None:
    before = deepcopy(document)
    remove(put(put(document, first, {"new": [1]}), second, None), first)
    assert document == before


@pytest.mark.parametrize(
    ("pointer", "changed"),
    [
        ("", 9),
        ("/a/0/b", {"a": [{"b": 9}, 2], "c": None}),
        ("/a/1", {"a": [{"b": 1}, 9], "c": None}),
        ("/c/d~1e/f", {"a": [{"b": 1}, 2], "c": {"d/e": {"f": 9}}}),
        ("/d/0", {"a": [{"b": 1}, 2], "c": None, "d": {"0": 9}}),
        ("/a/2", {"a": [{"b": 1}, 2], "c": None}),
        ("/a/-", {"a": [{"b": 1}, 2], "c": None}),
        ("/a/1/b", {"a": [{"b": 1}, 2], "c": None}),
    ],
)
def test_a_value_is_put_where_it_can_be(pointer: str, changed: Any) -> None:
    assert put({"a": [{"b": 1}, 2], "c": None}, pointer, 9) == changed


@pytest.mark.parametrize(
    ("pointer", "left"),
    [
        ("/a/0", {"a": [{"b": 2}], "c": None}),
        ("/a/1/b", {"a": [1, {}], "c": None}),
        ("/c", {"a": [1, {"b": 2}]}),
        ("/c/d", {"a": [1, {"b": 2}], "c": None}),
        ("/a/7", {"a": [1, {"b": 2}], "c": None}),
        ("", {"a": [1, {"b": 2}], "c": None}),
    ],
)
def test_a_value_is_removed_from_where_it_stands(pointer: str, left: Any) -> None:
    assert remove({"a": [1, {"b": 2}], "c": None}, pointer) == left


# Errors


@pytest.mark.parametrize(
    ("document", "text"),
    [({"error": "no"}, "no"), ({"error": {"message": "no"}}, "no"), ({"error": {}}, ""), ({}, ""), (None, "")],
)
def test_an_error_is_a_text_or_an_object_with_a_message(document: Any, text: str) -> None:
    assert error_text(document, "/error") == text
