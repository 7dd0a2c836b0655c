"""What the failure of a test shows of its account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from inspect import cleandoc

import pytest

from mockvideo.core.errors import Kind, Refusal
from mockvideo.core.settings import Caps
from mockvideo.testing import report
from mockvideo.testing.asserting.lines import around, lines
from mockvideo.testing.evidence import Ignored
from mockvideo.testing.report import section
from tests.testing.acting import Code, Place, serving

# ruff: noqa: E501, RUF001 - lines stand here as they are read

REPLAY = "pytest tests/test_film.py::test_film --mockvideo-seed 7"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with serving() as place:
        yield place


Make = Callable[..., Code]


@pytest.fixture
def code(place: Place) -> Make:
    """Make code under test, with the settings of its account."""
    return lambda **order: Code(place, **order)


def test_a_section_tells_exchanges_refusals_advice_and_the_replay(code: Make) -> None:
    test = code(
        scenario={"rules": [{"on": "submit", "first": 1, "status": 503}, {"on": "poll", "bytes": {"html": 502}}]}
    )
    test.submit()
    test.submit(model="kling-v")
    test.poll(test.submit("apiframe"))

    assert section(test.evidence, REPLAY) == cleandoc(
        """
        4 exchanges:
            1  0.0 s  beluga    submit  503  unavailable (planned by (account)#1)  The model is temporarily unavailable.
            2  0.0 s  beluga    submit  404  unknown_model  The model 'kling-v' does not exist.  [seed]  Did you mean kling-v3 or kling-v3-omni or kling-video-o1?  no rule: (account)#1: request 2 that fits, wanted the first 1
            3  0.0 s  apiframe  submit  202  queued     kling-3.0  3f75ffbb-9091-482b-a0d6-750c502f544c  no rule: (account)#1: request 3 that fits, wanted the first 1
            4  5.0 s  apiframe  poll    502  running    kling-3.0  3f75ffbb-9091-482b-a0d6-750c502f544c  (lost, bytes fault planned by (account)#2)

        Advice that was ignored:
          1 × apiframe idempotency-key: Send an Idempotency-Key with every submission: a retry then makes no second job. [sdk: README of @apiframe-ai/sdk 2, Idempotency]

        The same story again: pytest tests/test_film.py::test_film --mockvideo-seed 7
        """
    )


def test_a_section_without_exchanges_says_what_may_be_wrong(code: Make) -> None:
    assert section(code().evidence, REPLAY) == cleandoc(
        """
        No request came with this account's key to a path that its API has. Give the code under test the base URL and the key of this mock: .env() has them as variables, .url() and .key by themselves.

        The same story again: pytest tests/test_film.py::test_film --mockvideo-seed 7
        """
    )


def test_only_the_last_exchanges_are_shown(code: Make) -> None:
    test = code()
    for _ in range(21):
        test.get("/v1/models")
    told = section(test.evidence, REPLAY).split("\n")

    assert told[0] == "20 exchanges, the last of 21 exchanges:"
    assert len(told) == 1 + 20 + 2
    assert told[1].split()[0] == "2"


def test_what_the_journal_has_forgotten_is_counted() -> None:
    with serving(Caps(journal_entries=1)) as place:
        test = Code(place)
        test.get("/v1/models")
        test.get("/v1/models")

        assert section(test.evidence, REPLAY).startswith("1 exchange, the last of 2 exchanges:\n")


def test_much_advice_is_cut() -> None:
    much = [Ignored("sora", f"advice-{number}", "Be kind.", "seed", number) for number in range(1, 11)]
    told = report._advice(much)

    assert len(told) == 1 + 8 + 1
    assert (told[1], told[-1]) == ("  1 × sora advice-1: Be kind. [seed]", "  and 2 more")


def test_control_characters_do_not_get_through(code: Make) -> None:
    test = code()
    test.submit(model="\x1b[31mred\x9b")
    told = section(test.evidence, "pytest -k '\x1b]0;'")

    assert all(line.isprintable() for line in told.split("\n"))


def test_an_error_of_our_own_is_marked(code: Make) -> None:
    test = code()
    test.submit()
    (told,) = test.evidence.requests()
    broken = replace(told, status=500, job=None, price=Decimal(0), refusal=Refusal(Kind.INTERNAL))

    assert lines([told, replace(broken, number=2)]) == [
        "    1  0.0 s  beluga  submit  200  queued     sora-2-preview  vtask_7f23nlsrp",
        "  ! 2  0.0 s  beluga  submit  500  internal   Internal server error.  (no rule planned this: an error of mockvideo itself, please report it)",
    ]


def test_a_dialect_that_only_the_server_has_is_told_by_its_message(code: Make) -> None:
    test = code()
    test.submit()
    (told,) = test.evidence.requests()
    refused = replace(
        told, dialect="other", job=None, status=400, refusal=Refusal(Kind.INVALID_REQUEST, "No."), hint="Do."
    )

    assert lines([refused]) == ["    1  0.0 s  other  submit  400  invalid_request  No.  Do."]


def test_only_what_is_near_a_mark_is_shown(code: Make) -> None:
    test = code()
    for _ in range(20):
        test.get("/v1/models")
    exchanges = test.evidence.requests()
    shown = [line.split()[0] for line in around(exchanges, {2, 16})]

    assert shown == ["1", ">", "3", "4", "5", "…", "13", "14", "15", ">", "17", "18", "19"]
    assert [line.split()[0] for line in around(exchanges, ())] == ["…", "15", "16", "17", "18", "19", "20"]
