"""What people and programs are told of a run when it is over."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import Result
from processes import Serving

from mockvideo.cli.summary import page, record
from mockvideo.core.audit import Report, Traffic, Usage
from mockvideo.core.spending import Bill, Bills

SORA = Usage(
    dialect="sora",
    currency="USD",
    bills=Bills(
        submitted=Bill(1_200, Decimal("480.00")),
        succeeded=Bill(1_190, Decimal("476.00")),
        failed=Bill(4),
        cancelled=Bill(3),
        unfinished=Bill(3, Decimal("1.20")),
        duplicates=Bill(2, Decimal("0.80")),
        unfetched=Bill(1, Decimal("0.40")),
        wasted=Bill(3, Decimal("1.20")),
    ),
    traffic=Traffic(requests=9_000, retries=5, limited=4, obeyed=2, ignored=1, late_polls=7),
    median=5.24,
    p95=1_234.5,
)
BELUGA = Usage(
    dialect="beluga",
    currency="credits",
    bills=Bills(submitted=Bill(1, Decimal(100)), succeeded=Bill(1, Decimal(100))),
    traffic=Traffic(requests=3),
    median=4.0,
    p95=4.0,
)


def plain(text: str, **_: object) -> str:
    return text


def shown(*usages: Usage, **more: Any) -> str:
    return page(Report(usages, **more), plain)


def test_all_of_a_run_is_told() -> None:
    assert shown(SORA).splitlines() == [
        "                              sora",
        "  jobs                       1,200",
        "  succeeded                  1,190",
        "  failed                         4",
        "  cancelled                      3",
        "  unfinished               3 (1.2)",
        "  submit to end, median      5.2 s",
        "  submit to end, p95     1,234.5 s",
        "  requests                   9,000",
        "  retries                        5",
        "  answered 429                   4",
        "  Retry-After obeyed        2 of 3",
        "  duplicate submits        2 (0.8)",
        "  clips never fetched      1 (0.4)",
        "  polls after the end            7",
        "  cost                     480 USD",
        "  wasted                   1.2 USD",
        "",
        "  Unfinished is what an answer told last; nobody asked again.",
        "  A duplicate is the same request submitted again; some are intended.",
    ]


def test_a_run_without_a_fault_is_told_in_few_lines() -> None:
    assert shown(BELUGA).splitlines() == [
        "                              beluga",
        "  jobs                             1",
        "  succeeded                        1",
        "  submit to end, median        4.0 s",
        "  submit to end, p95           4.0 s",
        "  requests                         3",
        "  cost                   100 credits",
        "  wasted                     nothing",
    ]


def test_each_dialect_has_a_column_of_its_own() -> None:
    lines = shown(BELUGA, SORA).splitlines()

    assert lines[0] == "                              beluga       sora"
    assert lines[3] == "  failed                           -          4"
    assert lines[-5] == "  cost                   100 credits    480 USD"


def test_a_dialect_without_jobs_has_no_column() -> None:
    idle = Usage(dialect="a4f", currency="requests", bills=Bills(), traffic=Traffic(requests=9))

    assert shown(idle, BELUGA) == shown(BELUGA)


def test_jobs_that_were_forgotten_are_owned_up_to() -> None:
    assert shown(BELUGA, forgotten=1_500).splitlines()[-1] == (
        "  1,500 older jobs count as they were told at first, and not in the times."
    )


def test_what_was_wasted_stands_out_in_colours() -> None:
    assert click.style("7".rjust(len("1,234.5 s")), fg="yellow") in page(Report((SORA,)), click.style)


def test_colours_do_not_move_the_columns() -> None:
    coloured = page(Report((BELUGA, SORA)), click.style)

    assert click.unstyle(coloured) == shown(BELUGA, SORA)


def test_programs_get_it_in_a_line_of_json() -> None:
    line = record(Report((SORA,), 2))

    assert "\n" not in line
    (told,) = json.loads(line)["summary"]["dialects"]
    assert (told["dialect"], told["currency"], told["median"]) == ("sora", "USD", 5.24)
    assert told["bills"]["wasted"] == {"jobs": 3, "amount": "1.20"}
    assert told["traffic"]["ignored"] == 1
    assert json.loads(line)["summary"]["forgotten"] == 2


def submit(told: dict[str, Any]) -> None:
    body = {"model": "kling-v3", "prompt": "A kite"}
    url = told["dialects"]["beluga"] + "/v1/videos/generations"
    httpx.post(url, headers={"authorization": "Bearer sk-1234"}, json=body, trust_env=False).raise_for_status()


def look_around(told: dict[str, Any]) -> None:
    url = told["dialects"]["beluga"] + "/v1/models"
    httpx.get(url, headers={"authorization": "Bearer sk-1234"}, trust_env=False).raise_for_status()


def test_serve_ends_with_what_the_run_was(serve: Callable[..., Result]) -> None:
    lines = serve(submit, "--log", "text").stdout.splitlines()

    assert ["jobs", "1"] in map(str.split, lines)
    assert lines[-1] == ""


def test_serve_ends_with_a_line_of_json_for_programs(serve: Callable[..., Result]) -> None:
    last = json.loads(serve(submit, "--log", "json").stdout.splitlines()[-1])

    (told,) = last["summary"]["dialects"]
    assert (told["dialect"], told["bills"]["unfinished"]["jobs"]) == ("beluga", 1)


def test_a_pipe_that_asked_for_nothing_hears_nothing_of_the_run(serve: Callable[..., Result]) -> None:
    assert "submit to end" not in serve(submit).stdout
    assert "wasted" not in serve(submit, "--log", "off").stdout


def test_a_run_without_jobs_needs_no_summary(serve: Callable[..., Result]) -> None:
    assert "wasted" not in serve(look_around, "--log", "text").stdout


def test_clips_inside_answers_are_not_told_as_never_fetched(serve: Callable[..., Result]) -> None:
    def visit(told: dict[str, Any]) -> None:
        wait_for_the_end(told["url"])

    shown = serve(visit, "--log", "json", "--media", "data", "--speed", "instant").stdout
    (told,) = json.loads(shown.splitlines()[-1])["summary"]["dialects"]

    assert (told["bills"]["succeeded"]["jobs"], told["bills"]["unfetched"]["jobs"]) == (1, 0)


def wait_for_the_end(url: str) -> str:
    """Submit a job to a server where jobs end at once, and poll it; returns where its clip is."""
    headers = {"authorization": "Bearer sk-1234"}
    with httpx.Client(base_url=f"{url}/sora/v1", headers=headers, trust_env=False) as client:
        job = client.post("/videos", json={"model": "veo3", "prompt": "A kite"}).raise_for_status().json()["id"]
        return str(client.get(f"/videos/{job}").raise_for_status().json()["video_url"])


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_answered_by_time_cost_and_waste(tmp_path: Path, number: int) -> None:
    with Serving(tmp_path, "--log", "text", "--speed", "instant") as server:
        httpx.get(wait_for_the_end(server.url), trust_env=False).raise_for_status()
        wait_for_the_end(server.url)
        code, _ = server.stop(number)
        assert server.process.stdout is not None
        facts = dict(re.findall(r"^  (\S.*?) {2,}(\S.*)$", server.process.stdout.read(), re.MULTILINE))

    assert (code, facts["jobs"], facts["succeeded"], facts["submit to end, median"]) == (0, "2", "2", "0.0 s")
    assert facts["duplicate submits"].split()[0] == facts["clips never fetched"].split()[0] == "1"
    assert facts["wasted"].endswith(" USD")


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")
def test_it_ends_well_when_nobody_reads_the_summary(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Serving(tmp_path, "--log", "text", stdout=writing) as server:
        os.close(writing)
        submit(server.told)
        os.close(reading)
        code, _ = server.stop(signal.SIGTERM)

        assert (code, server.process.stderr and server.process.stderr.read()) == (0, "")
