"""What ``mockvideo dialects --errors`` says of every status."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from mockvideo.cli.refusals import STATUSES
from mockvideo.dialects import load

Invoke = Callable[..., Result]

NAMES = list(load())


def rows(shown: Result) -> list[list[str]]:
    return [line.split() for line in shown.stdout.splitlines()]


def test_every_dialect_has_a_row_for_every_status(invoke: Invoke) -> None:
    head, *found = rows(invoke("dialects", "--errors"))

    assert head == ["dialect", "status", "is", "kind", "words"]
    assert [row[:2] for row in found] == [[name, str(status)] for name in NAMES for status in STATUSES]
    assert {row[2] for row in found} == {"documented", "decided", "literal"}


def test_a_row_says_whether_its_words_are_documented(invoke: Invoke) -> None:
    lines = invoke("dialects", "--errors").stdout.splitlines()
    said = {tuple(line.split()[:2]): " ".join(line.split()[2:]) for line in lines}

    assert said["a4f", "402"] == "literal insufficient_credits rate_limit_exceeded, rate_limit_error"
    assert said["lemondata", "401"] == "documented invalid_key invalid_api_key"
    assert said["apiframe", "429"] == "decided rate_limited Too many requests"


def test_only_the_dialects_that_were_named_are_shown(invoke: Invoke) -> None:
    _, *found = rows(invoke("dialects", "--errors", "sora", "a4f"))

    assert [row[0] for row in found] == ["sora"] * len(STATUSES) + ["a4f"] * len(STATUSES)


@pytest.mark.parametrize("name", NAMES)
def test_one_dialect_is_shown_with_its_whole_answers(invoke: Invoke, name: str) -> None:
    _, answers = invoke("dialects", "--errors", name).stdout.split("\n\n")
    head, *lines = answers.splitlines()
    documents = {int(status): json.loads(document) for status, document in (line.split(None, 1) for line in lines)}

    assert head.split() == ["status", "answer"]
    assert tuple(documents) == STATUSES
    assert all(load()[name].error.model_validate(document, strict=True) for document in documents.values())


def test_an_answer_is_the_one_to_the_dialects_example(invoke: Invoke) -> None:
    shown = invoke("dialects", "--errors", "a4f").stdout

    assert "The model 'provider-2/kling-v2.1' is not available on your current plan." in shown
    assert "Not found: POST /v1/video/generations" in shown


def test_several_dialects_are_shown_one_after_the_other(invoke: Invoke) -> None:
    shown = invoke("dialects", "beluga", "sora").stdout

    assert shown.index("POST /beluga/v1/videos/generations") < shown.index("POST /sora/v1/videos ")
    assert shown.count("\nfidelity ") == 2
