"""Every mutant is caught for its own bug, by a schedule of at most three events."""

from __future__ import annotations

import pytest
from mutants import MUTANTS, Mutant
from table import Row, row, told

# One for every way to break a rule always, at one request; all of them, at every request, in the full run.
SOME = (
    *("SubmitsAgain", "HopesForMoney", "IgnoresRetryAfter", "NeverGivesUp", "SamePause", "OneBlipIsTheEnd"),
    *("WaitsForAnId", "PollsTooFast", "ForgetsTheJob", "OneWordForSuccess", "LooksTwice", "SuccessWithoutAFile"),
    *("WaitsForAUrl", "ShowsItsKey", "BelievesAnyFile", "AppendsAnything", "KeepsAnOldUrl", "TriesAnotherTime"),
    "CancelledIsNoEnd",
)


@pytest.mark.parametrize(
    ("mutant", "every"),
    [
        *(pytest.param(MUTANTS[name], False, id=name) for name in SOME),
        *(
            pytest.param(each, True, id=f"{name}, at every request", marks=pytest.mark.full)
            for name, each in MUTANTS.items()
        ),
    ],
)
def test_a_mutant_is_caught_for_its_own_bug(mutant: Mutant, url: str, *, every: bool) -> None:
    judged = row(mutant, url, every=every)

    assert judged.caught, told([judged])


def test_there_are_many_and_they_break_many_rules() -> None:
    assert len(MUTANTS) >= 30
    assert len({mutant.rule for mutant in MUTANTS.values()}) >= 25


def test_the_table_says_what_was_found() -> None:
    mutant = MUTANTS["NoDeadline"]

    assert told([Row(mutant, ("C11",), 1, 2.54, ""), Row(mutant, (), None, 1.0, "")]).splitlines()[2:] == [
        "| NoDeadline | C11 | C11 | 1 | 2.5 |",
        "| NoDeadline | C11 | none |  | 1.0 |",
    ]
