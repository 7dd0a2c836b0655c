"""Rules in Python: the same values as in files, in force at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import httpx
import pytest
from hypothesis import given

from mockvideo.core import errors, faults, scenario, timing
from mockvideo.core.errors import Kind
from mockvideo.core.jobs import Reason, Refund
from mockvideo.core.scenario import Rule, Scenario
from mockvideo.script import read
from mockvideo.script.fields import OPERATIONS
from mockvideo.script.problems import ScriptError
from mockvideo.testing import scripting, tables
from mockvideo.testing.control import Control, ControlError
from mockvideo.testing.handle import MockVideo
from mockvideo.testing.scripting import When
from tests.script.writing import RULES, document, written
from tests.testing.holding import poll, send, states, submit

NARROWED = ("on", *tables.Narrowing.__annotations__)
COUNTED = ("times", "nth", "first", "after", "every", "share", "lasts")
ORDERED = ("timing", "outcome", "error", "status", "message", "retry_after", *tables.Fault.__annotations__)


class Taking:
    """A server that takes every rule, and keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.control = Control(httpx.Client(base_url="http://there", transport=httpx.MockTransport(self._take)), "k")

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(httpx.Response(200, content=request.content).json())
        return httpx.Response(200, json={})


def put(when: When, order: dict[str, Any]) -> Rule:
    """Say what a rule orders with the verb that a test would use."""
    if "timing" in order:
        return when.takes(**order["timing"])
    if "outcome" in order:
        outcome = order["outcome"]
        verbs = {"failed": when.fail, "never": when.never}
        ends = outcome.get("ends")
        return verbs[outcome.pop("ends")](**outcome) if ends in verbs else when.outcome(**outcome)
    if "status" in order:
        return when.status(order.pop("status"), **order)
    return when.error(order.pop("error"), **order) if "error" in order else when.fault(**order)


@given(RULES.filter(lambda rule: rule.timing != "documented"))
def test_a_rule_is_the_same_value_in_python_and_in_a_file(rule: Rule) -> None:
    there = read.scenario(written(Scenario(rules=(rule,))), name="file").rules[0]
    order = document(Scenario(rules=(rule,)))["rules"][0]
    server = Taking()
    when = When(server.control, {name: order.pop(name) for name in NARROWED if name in order})
    for name in COUNTED:
        if name in order:
            when = getattr(when, name)(order.pop(name))
    assert put(when, order) == there == read.one_rule(server.sent[0]["rule"], name="sent").rules[0]


@given(RULES)
def test_a_value_is_sent_as_the_tables_that_say_it(rule: Rule) -> None:
    server = Taking()
    scripting.put(server.control, rule)
    assert read.document(server.sent[0]["scenario"], name="sent").rules == (rule,)


# What editors and type checkers know


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (tables.KindWord, tuple(Kind)),
        (tables.ReasonWord, tuple(Reason)),
        (tables.RefundWord, tuple(Refund)),
        (tables.Operation, ("*", *OPERATIONS)),
    ],
)
def test_words_are_those_of_files(words: Any, values: tuple[str, ...]) -> None:
    assert get_args(words) == values


@pytest.mark.parametrize(
    ("table", "value"),
    [
        (tables.Lognormal, timing.Lognormal),
        (tables.Polls, timing.Polls),
        (tables.Stuck, timing.Stuck),
        (tables.HttpDate, errors.HttpDate),
        (tables.Literally, errors.Literally),
        (tables.Outcome, scenario.Outcome),
        (tables.Snapshot, faults.Earlier),
        (tables.Document, faults.Changes),
        (tables.Bytes, faults.Bytes),
        (tables.Connection, faults.Connection),
        (tables.Clip, faults.Damage),
        (tables.Webhook, faults.Mishap),
    ],
)
def test_a_table_has_the_fields_and_words_of_its_value(table: type, value: type) -> None:
    meant, told = get_type_hints(value), get_type_hints(table)
    assert {name: words(hint) for name, hint in told.items()} == {name: words(hint) for name, hint in meant.items()}


