"""An adapter for several providers ends alike in all of them, or is told where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import reference
from mutants import MUTANTS

from mockvideo.conformance import compare
from mockvideo.conformance.client.bench import Limits
from mockvideo.conformance.differential import Comparison, Differences, Options, Outcome
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.dialects import load
from mockvideo.script.problems import ScriptError
from mockvideo.shipped import folder

# Where all providers can be alike: whether the clip is there, or why there is none, is the same in each of them.
ALIKE = (
    *("400", "401", "402", "429", "503", "accepted-reply-lost", "accepted-then-504-page", "another-id-in-polls"),
    *("as-documented", "busy-then-fine", "captive-portal", "completed-then-running", "content-503-for-a-while"),
    *("content-policy", "download-cut", "error-in-200", "extra-fields", "fails-at-89-percent", "flaky-polls"),
    *("opaque-poll-url", "poll-429", "progress-strings", "rate-limit-date", "rate-limit-day", "status-in-capitals"),
    *("times-out", "unknown-status-final", "unknown-status-transitional"),
)
# Each is run in all dialects: some always, all of them in the full run.
SOME = (
    *("402", "accepted-reply-lost", "another-id-in-polls", "as-documented", "error-in-200", "fails-at-89-percent"),
    *("opaque-poll-url", "unknown-status-transitional"),
)
Adapter = Callable[..., Any]


def film(dialect: str, base_url: str, api_key: str, request: Mapping[str, Any]) -> bytes:
    """The reference client as an adapter."""
    return reference.Client(load()[dialect], base_url, api_key).generate(dict(request))


def with_bug(mutant: str, where: str) -> Adapter:
    """The adapter, with the bug of a mutant in one dialect."""

    def adapter(dialect: str, base_url: str, api_key: str, request: Mapping[str, Any]) -> bytes:
        client = MUTANTS[mutant].client if dialect == where else reference.Client
        return client(load()[dialect], base_url, api_key).generate(dict(request))

    return adapter


def returning(values: Mapping[str, Any]) -> Adapter:
    """An adapter that asks for nothing, and returns these values, or raises them."""

    def adapter(dialect: str, *_: Any) -> Any:
        if isinstance(values[dialect], Exception):
            raise values[dialect]
        return values[dialect]

    return adapter


def groups(found: Differences) -> list[dict[str, list[str]]]:
    return [
        {says: [outcome.dialect for outcome in group] for says, group in each.groups.items()}
        for each in found.comparisons
    ]


@pytest.mark.parametrize(
    "scenarios", [pytest.param(SOME, id="some"), pytest.param(ALIKE, id="all", marks=pytest.mark.full)]
)
def test_an_adapter_that_is_right_ends_alike_everywhere(
    mockvideo_server: SimpleNamespace, scenarios: Sequence[str]
) -> None:
    found = compare(film, scenarios, options=Options(control_url=mockvideo_server.url))
    assert not found, found


def test_a_bug_in_one_dialect_is_told_with_just_that_one(url: str) -> None:
    found = compare(with_bug("OneWordForSuccess", "lemondata"), ["as-documented", "status-in-capitals"], None, at(url))
    (different,) = found.found

    assert (different.scenario, different.odd) == ("status-in-capitals", ["lemondata"])
    assert "1 of 2 scenarios not alike in all dialects\nstatus-in-capitals: lemondata not as the others" in str(found)
    assert "    lemondata  " in str(found)
    assert "the job is not over after 1800 s; poll it again later (job (id))" in str(found)


def test_a_clip_that_is_paid_for_twice_is_another_outcome(url: str) -> None:
    found = compare(with_bug("SubmitsAgain", "sora"), ["accepted-reply-lost"], options=at(url))

    assert found.found[0].odd == ["sora"]
    assert found.found[0].groups["a clip, for 2 jobs"][0].submits == 2


def test_the_clips_of_one_request_have_the_same_size_and_length(url: str) -> None:
    words = {"lemondata": {"duration": 4}, "sora": {"seconds": "8"}}

    def adapter(dialect: str, base_url: str, api_key: str, request: Mapping[str, Any]) -> bytes:
        return film(dialect, base_url, api_key, {**load()[dialect].example, **request, **words[dialect]})

    options = replace(at(url), request={"prompt": "A calm ocean"})
    found = compare(adapter, ["as-documented"], words, options)

    assert groups(found) == [{"a clip of 1280 x 720, 4 s": ["lemondata"], "a clip of 1280 x 720, 8 s": ["sora"]}]


def test_a_job_takes_no_time_where_nobody_can_sleep(url: str) -> None:
    slow = Scenario(description="slow", timing="documented", rules=(Rule(on="submit", timing="documented"),))
    found = compare(film, [slow], ["a4f"], replace(at(url), limits=Limits(real=10)))

    assert [(each.scenario, list(each.groups)) for each in found.comparisons] == [("slow", ["a clip"])]


def test_a_scenario_is_a_name_a_rule_or_a_file(url: str) -> None:
    given = ["402", "status = 402", folder("scenarios") / "402.toml", str(folder("scenarios") / "402.toml")]
    found = compare(film, given, ["beluga"], at(url))

    assert [list(each.groups) for each in found.comparisons] == [["VideoError"]] * 4
    assert [each.outcomes[0].cost for each in found.comparisons] == [Decimal(0)] * 4


def test_what_is_no_clip_is_compared_as_it_is_written(url: str, tmp_path: Path) -> None:
    page = tmp_path / "clip.mp4"
    page.write_bytes(b"<html>")
    values = {"apiframe": {"status": "failed"}, "beluga": page, "sora": f"{url}/media/nowhere"}
    found = compare(returning(values), ["as-documented"], values, at(url))

    assert groups(found) == [{"a file that is no clip": ["beluga", "sora"], "{'status': 'failed'}": ["apiframe"]}]


def test_an_error_is_compared_by_its_class(url: str) -> None:
    values = {"apiframe": KeyError("id"), "beluga": ValueError("one"), "sora": ValueError("two")}
    found = compare(returning(values), ["as-documented"], values, at(url))

    assert groups(found) == [{"ValueError": ["beluga", "sora"], "KeyError": ["apiframe"]}]
    assert str(found).splitlines()[-1] == "    apiframe   0 requests, 0 submits, 0: 'id'"


def test_an_adapter_may_be_asynchronous_and_hand_out_a_url(url: str) -> None:
    async def adapter(dialect: str, base_url: str, api_key: str, request: Mapping[str, Any]) -> str:
        client = reference.Client(load()[dialect], base_url, api_key)
        with client.http:
            answer = client.submit(dict(request))
            await asyncio.sleep(3_600)
            job = client.job_of(answer)
            return str(client.clip_url(client.poll(client.poll_url(answer, job), job)))

    found = compare(adapter, ["as-documented"], ["apiframe", "beluga"], at(url))

    assert groups(found) == [{"a clip": ["apiframe", "beluga"]}]


def test_an_adapter_without_an_end_is_ended(url: str) -> None:
    found = compare(with_bug("NoDeadline", "beluga"), ["stuck-in-queue"], ["apiframe", "beluga"], at(url))

    assert groups(found) == [{"VideoError": ["apiframe"], "no end": ["beluga"]}]
    assert "it still sleeps after all the virtual time" in str(found)


def test_what_nobody_knows_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no dialect 'belluga'; did you mean beluga"):
        compare(film, ["402"], ["belluga"], at(url))
    with pytest.raises(ScriptError, match="No scenario is called 'out-of-credit'; did you mean out-of-credits"):
        compare(film, ["out-of-credit"], ["beluga"], at(url))


def test_those_that_are_fewer_are_the_odd_ones() -> None:
    outcomes = tuple(outcome(name, says) for name, says in zip("abcde", ["x", "y", "y", "z", "y"], strict=True))

    assert Comparison("c", outcomes).odd == ["a", "d"]
    assert str(Comparison("c", outcomes[1:3])).splitlines() == [
        "c: all alike",
        "  y",
        "    b          3 requests, 1 submit, 0.4 USD: why",
        "    c          3 requests, 1 submit, 0.4 USD: why",
    ]


def at(url: str) -> Options:
    return Options(control_url=url)


def outcome(dialect: str, says: str) -> Outcome:
    cost = Decimal("0.40")
    return Outcome(dialect=dialect, says=says, detail="why", requests=3, submits=1, cost=cost, currency="USD")
