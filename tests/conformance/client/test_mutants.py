"""Every mutant is caught for its own bug, by a schedule of at most three events."""

from __future__ import annotations

import pytest
from mutants import MUTANTS, Mutant
from table import Row, row, told

# Each takes about a second: one for every way to break a rule always, all of them in the full run.
SOME = (
    *("SubmitsAgain", "HopesForMoney", "IgnoresRetryAfter", "NeverGivesUp", "SamePause", "OneBlipIsTheEnd"),
    *("WaitsForAnId", "PollsTooFast", "ForgetsTheJob", "OneWordForSuccess", "LooksTwice", "SuccessWithoutAFile"),
    *("WaitsForAUrl", "ShowsItsKey", "BelievesAnyFile", "AppendsAnything", "KeepsAnOldUrl", "TriesAnotherTime"),
    "CancelledIsNoEnd",
)


@pytest.mark.parametrize(
    "mutant",
    [pytest.param(each, id=name, marks=[] if name in SOME else pytest.mark.full) for name, each in MUTANTS.items()],
)
def test_a_mutant_is_caught_for_its_own_bug(mutant: Mutant, url: str) -> None:
    judged = row(mutant, url)

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
