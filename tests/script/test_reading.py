"""What files say, and what is said of those that are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from broken import ALL, FAILS, HOSTILE, RULE
from hypothesis import given, settings
from hypothesis import strategies as st
from writing import SCENARIOS, written

from mockvideo.core.errors import HttpDate, Kind, Literally
from mockvideo.core.scenario import Outcome, Rule, Scenario
from mockvideo.core.timing import Lognormal, Timing
from mockvideo.script.lines import Lines
from mockvideo.script.problems import ScriptError, path
from mockvideo.script.read import inline, load, scenario


def refused(text: str) -> list[str]:
    with pytest.raises(ScriptError) as caught:
        scenario(text, name="x", file="x.toml")
    return str(caught.value).splitlines()


@settings(max_examples=60, deadline=None)
@given(SCENARIOS)
def test_what_is_written_reads_back(drawn: Scenario) -> None:
    assert scenario(written(drawn), name=drawn.name) == drawn


def test_a_file_says_what_its_value_is() -> None:
    text = """
    description = "Two rules"
    timing = {queue = "500ms", render = {median = "1m30s"}}
    [[rules]]
    on = "submit"
    between = ["1m", 120]
    outcome = {ends = "failed", at = 0.5}
    [[rules]]
    error = "rate_limited"
    retry_after = {date = -3}
    """
    rules = (
        Rule(on="submit", between=(60, 120), outcome=Outcome(ends="failed", at=0.5)),
        Rule(error=Kind.RATE_LIMITED, retry_after=HttpDate(-3)),
    )
    timing = Timing(queue=0.5, render=Lognormal(median=90))
    assert scenario(text, name="two") == Scenario(name="two", description="Two rules", timing=timing, rules=rules)


@pytest.mark.parametrize("broken", ALL, ids=lambda broken: broken.says[:40])
def test_a_message_names_the_line_and_the_cure(broken) -> None:
    (message,) = refused(broken.text)
    assert message.startswith(f"x.toml:{broken.line}: ")
    assert broken.says in message


@pytest.mark.parametrize("broken", ALL, ids=lambda broken: broken.says[:40])
def test_no_message_speaks_of_types(broken) -> None:
    (message,) = refused(broken.text)
    assert not any(word in message for word in ("Input", "function-", "constrained", "tuple", "dict", "None"))


@pytest.mark.parametrize(("text", "says"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_files_are_refused(text: str, says: str) -> None:
    assert says in refused(text)[0]


@pytest.mark.parametrize(("text", "says"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_headers_are_refused(text: str, says: str) -> None:
    with pytest.raises(ScriptError):
        inline(text)


@settings(max_examples=100, deadline=None)
@given(st.text() | st.binary().map(lambda some: some.decode("latin-1")))
def test_nothing_but_a_script_error_comes_of_any_text(text: str) -> None:
    for read in (inline, lambda given: scenario(given, name="any")):
        try:
            said = [read(text).name]
        except ScriptError as error:
            said = str(error).splitlines()
        assert said == [text] or all(line.isprintable() for line in said)


def test_five_problems_are_shown_and_the_others_counted() -> None:
    shown = refused(f"{RULE}status = 1\n" * 8)
    assert [line.partition(": ")[0] for line in shown] == [
        *(f"x.toml:{line}" for line in (2, 4, 6, 8, 10)),
        "and 3 more",
    ]


def test_every_problem_of_a_rule_has_its_line() -> None:
    shown = refused(f"{RULE}eror = 1\n\n[rules.timing]\nqueue = 'x'\nprogress = 'liner'\n")
    assert sorted(line.split(": ")[0] for line in shown) == ["x.toml:2", "x.toml:5", "x.toml:6"]


@pytest.mark.parametrize(
    ("text", "trail", "line"),
    [
        ("rules = [\n{status = 400},\n{status = 401},\n]\n", ("rules", 1), 3),
        ("a = [\n  [\n    1,\n    2,\n  ]\n]", ("a", 0, 1), 4),
        ('a = """\none\ntwo"""\nb = 1', ("a",), 1),
        ('a = """\none\ntwo"""\nb = 1', ("b",), 4),
        ("a = '''\none\ntwo'''", ("a",), 1),
        ("[a]\nb = 1\n[a.c]\nd = 2", ("a", "c", "d"), 4),
        ("# nothing\r\n\r\na = 1\r\n", ("a",), 3),
        ("a = [[\n[\n1]\n]]\nb = 2", ("b",), 5),
        ("a = 1", ("a",), 1),
        # Too deep to be completed: not before its end.
        ("a = [[[\n1]]]\nb = 2", ("a",), 2),
        ("a = 1\nb = {c = 2}", ("b", "c", 0), 2),
    ],
)
def test_a_place_is_found_at_its_line(text: str, trail: tuple[str | int, ...], line: int) -> None:
    assert Lines(text).find(trail) == line


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc", min_size=1), min_size=1, unique=True))
def test_every_key_is_found_at_its_line(keys: list[str]) -> None:
    lines = Lines("".join(f"{key} = 1\n" for key in keys))
    assert [lines.find((key,)) for key in keys] == list(range(1, len(keys) + 1))


def test_a_place_is_said_as_people_count() -> None:
    assert path(("rules", 0, "document", "omit", 1)) == "rules[1].document.omit[2]"


def test_a_rule_is_read_inline() -> None:
    text = 'on = "submit", status = 429, retry_after = {text = "soon"}'
    rule = Rule(on="submit", status=429, retry_after=Literally("soon"))
    assert inline(text) == Scenario(name=text, rules=(rule,))


def test_the_same_text_is_read_once() -> None:
    assert inline("status = 402") is inline("status = 402")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("eror = 1", "eror is not known; did you mean error?"),
        ("outcome = {at = 2}", "outcome.at is 2; write a number from 0 to 1"),
        ("", "the rule orders nothing; write what: timing"),
        (
            "on = submit",
            'the rule cannot be read from "submit" on; write a value: texts in quotes, true and false small',
        ),
        ("status = 402}", 'the rule cannot be read from "}" on; write one key = value a line'),
        ("status = 402\nseed = 1", "the rule has several lines; write it in one"),
        ("x" * 5_000, "the rule has 5000 characters; write at most 4096, or a file"),
    ],
)
def test_a_wrong_rule_is_told_without_lines(text: str, says: str) -> None:
    with pytest.raises(ScriptError) as caught:
        inline(text)
    assert str(caught.value).startswith(says)


def test_a_file_gives_its_name(tmp_path: Path) -> None:
    (tmp_path / "slow.v2.toml").write_text(FAILS, "utf-8")
    assert load(tmp_path / "slow.v2.toml").name == "slow.v2"


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(FAILS, "utf-8-sig")
    assert load(tmp_path / "x.toml").rules == (Rule(error=Kind.INTERNAL),)


@pytest.mark.parametrize("name", ["a--b.toml", "-a.toml", "a b.toml", "ä.toml"])
def test_a_name_that_no_key_can_hold_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScriptError, match="call it by letters, digits"):
        load(tmp_path / name)


def test_a_file_that_is_no_text_is_refused_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"# fine\n\n# \xff\n")
    with pytest.raises(ScriptError, match=r"x\.toml:3: is no UTF-8 text; save the file as UTF-8"):
        load(file)


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff" * (1 << 20))
    with pytest.raises(ScriptError, match="too large; write at most 64 KiB"):
        load(tmp_path / "x.toml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.toml")
    with pytest.raises(ScriptError, match="there is no such file; give the path of a scenario"):
        load(tmp_path / "x.toml")


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="cannot be read"):
        load(tmp_path / ("a" * 300 + ".toml"))
