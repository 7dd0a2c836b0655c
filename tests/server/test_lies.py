"""Answers that lie: what every change does to a document, and what it leaves alone."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.scenario import Changes
from mockvideo.dialect import Pointers
from mockvideo.pointer import find, stands
from mockvideo.schema import Json
from mockvideo.server.lies import DEEPEST, extras, lie, places

POINTERS = Pointers(
    submitted="/jobId",
    polled="/id",
    status="/status",
    progress="/progress",
    video="/result/url",
    error="/error",
    mirrors={"id": ("/task/id",), "video": ("/clips/0", "/clips/1")},
)
DONE: Json = {"id": "j1", "status": "done", "progress": 100, "result": {"url": "u"}, "error": None, "final": True}

NAMES = st.sampled_from(["id", "status", "progress", "result", "url", "clips", "0", "task", "error", "a/b"])
VALUES = st.none() | st.booleans() | st.integers(0, 100) | st.floats(0, 1) | st.sampled_from(["u", ""])
JSON = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
DOCUMENTS = st.dictionaries(NAMES, JSON, max_size=5)
WORDS = ("id", "status", "progress", "video", "error", "poll_url")
PLACES = st.sampled_from([*WORDS, "nowhere", "/status", "/result/url", "/clips/1", "/a~1b", "/new/deep", "/"])
LISTS = st.lists(PLACES, max_size=2).map(tuple)
CHANGES = st.builds(
    Changes,
    set=st.dictionaries(PLACES, JSON, max_size=2),
    null=LISTS,
    omit=LISTS,
    text=LISTS,
    rename=st.dictionaries(PLACES, PLACES, max_size=2),
    wrap=st.none() | st.sampled_from(["data", ""]),
    extra=st.integers(0, 7),
)


def told(document: Json = DONE, *, operation: str = "poll", **changes: Any) -> Json:
    return lie(document, Changes(**changes), POINTERS, operation=operation)


# Properties


@given(DOCUMENTS, CHANGES, st.sampled_from(["submit", "poll"]))
def test_the_truth_stays_as_it_is(document: Json, changes: Changes, operation: str) -> None:
    truth, script = deepcopy(document), deepcopy(changes)
    lied = lie(document, changes, POINTERS, operation=operation)
    assert (document, changes) == (truth, script)
    assert json.dumps(lied)


@given(DOCUMENTS)
def test_no_changes_are_the_truth(document: Json) -> None:
    assert told(document) == document


@given(DOCUMENTS, PLACES, JSON)
def test_what_is_set_is_found_at_every_place_that_stood(document: Json, place: str, value: Any) -> None:
    there = places(place, POINTERS, "poll")
    expected = [pointer for pointer in there if stands(document, pointer)] or list(there[:1])
    lied = told(document, set={place: value})
    assert all(find(lied, pointer) == value for pointer in expected if stands(lied, pointer))
    assert [pointer for pointer in expected if not stands(lied, pointer)] == [] or lied == document


@given(DOCUMENTS, PLACES)
def test_what_is_omitted_is_nowhere(document: Json, place: str) -> None:
    lied = told(document, omit=(place,))
    lists = isinstance(document.get("clips"), list)
    assert not any(stands(lied, pointer) for pointer in places(place, POINTERS, "poll") if not lists)


@given(DOCUMENTS, PLACES)
def test_only_setting_makes_something_of_nothing(document: Json, place: str) -> None:
    if not any(stands(document, pointer) for pointer in places(place, POINTERS, "poll")):
        lied = told(document, null=(place,), omit=(place,), text=(place,), rename={place: "/moved"})
        assert lied == document


@given(st.integers(0, 40))
def test_so_many_unknown_fields_are_added_and_always_the_same(number: int) -> None:
    lied = told(extra=number)
    assert len(lied) == len(DONE) + number
    assert lied == DONE | extras(number)


# Changes one by one


@pytest.mark.parametrize(
    ("changes", "lied"),
    [
        ({"set": {"status": "NOT_START"}}, {"id": "j", "status": "NOT_START", "progress": 5}),
        ({"set": {"video": ""}}, {"id": "j", "status": "s", "progress": 5, "result": {"url": ""}}),
        ({"set": {"poll_url": "/x"}}, {"id": "j", "status": "s", "progress": 5}),
        ({"set": {"status": None}}, {"id": "j", "status": None, "progress": 5}),
        ({"set": {"/status/word": "s"}}, {"id": "j", "status": "s", "progress": 5}),
        ({"set": {"nowhere": 1}}, {"id": "j", "status": "s", "progress": 5}),
        ({"null": ("status", "video")}, {"id": "j", "status": None, "progress": 5}),
        ({"omit": ("id", "video", "/nowhere")}, {"status": "s", "progress": 5}),
        ({"text": ("progress", "status", "error")}, {"id": "j", "status": "s", "progress": "5"}),
        ({"rename": {"id": "/task_id"}}, {"status": "s", "progress": 5, "task_id": "j"}),
        ({"rename": {"status": "/data/status"}}, {"id": "j", "progress": 5, "data": {"status": "s"}}),
        ({"rename": {"status": "progress"}}, {"id": "j", "progress": "s"}),
        ({"rename": {"id": "/status/x"}}, {"id": "j", "status": "s", "progress": 5}),
        ({"rename": {"id": "poll_url"}}, {"id": "j", "status": "s", "progress": 5}),
        ({"rename": {"video": "/url"}}, {"id": "j", "status": "s", "progress": 5}),
        ({"wrap": "data"}, {"data": {"id": "j", "status": "s", "progress": 5}}),
        ({"wrap": "data", "extra": 1}, {"data": {"id": "j", "status": "s", "progress": 5}, "extra_1": "blue"}),
        ({"set": {"progress": 7}, "text": ("progress",)}, {"id": "j", "status": "s", "progress": "7"}),
    ],
)
def test_a_change_does_what_it_says(changes: dict[str, Any], lied: Json) -> None:
    assert told({"id": "j", "status": "s", "progress": 5}, **changes) == lied


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (True, "true"), (None, None), ("x", "x"), ([1], [1])])
def test_numbers_and_booleans_become_texts(value: Any, text: Any) -> None:
    assert told({"progress": value}, text=("progress",)) == {"progress": text}


@pytest.mark.parametrize(
    ("changes", "lied"),
    [
        ({"omit": ("video",)}, {"clips": ["c"]}),
        ({"null": ("video",)}, {"clips": [None, None, "c"]}),
        ({"set": {"video": "x"}}, {"clips": ["x", "x", "c"]}),
        ({"rename": {"video": "/url"}}, {"clips": ["c"], "url": "a"}),
    ],
)
def test_a_change_reaches_the_places_that_repeat_a_value(changes: dict[str, Any], lied: Json) -> None:
    assert told({"clips": ["a", "b", "c"]}, **changes) == lied


@pytest.mark.parametrize(
    ("operation", "pointer"), [("submit", "/jobId"), ("generate", "/jobId"), ("poll", "/id"), ("list", "/id")]
)
def test_an_id_stands_where_the_operation_answers_it(operation: str, pointer: str) -> None:
    assert places("id", POINTERS, operation)[0] == pointer


def test_an_id_is_polled_where_it_was_submitted_unless_it_is_said() -> None:
    assert places("id", Pointers(submitted="/id", video="/v", error="/e"), "poll") == ("/id",)


def test_a_pointer_that_is_too_deep_leads_nowhere() -> None:
    assert told(set={"/a" * (DEEPEST + 1): 1, "/b" * 5_000: 1}) == DONE


def test_an_unknown_field_never_hides_a_known_one() -> None:
    assert told({"extra_1": "mine"}, extra=2) == {"extra_1": "mine", "extra_2": 7}


def test_unknown_fields_have_every_type() -> None:
    kinds = [type(value) for value in extras(5).values()]
    assert kinds == [str, int, type(None), dict, list]
