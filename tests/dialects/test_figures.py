"""What each provider's documents say of time and limits, and the headers that tell what a limit leaves."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockvideo.core.limits import Quota
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Figures, Standing
from mockvideo.core.timing import drawn
from mockvideo.dialect import Check, Dialect
from mockvideo.dialects import load
from mockvideo.dialects.beluga.figures import duration
from mockvideo.fidelity import card
from mockvideo.operation import Document, View
from mockvideo.provenance import Origin

DIALECTS = load()
NAMES = tuple(field.name for field in dataclasses.fields(Figures))

every_dialect = pytest.mark.parametrize("dialect", [pytest.param(each, id=name) for name, each in DIALECTS.items()])

# The least and the most seconds from submission to end, render slots, requests a minute and a day.
TABLE = {
    "a4f": ((20, 180), None, 20, 1_000),
    "apiframe": ((60, 300), 10, 500, None),
    "beluga": ((30, 300), None, None, None),
    "lemondata": ((60, 600), None, 1_000, None),
    "sora": ((60, 300), None, None, None),
}
ORIGINS = {
    "a4f": {"timing": Origin.GUESS, "requests_per_minute": Origin.GUESS, "requests_per_day": Origin.GUESS},
    "apiframe": {"timing": Origin.PAGE, "slots": Origin.PAGE, "requests_per_minute": Origin.CODE},
    "beluga": {"timing": Origin.SEED},
    "lemondata": {"timing": Origin.GUESS, "requests_per_minute": Origin.PAGE},
    "sora": {"timing": Origin.GUESS},
}
# Where too many requests are refused: after this check, before that one.
REFUSED = {
    "a4f": (Check.CAPS, Check.FUNDS),
    "apiframe": (Check.KEY, Check.BODY),
    "beluga": (Check.KEY, Check.BODY),
    "lemondata": (Check.KEY, Check.BODY),
    "sora": (Check.KEY, Check.BODY),
}


def standing(**known: Any) -> Standing:
    usual = {"key": "sk-a", "tag": "cafe", "plan": "pro", "balance": Decimal(1), "spent": Decimal(0)}
    return Standing(**usual | {"requests": 0, "now": 0.0, "began": 0.0} | known)


def told(name: str, path: str, who: Standing) -> Any:
    """The document that a dialect has at that path for an account."""
    routes = {route.path: route.operation for route in DIALECTS[name].routes if isinstance(route.operation, Document)}
    return routes[path].render(View(who, {}))


def limits_of(**known: Any) -> tuple[int, int]:
    """Requests a minute and a day, as A4F tells them."""
    limits = told("a4f", "/v1/usage", standing(**known))["rate_limits_and_restrictions"]
    return limits["requests_per_minute_limit"], limits["requests_per_day_limit"]


@every_dialect
def test_every_figure_has_a_source_and_every_source_a_figure(dialect: Dialect) -> None:
    given_figures = {name for name in NAMES if getattr(dialect.terms.figures, name) is not None}
    assert given_figures == dialect.figure_sources.keys()


@every_dialect
def test_a_guessed_figure_says_why_and_a_documented_one_where(dialect: Dialect) -> None:
    assert all(source.where for source in dialect.figure_sources.values())


@pytest.mark.parametrize("name", TABLE)
def test_the_figures_are_those_of_the_documents(name: str) -> None:
    figures = DIALECTS[name].terms.figures
    (queued, rendered), (_, *limits) = (figures.timing.queue, figures.timing.render), TABLE[name]
    assert (queued[0] + rendered[0], queued[1] + rendered[1]) == TABLE[name][0]
    assert [figures.slots, figures.requests_per_minute, figures.requests_per_day] == limits


@pytest.mark.parametrize("name", ORIGINS)
def test_the_figures_come_from_where_they_were_found(name: str) -> None:
    assert {figure: source.origin for figure, source in DIALECTS[name].figure_sources.items()} == ORIGINS[name]


@every_dialect
@given(seed=st.binary(min_size=16, max_size=16))
def test_a_job_takes_as_long_as_documented(dialect: Dialect, seed: bytes) -> None:
    chance, timing = Chance(seed), dialect.terms.figures.timing
    least, most = TABLE[dialect.name][0]
    assert least <= drawn(timing.queue, chance) + drawn(timing.render, chance) <= most


@every_dialect
def test_the_card_counts_figures_among_the_limits(dialect: Dialect) -> None:
    bare = dataclasses.replace(dialect, figure_sources={})
    assert card(dialect).limits.total == card(bare).limits.total + len(dialect.figure_sources)


@pytest.mark.parametrize("name", REFUSED)
def test_too_many_requests_are_refused_at_the_documented_place(name: str) -> None:
    checks, (before, after) = DIALECTS[name].checks, REFUSED[name]
    assert checks.index(before) + 1 == checks.index(Check.LIMITS) == checks.index(after) - 1


# Plans, and what an account is told


@pytest.mark.parametrize(
    ("plan", "limits"), [("free", (5, 100)), ("basic", (10, 500)), ("pro", (20, 1_000)), ("ultra", (60, 5_000))]
)
def test_a_plan_of_a4f_has_the_limits_that_usage_tells(plan: str, limits: tuple[int, int]) -> None:
    figures = DIALECTS["a4f"].terms.figures_on(plan)
    assert (figures.requests_per_minute, figures.requests_per_day) == limits == limits_of(plan=plan)


@every_dialect
def test_a_plan_without_figures_of_its_own_has_those_of_all(dialect: Dialect) -> None:
    assert dialect.terms.figures_on("enterprise") is dialect.terms.figures


def test_usage_tells_the_limits_that_are_in_force() -> None:
    assert limits_of(limits=Figures(requests_per_minute=3)) == (3, 1_000)
    assert limits_of(limits=Figures(requests_per_day=7), plan="free") == (5, 7)


@pytest.mark.parametrize(("slots", "shown"), [(None, 10), (2, 2)])
def test_apiframe_tells_how_many_jobs_run_at_once(slots: int | None, shown: int) -> None:
    team = told("apiframe", "/v2/me", standing(limits=Figures(slots=slots)))["team"]
    assert team["maxConcurrentJobs"] == shown


# Headers


def test_only_two_dialects_tell_what_a_limit_leaves() -> None:
    assert {name for name, dialect in DIALECTS.items() if dialect.quota_headers} == {"beluga", "lemondata"}


def test_lemondata_tells_the_moment_of_the_reset() -> None:
    quota = Quota(limit=60, remaining=0, reset=7.2, resets_at=1_767_225_607.2)
    assert DIALECTS["lemondata"].quota_headers(quota) == [
        (b"x-ratelimit-limit", b"60"),
        (b"x-ratelimit-remaining", b"0"),
        (b"x-ratelimit-reset", b"1767225608"),
    ]


def test_beluga_tells_the_time_until_the_reset() -> None:
    quota = Quota(limit=500, remaining=499, reset=0.12, resets_at=1_767_225_600.12)
    assert DIALECTS["beluga"].quota_headers(quota) == [
        (b"x-ratelimit-limit-requests", b"500"),
        (b"x-ratelimit-remaining-requests", b"499"),
        (b"x-ratelimit-reset-requests", b"120ms"),
    ]


# The third and fourth are OpenAI's own examples; all are as Go prints them.
@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0s"),
        (0.012, "12ms"),
        (1.0, "1s"),
        (360.0, "6m0s"),
        (0.99995, "1s"),
        (8.64, "8.64s"),
        (59.999, "59.999s"),
        (59.9999, "1m0s"),
        (60.0, "1m0s"),
        (3_600.0, "1h0m0s"),
        (86_399.5, "23h59m59.5s"),
        (86_400.0, "24h0m0s"),
    ],
)
def test_a_duration_is_written_as_go_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(seconds=st.floats(0, 1e6))
def test_a_duration_reads_back_to_the_millisecond_and_never_too_short(seconds: float) -> None:
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", duration(seconds))
    assert "".join(map("".join, parts)) == duration(seconds)
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600}
    read = sum(float(number) * units[unit] for number, unit in parts)
    assert -1e-9 <= read - seconds <= 0.001 + 1e-9
