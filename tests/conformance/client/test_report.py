"""What people, programs and continuous integration are told of a verdict."""

from __future__ import annotations

import json
from decimal import Decimal
from xml.etree import ElementTree as ET

from mockvideo.conformance.client.report import as_json, files, junit, page
from mockvideo.conformance.client.rules import RULES
from mockvideo.conformance.client.schedules import Event, Schedule, scenario
from mockvideo.conformance.client.verdict import Finding, Outcome, Verdict, costs
from mockvideo.script import read

LOST = Schedule((Event("the reply is lost in a reset", "submit", 1),))
STUCK = Schedule((Event("the job is stuck at 99 %", "submit", 1),))


def found(rule: str, schedule: Schedule = LOST, says: str = "two jobs", wasted: str = "0.40") -> Finding:
    return Finding(RULES[rule], schedule, says, (1, 2), Decimal(wasted), "USD")


def broken(rule: str, *findings: Finding) -> Outcome:
    return Outcome(RULES[rule], "broken", findings or (found(rule),), 3)


def verdict(*outcomes: Outcome, trouble: str = "") -> Verdict:
    return Verdict(dialect="beluga", outcomes=outcomes, runs=9, seconds=2.4, trouble=trouble)


MIXED = verdict(
    broken("C1"),
    Outcome(RULES["C3"], "kept", (), 2, "both readings pass"),
    Outcome(RULES["C5"], "inconclusive", (), 1, "after 30 s"),
    Outcome(RULES["C30"], "not exercised", (), 0, "no server can see it"),
)


def test_a_page_has_for_each_broken_rule_when_what_cost_cure_and_replay() -> None:
    text = page(MIXED, replays={found("C1").name: "mockvideo serve --scenario x.toml"})

    assert "broken       After a submission whose fate is unknown" in text
    for part in (
        "when submit 1: the reply is lost in a reset",
        "then two jobs (requests 1, 2)",
        "cost 0.4 USD for nothing",
        "play mockvideo serve --scenario x.toml",
        "cure Do not retry a POST",
        "both readings pass",
        "not exercised: C30",
        "1 kept, 1 broken, 1 inconclusive, 1 not exercised in 9 runs, 2 s; what is broken costs 0.4 USD",
    ):
        assert part in text


def test_a_page_without_findings_says_what_holds() -> None:
    assert page(verdict(Outcome(RULES["C9"], "kept", (), 2))).splitlines()[-1] == "1 kept in 9 runs, 2 s"


def test_of_many_findings_of_a_rule_the_first_are_told_in_full() -> None:
    events = [Event(f"{status} once", "poll", 1) for status in (408, 425, 429, 500, 502)]
    text = page(verdict(broken("C7", *(found("C7", Schedule((event,)), wasted="0") for event in events))))

    assert "also when poll 1: 500 once; poll 1: 502 once" in text
    assert "for nothing" not in text


def test_a_client_that_fails_on_a_good_day_is_told_so_first() -> None:
    told = verdict(trouble="no\x1b[31m clip")

    assert page(told).startswith("Where nothing goes wrong the client fails: no\\x1b[31m clip")
    assert not told.passed()


def test_json_has_all_of_it_and_scenarios_that_read_back() -> None:
    told = json.loads(as_json(MIXED, {found("C1").name: "play it"}))
    (finding,) = told["rules"][0]["findings"]

    assert (told["passed"], told["wasted"], told["trouble"]) == (False, {"USD": "0.4"}, None)
    assert read.scenario(finding["scenario"], name="") == scenario(LOST)
    assert (finding["replay"], finding["requests"]) == ("play it", [1, 2])
    assert [rule["standing"] for rule in told["rules"]] == ["broken", "kept", "inconclusive", "not exercised"]


def test_junit_skips_what_is_neither_kept_nor_broken() -> None:
    suite = ET.fromstring(junit(MIXED))[0]
    kinds = [[child.tag for child in case] for case in suite]

    assert {name: suite.get(name) for name in ("tests", "failures", "skipped", "errors")} == {
        "tests": "4",
        "failures": "1",
        "skipped": "2",
        "errors": "0",
    }
    assert kinds == [["failure"], [], ["skipped"], ["skipped"]]


def test_junit_has_a_case_for_a_client_that_fails_on_a_good_day() -> None:
    suite = ET.fromstring(junit(verdict(trouble="no clip")))[0]

    assert (suite.get("tests"), suite.get("errors"), suite[0][0].get("message")) == ("1", "1", "no clip")


def test_every_finding_has_a_file_that_says_what_it_is_and_reads_back() -> None:
    ((name, text),) = files(verdict(broken("C1")))

    assert name == "C1-submit-1-the-reply-is-lost-in-a-reset.toml"
    assert text.startswith("# C1 MUST: After a submission")
    assert read.scenario(text, name="") == scenario(LOST)


def test_a_schedule_that_breaks_several_rules_costs_once() -> None:
    told = verdict(broken("C1"), broken("C28"), broken("C11", found("C11", STUCK, wasted="0.10")))

    assert costs(told) == {"USD": Decimal("0.50")}


def test_rules_that_should_be_kept_fail_strictly_only() -> None:
    told = verdict(broken("C13"))

    assert told.passed()
    assert not told.passed(strict=True)
    assert told["C13"].findings
