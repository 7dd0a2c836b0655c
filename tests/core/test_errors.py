"""A refusal is a value; one exception carries it."""

from __future__ import annotations

import pytest

from mockvideo.core.errors import NO_FACTS, ApiError, Issue, Kind, Refusal, no_facts


def test_an_error_carries_what_was_said_of_it() -> None:
    issue = Issue(("params", "images", 0), "url_parsing", "Invalid URL")
    error = ApiError(Kind.RATE_LIMITED, "slowly", field="model", issues=(issue,), retry_after=3.0, id="a")
    assert error.refusal == Refusal(Kind.RATE_LIMITED, "slowly", "model", (issue,), 3.0, {"id": "a"})


@pytest.mark.parametrize(("message", "told"), [("", "invalid_key"), ("no such key", "no such key")])
def test_an_error_reads_well_in_a_traceback(message, told) -> None:
    assert str(ApiError(Kind.INVALID_KEY, message)) == told


def test_a_planned_refusal_is_raised_as_it_is() -> None:
    refusal = Refusal(Kind.TIMEOUT, "too late", retry_after=1.0, facts={"model": "a"})
    assert ApiError.of(refusal).refusal == refusal


def test_what_is_known_already_is_raised_with_more_facts() -> None:
    refusal = Refusal(Kind.MODEL_LIMIT, field="size", facts={"size": "1x1"})
    told = ApiError.of(refusal, model="a").refusal
    assert (told.field, told.facts) == ("size", {"size": "1x1", "model": "a"})


def test_an_issue_names_its_field_as_clients_read_it() -> None:
    assert Issue(("params", "images", 0), "missing", "").field == "params.images.0"
    assert Issue((), "missing", "").field == ""


def test_the_empty_facts_cannot_be_filled() -> None:
    assert Refusal(Kind.TIMEOUT).facts is Issue((), "", "").context is no_facts() is NO_FACTS
    with pytest.raises(TypeError):
        NO_FACTS["a"] = 1