def words(hint: Any) -> set[str]:
    """The words that may stand in a field."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {each.value for each in hint}
    if get_origin(hint) is Literal:
        return {str(each) for each in get_args(hint)}
    return {word for each in get_args(hint) for word in words(each)}


def test_all_that_a_rule_says_can_be_said() -> None:
    assert sorted((*NARROWED, *COUNTED, *ORDERED)) == sorted(field.name for field in fields(Rule))
    assert all(hasattr(When, name) for name in COUNTED)


# In force


def test_a_refusal_is_the_dialects_own(held: MockVideo) -> None:
    rule = held.on("submit", model="sora*").times(2).error("rate_limited", retry_after=3)
    assert rule == Rule(on="submit", model="sora*", times=2, error=Kind.RATE_LIMITED, retry_after=3.0)
    answers = [send(held) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "0"


def test_a_refusal_may_have_a_message_and_any_time_to_wait(held: MockVideo) -> None:
    held.on("submit").error(Kind.RATE_LIMITED, "Slow down", {"text": "soon"})
    answer = send(held)
    assert ("Slow down" in answer.text, answer.headers["retry-after"]) == (True, "soon")


def test_a_status_is_literal(held: MockVideo) -> None:
    held.on("submit").status(503, "Gone fishing", "1m", error="upstream")
    answer = send(held)
    assert (answer.status_code, "Gone fishing" in answer.text) == (503, True)


def test_a_refusal_is_disturbed_by_the_rule_that_orders_it(held: MockVideo) -> None:
    held.on("submit").status(422, document={"beside": {"detail": []}, "wrap": "data"})
    answer = send(held)
    assert (answer.status_code, answer.json()["detail"]) == (422, [])


def test_a_job_fails(held: MockVideo) -> None:
    held.on("submit").fail("content_policy", at=0.5, refund="none")
    submit(held)
    held.clock.advance("1h")
    assert [(job.state, job.reason) for job in held.jobs] == [("failed", Reason.CONTENT_POLICY)]


def test_a_job_stands_still(held: MockVideo) -> None:
    held.on("submit").never(at=0.25)
    submit(held)
    held.clock.advance("30d")
    assert [(job.state, job.progress) for job in held.jobs] == [("running", 0.25)]


def test_a_job_ends_as_it_is_told(held: MockVideo) -> None:
    held.on("submit").outcome(ends="cancelled", forgotten_after="1h")
    job = submit(held)
    held.clock.advance("30m")
    assert (states(held), poll(held, job).status_code) == (["cancelled"], 200)
    held.clock.advance("2h")
    assert poll(held, job).status_code == 404


def test_a_job_takes_its_time(held: MockVideo) -> None:
    held.on("submit").takes(queue="2m", render=(60, 60), progress={"stuck_at": 0.5})
    submit(held)
    job = held.jobs[0]
    assert job.ends_at == job.submitted_at + 180
    held.clock.advance(179)
    assert held.jobs[0].progress == 0.5


def test_an_answer_is_disturbed(held: MockVideo) -> None:
    held.on("poll").first(1).fault(document={"set": {"status": "NEW"}})
    job = submit(held)
    assert [poll(held, job).json()["status"] == "NEW" for _ in range(2)] == [True, False]


def test_bytes_are_others(held: MockVideo) -> None:
    held.on("poll").fault(bytes={"html": 502})
    answer = poll(held, submit(held))
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (502, "text/html")


def test_a_connection_fails(held: MockVideo) -> None:
    held.on("submit").fault(connection={"reset": "before"})
    with pytest.raises(httpx.TransportError):
        send(held)


def test_a_clip_is_another(held: MockVideo) -> None:
    held.on("content").fault(clip={"kind": "empty"})
    held.finish(job := submit(held))
    assert held.client("sora").get(f"/v1/videos/{job}/content").content == b""


COUNTS: dict[str, tuple[Callable[[When], When], list[int]]] = {
    "nth": (lambda when: when.nth(2), [2]),
    "first": (lambda when: when.first(2), [1, 2]),
    "after": (lambda when: when.after(3), [4, 5]),
    "every": (lambda when: when.every(2), [2, 4]),
    "times": (lambda when: when.times(1), [1]),
    "share": (lambda when: when.share(1), [1, 2, 3, 4, 5]),
    "several": (lambda when: when.after(1).every(2).times(1), [2]),
}


@pytest.mark.parametrize(("narrowed", "acts"), COUNTS.values(), ids=list(COUNTS))
def test_a_rule_acts_on_the_requests_that_are_counted(held: MockVideo, narrowed: Any, acts: list[int]) -> None:
    narrowed(held.on("submit")).status(503)
    assert [number for number in range(1, 6) if send(held).status_code == 503] == acts


def test_a_rule_lasts_from_the_first_request_on(held: MockVideo) -> None:
    held.clock.switch("manual")
    held.on("submit").lasts("1m").status(503)
    assert send(held).status_code == 503
    held.clock.advance(61)
    assert send(held).is_success


def test_all_other_requests_are_as_ever(held: MockVideo) -> None:
    held.on("submit", dialect="s*", prompt="*snow*", image=False, between=(0, "1h")).status(402)
    assert [send(held, prompt=prompt).status_code for prompt in ("rain", "deep snow")] == [200, 402]


def test_the_last_rule_goes_first(held: MockVideo) -> None:
    held.on("submit").status(500)
    held.on("submit").times(1).status(503)
    assert [send(held).status_code for _ in range(2)] == [503, 500]


def test_what_was_begun_can_be_ended_in_several_ways(held: MockVideo) -> None:
    when = held.on("submit")
    rules = [when.nth(1).status(503), when.nth(2).status(429)]
    assert [rule.nth for rule in rules] == [1, 2]
    assert [send(held).status_code for _ in range(3)] == [503, 429, 200]


# Refused


WRONG: dict[str, tuple[Callable[[When], object], str]] = {
    "kind": (lambda when: when.error("rate_limted"), 'error is "rate_limted"; did you mean rate_limited?'),  # type: ignore[arg-type]  # on purpose
    "reason": (lambda when: when.fail("upstrem"), 'outcome.reason is "upstrem"; did you mean upstream?'),  # type: ignore[arg-type]  # on purpose
    "table": (lambda when: when.fault(conection={}), "conection is not known; did you mean connection?"),  # type: ignore[call-arg]  # on purpose
    "field": (
        lambda when: when.fault(connection={"rest": "head"}),  # type: ignore[typeddict-unknown-key]  # on purpose
        "connection.rest is not known; did you mean reset?",
    ),
    "time": (lambda when: when.takes("5 minutes"), 'timing.queue is "5 minutes"; write seconds'),
    "status": (lambda when: when.status(99), "status is 99; write a whole number from 200 to 599"),
    "nothing": (lambda when: when.fault(), "the rule orders nothing; write what: timing"),
}


@pytest.mark.parametrize(("wrong", "says"), WRONG.values(), ids=list(WRONG))
def test_what_makes_no_sense_is_refused_here_with_what_was_meant(wrong: Callable[[When], object], says: str) -> None:
    server = Taking()
    with pytest.raises(ScriptError) as caught:
        wrong(When(server.control, {"on": "submit"}))
    assert str(caught.value).startswith(says)
    assert server.sent == []


def test_an_operation_that_is_none_is_refused_with_what_was_meant() -> None:
    with pytest.raises(ScriptError, match='on is "sumbit", which is no operation; did you mean submit'):
        When(Taking().control, {"on": "sumbit"}).status(402)


# Whole scenarios


def in_force(held: MockVideo) -> list[str]:
    return [each["name"] for each in held.control.get("/scenario")["in_force"]]


def test_a_scenario_has_a_name(held: MockVideo) -> None:
    held.scenario("402")
    assert in_force(held) == ["402"]
    assert send(held).status_code == 402


def test_a_scenario_takes_the_place_of_what_was_in_force(held: MockVideo) -> None:
    held.on("submit").status(503)
    held.scenario("402")
    held.scenario("flaky-polls")
    assert in_force(held) == ["flaky-polls"]


def test_a_scenario_that_lasts_ends_by_itself(held: MockVideo) -> None:
    held.scenario("402", lasts="10m")
    held.clock.advance("11m")
    assert send(held).is_success


@pytest.mark.parametrize(
    "given",
    ['on = "submit", status = 418', Rule(on="submit", status=418), Scenario(rules=(Rule(on="submit", status=418),))],
    ids=["text", "rule", "scenario"],
)
def test_a_scenario_is_a_text_or_a_value(held: MockVideo, given: str | Rule | Scenario) -> None:
    held.scenario(given)
    assert send(held).status_code == 418


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mondays.toml"
    path.write_text('[[rules]]\non = "submit"\nstatus = 418\n', "utf-8")
    return path


def test_a_file_is_loaded(held: MockVideo, file: Path) -> None:
    held.load(file)
    assert send(held).status_code == 418


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_a_scenario_like_any_other(held: MockVideo, file: Path, kind: Callable[[Path], str | Path]) -> None:
    held.scenario(kind(file), lasts=60)
    assert [send(held).status_code, held.clock.advance(61) and send(held).status_code] == [418, 200]


def test_a_file_that_is_wrong_is_refused_here_with_its_line(held: MockVideo, file: Path) -> None:
    file.write_text('[[rules]]\non = "submit"\nstatus = 99\n', "utf-8")
    with pytest.raises(ScriptError, match=r"mondays\.toml:3: rules\[1\]\.status is 99; write"):
        held.load(str(file))
    assert in_force(held) == []


def test_a_name_that_nobody_knows_is_refused_with_the_nearest(held: MockVideo) -> None:
    with pytest.raises(ControlError, match="No scenario is called 'flaky-pols'; did you mean flaky-polls"):
        held.scenario("flaky-pols")
