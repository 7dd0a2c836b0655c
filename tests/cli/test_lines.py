"""One exchange, one line: what people read, what programs read, and what never reaches a terminal."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import UTC, datetime
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.cli.exchanges import Log, Text, record
from mockvideo.cli.terminal import is_live, painter
from mockvideo.core.accounts import ANONYMOUS, Accounts
from mockvideo.core.errors import Issue, Kind, Refusal
from mockvideo.core.journal import Entry
from mockvideo.core.settings import Settings
from mockvideo.dialects import load
from mockvideo.plain import clean
from mockvideo.wording import LONGEST

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
ACCOUNTS = Accounts(Settings())
DIALECTS = load()


def plain(text: str, **_: object) -> str:
    return text


def entry(**fields: Any) -> Entry:
    usual = {"number": 1, "at": 0.0, "dialect": "sora", "operation": "submit", "method": "POST", "path": "/v1/videos"}
    return Entry(**{**usual, "status": 200, **fields})


def line(key: str = "sk-test-1234", **fields: Any) -> str:
    account = ACCOUNTS.anonymous if key == ANONYMOUS else ACCOUNTS.get(key)
    return Text(DIALECTS, plain)(entry(**fields), account, NOW)


def refused(kind: Kind, message: str = "", **fields: Any) -> str:
    """The line of a refused submission, from its status on."""
    about = {name: fields.pop(name) for name in ("field", "issues", "facts") if name in fields}
    said = line(status=fields.pop("status", 400), refusal=Refusal(kind, message, **about), **fields)
    found = re.search(r"  (\d{3}  .*)", said)
    assert found
    return found[1]


def test_a_line_has_time_key_dialect_operation_status_state_and_model() -> None:
    said = line(model="sora-2", state="running")

    assert said == "03:04:05  1234  sora       submit    200  running    sora-2"


def test_an_answer_without_a_job_shows_its_path() -> None:
    assert line(operation="document", path="/v1/models").endswith("document  200             /v1/models")


def test_a_hint_stands_at_the_end() -> None:
    assert line(model="m", state="queued", hint="The client left.").endswith("m  The client left.")


def test_nobody_has_no_key() -> None:
    assert line(ANONYMOUS).startswith("03:04:05        sora")


def test_a_broken_limit_names_the_field_and_the_source_of_the_limit() -> None:
    message = "duration: Input should be less than or equal to 16"
    facts = {"model": "veo-3-1"}
    said = refused(Kind.MODEL_LIMIT, message, field="duration", facts=facts, dialect="beluga")

    assert said == f"400  model_limit  {message}  [guess: 8+ seconds, read as up to 16]"


def test_a_limit_of_the_seed_needs_no_further_words() -> None:
    message = "fps: Input should be less than or equal to 120"

    assert refused(Kind.INVALID_REQUEST, message, field="fps", dialect="lemondata").endswith(f"{message}  [seed]")


def test_the_words_of_the_answer_go_before_ours() -> None:
    issue = Issue(("duration",), "less_than_equal", "Input should be less than or equal to 4", {"le": 4})
    facts = {"model": "provider-2/sora-2"}
    said = refused(
        Kind.MODEL_LIMIT, "duration: too long", field="duration", issues=(issue,), facts=facts, dialect="a4f"
    )

    assert "Model 'provider-2/sora-2' supports a maximum duration of 4 seconds." in said


def test_ours_stand_in_where_the_answer_does_not_name_the_field() -> None:
    said = refused(Kind.INVALID_REQUEST, "klingParams.mode: wrong", field="klingParams.mode", dialect="apiframe")

    assert said.startswith("400  invalid_request  klingParams.mode: wrong")


def test_a_field_that_nobody_names_stands_before_the_words() -> None:
    assert refused(Kind.UNSUPPORTED_MEDIA_TYPE, "Send JSON.", field="content-type") == (
        "400  unsupported_media_type  content-type: Send JSON."
    )


@pytest.mark.parametrize(
    ("kind", "facts", "cure"),
    [
        (Kind.MISSING_KEY, {}, "Send Authorization: Bearer KEY"),
        (
            Kind.UNKNOWN_MODEL,
            {"model": "sora", "nearest": ("sora-2", "sora-2-pro")},
            "Did you mean sora-2 or sora-2-pro?",
        ),
        (Kind.UNKNOWN_MODEL, {"model": "sora", "nearest": "sora-2"}, ""),
        (
            Kind.JOB_NOT_FOUND,
            {"id": "x"},
            "A job is known only to the key that submitted it, and only to this dialect.",
        ),
        (Kind.UPSTREAM, {}, "The upstream provider failed."),
    ],
)
def test_a_refusal_comes_with_its_cure(kind: Kind, facts: dict[str, object], cure: str) -> None:
    assert refused(kind, facts=facts).endswith(cure)


def test_a_key_without_a_scheme_is_asked_for_as_it_is() -> None:
    assert refused(Kind.MISSING_KEY, dialect="apiframe").endswith("Send X-Api-Key: KEY")


def test_an_unknown_route_shows_what_was_asked_for() -> None:
    said = refused(Kind.ROUTE_NOT_FOUND, operation="", path="/v1/vidoes", status=404, hint="Did you mean /v1/videos?")

    assert said == "404  route_not_found  POST /v1/vidoes  Did you mean /v1/videos?"


def test_a_planned_refusal_names_its_rule() -> None:
    assert refused(Kind.INTERNAL, status=500, rule="outage#2").startswith("500  internal (planned by outage#2)  ")


def test_a_planned_end_names_its_rule() -> None:
    assert line(model="m", state="failed", rule="flaky#1").endswith("200  failed     m  (planned by flaky#1)")


@pytest.mark.parametrize(
    ("lost", "told"), [(True, "(lost, bytes fault planned by flaky#1)"), (False, "(bytes fault planned by flaky#1)")]
)
def test_a_disturbed_answer_says_on_which_level_and_whether_it_arrived(lost, told) -> None:
    assert line(model="m", rule="flaky#1", fault="bytes", lost=lost).endswith(f"m  {told}")


MISSES = (
    "outage#1: on is 'submit', wanted 'poll'",
    "outage#2: orders nothing for this operation",
    "outage#3: model is 'sora-2', wanted 'veo*'",
    "outage#4: acted 3 times already",
)


def test_the_first_rule_that_nearly_matched_says_why_it_did_not() -> None:
    assert line(model="m", misses=MISSES).endswith("m  no rule: outage#3: model is 'sora-2', wanted 'veo*'")


def test_a_refusal_that_no_rule_planned_says_why_none_matched() -> None:
    assert refused(Kind.UPSTREAM, misses=MISSES[3:]).endswith("  no rule: outage#4: acted 3 times already")


@pytest.mark.parametrize("about", [{"misses": MISSES[:2]}, {"misses": MISSES, "rule": "outage#5"}])
def test_rules_for_other_requests_and_behind_one_that_acted_are_not_told(about: dict[str, Any]) -> None:
    assert "no rule" not in line(model="m", **about)


SUFFIX = next(advice for advice in DIALECTS["sora"].advice if advice.id == "group-suffix")
TOLD = f"group-suffix: {SUFFIX.sentence} [seed]"


def test_advice_stands_behind_all_else() -> None:
    assert line(model="m", advice=("group-suffix",), hint="A hint.").endswith(f"m  A hint.  {TOLD}")
    assert refused(Kind.UNKNOWN_MODEL, facts={"model": "x"}, advice=("group-suffix",)).endswith(f"  {TOLD}")


def test_advice_is_told_once_to_an_account_and_again_to_the_next() -> None:
    text, noted = Text(DIALECTS, plain), entry(advice=("group-suffix",))
    told = [TOLD in text(noted, ACCOUNTS.get(key), NOW) for key in ("one", "one", "two", "one")]

    assert told == [True, False, True, False]


def test_what_was_told_first_is_forgotten_first() -> None:
    text, noted = Text(DIALECTS, plain, most_told=2), entry(advice=("group-suffix",))
    told = [TOLD in text(noted, ACCOUNTS.get(key), NOW) for key in ("one", "two", "three", "three", "two", "one")]

    assert told == [True, True, True, False, False, True]


def test_advice_that_is_no_fact_says_what_it_rests_on() -> None:
    advice = DIALECTS["sora"].advice[0]

    assert line(advice=(advice.id,)).endswith(f"{advice.sentence} [guess: {advice.source.where}]")


def test_what_the_client_sent_is_cut() -> None:
    said = refused(Kind.ROUTE_NOT_FOUND, operation="", path="/" + "x" * 60_000, status=404)

    assert (said.count("x") < LONGEST, said.endswith("…")) == (True, True)


@pytest.mark.parametrize(("status", "colour"), [(404, "yellow"), (500, "red")])
def test_a_refusal_is_coloured_by_its_status(status: int, colour: str) -> None:
    refusal = Refusal(Kind.INTERNAL)
    said = Text(DIALECTS, click.style)(entry(status=status, refusal=refusal), ACCOUNTS.get("k"), NOW)

    assert click.style(str(status), fg=colour) in said


@given(st.text(), st.text(), st.text(), st.sampled_from(list(Kind)))
def test_nothing_from_the_wire_steers_a_terminal(path: str, message: str, hint: str, kind: Kind) -> None:
    refusal = Refusal(kind, message, field=path, facts={"model": message, "id": hint})
    noted = entry(path=path, operation="", hint=hint, refusal=refusal, rule=message, misses=(f"{hint}: {path}",))

    assert Text(DIALECTS, plain)(noted, ACCOUNTS.get("sk-test"), NOW).isprintable()
    assert record(noted, ACCOUNTS.get("sk-test"), NOW).isprintable()


def test_a_record_leaves_out_what_is_unknown() -> None:
    assert json.loads(record(entry(job="j", state="queued", model="m"), ACCOUNTS.get("sk-test-1234"), NOW)) == {
        "time": "2026-01-02T03:04:05.678+00:00",
        "key": "1234",
        "dialect": "sora",
        "operation": "submit",
        "method": "POST",
        "path": "/v1/videos",
        "status": 200,
        "job": "j",
        "model": "m",
        "state": "queued",
    }


def test_a_record_says_what_was_wrong() -> None:
    refusal = Refusal(Kind.MODEL_LIMIT, "too long", field="seconds")

    assert json.loads(record(entry(status=400, refusal=refusal), ACCOUNTS.get("k"), NOW))["refusal"] == {
        "kind": "model_limit",
        "field": "seconds",
        "message": "too long",
    }


def test_a_record_names_the_rule_and_the_near_misses() -> None:
    noted = json.loads(record(entry(rule="outage#2", misses=MISSES[2:]), ACCOUNTS.get("k"), NOW))

    assert (noted["rule"], noted["misses"]) == ("outage#2", list(MISSES[2:]))


def test_every_record_names_the_advice_that_was_ignored() -> None:
    noted = entry(advice=("polled-too-soon",))

    assert [json.loads(record(noted, ACCOUNTS.get("k"), NOW))["advice"] for _ in range(2)] == [["polled-too-soon"]] * 2


def test_a_log_writes_a_line_for_each_entry() -> None:
    stream = io.StringIO()
    log = Log(lambda noted, _, __: noted.path, stream)

    log(entry(path="/one"), ACCOUNTS.anonymous)
    log(entry(path="/two"), ACCOUNTS.anonymous)

    assert stream.getvalue() == "/one\n/two\n"


def test_a_log_falls_silent_when_nobody_reads_it() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    lines: list[int] = []
    with os.fdopen(writing, "w") as stream:
        log = Log(lambda noted, _, __: lines.append(noted.number) or "line", stream)
        for number in (1, 2, 3):
            log(entry(number=number), ACCOUNTS.anonymous)

    assert lines == [1]


@given(st.text())
def test_clean_text_is_printable_and_keeps_what_was(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_where_they_are_wanted(stream: io.StringIO, environ: dict[str, str], *, coloured: bool) -> None:
    assert ("\x1b" in painter(stream, environ)("word", fg="red")) is coloured


@pytest.mark.parametrize(
    ("stream", "environ", "live"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"CI": "true"}, False),
        (Terminal(), {"CI": "false"}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_lines_change_only_where_somebody_sees_it(stream: io.StringIO, environ: dict[str, str], *, live: bool) -> None:
    assert is_live(stream, environ) is live
