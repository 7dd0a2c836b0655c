"""Schedules: what is written reads back, and every mischief is one that a server plays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.conformance.client.demands import DEMANDS, IN_CLEAN
from mockvideo.conformance.client.mischiefs import COMPANIONS, MISCHIEFS
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.schedules import Event, Schedule, scenario, tables, written
from mockvideo.core.scenario import Scenario
from mockvideo.script import read
from tests.script.writing import SCENARIOS

EVENTS = st.sampled_from(sorted(MISCHIEFS)).flatmap(
    lambda name: st.builds(Event, st.just(name), st.just(MISCHIEFS[name].operation), st.integers(1, 5))
)
SCHEDULES = st.builds(Schedule, st.lists(EVENTS, max_size=3).map(tuple))


@given(SCHEDULES)
def test_what_is_written_of_a_schedule_reads_back(schedule: Schedule) -> None:
    assert read.scenario(written(scenario(schedule)), name="") == scenario(schedule)


@given(SCENARIOS)
def test_what_is_written_of_any_scenario_reads_back(drawn: Scenario) -> None:
    assert read.scenario(written(drawn), name="drawn") == drawn


@given(SCHEDULES)
def test_the_control_api_is_told_the_same_as_a_file(schedule: Schedule) -> None:
    assert read.document(tables(schedule), name="") == scenario(schedule)


def test_a_file_says_what_happens_and_when() -> None:
    schedule = Schedule((Event("503 once", "poll", 2), Event("404 from then on", "poll", 3)))

    assert written(scenario(schedule)).splitlines() == [
        'description = "poll 2: 503 once; poll 3: 404 from then on"',
        "timing = { queue = { polls = 1 }, render = { polls = 2 } }",
        "",
        "[[rules]]",
        'on = "poll"',
        "nth = 2",
        "status = 503",
        "",
        "[[rules]]",
        'on = "poll"',
        "after = 2",
        'error = "job_not_found"',
        "status = 404",
    ]


def test_a_file_about_a_killed_client_says_who_kills_it() -> None:
    assert "SIGKILL" in scenario(Schedule((Event("killed while it polls", "poll", 1),))).description


def test_a_connection_can_be_closed_where_nobody_could_end_a_silence() -> None:
    schedule = Schedule((Event("killed while it polls", "poll", 1), Event("503 once", "poll", 2)))

    assert tables(schedule)["rules"][0]["connection"] == {"hang": "before"}
    assert tables(schedule, silent=False)["rules"][0]["connection"] == {"close": "before"}


def test_nothing_that_goes_wrong_says_so() -> None:
    assert str(Schedule()) == "nothing goes wrong"


@pytest.mark.parametrize("name", MISCHIEFS)
def test_a_mischief_demands_what_can_be_judged_of_rules_that_there_are(name: str) -> None:
    demands = MISCHIEFS[name].demands

    assert demands.keys() <= RULES.keys()
    assert {demand.kind for demand in demands.values()} <= DEMANDS.keys()


def test_every_rule_is_about_something_that_goes_wrong_or_says_why_not() -> None:
    seen = {rule for mischief in MISCHIEFS.values() for rule in mischief.demands} | IN_CLEAN.keys()

    assert [rule.id for rule in RULES.values() if rule.id not in seen and not rule.note] == []
    assert list(RULES) == [f"C{number}" for number in range(1, 35)]


def test_what_goes_with_other_things_is_among_them() -> None:
    assert set(COMPANIONS) <= MISCHIEFS.keys()
