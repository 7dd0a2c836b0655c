"""Which scenarios hold for a request: those that it names, then those of its job, of its key, of the server."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.clock import VIRTUAL_START
from mockvideo.core.direction import REMEMBERED, Direction
from mockvideo.core.errors import Kind
from mockvideo.core.jobs import SUCCEEDED, Job, Script, Timeline
from mockvideo.core.planning import Occasion, Plan
from mockvideo.core.scenario import Allowance, Rule, Scenario
from mockvideo.core.settings import Settings
from tests.core.accounting import REQUEST

SUBMIT, POLL = Occasion("sora", "submit"), Occasion("sora", "poll")
LEVELS = ("header", "prompt", "job", "key", "server")


def saying(name: str, **fields: object) -> Scenario:
    """A scenario whose one rule refuses everything, and says who ordered it."""
    return Scenario(name=name, rules=(Rule(error=Kind.INTERNAL, message=name),), **fields)


def direction(key: Scenario | None = None, server: Scenario | None = None, **settings: object) -> Direction:
    library = {} if key is None else {key.name: key}
    return Direction(Settings(scenario=server, library=library, **settings), key and key.name, "sk-a")


def job_of(*scenarios: Scenario, number: int = 0) -> Job:
    course = Timeline(VIRTUAL_START, (SUCCEEDED,))
    return Job(f"{number}", "sora", REQUEST, course, VIRTUAL_START, script=Script(scenarios))


def polled(directed: Direction, job: Job | None = None, later: float = 0.0) -> Plan:
    return directed.plan([], POLL, job or job_of(), VIRTUAL_START + later)


# Precedence


@given(st.sets(st.sampled_from(LEVELS), min_size=1))
def test_the_most_specific_scenario_decides(present) -> None:
    known = {level: saying(level) for level in LEVELS if level in present}
    directed = direction(known.get("key"), known.get("server"))
    chosen = [known[level] for level in ("header", "prompt") if level in known]
    job = job_of(*[known[level] for level in ("job",) if level in known])
    planned = directed.plan(chosen, POLL, job, VIRTUAL_START)
    assert planned.error.message == next(level for level in LEVELS if level in present)


def test_a_job_keeps_the_scenarios_that_its_submission_chose_and_no_others() -> None:
    planned = direction(saying("key")).plan([saying("header"), saying("prompt")], SUBMIT, None, VIRTUAL_START)
    assert [scenario.name for scenario in planned.scenarios] == ["header", "prompt"]


def test_a_request_that_chose_nothing_keeps_nothing() -> None:
    assert direction(saying("key")).plan([], SUBMIT, None, VIRTUAL_START).scenarios == ()


@pytest.mark.parametrize("level", ["job", "key", "server"])
def test_a_scenario_that_is_named_twice_counts_a_request_once(level) -> None:
    scenario = Scenario(name="outage", rules=(Rule(on="poll", error=Kind.INTERNAL, first=2),))
    directed = direction(*[scenario if level == each else None for each in ("key", "server")])
    job = job_of(*[scenario] * (level == "job"))
    plans = [directed.plan([scenario], POLL, job, VIRTUAL_START) for _ in range(3)]
    assert [planned.error is not None for planned in plans] == [True, True, False]


def test_a_scenario_that_is_named_twice_decides_where_it_is_more_specific() -> None:
    again = saying("again")
    planned = direction(saying("key"), again).plan([again], POLL, job_of(), VIRTUAL_START)
    assert planned.rules["error"] == "again#1"


def test_a_file_that_is_changed_holds_at_once() -> None:
    library = {"file": saying("file")}
    directed = Direction(Settings(scenario="file", library=library), None, "sk-a")
    library["file"] = Scenario(name="file")
    assert polled(directed).error is None


# What rules see of a job


def test_rules_see_the_request_that_made_the_job() -> None:
    request = REQUEST._replace(model="veo3", prompt="a fox", image=True)
    where = Rule(model="veo3", prompt="a fox", image=True, age=(4.0, 6.0), error=Kind.INTERNAL)
    directed = direction(server=Scenario(name="server", rules=(where,)))
    assert polled(directed, job_of()._replace(request=request), later=5.0).error == where


def test_polls_are_counted_for_each_job_and_nothing_else_is() -> None:
    directed = direction(server=Scenario(name="server", rules=(Rule(poll=2, error=Kind.INTERNAL),)))
    content = directed.plan([], Occasion("sora", "content"), job_of(), VIRTUAL_START)
    asked = [polled(directed, job_of(number=number)) for number in (0, 1, 0, 0, 1)]
    assert content.error is None
    assert [planned.error is not None for planned in asked] == [False, False, True, False, True]


def test_only_so_many_jobs_have_their_polls_counted() -> None:
    directed = direction(server=Scenario(name="server", rules=(Rule(poll=2, error=Kind.INTERNAL),)))
    for number in range(REMEMBERED + 1):
        polled(directed, job_of(number=number))
    assert polled(directed, job_of(number=0)).error is None
    assert polled(directed, job_of(number=REMEMBERED)).error is not None


# The account


def test_an_account_is_planned_for_only_if_a_scenario_is_in_force() -> None:
    assert not direction().active
    assert direction(saying("key")).active
    assert direction(server=saying("server")).active


def test_each_figure_of_the_allowance_comes_from_the_most_specific_place() -> None:
    key = saying("key", account=Allowance(slots=1))
    server = saying("server", account=Allowance(slots=2, plan="basic"))
    usual = Allowance(slots=3, plan="pro", credits=Decimal(4))
    assert direction(key, server, allowance=usual).allowance == Allowance(slots=1, plan="basic", credits=Decimal(4))


@pytest.mark.parametrize(("key", "server", "seed"), [(None, None, 3), (None, 2, 2), (1, 2, 1), (0, 2, 0)])
def test_the_most_specific_seed_is_the_accounts(key, server, seed) -> None:
    assert direction(saying("key", seed=key), saying("server", seed=server), seed=3).seed == seed


def test_the_seed_decides_which_requests_a_share_means() -> None:
    half = Rule(error=Kind.INTERNAL, share=0.5)
    drawn = set()
    for seed in range(3):
        directed = direction(server=Scenario(name="server", seed=seed, rules=(half,)))
        drawn.add(tuple(polled(directed).error is None for _ in range(30)))
    assert len(drawn) == 3
