"""Saved examples: of the same form as those that ship, and without anything that is somebody's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.provider import fixtures
from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.profile import PLAIN
from mockvideo.conformance.provider.rules.lifecycle import job_id
from tests.conformance.provider.examining import DIALECTS, target

FORM = {"source", "operation", "request", "response", "state", "kind"}
KEY = "sk-very-secret"


def saved(url: str, dialect: str, folder: Path) -> tuple[Any, list[dict[str, Any]]]:
    paid = replace(target(url, dialect, profile=PLAIN, sleep=lambda _: None), control_url=None, api_key=KEY)
    report = check_provider(paid)
    paths = fixtures.write(report.record, folder / "new", (KEY,), "a server, asked today")
    return report, [json.loads(path.read_text("utf-8")) for path in paths]


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_an_example_has_the_form_of_those_that_ship(url, dialect, tmp_path) -> None:
    _, examples = saved(url, dialect, tmp_path)
    assert len(examples) > 5
    for example in examples:
        assert example.keys() <= FORM
        assert example["source"] == {"kind": "code", "where": "a server, asked today"}
        assert example["request"].keys() <= {"method", "path", "query", "json"}
        assert re.fullmatch(r"/[^?#\s]+", example["request"]["path"])
    names = [path.stem for path in (tmp_path / "new").iterdir()]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_nothing_that_is_somebodys_is_saved(url, dialect, tmp_path) -> None:
    report, examples = saved(url, dialect, tmp_path)
    text = json.dumps(examples)
    ids = {job_id(report.record.dialect, exchange) for exchange in report.record.exchanges} - {None}
    assert KEY not in text
    assert "127.0.0.1" not in text
    assert [name for name in ids if isinstance(name, str) and name in text] == []


def test_documents_of_the_account_are_not_saved(url, tmp_path) -> None:
    _, examples = saved(url, "apiframe", tmp_path)
    assert not [example for example in examples if example["request"]["path"] == "/v2/me" and "kind" not in example]


@given(st.text("abc/:", min_size=1), st.text("abc/: "), st.text("abc/: "))
def test_a_secret_is_found_wherever_it_stands(secret, before, after) -> None:
    scrub = fixtures.Scrub({secret: "X"})
    hidden = scrub.value({"a": [f"{before}{secret}{after}", 1, None]})
    assert secret not in hidden["a"][0]
    assert hidden["a"][1:] == [1, None]


def test_the_same_url_is_replaced_by_the_same_one() -> None:
    scrub = fixtures.Scrub({})
    first, second, again = map(scrub.text, ["https://a/1.mp4?t=1", "see https://b/x", "https://a/1.mp4?t=1"])
    assert (first, second, again) == ("https://example.com/1.mp4", "see https://example.com/2", first)


def test_what_is_long_is_cut() -> None:
    assert fixtures.Scrub({}).text("b" * 500) == "AAAA"
