"""One attempt of a webhook, one line: what people read, what programs read, and what never reaches a terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.cli.attempts import Text, record
from mockvideo.cli.terminal import painter
from mockvideo.core.deliveries import Attempt, Delivery
from tests.every import DIALECTS
from tests.owing import account_under, received, submit

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
HOOK = "http://127.0.0.1:9/hook"
OK = Attempt(at=100.0, status=200)
BROKEN = Attempt(at=100.0, status=500, reason="answered 500")
UNHEARD = Attempt(at=100.0, reason="no answer within 10 s")
ACCOUNT = account_under()
JOB = submit(ACCOUNT, DIALECTS["sora"])
OWED = replace(received(ACCOUNT, DIALECTS["sora"])[-1].delivery, url=HOOK, next_try=None)


def plain(text: str, **_: object) -> str:
    return text


def line(delivery: Delivery) -> str:
    return Text(DIALECTS, plain)(delivery, ACCOUNT, NOW)


def read(delivery: Delivery) -> Any:
    return json.loads(record(delivery, ACCOUNT, NOW))


def tried(*attempts: Attempt, **more: Any) -> Delivery:
    return replace(OWED, attempts=attempts, **more)


REFUSED = tried(state="refused", reason="example.test:80 is not called: it is not on the list. Add it.")
CASES = {
    "delivered": (tried(OK, state="delivered"), f"200  delivered  completed to {HOOK}"),
    "again": (
        tried(BROKEN, state="pending", next_try=105.0),
        f"500  pending    completed to {HOOK}  answered 500  again in 5 s",
    ),
    "given up": (tried(UNHEARD, state="failed"), f"---  failed     completed to {HOOK}  no answer within 10 s"),
    "refused": (REFUSED, f"---  refused    completed to {HOOK}  {REFUSED.reason}"),
    "a copy": (tried(OK, BROKEN, state="delivered"), f"500  failed     completed to {HOOK}  answered 500"),
    "refused later": (replace(REFUSED, attempts=(OK,)), f"---  refused    completed to {HOOK}  {REFUSED.reason}"),
    "planned": (tried(OK, state="delivered", rule="late#1"), f"completed to {HOOK}  (planned by late#1)"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_line_says_what_became_of_an_attempt(name) -> None:
    delivery, said = CASES[name]
    assert line(delivery).startswith(f"03:04:05  {ACCOUNT.key}  sora       webhook   ")
    assert line(delivery).endswith(said)


def test_a_program_reads_the_same() -> None:
    assert read(CASES["again"][0]) == {
        "time": "2026-01-02T03:04:05.678+00:00",
        "key": ACCOUNT.key,
        "dialect": "sora",
        "operation": "webhook",
        "webhook": OWED.id,
        "event": "completed",
        "url": HOOK,
        "job": JOB,
        "status": 500,
        "state": "pending",
        "attempt": 1,
        "reason": "answered 500",
        "again_in": 5.0,
    }


def test_a_program_reads_of_a_refusal_how_to_allow_it() -> None:
    said = read(replace(REFUSED, rule="late#1"))
    assert (said["state"], said["attempt"], said["reason"], said["rule"]) == ("refused", 0, REFUSED.reason, "late#1")


@pytest.mark.parametrize("shown", [line, record])
@pytest.mark.parametrize("url", ["http://me:secret@a.test/b", "https://secret@a.test?c", "http://a:b@secret@a.test"])
def test_a_password_in_a_url_is_not_shown(url, shown) -> None:
    said = line(tried(OK, state="delivered", url=url)) if shown is line else str(read(tried(OK, url=url)))
    assert "secret" not in said
    assert "//…@a.test" in said


@given(st.text())
def test_nothing_from_outside_steers_a_terminal(text: str) -> None:
    odd = tried(replace(BROKEN, reason=text), state="failed", url=text, rule=text, event=text)
    assert line(odd).isprintable()
    assert record(odd, ACCOUNT, NOW).isprintable()


def test_colours_tell_states_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    class Terminal:
        def isatty(self) -> bool:
            return True

    said = Text(DIALECTS, painter(Terminal()))(CASES["given up"][0], ACCOUNT, NOW)  # type: ignore[arg-type]  # enough
    assert click.unstyle(said) == line(CASES["given up"][0])
    assert "\x1b[31mfailed" in said
